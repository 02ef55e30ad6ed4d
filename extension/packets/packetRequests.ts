// Handlers of the requests of a panel that need nothing but packets.
import * as vscode from 'vscode';
import type { FromPanel, FromPanelOf, ToPanel } from '../../webviews/messages.ts';
import { askColumn, askComment, askNumber } from './packetQuestions.ts';
import type { PacketSource } from './packetSource.ts';

const PACKET_MESSAGES = [
  'getRows',
  'getPacket',
  'find',
  'makeFilter',
  'complete',
  'annotate',
  'comment',
  'askColumn',
  'askNumber',
] as const;
export type PacketMessage = Extract<FromPanel, { type: (typeof PACKET_MESSAGES)[number] }>;

export function isPacketMessage(message: FromPanel): message is PacketMessage {
  return (PACKET_MESSAGES as readonly string[]).includes(message.type);
}

/** @returns the answer, if the panel waits for one; rejects with a message for the user */
export async function answerPackets(
  message: PacketMessage,
  source: PacketSource,
): Promise<ToPanel | undefined> {
  switch (message.type) {
    case 'getRows':
      return getRows(message, source);
    case 'getPacket': {
      const { number, sources, layers, story } = await source.request('sockscope/packet', {
        number: message.number,
      });
      return { type: 'packet', id: message.id, number, sources, layers, ...(story && { story }) };
    }
    case 'find':
      return find(message, source);
    case 'makeFilter': {
      const { type: _type, id, ...question } = message;
      const { filter } = await source.request('sockscope/filterFor', question);
      return { type: 'filter', id, filter };
    }
    case 'complete': {
      const { id, filter, cursor } = message;
      const { start, end, items } = await source.request('sockscope/filterCompletions', { filter, cursor });
      return { type: 'completions', id, start, end, items };
    }
    case 'annotate': {
      const { type: _type, ...annotation } = message;
      await source.request('sockscope/annotatePacket', annotation);
      return { type: 'annotated' };
    }
    case 'comment':
      return askComment(message, source);
    case 'askColumn':
      return askColumn(source);
    case 'askNumber':
      return askNumber(source);
  }
}

export async function copyText({ text, what }: FromPanelOf<'copy'>): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', what), 2000);
}

async function getRows(
  { id, type: _type, ...question }: FromPanelOf<'getRows'>,
  source: PacketSource,
): Promise<ToPanel> {
  const answer = await source.request('sockscope/packets', question);
  if (answer.invalidFilter) return failed(id, answer.invalidFilter);
  const { total, matching, rows, sorting, filtering, located, current } = answer;
  return {
    type: 'rows',
    id,
    total,
    matching,
    rows,
    ...(sorting && { sorting }),
    ...(filtering && { filtering }),
    ...(located !== undefined && located >= 0 && { located }),
    ...(current !== undefined && { current }),
  };
}

async function find(
  { id, type: _type, ...question }: FromPanelOf<'find'>,
  source: PacketSource,
): Promise<ToPanel> {
  const { invalid, found, goOnFrom } = await source.request('sockscope/findPacket', question);
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

/** @param folder that the file is proposed in */
export async function exportPackets(source: PacketSource, folder: vscode.Uri): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Packets'),
    defaultUri: vscode.Uri.joinPath(folder, 'capture.pcapng'),
    filters: { [vscode.l10n.t('Wireshark capture')]: ['pcapng'] },
  });
  if (!target) return;
  const { packets } = await source.request('sockscope/exportPackets', { path: target.fsPath });
  void vscode.window.showInformationMessage(
    packets === 1
      ? vscode.l10n.t('Saved 1 packet to {0}.', vscode.workspace.asRelativePath(target))
      : vscode.l10n.t('Saved {0} packets to {1}.', packets, vscode.workspace.asRelativePath(target)),
  );
}
