// Bytes of packets and buffers: opened in VS Code's hex editor; a packet's checksums are computed again.
import * as vscode from 'vscode';
import type { MachineSession, Sessions } from '../session.ts';

const HEX_EDITOR = { extension: 'ms-vscode.hexeditor', view: 'hexEditor.hexedit' };

/** What VS Code hands to a command in the menu of a variable. */
interface VariableContext {
  sessionId?: string;
  variable?: { name: string; memoryReference?: string };
}

/** The command in the menu of the Variables view. The trees have their own. */
export function registerVariableMemory(sessions: Sessions): vscode.Disposable {
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

/** Opens bytes in the hex editor, as VS Code's own command for variables does. */
export async function openMemory(session: MachineSession, reference: string): Promise<void> {
  if (vscode.extensions.getExtension(HEX_EDITOR.extension) === undefined) {
    const install = vscode.l10n.t('Show Extension');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t("Bytes are shown by Microsoft's Hex Editor, which is not installed."),
      install,
    );
    if (answer === install) await vscode.commands.executeCommand('extension.open', HEX_EDITOR.extension);
    return;
  }
  const uri = vscode.Uri.from({
    scheme: 'vscode-debug-memory',
    authority: session.id,
    path: `/${encodeURIComponent(reference)}/memory.bin`,
  });
  await vscode.commands.executeCommand('vscode.openWith', uri, HEX_EDITOR.view);
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
