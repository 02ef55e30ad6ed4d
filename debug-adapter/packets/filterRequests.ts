/** Answers the requests that help to write a filter, in the language and the fields of the filters that are in use. */
import type {
  FilterCompletion,
  FilterCompletionsArguments,
  FilterCompletionsResponse,
  FilterForArguments,
  FilterForResponse,
} from '../protocol.ts';
import { didYouMean, nearest } from '../../stack/lib/nearest.ts';
import { hexBytes } from './bytes.ts';
import { filterField, filterFieldNames, type FilterField, type FieldValue } from './filter/fields.ts';
import { APPLY_AS, combined } from './filter/help/applyAs.ts';
import { completionsAt } from './filter/help/completions.ts';
import { quoted } from './filter/lexer.ts';
import type { Packet } from './packet.ts';
import type { PacketStore } from './packetStore.ts';

/** Behind this a test can begin. */
const BEFORE_A_TEST = /(^|\(|!|&&|\|\||\b(and|or|not))\s*$/;

export function completeFilter(
  store: PacketStore,
  { filter, cursor }: FilterCompletionsArguments,
): FilterCompletionsResponse {
  const at = Math.min(cursor, filter.length);
  const answer = completionsAt(filter, at, () => store.newest());
  const items = answer.items.filter(({ kind, text }) =>
    isField(kind) ? filterField(text) !== undefined : kind !== 'function',
  );
  if (!BEFORE_A_TEST.test(filter.slice(0, answer.start))) return { ...answer, items };
  const begun = filter.slice(answer.start, at).toLowerCase();
  const listed = new Set(items.map(({ text }) => text));
  const more = filterFieldNames().filter((name) => name.startsWith(begun) && !listed.has(name));
  return { ...answer, items: [...items, ...more.map(completion)] };
}

function isField(kind: FilterCompletion['kind']): boolean {
  return kind === 'field' || kind === 'protocol';
}

function completion(text: string): FilterCompletion {
  return { text, kind: text.includes('.') ? 'field' : 'protocol', title: '' };
}

/** Throws an error with a message for the user. */
export function filterFor(
  store: PacketStore,
  { number, what, field, occurrence = 0, how = 'selected', filter = '' }: FilterForArguments,
): FilterForResponse {
  const packet = store.dissected(number);
  const chosen = oneOf('how', how, APPLY_AS);
  const make = (selected: string | null, missing: string): FilterForResponse => {
    if (selected === null) throw new Error(`packet ${number} ${missing}`);
    return { filter: combined(filter, selected, chosen) };
  };
  switch (oneOf('what', what, ['field', 'stream', 'conversation'] as const)) {
    case 'stream':
      return make(streamFilter(packet), 'belongs to no TCP connection and no UDP flow');
    case 'conversation': {
      const layer = field === undefined ? undefined : oneOf('field', field, LAYERS);
      return make(conversationFilter(packet, layer), `has no two ends${layer ? ` in ${layer}` : ''}`);
    }
    case 'field': {
      if (field === undefined)
        throw new Error('filterFor needs the name of a field, for example tcp.srcport');
      const known = filterField(field.toLowerCase());
      if (!known) {
        const cure = didYouMean(nearest(field.toLowerCase(), filterFieldNames()));
        throw new Error(`there is no field "${field}"${cure || ' that a filter can test'}`);
      }
      return make(
        valueFilter(known, packet, occurrence),
        `has no ${occurrence ? `value ${occurrence} of ` : ''}${field}`,
      );
    }
  }
}

/** The layers that a conversation can be of, from inside to outside: the fields of its ends, and of either. */
const CONVERSATIONS = [
  { layer: 'tcp', ends: ['tcp.srcport', 'tcp.dstport'], either: 'tcp.port', below: 'ip' },
  { layer: 'udp', ends: ['udp.srcport', 'udp.dstport'], either: 'udp.port', below: 'ip' },
  { layer: 'ip', ends: ['ip.src', 'ip.dst'], either: 'ip.addr', below: null },
  { layer: 'eth', ends: ['eth.src', 'eth.dst'], either: 'eth.addr', below: null },
] as const;
const LAYERS = CONVERSATIONS.map(({ layer }) => layer);
type Layer = (typeof LAYERS)[number];

function streamFilter(packet: Packet): string | null {
  return (
    valueFilter(filterField('tcp.stream')!, packet, 0) ??
    (packet.protocols.includes('UDP') ? conversationFilter(packet, 'udp') : null)
  );
}

function conversationFilter(packet: Packet, layer?: Layer): string | null {
  const found = CONVERSATIONS.find(
    (one) => (layer === undefined || layer === one.layer) && ends(packet, one.ends).length > 0,
  );
  if (!found) return null;
  const tests = ends(packet, found.ends).map((end) => `${found.either} == ${end}`);
  const outer = found.below && conversationFilter(packet, found.below);
  return [...(outer ? [outer] : []), ...tests].join(' and ');
}

/** The values of both ends, each once. */
function ends(packet: Packet, names: readonly string[]): string[] {
  const fields = names.map((name) => filterField(name)!);
  return [...new Set(fields.flatMap((field) => field.values(packet).slice(0, 1)).map(String))];
}

function valueFilter(field: FilterField, packet: Packet, occurrence: number): string | null {
  const value = field.values(packet)[occurrence];
  if (value === undefined) return null;
  return field.type === 'presence' ? field.name : `${field.name} == ${literal(field, value)}`;
}

function literal({ type }: FilterField, value: FieldValue): string {
  if (typeof value === 'object') return value.length ? hexBytes(value, 0, value.length) : '""';
  return type === 'text' ? quoted(String(value)) : String(value);
}

function oneOf<T extends string>(name: string, given: string, known: readonly T[]): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const cure = didYouMean(nearest(given, known)) || `: write one of ${known.join(', ')}`;
  throw new Error(`filterFor knows no ${name} "${given}"${cure}`);
}
