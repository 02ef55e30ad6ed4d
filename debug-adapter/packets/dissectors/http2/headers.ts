/** Headers of HTTP/2: the block as it was sent, and each header in it. */
import { FLAG, FRAME } from '../../streams/http2/http2.ts';
import type { HpackBlock, HpackHeader } from '../../streams/http2/hpack.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { STATUS_NAMES } from '../http/statusNames.ts';
import { addPriority } from './control.ts';
import { addNumber, addReserved } from './frame.ts';
import { addPadding, addPadLength, HTTP2_PADDING_FIELDS } from './padding.ts';

const BLOCK = field('http2.headers', 'Header Block Fragment', 'bytes');
const PADDING = field('http2.headers.padding', 'Padding', 'bytes');
const PROMISED_RESERVED = field('http2.push_promise.r', 'Reserved', 'uint32', {
  base: 'hex',
  mask: 0x80000000,
});
const PROMISED = field('http2.push_promise.promised_stream_id', 'Promised-Stream-ID', 'uint32', {
  mask: 0x7fffffff,
});
const PROMISED_BLOCK = field('http2.push_promise.header', 'Header Block Fragment', 'bytes');
const CONTINUED = field('http2.continuation.header', 'Continuation Header', 'string');
const TOTAL = field('http2.header.length', 'Header Length', 'uint32');
const COUNT = field('http2.header.count', 'Header Count', 'uint32');
const HEADER = field('http2.header', 'Header', 'none');
const NAME_LENGTH = field('http2.header.name.length', 'Name Length', 'uint32');
const NAME = field('http2.header.name', 'Name', 'string');
const VALUE_LENGTH = field('http2.header.value.length', 'Value Length', 'uint32');
const VALUE = field('http2.header.value', 'Value', 'string');
const UNESCAPED = field('http2.header.unescaped', 'Unescaped', 'string');
const REPRESENTATION = field('http2.header.repr', 'Representation', 'string');
const INDEX = field('http2.header.index', 'Index', 'uint32');
const SIZE_UPDATE = field('http2.header_table_size_update', 'Header table size update', 'none');
const SIZE = field('http2.header_table_size_update.header_table_size', 'Header table size', 'uint32');
const FULL_URI = field('http2.request.full_uri', 'Full request URI', 'string');

const NUMBERS = ['age', 'content-length', 'max-forwards'];
const TEXTS =
  ':authority :path :method :scheme accept accept-charset accept-encoding accept-language accept-ranges ' +
  'access-control-allow-origin allow authorization cache-control content-disposition content-encoding ' +
  'content-language content-location content-range content-type cookie date etag expect expires from if-match ' +
  'if-modified-since if-none-match if-range if-unmodified-since last-modified link location proxy-authenticate ' +
  'proxy-authorization range referer refresh retry-after server set-cookie strict-transport-security ' +
  'user-agent vary via www-authenticate';
const own = (name: string, type: 'string' | 'uint16' | 'uint64'): [string, Field] => [
  name,
  field(`http2.headers.${name.replace(':', '').replaceAll('-', '_')}`, name, type),
];
/** Headers with a field of their own. */
const KNOWN: ReadonlyMap<string, Field> = new Map([
  own(':status', 'uint16'),
  ...NUMBERS.map((name) => own(name, 'uint64')),
  ...TEXTS.split(' ').map((name) => own(name, 'string')),
]);

export const HTTP2_HEADER_FIELDS: readonly Field[] = [
  BLOCK,
  PADDING,
  PROMISED_RESERVED,
  PROMISED,
  PROMISED_BLOCK,
  CONTINUED,
  TOTAL,
  COUNT,
  HEADER,
  NAME_LENGTH,
  NAME,
  VALUE_LENGTH,
  VALUE,
  UNESCAPED,
  REPRESENTATION,
  INDEX,
  SIZE_UPDATE,
  SIZE,
  FULL_URI,
  ...KNOWN.values(),
  ...HTTP2_PADDING_FIELDS,
];

/** `GET /index.html`, `200 OK`: what the packet list says of a block. */
export function headersInfo(headers: readonly HpackHeader[]): string {
  const of = (wanted: string) => headers.find(({ name }) => name === wanted)?.value;
  const [method, path, status] = [of(':method'), of(':path'), of(':status')];
  if (method !== undefined) return utf8(path === undefined ? method : `${method} ${path}`);
  return status === undefined ? '' : statusText(status);
}

/** `404 Not Found` */
function statusText(status: string): string {
  const name = STATUS_NAMES[Number(status)];
  return name === undefined ? status : `${status} ${name}`;
}

