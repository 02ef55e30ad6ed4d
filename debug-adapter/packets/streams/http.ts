/** Where HTTP/1.x messages (RFC 9112) begin and end in a stream, and which of them belong together. */
import { HttpTransactions, type HttpFrame } from './httpTransactions.ts';
import type { StreamBytes } from './streamBytes.ts';
import { beginsMagic, HTTP2, MAGIC } from './http2/http2.ts';
import { WEBSOCKET } from './websocket.ts';
import type { Framed, Looking, Missing, StreamConversation, StreamProtocol } from './streamProtocol.ts';

/** What the messages of a connection have to do with each other. */
interface Memory {
  /** The method of the last request: the answer to a HEAD has no body, whatever its header says. */
  method: string;
  /** Of the last request, as a browser shows it. */
  uri: string;
  readonly transactions: HttpTransactions;
}

export interface HttpMessage {
  readonly kind: 'request' | 'response' | 'continuation';
  /** The whole address of the request, or of the one before a response; empty if it is not known. */
  readonly uri: string;
  /** Of a request or response: what it is to others. */
  readonly frame: HttpFrame | null;
  /** The connection's: without any it is not known whether its bytes are HTTP's at all. */
  readonly transactions: HttpTransactions;
}

/** What is known about a message that is not complete. Positions count from its beginning. */
interface Known {
  /** No line ends before. */
  searched: number;
  /** Where the first line's end is, once it was seen. */
  firstLine: number;
  /** The line at which the search for the header's end goes on. */
  line: number;
  /** The first line that is none of a header; 0 if there is none. */
  broken: number;
  /** The header, once it is complete. */
  head: Head | null;
  /** Where the next chunk begins. */
  chunk: number;
}

interface Head {
  /** Null for a request. */
  readonly status: number | null;
  readonly method: string;
  readonly target: string;
  readonly fields: string;
  /** Where the body begins. */
  readonly body: number;
  /** The header ends in what is no header: the message, too. */
  readonly isBroken: boolean;
}

const LF = 0x0a;
/** What is looked at of a line, and of a header. */
const MAX_TEXT = 1024 * 1024;
/** A chunk's size and its extensions. */
const MAX_CHUNK_LINE = 16 * 1024;
const METHODS = new Set(
  (
    'GET HEAD POST PUT DELETE OPTIONS TRACE CONNECT PATCH LINK UNLINK COPY MOVE MKCOL LOCK UNLOCK PROPFIND ' +
    'PROPPATCH SEARCH REPORT NOTIFY SUBSCRIBE UNSUBSCRIBE MERGE CHECKIN CHECKOUT M-SEARCH'
  ).split(' '),
);
/** A name, perhaps with spaces, and a colon. */

