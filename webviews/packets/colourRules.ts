/**
 * What a row's colour says. The icon and the spoken word say the same, for those who do not see colours. The first
 * rule that fits counts.
 */
import type { PacketRow } from '../messages.ts';

export interface ColourRule {
  /** Class of the row. */
  name: string;
  /** A codicon's name. */
  icon: string;
  /** What a screen reader says, and the tooltip. */
  label: string;
  fits: (row: PacketRow) => boolean;
}

/** Flags of a TCP segment as Wireshark's info writes them: `[SYN, ACK]`. */
function hasFlag(row: PacketRow, flag: string): boolean {
  const flags = /\[([A-Z]{3}(?:, [A-Z]{3})*)\]/.exec(row.info)?.[1];
  return flags !== undefined && flags.split(', ').includes(flag);
}

export const COLOUR_RULES: readonly ColourRule[] = [
  {
    name: 'lost',
    icon: 'circle-slash',
    label: 'lost',
    fits: ({ fate }) => fate === 'lost',
  },
  {
    name: 'dropped',
    icon: 'trash',
    label: 'dropped',
    fits: ({ fate }) => fate === 'dropped',
  },
  {
    name: 'malformed',
    icon: 'error',
    label: 'malformed',
    fits: ({ info }) => /\[Malformed Packet|^Bogus|^BAD|bogus TCP/.test(info),
  },
  {
    name: 'reset',
    icon: 'close',
    label: 'connection reset',
    fits: (row) => hasFlag(row, 'RST'),
  },
  {
    name: 'unreachable',
    icon: 'error',
    label: 'ICMP error',
    fits: ({ info }) => /unreachable|exceeded/.test(info),
  },
  {
    name: 'retransmission',
    icon: 'refresh',
    label: 'retransmission',
    fits: ({ info }) => /\[TCP (?:Fast |Spurious )?Retransmission/.test(info),
  },
  {
    name: 'note',
    icon: 'warning',
    label: 'TCP problem',
    fits: ({ info }) => /^\[TCP (?!Window Update|Keep-Alive|Port numbers reused)/.test(info),
  },
  {
    name: 'syn',
    icon: 'debug-start',
    label: 'connection begins',
    fits: (row) => hasFlag(row, 'SYN'),
  },
  {
    name: 'fin',
    icon: 'debug-stop',
    label: 'connection ends',
    fits: (row) => hasFlag(row, 'FIN'),
  },
];

export function colourOf(row: PacketRow): ColourRule | undefined {
  return COLOUR_RULES.find(({ fits }) => fits(row));
}
