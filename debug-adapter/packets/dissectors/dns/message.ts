/** DNS (RFC 1035), and what speaks it with other bits. */
import type { DnsKnown } from '../../tracking/dnsTracker.ts';
import { expert } from '../../tree/expert.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { CLASS_BIT, classLabel, DNS, LLMNR, MDNS, type Dialect } from './dialects.ts';
import { CLASSES, OPCODES, REPLY_CODES, TYPES } from './dnsNames.ts';
import { readName } from './names.ts';
import { addRecord, className, DNS_RECORD_FIELDS, typeName } from './records.ts';

const LINE = field('', '', 'none');
const LENGTH = field('dns.length', 'Length', 'uint16');
const ID = field('dns.id', 'Transaction ID', 'uint16', { base: 'hex' });
const FLAGS = field('dns.flags', 'Flags', 'uint16', { base: 'hex' });
const bit = (name: string, title: string, mask: number, yes: string, no: string) =>
  field(`dns.flags.${name}`, title, 'boolean', { mask, bits: 16, names: { 1: yes, 0: no } });
const RESPONSE = bit('response', 'Response', 0x8000, 'Message is a response', 'Message is a query');
const OPCODE = field('dns.flags.opcode', 'Opcode', 'uint16', { mask: 0x7800, names: OPCODES });
const AUTHORITATIVE = bit(
  'authoritative',
  'Authoritative',
  0x0400,
  'Server is an authority for domain',
  'Server is not an authority for domain',
);
const TRUNCATED = bit('truncated', 'Truncated', 0x0200, 'Message is truncated', 'Message is not truncated');
const WANTS_RECURSION = bit(
  'recdesired',
  'Recursion desired',
  0x0100,
  'Do query recursively',
  "Don't do query recursively",
);
const HAS_RECURSION = bit(
  'recavail',
  'Recursion available',
  0x0080,
  'Server can do recursive queries',
  "Server can't do recursive queries",
);
const Z = bit('z', 'Z', 0x0040, 'reserved - incorrect!', 'reserved (0)');
const AUTHENTICATED = bit(
  'authenticated',
  'Answer authenticated',
  0x0020,
  'Answer/authority portion was authenticated by the server',
  'Answer/authority portion was not authenticated by the server',
);
const UNCHECKED = bit('checkdisable', 'Non-authenticated data', 0x0010, 'Acceptable', 'Unacceptable');
const CONFLICT = field('dns.flags.conflict', 'Conflict', 'boolean', { mask: 0x0400, bits: 16 });
const TENTATIVE = bit('tentative', 'Tentative', 0x0100, 'Tentative', 'Not tentative');
const REPLY_CODE = field('dns.flags.rcode', 'Reply code', 'uint16', { mask: 0x000f, names: REPLY_CODES });
const count = (name: string, title: string) => field(`dns.count.${name}`, title, 'uint16');
const COUNTS = [
  count('queries', 'Questions'),
  count('answers', 'Answer RRs'),
  count('auth_rr', 'Authority RRs'),
  count('add_rr', 'Additional RRs'),
];
const UPDATE_COUNTS = [
  count('zones', 'Zones'),
  count('prerequisites', 'Prerequisites'),
  count('updates', 'Updates'),
  COUNTS[3]!,
];
const SECTIONS = ['Queries', 'Answers', 'Authoritative nameservers', 'Additional records'];
const UPDATE_SECTIONS = ['Zone', 'Prerequisites', 'Updates', 'Additional records'];
const QUERY_NAME = field('dns.qry.name', 'Name', 'string');
const QUERY_NAME_LENGTH = field('dns.qry.name.len', 'Name Length', 'uint16');
const LABELS = field('dns.count.labels', 'Label Count', 'uint16');
const QUERY_TYPE = field('dns.qry.type', 'Type', 'uint16', { names: TYPES });
const QUERY_CLASS = field('dns.qry.class', 'Class', 'uint16', { base: 'hex', names: CLASSES });
const WANTS_UNICAST = field('dns.qry.qu', '"QU" question', 'boolean', { mask: CLASS_BIT, bits: 16 });
const RESPONSE_IN = field('dns.response_in', 'Response In', 'uint32', { isFrame: true });
const RESPONSE_TO = field('dns.response_to', 'Request In', 'uint32', { isFrame: true });
const TIME = field('dns.time', 'Time', 'relative');
const REPEATED_QUERY_IN = field(
  'dns.retransmit_request_in',
  'Retransmitted request. Original request in',
  'uint32',
  { isFrame: true },
);
const REPEATED_RESPONSE_IN = field(
  'dns.retransmit_response_in',
  'Retransmitted response. Original response in',
  'uint32',
  { isFrame: true },
);
const IS_REPEATED = field('dns.retransmission', 'Retransmission', 'boolean');
const REPEATED_QUERY = field('dns.retransmit_request', 'DNS query retransmission', 'none');
const REPEATED_RESPONSE = field('dns.retransmit_response', 'DNS response retransmission', 'none');
const UNSOLICITED = field('dns.unsolicited', 'Unsolicited', 'boolean');

