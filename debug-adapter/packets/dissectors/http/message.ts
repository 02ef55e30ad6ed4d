/** HTTP/1.x (RFC 9112). */
import { type HttpFrame } from '../../streams/httpTransactions.ts';
import type { HttpMessage } from '../../streams/http.ts';
import type { Message } from '../../streams/streamProtocol.ts';
import { expert } from '../../tree/expert.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import { told, type Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';
import { addBody, HTTP_BODY_FIELDS } from './body.ts';
import { addFirstLine, HTTP_FIRST_LINE_FIELDS } from './firstLine.ts';
import { addHeaders, HTTP_HEADER_FIELDS, type Headers } from './headers.ts';

const HTTP = field('http', 'Hypertext Transfer Protocol', 'protocol');
const LINE = field('', '', 'none');
const LEADING_CRLF = field(
  'http.leading_crlf',
  'Leading CRLF previous message in the stream may have extra CRLF',
  'none',
);
const FULL_URI = field('http.request.full_uri', 'Full request URI', 'string');
const REQUEST = field('http.request', 'Request', 'boolean');
const REQUEST_NUMBER = field('http.request_number', 'Request number', 'uint32');
const RESPONSE = field('http.response', 'Response', 'boolean');
const RESPONSE_NUMBER = field('http.response_number', 'Response number', 'uint32');
const TIME = field('http.time', 'Time since request', 'relative');
const RESPONSE_FOR = field('http.response_for.uri', 'Request URI', 'string');
const link = (name: string, title: string) => field(`http.${name}`, title, 'uint32', { isFrame: true });
const REQUEST_IN = link('request_in', 'Request in frame');
const RESPONSE_IN = link('response_in', 'Response in frame');
const NEXT_REQUEST_IN = link('next_request_in', 'Next request in frame');
const NEXT_RESPONSE_IN = link('next_response_in', 'Next response in frame');
const PREVIOUS_REQUEST_IN = link('prev_request_in', 'Prev request in frame');
const PREVIOUS_RESPONSE_IN = link('prev_response_in', 'Prev response in frame');

export const HTTP_FIELDS: readonly Field[] = [
  HTTP,
  LEADING_CRLF,
  FULL_URI,
  REQUEST,
  REQUEST_NUMBER,
  RESPONSE,
  RESPONSE_NUMBER,
  TIME,
  RESPONSE_FOR,
  REQUEST_IN,
  RESPONSE_IN,
  NEXT_REQUEST_IN,
  NEXT_RESPONSE_IN,
  PREVIOUS_REQUEST_IN,
  PREVIOUS_RESPONSE_IN,
  ...HTTP_FIRST_LINE_FIELDS,
  ...HTTP_HEADER_FIELDS,
  ...HTTP_BODY_FIELDS,
];

export function dissectHttp(packet: Packet, bytes: PacketBytes, { end, facts }: Message, name: string): void {
  const message = facts as HttpMessage;
  // No line of HTTP was seen: these bytes are something else.
  if (message.transactions.count === 0) return;
  const begin = skipEmptyLines(bytes);
  const own = bytes.part(begin);
  const layer = packet.layer(HTTP, own, own.length, HTTP.title, name);
  if (!told(packet.columns.protocol).startsWith('HTTP')) packet.show({ protocol: 'HTTP', info: '' });
  if (message.kind === 'continuation') {
    packet.appendInfo('Continuation');
    addBody(packet, layer, own, end, NO_HEADERS);
    return;
  }
  if (begin > bytes.begin) {
    const line = layer.heading(LINE, bytes, bytes.begin, begin - bytes.begin, LEADING_CRLF.title);
    expert(line, LEADING_CRLF, 'Error', 'Malformed');
  }
  const firstEnd = own.lineEnd(begin);
  addFirstLine(packet, layer, own, begin, firstEnd, message.kind);
  const headers = addHeaders(layer, own, firstEnd, end, message.kind);
  if (headers.end > headers.emptyLine)
    layer.heading(LINE, own, headers.emptyLine, headers.end - headers.emptyLine, () =>
      printable(own.ascii(headers.emptyLine, headers.end - headers.emptyLine)),
    );
  addLinks(packet, layer, own, message);
  addBody(packet, layer, own.part(headers.end), end, headers);
}

const NO_HEADERS: Headers = {
  emptyLine: 0,
  end: 0,
  contentType: '',
  contentEncoding: '',
  isChunked: false,
};

function skipEmptyLines(bytes: PacketBytes): number {
  let at = bytes.begin;
  while (bytes.has(at, 2) && bytes.u16(at) === 0x0d0a) at += 2;
  return at;
}

function addLinks(packet: Packet, layer: Item, bytes: PacketBytes, message: HttpMessage): void {
  const { uri, kind } = message;
  const isRequest = kind === 'request';
  const frame = message.frame!;
  if (isRequest && uri) layer.generate(FULL_URI, bytes, uri);
  layer.add(isRequest ? REQUEST : RESPONSE, bytes, bytes.begin, 0, 1).hidden();
  const { transaction } = frame;
  const what = isRequest ? 'request' : 'response';
  layer
    .generate(isRequest ? REQUEST_NUMBER : RESPONSE_NUMBER, bytes, transaction.number)
    .label(() => `HTTP ${what} ${transaction.number}/${message.transactions.count}`);
  if (!isRequest && transaction.request !== 0)
    layer.generate(TIME, bytes, packet.frame.timeNs - transaction.requestNs);
  addFrameLinks(layer, bytes, frame, isRequest);
  if (!isRequest && uri) layer.generate(RESPONSE_FOR, bytes, uri);
}

function addFrameLinks(
  layer: Item,
  bytes: PacketBytes,
  { transaction }: HttpFrame,
  isRequest: boolean,
): void {
  const { request, response, previousRequest, previousResponse, next } = transaction;
  const links: (readonly [Field, number | undefined])[] = isRequest
    ? [
        [PREVIOUS_REQUEST_IN, previousRequest],
        [RESPONSE_IN, response],
        [NEXT_REQUEST_IN, next?.request],
      ]
    : [
        [PREVIOUS_REQUEST_IN, previousRequest],
        [PREVIOUS_RESPONSE_IN, previousResponse],
        [REQUEST_IN, request],
        [NEXT_REQUEST_IN, next?.request],
        [NEXT_RESPONSE_IN, next?.response],
      ];
  for (const [own, number] of links) if (number) layer.generate(own, bytes, number);
}
