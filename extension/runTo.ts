// Steps longer than a line: into the driver, out of the kernel to the program, and to the next of what may happen.
import * as vscode from 'vscode';
import type { RunToArguments, RunToNext, TreeResponse } from '../debug-adapter/protocol.ts';
import type { MachineSession, Sessions } from './session.ts';

export function registerRunTo(sessions: Sessions): vscode.Disposable {
  const stopped = (): { session: MachineSession; threadId: number } | undefined => {
    const session = sessions.current;
    const threadId = vscode.debug.activeStackItem?.threadId;
    return session === undefined || session.running || threadId === undefined
      ? undefined
      : { session, threadId };
  };
  const run = async (to: RunToArguments['to']): Promise<void> => {
    const now = stopped();
    if (now === undefined) return;
    try {
      await now.session.request('sockscope/runTo', { to, threadId: now.threadId });
    } catch (error) {
      void vscode.window.showErrorMessage((error as Error).message);
    }
  };
  const choose = async (): Promise<void> => {
    const now = stopped();
    if (now === undefined) return;
    const picked = await vscode.window.showQuickPick(choices(now.session), {
      title: vscode.l10n.t('Run to the Next…'),
      matchOnDescription: true,
    });
    if (picked !== undefined) await run(picked.to);
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('sockscope.runToDriver', () => run('driver')),
    vscode.commands.registerCommand('sockscope.stepOutToProgram', () => run('program')),
    vscode.commands.registerCommand('sockscope.runToNext', choose),
  );
}

interface Choice extends vscode.QuickPickItem {
  to: RunToNext;
}
async function choices(session: MachineSession): Promise<Choice[]> {
  const { t } = vscode.l10n;
  return [
    { to: 'packet', label: t('Packet'), description: t('handed to a network card, or taken from one') },
    { to: 'arrival', label: t('Arrival of a packet'), description: t('taken from a network card') },
    { to: 'syscall', label: t('System call'), description: t('of any process') },
    { to: 'transition', label: t('State transition'), description: t('of any TCP socket') },
    { to: 'timer', label: t('Timer'), description: await nextTimer(session) },
  ];
}
/** What is due next: time passes to it if nothing else is left to do. */
async function nextTimer(session: MachineSession): Promise<string> {
  const { items }: TreeResponse = await session.request('sockscope/tree', {
    view: 'kernel',
    parent: 'kernel/timers',
  });
  const [first] = items;
  return first === undefined
    ? vscode.l10n.t('none is set')
    : vscode.l10n.t('next: {0}, {1}', first.label, first.description ?? '');
}
