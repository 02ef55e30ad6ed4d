/** IGMP, versions 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376): which IPv4 groups the hosts of a link listen to. */
import { field, type Field, type ValueNames } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv4Text } from '../tree/text.ts';
import { addChecksum, checksumFields, listed, onesSum, rightChecksum } from './checksum.ts';

const QUERY = 0x11;
const REPORT_V1 = 0x12;
const REPORT_V2 = 0x16;
const LEAVE = 0x17;
const REPORT_V3 = 0x22;
/** A query of version 3 is longer than one of the versions before. */
const QUERY_V2 = 8;
const ADDRESS = 4;

const TYPES: Readonly<Record<number, string>> = {
  [QUERY]: 'Membership Query',
  [REPORT_V1]: 'Membership Report',
  0x13: 'DVMRP Protocol',
  0x14: 'PIM Routing Message',
  [REPORT_V2]: 'Membership Report',
  [LEAVE]: 'Leave Group',
  0x1e: 'Traceroute Response',
  0x1f: 'Traceroute Query or Request',
  [REPORT_V3]: 'Membership Report',
};
const INCLUDE = 1;
const EXCLUDE = 2;
const TO_INCLUDE = 3;
const TO_EXCLUDE = 4;
const ALLOW = 5;
const BLOCK = 6;
const RECORD_TYPES: ValueNames & Readonly<Record<number, string>> = {
  [INCLUDE]: 'Mode Is Include',
  [EXCLUDE]: 'Mode Is Exclude',
  [TO_INCLUDE]: 'Change To Include Mode',
  [TO_EXCLUDE]: 'Change To Exclude Mode',
  [ALLOW]: 'Allow New Sources',
  [BLOCK]: 'Block Old Sources',
};

const IGMP = field('igmp', 'Internet Group Management Protocol', 'protocol');
const VERSION = field('igmp.version', 'IGMP Version', 'uint8');
const TYPE = field('igmp.type', 'Type', 'uint8', { base: 'hex', names: TYPES });
const MOST_DELAY = field('igmp.max_resp', 'Max Resp Time', 'uint8');
const EXPONENT = field('igmp.max_resp.exp', 'Exponent', 'uint8', { base: 'hex', mask: 0x70 });
const MANTISSA = field('igmp.max_resp.mant', 'Mantissa', 'uint8', { base: 'hex', mask: 0x0f });
const RESERVED = field('igmp.reserved', 'Reserved', 'bytes');
const CHECKSUM = checksumFields(
  'igmp',
  { checksum: 'Checksum', status: 'Checksum Status' },
  'igmp.bad_checksum',
  { hasCalculated: false },
);
const GROUP = field('igmp.maddr', 'Multicast Address', 'ipv4');
const SUPPRESS = field('igmp.s', 'S', 'boolean', {
  mask: 0x08,
  names: { 1: 'SUPPRESS router side processing', 0: 'Do not suppress router side processing' },
});
const ROBUSTNESS = field('igmp.qrv', 'QRV', 'uint8', { mask: 0x07 });
const INTERVAL = field('igmp.qqic', 'QQIC', 'uint8');
const SOURCES = field('igmp.num_src', 'Num Src', 'uint16');
const SOURCE = field('igmp.saddr', 'Source Address', 'ipv4');
const RECORDS = field('igmp.num_grp_recs', 'Num Group Records', 'uint16');
const RECORD = field('', 'Group Record', 'none');
const RECORD_TYPE = field('igmp.record_type', 'Record Type', 'uint8', { names: RECORD_TYPES });
const AUXILIARY_LENGTH = field('igmp.aux_data_len', 'Aux Data Len', 'uint8');
const AUXILIARY = field('igmp.aux_data', 'Aux Data', 'bytes');
const DATA = field('igmp.data', 'Data', 'bytes');

export const IGMP_FIELDS: readonly Field[] = [
  IGMP,
  VERSION,
  TYPE,
  MOST_DELAY,
  EXPONENT,
  MANTISSA,
  RESERVED,
  ...listed(CHECKSUM),
  GROUP,
  SUPPRESS,
  ROBUSTNESS,
  INTERVAL,
  SOURCES,
  SOURCE,
  RECORDS,
  RECORD_TYPE,
  AUXILIARY_LENGTH,
  AUXILIARY,
  DATA,
];

export function dissectIgmp(packet: Packet, bytes: PacketBytes): void {
  packet.show({ protocol: 'IGMP', info: '' });
  packet.attempt('IGMP', bytes, () => dissect(packet, bytes), IGMP.name);
}

function dissect(packet: Packet, bytes: PacketBytes): void {
  const at = bytes.begin;
  const type = bytes.u8(at);
  const version = versionOf(bytes, type);
  const layer = packet.layer(IGMP, bytes, bytes.length, IGMP.title, undefined, packet.quotedIn);
  if (version === null) {
    packet.show({ info: `Unknown Type:0x${type.toString(16).padStart(2, '0')}` });
    layer.read(TYPE, bytes, at, 1);
    layer.read(DATA, bytes, at + 1, bytes.captured - at - 1);
    return;
  }
  // A dissector for each version is called by the one for all.
  packet.protocols.push(IGMP.name);
  packet.show({ protocol: `IGMPv${version}`, info: TYPES[type]! });
  layer.generate(VERSION, bytes, version);
  layer.read(TYPE, bytes, at, 1);
  const hasDelay = version === 2 || type === QUERY;
  if (version > 1 && hasDelay) addDelay(layer, bytes, at + 1, version);
  else layer.read(RESERVED, bytes, at + 1, 1);
  addSum(layer, bytes);
  if (type === REPORT_V3) {
    layer.read(RESERVED, bytes, at + 4, 2);
    return addRecords(packet, layer, bytes, at + 6);
  }
  const group = layer.read(GROUP, bytes, at + 4, ADDRESS).own as number;
  if (version > 1) packet.appendInfo(groupText(type, group));
  if (version === 3) addQueryV3(packet, layer, bytes, at + QUERY_V2);
}

