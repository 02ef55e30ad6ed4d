// Handlers of the Packets panel's requests.
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FromPanel, FromPanelOf, StartCommand, ToPanel } from '../../webviews/messages.ts';
import type { MachineSession } from '../session.ts';
import { programFiles } from '../scenario/launchFile.ts';
import type { StackSources } from '../stackSources.ts';
import { breakOnLike } from './breakOnLike.ts';
import { showPacketCode } from './packetCode.ts';
import { askColumn, askComment, askNumber } from './packetQuestions.ts';
import { showSocketOf } from './packetSocket.ts';
import type { PanelParts } from './packetsPanel.ts';

const STARTS: Readonly<Record<StartCommand, string>> = {
  startDebugging: 'sockscope.debugScenario',
  newScenario: 'sockscope.newScenario',
  debugNode: 'sockscope.debugNodeProgram',
  openSample: 'sockscope.openSample',
};

/**
 * Handles a request of the panel.
 *
 * @returns the answer, if the panel waits for one; throws with a message for the user
 */
export async function answerPanel(
  message: FromPanel,
  session: MachineSession | undefined,
  sources: StackSources,
  parts: PanelParts,
): Promise<ToPanel | undefined> {
  switch (message.type) {
    case 'getRows':
      return getRows(message, need(session));
    case 'getPacket': {
      const { number, sources, layers } = await need(session).request('sockscope/packet', {
        number: message.number,
      });
      return { type: 'packet', id: message.id, number, sources, layers };
    }
    case 'find':
      return find(message, need(session));
    case 'makeFilter': {
      const { type: _type, id, ...question } = message;
      const { filter } = await need(session).request('sockscope/filterFor', question);
      return { type: 'filter', id, filter };
    }
    case 'complete': {
      const { id, filter, cursor } = message;
      const { start, end, items } = await need(session).request('sockscope/filterCompletions', {
        filter,
        cursor,
      });
      return { type: 'completions', id, start, end, items };
    }
    case 'annotate': {
      const { type: _type, ...annotation } = message;
      await need(session).request('sockscope/annotatePacket', annotation);
      return { type: 'annotated' };
    }
    case 'comment':
      return askComment(message, need(session));
    case 'askColumn':
      return askColumn(need(session));
    case 'askNumber':
      return askNumber(need(session));
    case 'showSocket':
      await showSocketOf(need(session), parts.sockets, message.number);
      return undefined;
    case 'breakOnLike':
      await breakOnLike(need(session), parts.breakOn, message.number);
      return undefined;
    case 'goToCode':
      await showPacketCode(need(session), sources, message.number, message.which);
      return undefined;
    case 'export':
      await exportPackets(need(session));
      return undefined;
    case 'copy':
      await vscode.env.clipboard.writeText(message.text);
      vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', message.what), 2000);
      return undefined;
    case 'run':
      await vscode.commands.executeCommand(STARTS[message.command]);
      return undefined;
    default:
      return undefined;
  }
}

function need(session: MachineSession | undefined): MachineSession {
  if (!session) throw new Error(vscode.l10n.t('There are no packets: no scenario was debugged yet.'));
  return session;
}

async function getRows(
  { id, type: _type, ...question }: FromPanelOf<'getRows'>,
  session: MachineSession,
): Promise<ToPanel> {
  const answer = await session.request('sockscope/packets', question);
  if (answer.invalidFilter) return failed(id, answer.invalidFilter);
  const { total, matching, rows, sorting, located, current } = answer;
  return {
    type: 'rows',
    id,
    total,
    matching,
    rows,
    ...(sorting && { sorting }),
    ...(located !== undefined && located >= 0 && { located }),
    ...(current !== undefined && { current }),
  };
}

async function find(
  { id, type: _type, ...question }: FromPanelOf<'find'>,
  session: MachineSession,
): Promise<ToPanel> {
  const { invalid, found, goOnFrom } = await session.request('sockscope/findPacket', question);
  if (invalid) return failed(id, invalid);
  return {
    type: 'found',
    id,
    ...(found && { found }),
    ...(goOnFrom !== undefined && goOnFrom >= 0 && { goOnFrom }),
  };
}

function failed(
  id: number,
  { message, start, end }: { message: string; start?: number; end?: number },
): ToPanel {
  return {
    type: 'failed',
    id,
    message,
    ...(start !== undefined && { position: { start, end: end ?? start + 1 } }),
  };
}

async function exportPackets(session: MachineSession): Promise<void> {
  const { workspaceFolder, configuration } = session.debugSession;
  const [program] = programFiles(configuration);
  const folder =
    workspaceFolder?.uri ?? vscode.Uri.file(program === undefined ? homedir() : path.dirname(program));
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Packets'),
    defaultUri: vscode.Uri.joinPath(folder, 'capture.pcapng'),
    filters: { [vscode.l10n.t('Wireshark capture')]: ['pcapng'] },
  });
  if (!target) return;
  const { packets } = await session.request('sockscope/exportPackets', { path: target.fsPath });
  void vscode.window.showInformationMessage(
    packets === 1
      ? vscode.l10n.t('Saved 1 packet to {0}.', vscode.workspace.asRelativePath(target))
      : vscode.l10n.t('Saved {0} packets to {1}.', packets, vscode.workspace.asRelativePath(target)),
  );
}