export const DNS_FIELDS: readonly Field[] = [
  DNS.protocol,
  MDNS.protocol,
  LLMNR.protocol,
  LENGTH,
  ID,
  FLAGS,
  RESPONSE,
  OPCODE,
  AUTHORITATIVE,
  TRUNCATED,
  WANTS_RECURSION,
  HAS_RECURSION,
  Z,
  AUTHENTICATED,
  UNCHECKED,
  CONFLICT,
  TENTATIVE,
  REPLY_CODE,
  ...COUNTS,
  ...UPDATE_COUNTS.slice(0, 3),
  QUERY_NAME,
  QUERY_NAME_LENGTH,
  LABELS,
  QUERY_TYPE,
  QUERY_CLASS,
  WANTS_UNICAST,
  RESPONSE_IN,
  RESPONSE_TO,
  TIME,
  REPEATED_QUERY_IN,
  REPEATED_RESPONSE_IN,
  IS_REPEATED,
  REPEATED_QUERY,
  REPEATED_RESPONSE,
  UNSOLICITED,
  ...DNS_RECORD_FIELDS,
];

const HEADER = 12;
const UPDATE = 5;

/** What the packets before tell; asked once the header was read. */
export type AskDns = (id: number, isResponse: boolean) => DnsKnown | undefined;

/** @param hasLength two bytes of length are before the message, as on TCP */
export function dissectDns(
  packet: Packet,
  bytes: PacketBytes,
  ask: AskDns,
  hasLength = false,
  dialect = DNS,
): void {
  packet.show({ protocol: dialect.column, info: '' });
  packet.attempt(
    dialect.short,
    bytes,
    () => dissect(packet, bytes, ask, hasLength, dialect),
    dialect.protocol.name,
  );
}

function dissect(
  packet: Packet,
  bytes: PacketBytes,
  ask: AskDns,
  hasLength: boolean,
  dialect: Dialect,
): void {
  const begin = bytes.begin + (hasLength ? 2 : 0);
  const [id, flags] = [bytes.u16(begin), bytes.u16(begin + 2)];
  const isResponse = (flags & 0x8000) !== 0;
  const opcode = (flags >> 11) & 0xf;
  const isUpdate = opcode === UPDATE;
  packet.show({ info: () => infoText(id, flags) });
  const { protocol, hasClassBit } = dialect;
  const title = `${protocol.title} (${isResponse ? 'response' : 'query'})`;
  const layer = packet.layer(protocol, bytes, bytes.length, title);
  if (hasLength) layer.read(LENGTH, bytes, bytes.begin, 2);
  const idLine = layer.add(ID, bytes, begin, 2, id);
  const known = packet.isQuoted ? undefined : ask(id, isResponse);
  if (known?.repeats) {
    const what = isResponse ? REPEATED_RESPONSE : REPEATED_QUERY;
    const original = `Original ${isResponse ? 'response' : 'request'} in frame ${known.repeats}`;
    expert(idLine, what, 'Warning', 'Protocol', `${what.title}. ${original}`);
  }
  addFlags(layer, bytes, begin + 2, flags, dialect);
  const titles = isUpdate ? UPDATE_SECTIONS : SECTIONS;
  const counts = (isUpdate ? UPDATE_COUNTS : COUNTS).map((own, at) => {
    layer.read(own, bytes, begin + 4 + 2 * at, 2);
    return bytes.u16(begin + 4 + 2 * at);
  });
  const info = (text: string) => packet.alsoInfo(text);
  let at = begin + HEADER;
  for (const [section, wanted] of counts.entries()) {
    if (wanted === 0) continue;
    const heading = layer.heading(LINE, bytes, at, bytes.captured - at, titles[section]!);
    const from = at;
    for (let left = wanted; left > 0; left--)
      at =
        section === 0
          ? addQuery(heading, bytes, begin, at, info, hasClassBit)
          : addRecord(heading, bytes, begin, at, info, hasClassBit);
    heading.length = Math.min(at, bytes.captured) - from;
  }
  if (known) addLinks(packet, layer, bytes, known, isResponse);
}

