/** The header of a message, field by field: those that Wireshark knows have a field of their own. */
import { expert } from '../../tree/expert.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';

const REQUEST_LINE = field('http.request.line', 'Request line', 'string');
const RESPONSE_LINE = field('http.response.line', 'Response line', 'string');
const CONTENT_LENGTH = field('http.content_length', 'Content length', 'uint64');
const COOKIE_PAIR = field('http.cookie_pair', 'Cookie pair', 'string');
const CREDENTIALS = field('http.authbasic', 'Credentials', 'string');
const BAD_NAME = field('http.bad_header_name', 'Illegal characters found in header name', 'none');
const BOTH_LENGTHS = field(
  'http.te_and_length',
  'The Content-Length and Transfer-Encoding header must not be set together',
  'none',
);
const UNKNOWN_CODING = field(
  'http.te_unknown',
  'Unknown transfer coding name in Transfer-Encoding header',
  'none',
);

const known = (header: string, name = header.toLowerCase().replaceAll('-', '_'), title = header) =>
  [header.toLowerCase(), field(`http.${name}`, title, 'string')] as const;
/** By their names in lower case. */
const KNOWN: ReadonlyMap<string, Field> = new Map([
  known('Authorization'),
  known('Proxy-Authorization'),
  known('Proxy-Authenticate'),
  known('WWW-Authenticate'),
  known('Content-Type'),
  known('Content-Length', 'content_length_header'),
  known('Content-Encoding'),
  known('Transfer-Encoding'),
  known('Upgrade'),
  known('User-Agent'),
  known('Host'),
  known('Connection'),
  known('Cookie'),
  known('Accept'),
  known('Referer'),
  known('Accept-Language'),
  known('Accept-Encoding', 'accept_encoding', 'Accept Encoding'),
  known('Date'),
  known('Cache-Control'),
  known('Server'),
  known('Location'),
  known('Sec-WebSocket-Accept'),
  known('Sec-WebSocket-Extensions'),
  known('Sec-WebSocket-Key'),
  known('Sec-WebSocket-Protocol'),
  known('Sec-WebSocket-Version'),
  known('Set-Cookie'),
  known('Last-Modified'),
  known('X-Forwarded-For'),
  known('HTTP2-Settings'),
]);
const CODINGS = /^(chunked|identity|gzip|x-gzip|deflate|x-deflate|compress|x-compress)$/i;
/** Names without their separators (RFC 9110 5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

export const HTTP_HEADER_FIELDS: readonly Field[] = [
  ...KNOWN.values(),
  REQUEST_LINE,
  RESPONSE_LINE,
  CONTENT_LENGTH,
  COOKIE_PAIR,
  CREDENTIALS,
  BAD_NAME,
  BOTH_LENGTHS,
  UNKNOWN_CODING,
];

/** What the header says about the body. */
export interface Headers {
  /** Where the empty line begins, and where the header ends: the same if there is none. */
  readonly emptyLine: number;
  readonly end: number;
  /** With its parameters. */
  contentType: string;
  contentEncoding: string;
  isChunked: boolean;
}

/** @param end where the message ends */
export function addHeaders(
  layer: Item,
  bytes: PacketBytes,
  begin: number,
  end: number,
  kind: 'request' | 'response',
): Headers {
  const found = { contentType: '', contentEncoding: '', isChunked: false };
  let [hasLength, hasCoding] = [false, false];
  for (let at = begin; at < end;) {
    const lineEnd = bytes.lineEnd(at, end);
    const line = bytes.latin1(at, lineEnd - at);
    const text = line.replace(/\r?\n$/, '');
    if (text === '') return { ...found, emptyLine: at, end: lineEnd };
    const { name, value, item } = addHeader(layer, bytes, at, lineEnd - at, line, text, kind);
    const isLength = name === 'content-length';
    const isCoding = name === 'transfer-encoding';
    if ((isLength && hasCoding) || (isCoding && hasLength))
      expert(item, BOTH_LENGTHS, 'Warning', 'Malformed');
    hasLength ||= isLength;
    hasCoding ||= isCoding;
    if (name === 'content-type') found.contentType = value;
    else if (name === 'content-encoding') found.contentEncoding = value;
    else if (isCoding) {
      const codings = value.split(',').map((coding) => coding.trim());
      if (codings.some((coding) => !CODINGS.test(coding)))
        expert(item, UNKNOWN_CODING, 'Warning', 'Undecoded');
      found.isChunked = codings.some((coding) => /^chunked$/i.test(coding));
    }
    at = lineEnd;
  }
  return { ...found, emptyLine: end, end };
}

function addHeader(
  layer: Item,
  bytes: PacketBytes,
  at: number,
  length: number,
  line: string,
  text: string,
  kind: 'request' | 'response',
): { name: string; value: string; item: Item } {
  const lineField = kind === 'request' ? REQUEST_LINE : RESPONSE_LINE;
  const whole = utf8(line);
  const label = () => printable(whole);
  const colon = text.indexOf(':');
  const name = text.slice(0, colon);
  const value = text.slice(colon + 1).replace(/^[ \t]+/, '');
  const own = KNOWN.get(name.toLowerCase());
  if (!own) {
    const item = layer.add(lineField, bytes, at, length, whole).label(label);
    if (!TOKEN.test(name)) expert(item, BAD_NAME, 'Warning', 'Protocol');
    return { name: '', value, item };
  }
  const item = layer.add(own, bytes, at, length, utf8(value)).label(label);
  switch (name.toLowerCase()) {
    case 'content-length': {
      const count = /^\d+$/.exec(value.trim());
      if (count) item.add(CONTENT_LENGTH, bytes, at, length, BigInt(count[0])).generated();
      break;
    }
    case 'cookie':
      addCookies(item, bytes, at + text.length - value.length, value);
      break;
    case 'authorization':
    case 'proxy-authorization':
      addCredentials(item, bytes, value);
  }
  layer.add(lineField, bytes, at, length, whole).label(label).hidden();
  return { name: name.toLowerCase(), value, item };
}

function addCookies(item: Item, bytes: PacketBytes, begin: number, value: string): void {
  let at = 0;
  for (const part of value.split(';')) {
    const pair = part.trimStart();
    if (pair) item.add(COOKIE_PAIR, bytes, begin + at + part.length - pair.length, pair.length, utf8(pair));
    at += part.length + 1;
  }
}

function addCredentials(item: Item, bytes: PacketBytes, value: string): void {
  const basic = /^basic +(\S*)/i.exec(value)?.[1];
  if (basic === undefined) return;
  const whole = basic.slice(0, basic.length - (basic.length % 4));
  item.generate(CREDENTIALS, bytes, Buffer.from(whole, 'base64').toString('utf8'));
}

/** A text of one character a byte as the text that the bytes mean. */
function utf8(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'latin1').toString('utf8');
}