/** @param payload the frame's, with its padding */
export function addBlock(
  packet: Packet,
  stream: Item,
  payload: PacketBytes,
  content: PacketBytes,
  type: number,
  flags: number,
  block: HpackBlock | null,
): void {
  addPadLength(stream, payload, type === FRAME.continuation ? 0 : flags);
  const afterPad = payload.begin + (type !== FRAME.continuation && flags & FLAG.padded ? 1 : 0);
  if (type === FRAME.headers && flags & FLAG.priority) addPriority(stream, payload, afterPad);
  if (type === FRAME.pushPromise) {
    addReserved(stream, PROMISED_RESERVED, payload, afterPad);
    addNumber(stream, PROMISED, payload, afterPad);
  }
  const { begin } = content;
  const length = content.captured - begin;
  if (type === FRAME.headers) stream.read(BLOCK, content, begin, length);
  else if (type === FRAME.pushPromise) stream.read(PROMISED_BLOCK, content, begin, length);
  else stream.read(CONTINUED, content, begin, length);
  if (block) addHeaders(packet, stream, content, block);
  if (type === FRAME.headers) addPadding(stream, PADDING, payload, content);
}

function addHeaders(
  packet: Packet,
  stream: Item,
  content: PacketBytes,
  { headers, sizes }: HpackBlock,
): void {
  const whole = packet.addSource('Decompressed Header', spelled(headers));
  stream.generate(TOTAL, content, whole.captured);
  stream.generate(COUNT, content, headers.length + sizes.length);
  const place = (at: number, length: number) => [content.begin + at, length] as const;
  for (const { size, at, length } of sizes) {
    const line = stream.heading(SIZE_UPDATE, content, ...place(at, length), SIZE_UPDATE.title);
    line.add(SIZE, content, ...place(at, length), size);
  }
  let offset = 0;
  for (const header of headers) {
    const line = stream.heading(HEADER, content, ...place(header.at, header.length), headerText(header));
    offset = addHeader(line, whole, offset, header);
    line.add(REPRESENTATION, content, ...place(header.at, 1), header.representation);
    if (header.index > 0) line.add(INDEX, content, ...place(header.at, 1), header.index);
  }
  const of = (wanted: string) => headers.find(({ name }) => name === wanted)?.value;
  const [scheme, authority, path] = [of(':scheme'), of(':authority'), of(':path')];
  if (scheme !== undefined && authority !== undefined && path !== undefined)
    stream.generate(FULL_URI, content, utf8(`${scheme}://${authority}${path}`));
}

function headerText({ name, value }: HpackHeader): string {
  return `${HEADER.title}: ${utf8(name)}: ${name === ':status' ? statusText(value) : utf8(value)}`;
}

/** Names and values, each behind its length. */
function spelled(headers: readonly HpackHeader[]): Uint8Array {
  const parts = headers.flatMap(({ name, value }) =>
    [name, value].flatMap((text) => {
      const bytes = Buffer.from(text, 'latin1');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
  return new Uint8Array(Buffer.concat(parts));
}

/** @returns where it ends */
function addHeader(line: Item, whole: PacketBytes, at: number, { name, value }: HpackHeader): number {
  const nameLength = whole.u32(at);
  line.add(NAME_LENGTH, whole, at, 4, nameLength);
  line.add(NAME, whole, at + 4, nameLength, utf8(name));
  const valueAt = at + 4 + nameLength;
  const valueLength = whole.u32(valueAt);
  line.add(VALUE_LENGTH, whole, valueAt, 4, valueLength);
  line.add(VALUE, whole, valueAt + 4, valueLength, utf8(value));
  const known = KNOWN.get(name);
  if (known) {
    const typed = known.type === 'string' ? utf8(value) : numberOf(value, known.type === 'uint64');
    if (typed !== null) line.add(known, whole, valueAt + 4, valueLength, typed);
  }
  line.add(UNESCAPED, whole, valueAt + 4, valueLength, unescaped(value));
  return valueAt + 4 + valueLength;
}

function numberOf(value: string, isLarge: boolean): number | bigint | null {
  if (!/^\d{1,19}$/.test(value)) return null;
  return isLarge ? BigInt(value) : Number(value);
}

function unescaped(value: string): string {
  if (!value.includes('%')) return utf8(value);
  const bytes = Buffer.from(value, 'latin1');
  const parts: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const digits = bytes.toString('latin1', at + 1, at + 3);
    const isEscape = bytes[at] === 0x25 && /^[0-9a-fA-F]{2}$/.test(digits);
    parts.push(isEscape ? parseInt(digits, 16) : bytes[at]!);
    if (isEscape) at += 2;
  }
  return Buffer.from(parts).toString('utf8');
}

/** A text of one character a byte as the text that the bytes mean. */
function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