function infoText(id: number, flags: number): string {
  const opcode = (flags >> 11) & 0xf;
  const code = flags & 0xf;
  const what = OPCODES[opcode] ?? `Unknown operation (${opcode})`;
  const response = flags & 0x8000 ? ' response' : '';
  const failure = flags & 0x8000 && code ? ` ${REPLY_CODES[code] ?? `Unknown error (${code})`}` : '';
  return `${what}${response} 0x${id.toString(16).padStart(4, '0')}${failure}`;
}

function addFlags(
  layer: Item,
  bytes: PacketBytes,
  at: number,
  flags: number,
  { hasLlmnrFlags }: Dialect,
): void {
  const isResponse = (flags & 0x8000) !== 0;
  const line = layer.add(FLAGS, bytes, at, 2, flags);
  line.also(() => {
    const what = OPCODES[(flags >> 11) & 0xf] ?? 'Unknown operation';
    return isResponse ? ` ${what} response, ${REPLY_CODES[flags & 0xf] ?? 'Unknown error'}` : ` ${what}`;
  });
  const add = (own: Field) => line.bits(own, bytes, at, 2, flags);
  add(RESPONSE);
  add(OPCODE);
  if (hasLlmnrFlags) {
    add(CONFLICT).as(CONFLICTS[isResponse ? 'response' : 'query'][flags & CONFLICT.mask! ? 1 : 0]);
    add(TRUNCATED);
    add(TENTATIVE);
    if (isResponse) add(REPLY_CODE);
    return;
  }
  if (isResponse) add(AUTHORITATIVE);
  add(TRUNCATED);
  add(WANTS_RECURSION);
  if (isResponse) add(HAS_RECURSION);
  add(Z);
  if (isResponse) add(AUTHENTICATED);
  else if (flags & 0x0020) add(AUTHENTICATED).label('.... .... ..1. .... = AD bit: Set');
  add(UNCHECKED);
  if (isResponse) add(REPLY_CODE);
}

/** Without a conflict, and with one. */
const CONFLICTS = {
  query: ['None', 'The sender received multiple responses'],
  response: ['The name is considered unique', 'The name is not considered unique'],
} as const;

/** @returns where it ends */
function addQuery(
  section: Item,
  bytes: PacketBytes,
  begin: number,
  at: number,
  info: (text: string) => void,
  hasClassBit: boolean,
): number {
  const { text, length, end } = readName(bytes, begin, at);
  const [type, whole] = [bytes.u16(end), bytes.u16(end + 2)];
  const kind = hasClassBit ? whole & ~CLASS_BIT : whole;
  const asks = hasClassBit ? `, "${whole & CLASS_BIT ? 'QU' : 'QM'}" question` : '';
  info(`${typeName(type)} ${text}${asks}`);
  const line = section.heading(
    LINE,
    bytes,
    at,
    end + 4 - at,
    () => `${text}: type ${typeName(type)}, class ${className(kind)}${asks}`,
  );
  line.add(QUERY_NAME, bytes, at, end - at, text);
  // Wireshark counts a name of one letter as the root's.
  const isCounted = length > 1;
  line.add(QUERY_NAME_LENGTH, bytes, at, end - at, isCounted ? length : 0);
  line.add(LABELS, bytes, at, end - at, isCounted ? text.split('.').length : 0);
  line.add(QUERY_TYPE, bytes, end, 2, type);
  const classLine = line.add(QUERY_CLASS, bytes, end + 2, 2, kind);
  if (hasClassBit) {
    classLine.label(() => classLabel(kind, className(kind)));
    line.bits(WANTS_UNICAST, bytes, end + 2, 2, whole);
  }
  return end + 4;
}

function addLinks(
  { frame }: Packet,
  layer: Item,
  bytes: PacketBytes,
  { transaction, repeats }: DnsKnown,
  isResponse: boolean,
): void {
  if (repeats) {
    layer.generate(isResponse ? REPEATED_RESPONSE_IN : REPEATED_QUERY_IN, bytes, repeats);
    layer.generate(IS_REPEATED, bytes, 1);
  } else if (!transaction) layer.generate(UNSOLICITED, bytes, 1);
  else if (!isResponse) {
    if (transaction.response) layer.generate(RESPONSE_IN, bytes, transaction.response);
  } else {
    layer.generate(RESPONSE_TO, bytes, transaction.query);
    layer.generate(TIME, bytes, frame.timeNs - transaction.queryNs);
  }
}
