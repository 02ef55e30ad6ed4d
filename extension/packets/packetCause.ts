// From a packet to what has caused it: another packet, or the code of a system call or a timer.
import * as vscode from 'vscode';
import type { ToPanel } from '../../webviews/messages.ts';
import type { MachineSession } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { goToEvent } from '../goToEvent.ts';
import { showPacketCode } from './packetCode.ts';

interface CauseItem extends vscode.QuickPickItem {
  /** The packet, or the one whose code it is. */
  number: number;
  isCode: boolean;
  /** The moment that led to it. */
  event?: number;
}

/** @returns the packet to show, if a packet is the cause; otherwise its code is shown. Rejects with the adapter's message. */
export async function goToCause(
  session: MachineSession,
  sources: StackSources,
  number: number,
): Promise<ToPanel | undefined> {
  const { chain } = await session.request('sockscope/causeChain', { number });
  const packet = chain[0]?.packet;
  if (packet !== undefined) return { type: 'reveal', number: packet };
  await showPacketCode(session, sources, number, 'cause');
  return undefined;
}

/** Lists what led to a packet. @returns the packet that was chosen, if one was */
export async function chooseCause(
  session: MachineSession,
  sources: StackSources,
  number: number,
): Promise<number | undefined> {
  const { chain, next } = await session.request('sockscope/causeChain', { number });
  const items: CauseItem[] = chain.map((link) => ({
    label: vscode.l10n.t('Packet {0}', link.number),
    description: link.info,
    detail: link.sentence,
    number: link.number,
    isCode: false,
  }));
  if (next !== undefined)
    items.push({ label: vscode.l10n.t('Packet {0}, and what led to it', next), number: next, isCode: false });
  const last = chain.at(-1);
  if (last && last.packet === undefined)
    items.push({
      label: `$(code) ${vscode.l10n.t('The code that sent packet {0}', last.number)}`,
      number: last.number,
      isCode: true,
    });
  if (last?.event !== undefined && last.packet === undefined)
    items.push({
      label: `$(history) ${vscode.l10n.t('The moment that led to packet {0}', last.number)}`,
      description: vscode.l10n.t('event {0}', last.event),
      number: last.number,
      isCode: false,
      event: last.event,
    });
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('What led to packet {0}', number),
    placeHolder: vscode.l10n.t('Each packet was caused by the one below it; Enter goes there'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) return undefined;
  if (chosen.event !== undefined) await goToEvent(session, chosen.event);
  else if (!chosen.isCode) return chosen.number;
  else await showPacketCode(session, sources, chosen.number, 'cause');
  return undefined;
}
