// The status bar's item that says at which moment the machine stands: virtual time, and the number of the event.
import * as vscode from 'vscode';
import type { Sessions } from './session.ts';
import { shortTime } from './shortTime.ts';

const EXPLANATION =
  'Where the machine stands: its own time since it was started, which passes only while every process waits, and the number of the event. The same program with the same seed is at the same event again in every run.';

/** Shown while a machine is debugged. */
export function registerMoment(sessions: Sessions): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('sockscope.moment', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Sockscope: Time and Event';
  item.tooltip = EXPLANATION;
  const subscription = sessions.onDidChange(() => {
    // The views say of when a past run is.
    const moment = sessions.current?.past ? undefined : sessions.current?.moment;
    if (moment === undefined) {
      item.hide();
      return;
    }
    const event = moment.event === undefined ? '' : ` · event ${moment.event}`;
    item.text = `$(watch) t = ${shortTime(moment.time)} s${event}`;
    item.show();
  });
  return vscode.Disposable.from(item, subscription);
}
