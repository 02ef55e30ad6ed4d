/** Multicast Listener Discovery, versions 1 (RFC 2710) and 2 (RFC 3810): which groups the hosts of a link listen to. */
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv6Text } from '../tree/text.ts';

const QUERY = 130;
const REPORT = 131;
const DONE = 132;
const REPORT_V2 = 143;
export const LISTENER_TYPES: ReadonlySet<number> = new Set([QUERY, REPORT, DONE, REPORT_V2]);
const ADDRESS = 16;
/** A query of version 2 goes on behind the end of a query of version 1. */
const QUERY_V1 = 24;

const RECORD_TYPES: Readonly<Record<number, string>> = {
  1: 'Include',
  2: 'Exclude',
  3: 'Changed to include',
  4: 'Changed to exclude',
  5: 'Allow new sources',
  6: 'Block old sources',
};

const DELAY = field('icmpv6.mld.maximum_response_delay', 'Maximum Response Delay [ms]', 'uint16');
const RESPONSE_CODE = field('icmpv6.mld.maximum_response_code', 'Maximum Response Code', 'uint16');
const GROUP = field('icmpv6.mld.multicast_address', 'Multicast Address', 'ipv6');
const FLAGS = field('icmpv6.mld.flag', 'Flags', 'uint8', { base: 'hex' });
const SUPPRESS = field('icmpv6.mld.flag.s', 'Suppress Router-Side Processing', 'boolean', { mask: 0x08 });
const ROBUSTNESS = field('icmpv6.mld.flag.qrv', "QRV (Querier's Robustness Variable)", 'uint8', {
  mask: 0x07,
});
const FLAGS_RESERVED = field('icmpv6.mld.flag.reserved', 'Reserved', 'uint8', { mask: 0xf0 });
const INTERVAL = field('icmpv6.mld.qqi', "QQIC (Querier's Query Interval Code)", 'uint8');
const SOURCES = field('icmpv6.mld.nb_sources', 'Number of Sources', 'uint16');
const SOURCE = field('icmpv6.mld.source_address', 'Source Address', 'ipv6');
const RECORDS = field('icmpv6.mldr.nb_mcast_records', 'Number of Multicast Address Records', 'uint16');
const RECORD = field('icmpv6.mldr.mar', 'Multicast Address Record', 'none');
const RECORD_TYPE = field('icmpv6.mldr.mar.record_type', 'Record Type', 'uint8', { names: RECORD_TYPES });
const AUXILIARY_LENGTH = field('icmpv6.mldr.mar.aux_data_len', 'Aux Data Len', 'uint8');
const RECORD_SOURCES = field('icmpv6.mldr.mar.nb_sources', 'Number of Sources', 'uint16');
const RECORD_GROUP = field('icmpv6.mldr.mar.multicast_address', 'Multicast Address', 'ipv6');
const RECORD_SOURCE = field('icmpv6.mldr.mar.source_address', 'Source Address', 'ipv6');
const AUXILIARY = field('icmpv6.mldr.mar.auxiliary_data', 'Auxiliary Data', 'bytes');

export const LISTENER_FIELDS: readonly Field[] = [
  DELAY,
  RESPONSE_CODE,
  GROUP,
  FLAGS,
  SUPPRESS,
  ROBUSTNESS,
  FLAGS_RESERVED,
  INTERVAL,
  SOURCES,
  SOURCE,
  RECORDS,
  RECORD,
  RECORD_TYPE,
  AUXILIARY_LENGTH,
  RECORD_SOURCES,
  RECORD_GROUP,
  RECORD_SOURCE,
  AUXILIARY,
];

/** @param reserved the field that ICMPv6 has for unused bytes */
export function addListenerMessage(layer: Item, bytes: PacketBytes, type: number, reserved: Field): void {
  const at = bytes.begin;
  if (type === REPORT_V2) {
    layer.read(reserved, bytes, at + 4, 2);
    return addRecords(layer, bytes, at + 6);
  }
  const isV2 = type === QUERY && bytes.length > QUERY_V1;
  const code = bytes.u16(at + 4);
  if (isV2) layer.add(RESPONSE_CODE, bytes, at + 4, 2, responseDelay(code));
  else layer.add(DELAY, bytes, at + 4, 2, code);
  layer.read(reserved, bytes, at + 6, 2);
  layer.read(GROUP, bytes, at + 8, ADDRESS);
  if (isV2) addQueryV2(layer, bytes, at + QUERY_V1);
}

/** Large numbers have an exponent (RFC 3810 5.1.3). */
function responseDelay(code: number): number {
  return code & 0x8000 ? ((code & 0x0fff) | 0x1000) * 2 ** (((code >> 12) & 7) + 3) : code;
}
function queryInterval(code: number): number {
  return code & 0x80 ? ((code & 0x0f) | 0x10) << (((code >> 4) & 7) + 3) : code;
}

function addQueryV2(layer: Item, bytes: PacketBytes, at: number): void {
  const flags = layer.read(FLAGS, bytes, at, 1);
  if ((flags.own as number) & SUPPRESS.mask!) flags.also(`, ${SUPPRESS.title}`);
  for (const part of [SUPPRESS, ROBUSTNESS, FLAGS_RESERVED]) flags.read(part, bytes, at, 1);
  layer.add(INTERVAL, bytes, at + 1, 1, queryInterval(bytes.u8(at + 1)));
  const count = layer.read(SOURCES, bytes, at + 2, 2).own as number;
  addAddresses(layer, SOURCE, bytes, at + 4, count);
}

function addRecords(layer: Item, bytes: PacketBytes, begin: number): void {
  const count = layer.read(RECORDS, bytes, begin, 2).own as number;
  let at = begin + 2;
  for (let number = 0; number < count && at < bytes.end; number++) {
    const record = layer.heading(RECORD, bytes, at, bytes.captured - at, RECORD.title);
    const type = record.read(RECORD_TYPE, bytes, at, 1).own as number;
    const auxiliary = 4 * (record.read(AUXILIARY_LENGTH, bytes, at + 1, 1).own as number);
    const sources = record.read(RECORD_SOURCES, bytes, at + 2, 2).own as number;
    const group = bytes.bytes(at + 4, ADDRESS);
    record.read(RECORD_GROUP, bytes, at + 4, ADDRESS);
    record.label(
      () => `${RECORD.title} ${RECORD_TYPES[type] ?? `Unknown Record Type (${type})`}: ${ipv6Text(group)}`,
    );
    let end = addAddresses(record, RECORD_SOURCE, bytes, at + 4 + ADDRESS, sources);
    if (auxiliary > 0) record.read(AUXILIARY, bytes, end, auxiliary);
    end += auxiliary;
    record.length = end - at;
    at = end;
  }
}

/** @returns where they end */
function addAddresses(within: Item, kind: Field, bytes: PacketBytes, begin: number, count: number): number {
  let at = begin;
  for (let number = 0; number < count; number++, at += ADDRESS) within.read(kind, bytes, at, ADDRESS);
  return at;
}
