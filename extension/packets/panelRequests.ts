// Handlers of the Packets panel's requests.
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FromPanel, FromPanelOf, ToPanel } from '../../webviews/messages.ts';
import type { MachineSession } from '../session.ts';
import { programFiles } from '../scenario/launchFile.ts';
import type { StackSources } from '../stackSources.ts';
import { showPacketCode } from './packetCode.ts';

/**
 * Handles a request of the panel.
 *
 * @returns the answer, if the panel waits for one; throws with a message for the user
 */
export async function answerPanel(
  message: FromPanel,
  session: MachineSession | undefined,
  sources: StackSources,
): Promise<ToPanel | undefined> {
  switch (message.type) {
    case 'getRows':
      return getRows(message, need(session));
    case 'getPacket': {
      const { number, bytes, layers } = await need(session).request('sockscope/packet', {
        number: message.number,
      });
      return { type: 'packet', id: message.id, number, bytes, layers };
    }
    case 'goToCode':
      await showPacketCode(need(session), sources, message.number, message.which);
      return undefined;
    case 'export':
      await exportPackets(need(session));
      return undefined;
    case 'copy':
      await vscode.env.clipboard.writeText(message.text);
      vscode.window.setStatusBarMessage(`Copied ${message.what}`, 2000);
      return undefined;
    case 'run':
      await vscode.commands.executeCommand(
        message.command === 'startDebugging' ? 'sockscope.debugScenario' : 'sockscope.newScenario',
      );
      return undefined;
    default:
      return undefined;
  }
}

function need(session: MachineSession | undefined): MachineSession {
  if (!session) throw new Error('There are no packets: no scenario was debugged yet.');
  return session;
}

async function getRows(
  { id, from, count, filter }: FromPanelOf<'getRows'>,
  session: MachineSession,
): Promise<ToPanel> {
  const answer = await session.request('sockscope/packets', { from, count, ...(filter && { filter }) });
  if (answer.invalidFilter) {
    const { message, start, end } = answer.invalidFilter;
    return {
      type: 'failed',
      id,
      message,
      ...(start !== undefined && { position: { start, end: end ?? start + 1 } }),
    };
  }
  const { total, matching, rows, current } = answer;
  return { type: 'rows', id, total, matching, rows, ...(current !== undefined && { current }) };
}

async function exportPackets(session: MachineSession): Promise<void> {
  const { workspaceFolder, configuration } = session.debugSession;
  const [program] = programFiles(configuration);
  const folder =
    workspaceFolder?.uri ?? vscode.Uri.file(program === undefined ? homedir() : path.dirname(program));
  const target = await vscode.window.showSaveDialog({
    title: 'Export Packets',
    defaultUri: vscode.Uri.joinPath(folder, 'capture.pcapng'),
    filters: { 'Wireshark capture': ['pcapng'] },
  });
  if (!target) return;
  const { packets } = await session.request('sockscope/exportPackets', { path: target.fsPath });
  void vscode.window.showInformationMessage(
    `Saved ${packets} ${packets === 1 ? 'packet' : 'packets'} to ${vscode.workspace.asRelativePath(target)}.`,
  );
}
