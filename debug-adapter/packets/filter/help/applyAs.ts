/** Makes filters from what is seen in a packet: its value, its stream, its conversation. */
import type { Field, FieldValue } from '../../tree/field.ts';
import { isInteger } from '../../tree/field.ts';
import type { ApplyAs } from '../../../protocol.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import { valueText } from '../../tree/text.ts';
import { quoted } from '../grammar/lexer.ts';
import { parseSyntax } from '../grammar/parser.ts';
import { filterField } from '../meaning/fields.ts';

/** Nanoseconds as seconds, with as many decimals as they need. */
function seconds(field: Field, value: FieldValue): string {
  return valueText(field, value).replace(/\.?0+$/, '');
}

/** A value as a literal of its field's type. */
export function literalOf(field: Field, value: FieldValue): string {
  switch (field.type) {
    case 'string':
      return quoted(value as string);
    case 'absolute':
      return quoted(valueText(field, value));
    case 'bytes': {
      const text = valueText(field, value);
      return text === '' ? '""' : text;
    }
    case 'relative':
    case 'epoch':
      return seconds(field, value);
    case 'boolean':
      return String(Number(value));
    default:
      return isInteger(field) && Number(value) < 0 ? String(value) : valueText(field, value);
  }
}

/** Packets that have the same value of this field, or, where it has none, that have the field at all. */
export function filterForItem({ field, value }: Item): string {
  if (field.type === 'none' || field.type === 'protocol') return field.name;
  return `${field.name} == ${literalOf(field, value)}`;
}

/** The layers that a conversation can be of, from inside to outside. */
const CONVERSATIONS = [
  { protocol: 'tcp', stream: 'tcp.stream', ends: ['tcp.srcport', 'tcp.dstport'], either: 'tcp.port' },
  { protocol: 'udp', stream: 'udp.stream', ends: ['udp.srcport', 'udp.dstport'], either: 'udp.port' },
  { protocol: 'ip', stream: null, ends: ['ip.src', 'ip.dst'], either: 'ip.addr' },
  { protocol: 'ipv6', stream: null, ends: ['ipv6.src', 'ipv6.dst'], either: 'ipv6.addr' },
  { protocol: 'eth', stream: null, ends: ['eth.src', 'eth.dst'], either: 'eth.addr' },
] as const;
export type ConversationLayer = (typeof CONVERSATIONS)[number]['protocol'];
export const CONVERSATION_LAYERS: readonly ConversationLayer[] = CONVERSATIONS.map(
  ({ protocol }) => protocol,
);

/** The first items of fields, by name: those of the packet itself, not of one that it quotes. */
function firstLiteral(packet: Packet, name: string): string | null {
  const field = filterField(name);
  const item = field && packet.items(field)[0];
  return item ? literalOf(item.field, item.value) : null;
}

/** All packets of the same TCP connection or UDP flow; null if the packet belongs to none. */
export function filterForStream(packet: Packet): string | null {
  for (const { stream } of CONVERSATIONS) {
    const number = stream && firstLiteral(packet, stream);
    if (number !== null) return `${stream} == ${number}`;
  }
  return null;
}

/**
 * All packets between the same two ends.
 *
 * @param layer whose ends; the innermost one of the packet if omitted. @returns null if the packet has none
 */
export function filterForConversation(packet: Packet, layer?: ConversationLayer): string | null {
  const chosen = CONVERSATIONS.findIndex(
    ({ protocol, ends }) =>
      (layer === undefined || layer === protocol) && firstLiteral(packet, ends[0]) !== null,
  );
  if (chosen < 0) return null;
  const { protocol } = CONVERSATIONS[chosen]!;
  // Ports belong to their addresses.
  const parts = protocol === 'tcp' || protocol === 'udp' ? ['ip', 'ipv6', protocol] : [protocol];
  const tests = CONVERSATIONS.filter((one) => parts.includes(one.protocol)).reverse();
  const ends = tests
    .flatMap(({ ends, either }) => ends.map((end) => [either, firstLiteral(packet, end)] as const))
    .flatMap(([either, literal]) => (literal === null ? [] : [`${either} == ${literal}`]));
  // On loopback both are the same.
  return [...new Set(ends)].join(' and ');
}

/** How a new filter goes together with the one that is there: Wireshark's "Apply as Filter". */
export const APPLY_AS: readonly ApplyAs[] = [
  'selected',
  'not selected',
  'and selected',
  'or selected',
  'and not selected',
  'or not selected',
];

/**
 * @param current the filter that is there; empty for none
 * @throws FilterError if that one is wrong and would be a part of the result
 */
export function combined(current: string, selected: string, how: ApplyAs): string {
  const isNegated = how.includes('not');
  const joint = how.startsWith('and') ? 'and' : how.startsWith('or') ? 'or' : null;
  const added = isNegated ? `not ${grouped(selected, 'not')}` : selected;
  if (joint === null || current.trim() === '') return added;
  return `${grouped(current.trim(), joint)} ${joint} ${isNegated ? added : grouped(added, joint)}`;
}

/** In parentheses, unless the filter binds more strongly than the operator, or is joined by the same. */
function grouped(filter: string, operator: 'and' | 'or' | 'not'): string {
  const { kind } = parseSyntax(filter);
  const isJoined = kind === 'and' || kind === 'or' || kind === 'xor';
  return isJoined && kind !== operator ? `(${filter})` : filter;
}
