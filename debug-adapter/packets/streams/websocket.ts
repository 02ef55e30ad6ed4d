/** Where WebSocket's frames (RFC 6455) begin and end, and which of them are parts of one message. */
import type { StreamBytes } from './streamBytes.ts';
import type { Looking, StreamProtocol } from './streamProtocol.ts';

/** A part of a message that was sent in several frames. */
export interface WebSocketFragment {
  /** The packet in which its frame ends. */
  readonly number: number;
  /** As on the wire; the mask is in front of it. */
  readonly payload: StreamBytes;
  readonly isMasked: boolean;
}

/** What is known about a frame. */
export interface WebSocketFrame {
  /** The message's frames up to now; null if this frame is a message of its own. */
  readonly fragments: WebSocketFragment[] | null;
  /** Text or binary, as the message's first frame says. */
  readonly opcode: number;
}

const CONTROL = 0x8;
/** An unfinished message of more frames is given up. */
const MAX_FRAGMENTS = 100_000;
/** A frame that claims to be longer is not waited for. */
const MAX_LENGTH = 0x4000_0000;

export const WEBSOCKET: StreamProtocol = {
  name: 'websocket',
  title: 'WebSocket',
  within: 'http',
  hasLengths: true,
  frame(bytes, at, looking) {
    const header = readWebSocketHeader(bytes, at);
    if (!header && looking.canWait) return { missing: 'segment' };
    if (!header) return { end: bytes.length, facts: UNKNOWN };
    const end = header.payload + header.length;
    const missing = end - bytes.length;
    if (missing > 0 && looking.canWait && missing < MAX_LENGTH) return { missing };
    return {
      end: Math.min(end, bytes.length),
      facts: factsOf(bytes, header, Math.min(end, bytes.length), looking),
    };
  },
};

const UNKNOWN: WebSocketFrame = { fragments: null, opcode: 0 };

export interface WebSocketHeader {
  readonly first: number;
  readonly second: number;
  /** Bytes of a length that does not fit into the second byte. */
  readonly extension: 0 | 2 | 8;
  readonly isMasked: boolean;
  /** Where the payload begins, and how long it is. */
  readonly payload: number;
  readonly length: number;
}

/** @returns null if the length is not there yet */
export function readWebSocketHeader(
  bytes: Pick<StreamBytes, 'u8' | 'uint' | 'length'>,
  at: number,
): WebSocketHeader | null {
  const left = bytes.length - at;
  if (left < 2) return null;
  const [first, second] = [bytes.u8(at), bytes.u8(at + 1)];
  const short = second & 0x7f;
  const extension = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (left < 2 + extension) return null;
  const isMasked = (second & 0x80) !== 0;
  const payload = at + 2 + extension + (isMasked ? 4 : 0);
  const length = extension === 8 ? longLength(bytes, at + 2) : extension ? bytes.uint(at + 2, 2) : short;
  return { first, second, extension, isMasked, payload, length };
}

/** Numbers beyond six bytes stand for more than there can be. */
function longLength(bytes: Pick<StreamBytes, 'uint'>, at: number): number {
  return bytes.uint(at, 2) > 0 ? MAX_LENGTH * 2 : bytes.uint(at + 2, 6);
}

function factsOf(
  bytes: StreamBytes,
  { first, isMasked, payload }: WebSocketHeader,
  end: number,
  { conversation, arrival }: Looking,
): WebSocketFrame {
  const isLast = (first & 0x80) !== 0;
  const opcode = first & 0x0f;
  const key = `${WEBSOCKET.name} ${arrival.isForward}`;
  const begun = conversation.memory.get(key) as WebSocketFrame | undefined;
  const goesOn = opcode === 0 && begun !== undefined;
  if (opcode & CONTROL || (isLast && !goesOn)) return { fragments: null, opcode };
  const from = Math.min(payload - (isMasked ? 4 : 0), end);
  const known: WebSocketFrame = goesOn ? begun : { fragments: [], opcode };
  known.fragments!.push({ number: arrival.number, payload: bytes.view(from, end), isMasked });
  if (isLast || known.fragments!.length > MAX_FRAGMENTS) conversation.memory.delete(key);
  else conversation.memory.set(key, known);
  return known;
}
