// "Break when the next packet like this…": a condition of packet breakpoints, from a packet's fields.
import * as vscode from 'vscode';
import type { PacketRow } from '../../debug-adapter/protocol.ts';
import type { StopKindId } from '../../debug-adapter/filters/kinds.ts';
import type { BreakOnChooser } from '../breakOn.ts';
import type { MachineSession } from '../session.ts';

interface TermItem extends vscode.QuickPickItem {
  term: string;
}
interface KindItem extends vscode.QuickPickItem {
  id: StopKindId;
}

const kinds = (): KindItem[] => [
  {
    id: 'packetSent',
    label: vscode.l10n.t('when it is sent'),
    description: vscode.l10n.t('in the driver of the sender'),
  },
  {
    id: 'packetReceived',
    label: vscode.l10n.t('when it is received'),
    description: vscode.l10n.t('before IP looks at it'),
  },
  {
    id: 'packetDropped',
    label: vscode.l10n.t('when it is dropped'),
    description: vscode.l10n.t('by the kernel'),
  },
];
const FLAGS = ['SYN', 'ACK', 'FIN', 'RST', 'PSH'];

/** Lets the user choose what must be alike, and where to stop; adds it to what the machine stops at. */
export async function breakOnLike(
  session: MachineSession,
  breakOn: BreakOnChooser,
  number: number,
): Promise<void> {
  const { located = -1 } = await session.request('sockscope/packets', { from: 0, count: 0, locate: number });
  const { rows } = await session.request('sockscope/packets', { from: Math.max(0, located), count: 1 });
  const [row] = rows;
  if (located < 0 || !row) throw new Error(vscode.l10n.t('Packet {0} was let go.', number));
  const terms = termsOf(row);
  if (terms.length === 0)
    throw new Error(
      vscode.l10n.t('Packet breakpoints know nothing that packet {0} has: it is no IPv4 packet.', number),
    );
  const chosen = await pickTerms(number, terms);
  if (!chosen) return;
  const kind = await vscode.window.showQuickPick(kinds(), {
    title: vscode.l10n.t('Break When the Next Packet Like This…'),
    placeHolder: chosen.map(({ term }) => term).join(' && '),
  });
  if (kind) await breakOn.add(kind.id, chosen.map(({ term }) => term).join(' && '));
}

async function pickTerms(number: number, terms: TermItem[]): Promise<readonly TermItem[] | undefined> {
  const chosen = await vscode.window.showQuickPick(terms, {
    title: vscode.l10n.t('What Must Be as in Packet {0}', number),
    placeHolder: vscode.l10n.t('Tick what the next packet must have in common with this one'),
    canPickMany: true,
  });
  return chosen && chosen.length > 0 ? chosen : undefined;
}

/** What the language of packet breakpoints can say about a packet. */
export function termsOf({ source, destination, protocol, info, length }: PacketRow): TermItem[] {
  const terms: TermItem[] = [];
  const add = (term: string, label: string, picked = false) =>
    terms.push({ term, label, description: term, picked });
  const ends = {
    src: /^(\d+(?:\.\d+){3})(?::(\d+))?$/.exec(source),
    dst: /^(\d+(?:\.\d+){3})(?::(\d+))?$/.exec(destination),
  };
  if (!ends.src || !ends.dst) return [];
  const flags = /\[([A-Z]{3}(?:, [A-Z]{3})*)\]/.exec(info)?.[1]?.split(', ');
  const transport = flags ? 'tcp' : protocol.toLowerCase();
  if (['tcp', 'udp', 'icmp'].includes(transport))
    add(transport, vscode.l10n.t('protocol {0}', transport.toUpperCase()));
  for (const flag of flags ?? [])
    if (FLAGS.includes(flag)) add(flag.toLowerCase(), vscode.l10n.t('flag {0}', flag), flag !== 'ACK');
  if (flags && !flags.includes('ACK')) add('!ack', vscode.l10n.t('no flag ACK'), true);
  add(`src == ${ends.src[1]}`, vscode.l10n.t('source address'));
  add(`dst == ${ends.dst[1]}`, vscode.l10n.t('destination address'));
  if (ends.src[2]) add(`sport == ${ends.src[2]}`, vscode.l10n.t('source port'));
  if (ends.dst[2]) add(`dport == ${ends.dst[2]}`, vscode.l10n.t('destination port'), true);
  add(`len == ${length}`, vscode.l10n.t('length of the frame'));
  return terms;
}
