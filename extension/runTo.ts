// Steps longer than a line: into the driver, out of the kernel to the program, and to the next of what may happen.
import * as vscode from 'vscode';
import type { RunToArguments, RunToNext, TreeResponse } from '../debug-adapter/protocol.ts';
import type { MachineSession, Sessions } from './session.ts';

/** The thread of interrupts; from it the way to the program leads to whichever process comes first. */
const SOFTIRQ_THREAD = 1;

export function registerRunTo(sessions: Sessions): vscode.Disposable {
  const stopped = (): { session: MachineSession; threadId: number } | undefined => {
    const session = sessions.current;
    if (session === undefined || session.running) return undefined;
    // Where everything sleeps, no thread has a frame that VS Code could choose.
    return { session, threadId: vscode.debug.activeStackItem?.threadId ?? SOFTIRQ_THREAD };
  };
  const run = async (to: RunToArguments['to']): Promise<void> => {
    const now = stopped();
    if (now === undefined) return;
    await told(now.session.request('sockscope/runTo', { to, threadId: now.threadId }));
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
  const advance = async (): Promise<void> => {
    const { current: session } = sessions;
    if (session === undefined || session.running) return;
    await told(chooseDue(session));
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('sockscope.runToDriver', () => run('driver')),
    vscode.commands.registerCommand('sockscope.stepOutToProgram', () => run('program')),
    vscode.commands.registerCommand('sockscope.runToNext', choose),
    vscode.commands.registerCommand('sockscope.advanceTime', advance),
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
    { to: 'switch', label: t('Context switch'), description: t('a process is put on the CPU') },
    { to: 'idle', label: t('Idle'), description: t('every process sleeps, and nothing else can run') },
  ];
}

/** Shows what is due next, and runs to what is chosen. Rejects with the adapter's message if nothing is due. */
async function chooseDue(session: MachineSession): Promise<void> {
  const { l10n } = vscode;
  const { isAsleep, due } = await session.request('sockscope/due', {});
  if (due.length === 0) {
    void vscode.window.showInformationMessage(
      l10n.t('Nothing is due: no timer is armed, and no frame is on its way.'),
    );
    return;
  }
  const items = due.map(({ what, of, host, inNs, left }, index) => ({
    label: inNs === 0 ? l10n.t('now') : l10n.t('in {0}', left),
    description: what,
    detail: host === undefined ? of : l10n.t('{0} on {1}', of, host),
    index,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Advance Time'),
    placeHolder: isAsleep
      ? l10n.t('Everything sleeps; Enter lets time pass to what is due next')
      : l10n.t('Something still runs, and may set other timers before this is due'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked !== undefined) await session.request('sockscope/advanceTime', { index: picked.index });
}
/** Shows a failure to the user. */
async function told(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    void vscode.window.showErrorMessage((error as Error).message);
  }
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