function versionOf(bytes: PacketBytes, type: number): number | null {
  switch (type) {
    case QUERY:
      return bytes.length > QUERY_V2 ? 3 : bytes.u8(bytes.begin + 1) === 0 ? 1 : 2;
    case REPORT_V1:
      return 1;
    case REPORT_V2:
    case LEAVE:
      return 2;
    case REPORT_V3:
      return 3;
    default:
      return null;
  }
}

function groupText(type: number, group: number): string {
  if (type === LEAVE) return ` ${ipv4Text(group)}`;
  if (type !== QUERY) return ` group ${ipv4Text(group)}`;
  return group === 0 ? ', general' : `, specific for group ${ipv4Text(group)}`;
}

/** In tenths of a second; in version 3 large ones have an exponent. */
function addDelay(layer: Item, bytes: PacketBytes, at: number, version: number): void {
  const code = bytes.u8(at);
  const hasExponent = version === 3 && code >= 0x80;
  const tenths = hasExponent ? ((code & 0x0f) | 0x10) << (((code >> 4) & 7) + 3) : code;
  const line = layer.add(MOST_DELAY, bytes, at, 1, tenths);
  line.as(() => `${(tenths / 10).toFixed(1)} sec (0x${code.toString(16).padStart(2, '0')})`);
  if (hasExponent) for (const part of [EXPONENT, MANTISSA]) line.read(part, bytes, at, 1);
}

function addSum(layer: Item, bytes: PacketBytes): void {
  const at = bytes.begin;
  const isVerified = bytes.has(at, Math.max(bytes.length, QUERY_V2)) && !layer.packet.isQuoted;
  const sum = () => onesSum(bytes.bytes(at, bytes.length));
  addChecksum(layer, CHECKSUM, bytes, at + 2, isVerified ? rightChecksum(sum(), bytes.u16(at + 2)) : null);
}

function addQueryV3(packet: Packet, layer: Item, bytes: PacketBytes, at: number): void {
  layer.read(SUPPRESS, bytes, at, 1);
  layer.read(ROBUSTNESS, bytes, at, 1);
  layer.read(INTERVAL, bytes, at + 1, 1);
  const count = layer.read(SOURCES, bytes, at + 2, 2).own as number;
  const sources = addSources(layer, bytes, at + 4, count);
  if (count > 0) packet.appendInfo(`, source${plural(sources)} ${set(sources)}`);
}

function addRecords(packet: Packet, layer: Item, bytes: PacketBytes, begin: number): void {
  const count = layer.read(RECORDS, bytes, begin, 2).own as number;
  if (count === 0) packet.appendInfo(' - General query');
  let at = begin + 2;
  for (let number = 0; number < count; number++) {
    const type = bytes.u8(at);
    const auxiliary = 4 * bytes.u8(at + 1);
    const sourceCount = bytes.u16(at + 2);
    const group = bytes.u32(at + 4);
    const length = 8 + ADDRESS * sourceCount + auxiliary;
    const record = layer.heading(RECORD, bytes, at, length, () => {
      return `Group Record : ${ipv4Text(group)}  ${RECORD_TYPES[type] ?? ''}`;
    });
    record.read(RECORD_TYPE, bytes, at, 1);
    record.read(AUXILIARY_LENGTH, bytes, at + 1, 1);
    record.read(SOURCES, bytes, at + 2, 2);
    record.read(GROUP, bytes, at + 4, ADDRESS);
    const sources = addSources(record, bytes, at + 8, sourceCount);
    packet.appendInfo(` / ${recordText(type, ipv4Text(group), sources)}`);
    if (auxiliary > 0) record.read(AUXILIARY, bytes, at + 8 + ADDRESS * sourceCount, auxiliary);
    at += length;
  }
}

function addSources(within: Item, bytes: PacketBytes, begin: number, count: number): string[] {
  return Array.from({ length: count }, (_, number) => {
    return ipv4Text(within.read(SOURCE, bytes, begin + ADDRESS * number, ADDRESS).own as number);
  });
}

const plural = (sources: readonly string[]) => (sources.length === 1 ? '' : 's');
const set = (sources: readonly string[]) => `{${sources.join(', ')}}`;

/** What a record asks for, as the row says it. */
function recordText(type: number, group: string, sources: readonly string[]): string {
  const isOne = sources.length === 1;
  const hasNone = sources.length === 0;
  switch (type) {
    case INCLUDE:
    case TO_INCLUDE:
      if (hasNone) return `Leave group ${group}`;
      return `Join group ${group} for ${isOne ? 'source' : 'sources in'} ${set(sources)}`;
    case EXCLUDE:
    case TO_EXCLUDE:
      if (hasNone) return `Join group ${group} for any sources`;
      return `Join group ${group}, for ${isOne ? 'source not' : 'sources not in'} ${set(sources)}`;
    case ALLOW:
    case BLOCK: {
      const [name, verb] = type === ALLOW ? ['ALLOW_NEW_SOURCES', 'new'] : ['BLOCK_OLD_SOURCES', 'block'];
      if (hasNone) return `Group ${group}, ${name} but no source specified (?)`;
      return `Group ${group}, ${verb} source${plural(sources)} ${set(sources)}`;
    }
    default:
      return `Group ${group}, unknown record type (?)${hasNone ? '' : `, sources ${set(sources)}`}`;
  }
}
