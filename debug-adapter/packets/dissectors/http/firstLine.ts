/** The first line of a request or a response. */
import { expert } from '../../tree/expert.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';
import { STATUS_NAMES } from './statusNames.ts';

const LINE = field('', '', 'none');
const CHAT = field('http.chat', 'Formatted text', 'none');
const METHOD = field('http.request.method', 'Request Method', 'string');
const URI = field('http.request.uri', 'Request URI', 'string');
const PATH = field('http.request.uri.path', 'Request URI Path', 'string');
const QUERY = field('http.request.uri.query', 'Request URI Query', 'string');
const PARAMETER = field('http.request.uri.query.parameter', 'Request URI Query Parameter', 'string');
const REQUEST_VERSION = field('http.request.version', 'Request Version', 'string');
const RESPONSE_VERSION = field('http.response.version', 'Response Version', 'string');
const CODE = field('http.response.code', 'Status Code', 'uint16');
const DESCRIPTION = field('http.response.code.desc', 'Status Code Description', 'string');
const PHRASE = field('http.response.phrase', 'Response Phrase', 'string');

export const HTTP_FIRST_LINE_FIELDS: readonly Field[] = [
  CHAT,
  METHOD,
  URI,
  PATH,
  QUERY,
  PARAMETER,
  REQUEST_VERSION,
  RESPONSE_VERSION,
  CODE,
  DESCRIPTION,
  PHRASE,
];

/** @param end behind the line's CR and LF */
export function addFirstLine(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  begin: number,
  end: number,
  kind: 'request' | 'response',
): void {
  const whole = bytes.ascii(begin, end - begin);
  const text = whole.replace(/\r?\n$/, '');
  packet.appendInfo(() => `${printable(text)} `);
  const label = printable(whole);
  const line = layer.heading(LINE, bytes, begin, end - begin, label);
  expert(line, CHAT, 'Chat', 'Sequence', label);
  if (kind === 'request') addRequest(line, bytes, begin, text);
  else addResponse(line, bytes, begin, text);
}

function addRequest(line: Item, bytes: PacketBytes, begin: number, text: string): void {
  // Each is followed by one space; the version is the rest.
  const [method = '', uri = '', ...rest] = text.split(' ');
  const version = rest.join(' ');
  const uriAt = begin + method.length + 1;
  line.add(METHOD, bytes, begin, method.length, method);
  addUri(line, bytes, uriAt, uri);
  line.add(REQUEST_VERSION, bytes, uriAt + uri.length + 1, version.length, version);
}

function addUri(line: Item, bytes: PacketBytes, at: number, uri: string): void {
  const item = line.add(URI, bytes, at, uri.length, uri);
  const mark = uri.indexOf('?');
  if (mark < 0) return;
  item.add(PATH, bytes, at, mark, uri.slice(0, mark));
  const query = uri.slice(mark + 1);
  const queryItem = item.add(QUERY, bytes, at + mark + 1, query.length, query);
  let from = at + mark + 1;
  for (const parameter of query.split('&')) {
    queryItem.add(PARAMETER, bytes, from, parameter.length, parameter);
    from += parameter.length + 1;
  }
}

function addResponse(line: Item, bytes: PacketBytes, begin: number, text: string): void {
  const [, version = '', before = '', code = '', between = '', phrase = ''] =
    /^([^ ]*)( *)([^ ]*)( *)(.*)$/s.exec(text) ?? [];
  line.add(RESPONSE_VERSION, bytes, begin, version.length, version);
  if (!code) return;
  const status = Number(/^\d*/.exec(code.slice(0, 3))?.[0] ?? 0);
  const codeAt = begin + version.length + before.length;
  line.add(CODE, bytes, codeAt, 3, status);
  line.add(DESCRIPTION, bytes, codeAt, 3, STATUS_NAMES[status] ?? `Unknown (${status})`);
  if (phrase) line.add(PHRASE, bytes, codeAt + code.length + between.length, phrase.length, phrase);
}