const HEADER_LINE = /^[^()<>@,;\\"/[\]?={}:\x00-\x1f\x7f-\xff]*:/;

export const HTTP: StreamProtocol = {
  name: 'http',
  title: 'HTTP',
  frame(bytes, at, looking) {
    const memory = memoryOf(looking.conversation);
    const framed = find(bytes, at, looking, memory);
    // No more bytes can come: what is there is the message.
    if ('missing' in framed && !looking.canWait) return whole(bytes, memory, looking);
    return framed;
  },
  instead: (bytes) => (bytes.length >= MAGIC.length && beginsMagic(bytes, 0) ? HTTP2 : null),
  recognises(bytes) {
    const end = bytes.indexOf(LF, 0);
    if (end < 0) return false;
    const line = bytes.latin1(0, Math.min(end, MAX_TEXT)).replace(/\r$/, '');
    return /^HTTP\/1\./i.test(line) || /HTTP\/1\..$/i.test(line);
  },
};

function memoryOf({ memory }: StreamConversation): Memory {
  let found = memory.get(HTTP.name) as Memory | undefined;
  if (!found) memory.set(HTTP.name, (found = { method: '', uri: '', transactions: new HttpTransactions() }));
  return found;
}

function whole(bytes: StreamBytes, { transactions }: Memory, { arrival }: Looking): Framed {
  transactions.other(arrival.number);
  const facts: HttpMessage = { kind: 'continuation', uri: '', frame: null, transactions };
  return { end: bytes.length, facts };
}

function find(bytes: StreamBytes, at: number, looking: Looking, memory: Memory): Framed {
  const { progress } = looking;
  // The rest of a client's first bytes tells whether this is HTTP/2.
  if (looking.canWait && bytes.length - at < MAGIC.length && beginsMagic(bytes, at))
    return { missing: 'segment' };
  const known = (progress.known ??= begin(bytes, at)) as Known;
  if (known.firstLine === 0) {
    const lineEnd = bytes.indexOf(LF, at + known.searched);
    if (lineEnd < 0) {
      known.searched = bytes.length - at;
      return { missing: 'segment' };
    }
    known.firstLine = lineEnd - at;
    known.line = lineEnd + 1 - at;
  }
  if (!known.head) {
    const head = readHead(bytes, at, known);
    if (head === 'none') return whole(bytes, memory, looking);
    if (!head) return { missing: 'segment' };
    known.head = head;
    known.chunk = head.body;
  }
  const { head } = known;
  const end = head.isBroken ? at + head.body : messageEnd(bytes, at, known, head, looking, memory);
  if (typeof end !== 'number') return end;
  return { end, facts: remember(head, looking, memory) };
}

/** Empty lines before a message belong to it. */
function begin(bytes: StreamBytes, at: number): Known {
  let skipped = at;
  while (skipped + 1 < bytes.length && bytes.u8(skipped) === 0x0d && bytes.u8(skipped + 1) === LF)
    skipped += 2;
  return { searched: skipped - at, firstLine: 0, line: 0, broken: 0, head: null, chunk: 0 };
}

/** @returns null if there is more to come, `none` if it is no message of HTTP */
function readHead(bytes: StreamBytes, at: number, known: Known): Head | 'none' | null {
  const first = bytes
    .latin1(at, at + Math.min(known.firstLine, MAX_TEXT))
    .replace(/^(\r\n)+/, '')
    .replace(/\r$/, '');
  const status = /^HTTP\/\S+\s+(\d{3})/.exec(first);
  const [method = '', target = ''] = first.split(' ');
  const isResponse = /^HTTP\//.test(first);
  if (!isResponse && !METHODS.has(method)) return 'none';
  const found = headerEnd(bytes, at, known);
  if (!found) return null;
  return {
    status: isResponse ? Number(status?.[1] ?? 0) : null,
    method,
    target,
    fields: bytes.latin1(at + known.firstLine + 1, at + Math.min(found.body, MAX_TEXT)),
    ...found,
  };
}

/** Behind the empty line, or before the first line that is none of a header; null if there is no empty line yet. */
function headerEnd(bytes: StreamBytes, at: number, known: Known): Pick<Head, 'body' | 'isBroken'> | null {
  for (;;) {
    const line = at + known.line;
    const end = bytes.indexOf(LF, Math.max(line, at + known.searched));
    if (end < 0) {
      known.searched = bytes.length - at;
      return null;
    }
    const { broken } = known;
    if (end === line || (end === line + 1 && bytes.u8(line) === 0x0d))
      return { body: broken || end + 1 - at, isBroken: broken > 0 };
    if (broken === 0 && !HEADER_LINE.test(bytes.latin1(line, Math.min(end, line + MAX_TEXT))))
      known.broken = known.line;
    known.line = end + 1 - at;
  }
}

type End = number | { missing: Missing };

function messageEnd(
  bytes: StreamBytes,
  at: number,
  known: Known,
  head: Head,
  looking: Looking,
  memory: Memory,
): End {
  const { status, fields } = head;
  const body = at + head.body;
  const hasNone = status !== null && (memory.method === 'HEAD' || (status >= 100 && status < 200));
  if (hasNone || status === 204 || status === 304) return body;
  if (/^transfer-encoding:.*\bchunked\b/im.test(fields)) return chunksEnd(bytes, at, known);
  const length = /^content-length:[ \t]*(\d+)/im.exec(fields);
  if (length) {
    const end = body + Number(length[1]);
    return end <= bytes.length ? end : { missing: end - bytes.length };
  }
  if (status === null) return body;
  return looking.canWait ? { missing: 'end' } : bytes.length;
}

/** Each chunk is looked at once, however many segments the body has. */
function chunksEnd(bytes: StreamBytes, begin: number, known: Known): End {
  for (;;) {
    const at = begin + known.chunk;
    const lineEnd = bytes.indexOf(LF, at, at + MAX_CHUNK_LINE);
    if (lineEnd < 0 && bytes.length - at < MAX_CHUNK_LINE) return { missing: 'segment' };
    const size = lineEnd < 0 ? NaN : parseInt(bytes.latin1(at, lineEnd), 16);
    // No size: the rest cannot be told from the next message.
    if (Number.isNaN(size)) return bytes.length;
    if (size === 0) {
      // The empty line, or the first line of a trailer.
      const end = bytes.indexOf(LF, lineEnd + 1);
      return end < 0 ? { missing: 'segment' } : end + 1;
    }
    const next = lineEnd + 1 + size;
    if (next >= bytes.length) return { missing: 'segment' };
    const end = bytes.indexOf(LF, next, next + 2);
    if (end < 0) return { missing: 'segment' };
    known.chunk = end + 1 - begin;
  }
}

/** A message is complete. */
function remember(
  { status, method, target, fields }: Head,
  { arrival, conversation, changed }: Looking,
  memory: Memory,
): HttpMessage {
  const { transactions } = memory;
  if (status === 101 && /^upgrade:[ \t]*websocket\b/im.test(fields)) conversation.protocol = WEBSOCKET;
  if (status === 101 && /^upgrade:[ \t]*h2c\b/im.test(fields)) conversation.protocol = HTTP2;
  if (status !== null)
    return {
      kind: 'response',
      uri: memory.uri,
      frame: transactions.response(arrival.number, changed),
      transactions,
    };
  const host = /^host:([^\r\n]*)/im.exec(fields)?.[1]?.trim();
  const isWhole = target.includes('://');
  memory.method = method;
  memory.uri = host === undefined || isWhole ? target : `http://${host}${target}`;
  const uri = host === undefined && !isWhole ? '' : memory.uri;
  const frame = transactions.request(arrival.number, arrival.timeNs, changed);
  return { kind: 'request', uri, frame, transactions };
}
