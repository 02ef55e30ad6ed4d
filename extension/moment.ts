// The status bar item that shows the machine's position: virtual time, and the event number.
import * as vscode from 'vscode';
import type { Sessions } from './session.ts';
import { shortTime } from './shortTime.ts';

/** Shown while a machine is being debugged. */
export function registerMoment(sessions: Sessions): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('sockscope.moment', vscode.StatusBarAlignment.Left, 0);
  item.name = vscode.l10n.t('Sockscope: Time and Event');
  item.tooltip = vscode.l10n.t(
    'Where the machine stands: its own time since it was started, which passes only while every process waits, and the number of the event. The same program with the same seed is at the same event again in every run.',
  );
  const subscription = sessions.onDidChange(() => {
    // For a past run the views show its time themselves.
    const moment = sessions.current?.past ? undefined : sessions.current?.moment;
    if (moment === undefined) {
      item.hide();
      return;
    }
    const event = moment.event === undefined ? '' : vscode.l10n.t(' · event {0}', moment.event);
    item.text = `$(watch) t = ${shortTime(moment.time)} s${event}`;
    item.show();
  });
  return vscode.Disposable.from(item, subscription);
}
