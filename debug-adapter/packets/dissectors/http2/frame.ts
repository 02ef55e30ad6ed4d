/** HTTP/2 (RFC 9113), frame by frame. */
import { FRAME, contentOf, FLAG, MAGIC, type Http2Frame } from '../../streams/http2/http2.ts';
import type { Message } from '../../streams/streamProtocol.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import { told, type Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { addControl, HTTP2_CONTROL_FIELDS } from './control.ts';
import { addData, HTTP2_DATA_FIELDS } from './data.ts';
import { addFlags, HTTP2_FLAG_FIELDS } from './flags.ts';
import { addBlock, headersInfo, HTTP2_HEADER_FIELDS } from './headers.ts';

const HTTP2 = field('http2', 'HyperText Transfer Protocol 2', 'protocol');
const STREAM = field('http2.stream', 'Stream', 'none');
const MAGIC_FIELD = field('http2.magic', 'Magic', 'string');
const LENGTH = field('http2.length', 'Length', 'uint24');
const TYPES: Readonly<Record<number, string>> = {
  0: 'DATA',
  1: 'HEADERS',
  2: 'PRIORITY',
  3: 'RST_STREAM',
  4: 'SETTINGS',
  5: 'PUSH_PROMISE',
  6: 'PING',
  7: 'GOAWAY',
  8: 'WINDOW_UPDATE',
  9: 'CONTINUATION',
  10: 'ALTSVC',
  11: 'BLOCKED',
  12: 'ORIGIN',
  16: 'PRIORITY_UPDATE',
};
const TYPE = field('http2.type', 'Type', 'uint8', { names: TYPES });
const RESERVED = field('http2.r', 'Reserved', 'uint32', { base: 'hex', mask: 0x80000000 });
const STREAM_ID = field('http2.streamid', 'Stream Identifier', 'uint32', { mask: 0x7fffffff });

export const HTTP2_FIELDS: readonly Field[] = [
  HTTP2,
  STREAM,
  MAGIC_FIELD,
  LENGTH,
  TYPE,
  RESERVED,
  STREAM_ID,
  ...HTTP2_FLAG_FIELDS,
  ...HTTP2_CONTROL_FIELDS,
  ...HTTP2_DATA_FIELDS,
  ...HTTP2_HEADER_FIELDS,
];

const HEADER = 9;

export function dissectHttp2(packet: Packet, rest: PacketBytes, message: Message, name: string): void {
  const bytes = rest.part(rest.begin, message.end);
  const { begin, length } = bytes;
  const layer = packet.layer(HTTP2, bytes, length, HTTP2.title, name);
  const isFirst = !told(packet.columns.protocol).startsWith('HTTP2');
  packet.show({ protocol: 'HTTP2', ...(isFirst && { info: '' }) });
  if (length === MAGIC.length && bytes.latin1(begin, length) === MAGIC) {
    const stream = layer.heading(STREAM, bytes, begin, length, `${STREAM.title}: Magic`);
    stream.add(MAGIC_FIELD, bytes, begin, length, MAGIC);
    note(packet, 'Magic');
    return;
  }
  const facts = message.facts as Http2Frame;
  const [size, type, flags] = [bytes.u24(begin), bytes.u8(begin + 3), bytes.u8(begin + 4)];
  const id = bytes.u32(begin + 5) & 0x7fffffff;
  const what = TYPES[type] ?? `Unknown type (${type})`;
  const about = facts.block && flags & FLAG.endHeaders ? headersInfo(facts.block.headers) : '';
  note(packet, `${what}[${id}]${about && `: ${about}`}`);
  const isPartial = type === FRAME.data && !(flags & FLAG.endStream);
  const stream = layer.heading(
    STREAM,
    bytes,
    begin,
    length,
    () =>
      `${STREAM.title}: ${what}, Stream ID: ${id}, Length ${size}${about && `, ${about}`}${isPartial ? ' (partial entity body)' : ''}`,
  );
  stream.add(LENGTH, bytes, begin, 3, size);
  stream.add(TYPE, bytes, begin + 3, 1, type);
  addFlags(stream, bytes, begin + 4, type, flags);
  addReserved(stream, RESERVED, bytes, begin + 5);
  addNumber(stream, STREAM_ID, bytes, begin + 5);
  const from = begin + HEADER;
  const place = contentOf({ u8: (at) => bytes.u8(at) }, from, bytes.captured, type, flags);
  const content = bytes.part(place.begin, place.end);
  if (type === FRAME.data) addData(packet, layer, stream, bytes.part(from), content, flags, facts);
  else if (type === FRAME.headers || type === FRAME.pushPromise || type === FRAME.continuation)
    addBlock(packet, stream, bytes.part(from), content, type, flags, facts.block);
  else addControl(stream, bytes.part(from), type, flags);
}

/** Adds to what the packet list says. */
function note(packet: Packet, text: string): void {
  packet.appendInfo(packet.columns.info === '' ? text : `, ${text}`);
}

/** The highest bit of a number of 32. */
export function addReserved(stream: Item, own: Field, bytes: PacketBytes, at: number): void {
  const bit = bytes.u32(at) >>> 31;
  const pattern = `${bit}... .... .... .... .... .... .... ....`;
  stream.add(own, bytes, at, 4, bit).label(() => `${pattern} = ${own.title}: 0x${bit}`);
}

/** The other 31. */
export function addNumber(stream: Item, own: Field, bytes: PacketBytes, at: number): Item {
  const value = bytes.u32(at) & 0x7fffffff;
  return stream.add(own, bytes, at, 4, value).label(() => {
    const bits = value.toString(2).padStart(31, '0');
    const pattern = `.${bits}`.match(/.{4}/g)!.join(' ');
    return `${pattern} = ${own.title}: ${value}`;
  });
}
