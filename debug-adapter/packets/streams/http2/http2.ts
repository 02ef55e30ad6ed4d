/** Where HTTP/2's frames (RFC 9113) begin and end, what their headers say, and which of them are one body. */
import type { StreamBytes } from '../streamBytes.ts';
import type { Looking, StreamConversation, StreamProtocol } from '../streamProtocol.ts';
import { HpackDecoder, type HpackBlock } from './hpack.ts';

/** A part of a body that was sent in several frames. */
export interface Http2BodyPart {
  /** The packet in which its frame ends. */
  readonly number: number;
  readonly data: StreamBytes;
}

/** What one end sends on a stream. */
export interface Http2Body {
  contentType: string;
  readonly parts: Http2BodyPart[];
  /** The packet with the end of the stream; 0 until then. */
  endedIn: number;
}

/** What is known about a frame. */
export interface Http2Frame {
  /** Of a frame with headers: those that end in it. */
  readonly block: HpackBlock | null;
  /** Of a frame with data. */
  readonly body: Http2Body | null;
  /** The frame that ends a body that was sent in several frames. */
  readonly endsParts: boolean;
}

interface Direction {
  readonly hpack: HpackDecoder;
  /** By the numbers of their streams. */
  readonly bodies: Map<number, Http2Body>;
}

/** With this a client begins (RFC 9113 3.4). */
export const MAGIC = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const HEADER = 9;
export const FRAME = { data: 0, headers: 1, pushPromise: 5, continuation: 9 } as const;
export const FLAG = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;
/** Streams of a direction whose bodies are not complete; the oldest is forgotten first. */
const MAX_STREAMS = 1000;
/** Parts of a body that are remembered. */
const MAX_PARTS = 100_000;

export const HTTP2: StreamProtocol = {
  name: 'http2',
  title: 'HTTP2',
  within: 'http',
  hasLengths: true,
  frame(bytes, at, looking) {
    if (beginsMagic(bytes, at) && bytes.length - at >= MAGIC.length)
      return { end: at + MAGIC.length, facts: NOTHING };
    const left = bytes.length - at;
    if (left < HEADER)
      return looking.canWait ? { missing: 'segment' } : { end: bytes.length, facts: NOTHING };
    const end = at + HEADER + bytes.uint(at, 3);
    if (end > bytes.length)
      return looking.canWait ? { missing: end - bytes.length } : { end: bytes.length, facts: NOTHING };
    return { end, facts: note(bytes, at, end, looking) };
  },
};

const NOTHING: Http2Frame = { block: null, body: null, endsParts: false };

/** Whether the bytes from here on are the client's first ones, as far as there are any. */
export function beginsMagic(bytes: StreamBytes, at: number): boolean {
  const text = bytes.latin1(at, at + MAGIC.length);
  return text.length > 0 && MAGIC.startsWith(text);
}

function directionOf({ memory }: StreamConversation, isForward: boolean): Direction {
  const key = `${HTTP2.name} ${isForward}`;
  let found = memory.get(key) as Direction | undefined;
  if (!found) memory.set(key, (found = { hpack: new HpackDecoder(), bodies: new Map() }));
  return found;
}

function note(bytes: StreamBytes, at: number, end: number, looking: Looking): Http2Frame {
  const { conversation, arrival } = looking;
  const direction = directionOf(conversation, arrival.isForward);
  const [type, flags] = [bytes.u8(at + 3), bytes.u8(at + 4)];
  const stream = bytes.uint(at + 5, 4) & 0x7fffffff;
  const content = contentOf(bytes, at + HEADER, end, type, flags);
  switch (type) {
    case FRAME.headers:
    case FRAME.pushPromise:
    case FRAME.continuation:
      return noteBlock(bytes, content, flags, stream, direction, looking);
    case FRAME.data:
      return noteData(bytes, content, flags, stream, direction, looking);
    default:
      return NOTHING;
  }
}

/** A frame's content without padding, priority and the number of a promised stream. */
export function contentOf(
  bytes: Pick<StreamBytes, 'u8'>,
  begin: number,
  end: number,
  type: number,
  flags: number,
): { begin: number; end: number } {
  let [from, to] = [begin, end];
  const canPad = type === FRAME.data || type === FRAME.headers || type === FRAME.pushPromise;
  if (canPad && flags & FLAG.padded && from < to) to -= bytes.u8(from++);
  if (type === FRAME.headers && flags & FLAG.priority) from += 5;
  if (type === FRAME.pushPromise) from += 4;
  return { begin: Math.min(from, end), end: Math.max(Math.min(from, end), to) };
}

function noteBlock(
  bytes: StreamBytes,
  { begin, end }: { begin: number; end: number },
  flags: number,
  stream: number,
  direction: Direction,
  looking: Looking,
): Http2Frame {
  const block = direction.hpack.decode(bytes.slice(begin, end), (flags & FLAG.endHeaders) !== 0);
  const contentType = block.headers.find(({ name }) => name === 'content-type')?.value ?? '';
  const body = bodyOf(stream, direction);
  body.contentType ||= contentType;
  if (flags & FLAG.endStream) endBody(stream, direction, body, looking);
  return { block, body: null, endsParts: false };
}

function noteData(
  bytes: StreamBytes,
  { begin, end }: { begin: number; end: number },
  flags: number,
  stream: number,
  direction: Direction,
  looking: Looking,
): Http2Frame {
  const body = bodyOf(stream, direction);
  const endsStream = (flags & FLAG.endStream) !== 0;
  const isWhole = endsStream && body.parts.length === 0;
  if (!isWhole && end > begin && body.parts.length < MAX_PARTS)
    body.parts.push({ number: looking.arrival.number, data: bytes.view(begin, end) });
  if (endsStream) endBody(stream, direction, body, looking);
  return { block: null, body, endsParts: endsStream && !isWhole };
}

function bodyOf(stream: number, { bodies }: Direction): Http2Body {
  let body = bodies.get(stream);
  if (body) return body;
  if (bodies.size >= MAX_STREAMS) {
    const oldest = bodies.keys().next();
    if (!oldest.done) bodies.delete(oldest.value);
  }
  body = { contentType: '', parts: [], endedIn: 0 };
  bodies.set(stream, body);
  return body;
}

function endBody(
  stream: number,
  { bodies }: Direction,
  body: Http2Body,
  { arrival, changed }: Looking,
): void {
  body.endedIn = arrival.number;
  for (const { number } of body.parts) changed(number);
  bodies.delete(stream);
}
