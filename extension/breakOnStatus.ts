// The status bar item that shows what was chosen with "Break On…": VS Code's Breakpoints view cannot list it.
import { translate } from './language.ts';
import * as vscode from 'vscode';
import type { BreakOnChooser } from './breakOn.ts';
import { breakOnText } from './breakOnText.ts';
import type { Sessions } from './session.ts';

/** Shown while a machine is being debugged that stops on something chosen so. */
export function registerBreakOnStatus(sessions: Sessions, chooser: BreakOnChooser): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('sockscope.breakOn', vscode.StatusBarAlignment.Left, 0);
  item.name = vscode.l10n.t('Sockscope: Break On');
  item.command = 'sockscope.breakOn';
  const show = () => {
    const session = sessions.current;
    const text = session && !session.past ? breakOnText(session.breakOn, translate) : undefined;
    if (text === undefined) {
      item.hide();
      return;
    }
    item.text = `$(debug-breakpoint-conditional) ${text.short}`;
    item.tooltip = [
      vscode.l10n.t('The machine stops on this, besides the Breakpoints view:'),
      ...text.lines,
    ].join('\n');
    item.show();
  };
  return vscode.Disposable.from(item, sessions.onDidChange(show), chooser.onDidChange(show));
}
