// Bytes of packets and buffers: opened in VS Code's hex editor; a packet's checksums are computed again.
import * as vscode from 'vscode';
import type { MachineSession, Sessions } from '../session.ts';

const VIEW_MEMORY = 'workbench.debug.viewlet.action.viewMemory';
/** Of the file system in which VS Code has the bytes of sessions, each under its id. */
const MEMORY_SCHEME = 'vscode-debug-memory';

/** What VS Code hands to a command in the menu of a variable. */
interface VariableContext {
  sessionId?: string;
  variable?: { name: string; memoryReference?: string };
}

/** The command in the menu of the Variables view, and what is said when bytes are opened there or from the trees. */
export function registerVariableMemory(sessions: Sessions): vscode.Disposable {
  return vscode.Disposable.from(registerUpdateChecksums(sessions), sayHowToEdit(sessions));
}

/** The hex editor begins by inserting what is typed, and cannot save that: bytes of a session keep their number. */
function sayHowToEdit(sessions: Sessions): vscode.Disposable {
  return vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
    const id = sessions.current?.id;
    const isOurs = ({ input }: vscode.Tab): boolean =>
      input instanceof vscode.TabInputCustom &&
      input.uri.scheme === MEMORY_SCHEME &&
      input.uri.authority.toLowerCase() === id?.toLowerCase();
    if (opened.some(isOurs))
      vscode.window.setStatusBarMessage(
        vscode.l10n.t('To change bytes, press Insert in the hex editor first: it then overwrites.'),
        10_000,
      );
  });
}

/** The trees have their own command. */
function registerUpdateChecksums(sessions: Sessions): vscode.Disposable {
  return vscode.commands.registerCommand(
    'sockscope.updateVariableChecksums',
    async ({ sessionId, variable }: VariableContext = {}) => {
      const session = sessions.current;
      const reference = variable?.memoryReference;
      if (session === undefined || session.id !== sessionId || reference === undefined) return;
      try {
        await updateChecksums(session, reference);
      } catch (error) {
        void vscode.window.showErrorMessage(`${variable!.name}: ${(error as Error).message}`);
      }
    },
  );
}

/** Opens bytes in the hex editor: by VS Code's own command for variables, which also offers to install that editor. */
export async function openMemory(session: MachineSession, memoryReference: string): Promise<void> {
  await vscode.commands.executeCommand(VIEW_MEMORY, { sessionId: session.id, variable: { memoryReference } });
}

/** Says what has changed. Rejects with the adapter's message. */
export async function updateChecksums(session: MachineSession, memoryReference: string): Promise<void> {
  const { checksums } = await session.request('sockscope/updateChecksums', { memoryReference });
  const changed = checksums.filter(({ before, now }) => before !== now);
  const hex = (value: number) => `0x${value.toString(16).padStart(4, '0')}`;
  const text =
    changed.length === 0
      ? vscode.l10n.t('The checksums are right already.')
      : changed
          .map(({ of, before, now }) => vscode.l10n.t('{0} checksum: {1} → {2}', of, hex(before), hex(now)))
          .join(', ');
  vscode.window.setStatusBarMessage(text, 5000);
}
