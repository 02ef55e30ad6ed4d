/**
 * Puts the bytes of TCP connections together in the order of capture, as Wireshark does with its default
 * preferences: a segment that comes too early is looked at as it is, unless a message is known to go on there.
 */
import type { IpAddress } from '../tracking/conversationKey.ts';
import { nobody, type Changed } from '../tracking/changed.ts';
import { Reassembly } from './reassembly.ts';
import type { Ports } from './recognition.ts';
import { Forgotten, StreamBytes, type FrameBytes } from './streamBytes.ts';
import {
  freshProgress,
  type Looking,
  type Message,
  type Missing,
  type Progress,
  type StreamConversation,
  type StreamProtocol,
} from './streamProtocol.ts';

/** A TCP segment with a payload, or with a FIN. */
export interface StreamSegment {
  /** The number of the connection. */
  readonly stream: number;
  readonly number: number;
  readonly timeNs: number;
  /** Which of the connection's two directions it is of. */
  readonly isForward: boolean;
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly isFin: boolean;
  /** It only repeats what was sent before. */
  readonly isRetransmission: boolean;
  /** It came too late or too early: it is taken only for a message that is known to go on there. */
  readonly isOutOfPlace: boolean;
  /** False where its checksum is wrong, or the capture kept only a part: it is looked at by itself. */
  readonly canReassemble: boolean;
  /** The frame, and where the payload is in it. */
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** What a part of a segment's payload is; all of it together is the payload. */
export interface Piece {
  /** In the frame. */
  readonly at: number;
  readonly length: number;
  readonly kind:
    | 'retransmitted'
    /** Came too late or too early: no protocol is asked. */
    | 'ignored'
    /** Begins or continues a message that ends later. */
    | 'segment'
    /** Messages that lie in this segment. */
    | 'whole'
    /** The end of a message that began earlier. */
    | 'end'
    /** The same: the end of the connection tells it. */
    | 'closing';
  /** What was put together, or what goes on in later segments. */
  readonly reassembly: Reassembly | null;
  /** Positions in the frame, or in what was put together. */
  readonly messages: readonly Message[];
  /** Where in the frame the message begins that goes on in later segments; it lasts until the piece's end. */
  readonly rest: { readonly at: number; readonly reassembly: Reassembly } | null;
}

/** Maximum number of connections; the oldest is forgotten first. */
const MAX_CONNECTIONS = 20_000;
/** Messages of a direction that retransmissions can belong to. */
const MAX_REMEMBERED = 256;
/** A message of which so much has come in one segment is not put together. */
const MAX_FIRST_PART = 1024 * 1024;

class Direction {
  /** By their positions. */
  reassemblies: Reassembly[] = [];
  untilEnd = false;
  finFrame = 0;
  /** The position that a sequence number means is the one next to this. */
  private position: number | null = null;
  private seq = 0;

  /** Sequence numbers wrap, positions do not. */
  positionOf(seq: number): number {
    if (this.position === null) this.position = 0x1_0000_0000 + seq;
    else this.position += (seq - this.seq) | 0;
    this.seq = seq;
    return this.position;
  }

  at(position: number): Reassembly | undefined {
    return this.reassemblies.findLast(({ begin }) => begin === position);
  }

  before(position: number): Reassembly | undefined {
    return this.reassemblies.findLast(({ begin }) => begin < position);
  }

  remember(reassembly: Reassembly): void {
    const after = this.reassemblies.findLastIndex(({ begin }) => begin <= reassembly.begin);
    if (this.reassemblies[after]?.begin === reassembly.begin) this.reassemblies[after] = reassembly;
    else this.reassemblies.splice(after + 1, 0, reassembly);
    if (this.reassemblies.length > MAX_REMEMBERED) this.reassemblies.shift();
  }
}

interface Connection extends StreamConversation {
  readonly forward: Direction;
  readonly backward: Direction;
}

/** What looking at bytes gave: messages, and perhaps where a message begins that is not complete. */
interface Seen {
  readonly messages: Message[];
  readonly missing: { readonly at: number; readonly what: Missing } | null;
}

export class StreamTracker {
  private readonly connections = new Map<number, Connection>();
  private readonly frames: FrameBytes;
  private readonly ports: Ports;
  private readonly changed: Changed;
  /** The segment that was added last: its packet may not be kept yet. */
  private arriving: StreamSegment | null = null;

  /**
   * @param frames those that arrived before; the one that arrives need not be there yet
   * @param changed is told of earlier packets to whose messages something was added
   */
  constructor(frames: FrameBytes, ports: Ports, changed: Changed = nobody) {
    this.frames = {
      bytesOf: (number) => (number === this.arriving?.number ? this.arriving.bytes : frames.bytesOf(number)),
    };
    this.ports = ports;
    this.changed = changed;
  }

  clear(): void {
    this.connections.clear();
  }

  /** Takes the next segment. */
  add(segment: StreamSegment): Piece[] {
    this.arriving = segment;
    const connection = this.connections.get(segment.stream) ?? this.open(segment);
    const direction = segment.isForward ? connection.forward : connection.backward;
    const walk = new Walk(segment, connection, direction, this.frames, this.ports, this.changed);
    const pieces = walk.pieces();
    if (segment.isFin) direction.finFrame ||= segment.number;
    return pieces;
  }

  private open({ stream, sourcePort, destinationPort }: StreamSegment): Connection {
    if (this.connections.size >= MAX_CONNECTIONS) {
      const oldest = this.connections.keys().next();
      if (!oldest.done) this.connections.delete(oldest.value);
    }
    const connection: Connection = {
      forward: new Direction(),
      backward: new Direction(),
      protocol: this.ports.decodedAs(sourcePort, destinationPort),
      memory: new Map(),
    };
    this.connections.set(stream, connection);
    return connection;
  }
}

/** The way through one segment's payload. */
class Walk {
  private readonly segment: StreamSegment;
  private readonly connection: Connection;
  private readonly direction: Direction;
  private readonly frames: FrameBytes;
  private readonly ports: Ports;
  private readonly changed: Changed;
  private readonly done: Piece[] = [];
  /** The position of the payload's first byte. */
  private readonly begin: number;

  constructor(
    segment: StreamSegment,
    connection: Connection,
    direction: Direction,
    frames: FrameBytes,
    ports: Ports,
    changed: Changed,
  ) {
    this.segment = segment;
    this.connection = connection;
    this.direction = direction;
    this.frames = frames;
    this.ports = ports;
    this.changed = changed;
    this.begin = direction.positionOf(segment.seq);
  }

  pieces(): Piece[] {
    const { segment, direction, done } = this;
    if (segment.isFin && direction.untilEnd && direction.finFrame === 0 && segment.canReassemble) {
      const ended = this.endOfConnection();
      if (ended) return [ended];
    }
    if (!segment.canReassemble) {
      if (segment.length === 0) return done;
      const { at, length } = segment;
      const isUnfit = segment.isRetransmission || segment.isOutOfPlace;
      done.push(isUnfit ? piece('ignored', at, length, null) : this.look(at, length, false));
      return done;
    }
    for (let at = segment.at; at < segment.at + segment.length;) {
      const piece = this.step(at, segment.at + segment.length - at);
      done.push(piece);
      at += piece.length;
    }
    return done;
  }

  /** The payload from `at` on. */
  private step(at: number, length: number): Piece {
    const { segment, direction } = this;
    const begin = this.begin + (at - segment.at);
    const known = direction.at(begin);
    if (known && begin + length <= known.end && known.lastFrame !== segment.number)
      return piece('retransmitted', at, length, null);
    if (segment.isRetransmission) return piece('retransmitted', at, length, null);
    const open = known ?? direction.before(begin);
    if (open && open.begin <= begin && open.end > begin) return this.goOn(open, at, length);
    return segment.isOutOfPlace ? piece('ignored', at, length, null) : this.look(at, length, true);
  }

  /** The payload belongs to a message that began earlier. */
  private goOn(open: Reassembly, at: number, length: number): Piece {
    const { segment } = this;
    const begin = this.begin + (at - segment.at);
    const taken = open.wantsWholeSegment ? length : Math.min(length, open.end - begin);
    // What comes again to a complete message changes nothing.
    if (open.completedIn !== 0) return piece('segment', at, taken, open);
    // What was there before does not complete it.
    const isLast = begin + length >= open.end;
    if (open.wantsWholeSegment && isLast) {
      open.wantsWholeSegment = false;
      open.end = begin + length;
    }
    const isComplete = open.add(segment.number, at, begin - open.begin, taken, isLast);
    if (!isComplete) return piece('segment', at, taken, open);
    const completed = this.complete(open, at, taken);
    this.tell(open);
    return completed;
  }

  /** For now nothing is missing of what began earlier. */
  private complete(open: Reassembly, at: number, taken: number): Piece {
    const { segment } = this;
    const begin = this.begin + (at - segment.at);
    // What came out of place completes a message that nothing decodes.
    if (segment.isOutOfPlace) return piece('end', at, taken, open);
    const seen = this.messagesOf(open, open.progress, true);
    if (!seen) return piece('segment', at, taken, open);
    const { messages, missing } = seen;
    const before = open.length - taken;
    if (missing && missing.at <= before) {
      open.wants(missing.what, Math.max(begin + taken, open.begin + open.length));
      this.direction.untilEnd ||= missing.what === 'end';
      // What is left of this segment belongs to it, too.
      return piece('segment', at, taken, open);
    }
    open.settle();
    if (missing) open.cut(missing.at);
    const rest = missing ? this.beginRest(at + (missing.at - before), at + taken, missing.what) : null;
    return { kind: 'end', at, length: taken, reassembly: open, messages, rest };
  }

  /** The payload is not known to belong to anything. */
  private look(at: number, length: number, canWait: boolean): Piece {
    const { bytes, number, canReassemble } = this.segment;
    // Bytes that are not those of the packet cannot be found by its number later.
    const own = new StreamBytes(this.frames);
    own.append(canReassemble ? { number, at, length } : bytes.subarray(at, at + length));
    const { messages, missing } = this.messagesIn(own, 0, own.length, freshProgress(), canWait);
    const moved = messages.map((message) => ({
      ...message,
      begin: message.begin + at,
      end: message.end + at,
    }));
    const rest = missing ? this.beginRest(at + missing.at, at + length, missing.what) : null;
    return { kind: 'whole', at, length, reassembly: null, messages: moved, rest };
  }

  /** What begins at `from` goes on in later segments. */
  private beginRest(from: number, to: number, what: Missing): Piece['rest'] {
    const { segment, direction, frames } = this;
    if (to - from > MAX_FIRST_PART) return null;
    const reassembly = new Reassembly(this.begin + (from - segment.at), segment.number, frames);
    reassembly.wants(what, this.begin + (to - segment.at));
    reassembly.add(segment.number, from, 0, to - from, false);
    direction.untilEnd ||= what === 'end';
    direction.remember(reassembly);
    return { at: from, reassembly };
  }

  /** The connection has ended: what waited for that is complete. */
  private endOfConnection(): Piece | null {
    const { segment, direction } = this;
    const open = direction.before(this.begin);
    if (!open || open.completedIn !== 0) return null;
    if (!open.add(segment.number, segment.at, this.begin - open.begin, segment.length, true)) return null;
    open.end = this.begin + segment.length;
    const seen = this.messagesOf(open, freshProgress(), false);
    if (!seen) return null;
    open.settle();
    this.tell(open);
    const { messages } = seen;
    return {
      kind: 'closing',
      at: segment.at,
      length: segment.length,
      reassembly: open,
      messages,
      rest: null,
    };
  }

  /** Its packets know by now where it ends, or at least the first of them where it was looked at. */
  private tell({ parts, completedIn, firstFrame }: Reassembly): void {
    if (completedIn === 0) this.changed(firstFrame);
    else for (const { number } of parts) this.changed(number);
  }

  /** The messages in what was put together; null if a packet that has to be read was let go. */
  private messagesOf(whole: Reassembly, progress: Progress, canWait: boolean): Seen | null {
    try {
      return this.messagesIn(whole.bytes(), 0, whole.length, progress, canWait);
    } catch (error) {
      if (error instanceof Forgotten) return null;
      throw error;
    }
  }

  /** One message after the other, until the bytes end or a message needs more. */
  private messagesIn(
    bytes: StreamBytes,
    from: number,
    to: number,
    progress: Progress,
    canWait: boolean,
  ): Seen {
    const messages: Message[] = [];
    const { connection } = this;
    for (let at = from; at < to;) {
      const protocol = connection.protocol ?? this.recognise(bytes);
      if (!protocol) break;
      const looking: Looking = {
        conversation: connection,
        arrival: this.segment,
        progress,
        canWait,
        changed: this.changed,
      };
      const framed = protocol.frame(bytes, at, looking);
      if ('missing' in framed) return { messages, missing: { at, what: framed.missing } };
      messages.push({ protocol, begin: at, end: framed.end, facts: framed.facts });
      progress = freshProgress();
      // A message takes at least one byte, or this would not end.
      at = Math.max(at + 1, framed.end);
    }
    return { messages, missing: null };
  }

  /** By the ports, else by what the bytes look like: then the connection's other bytes are taken for the same. */
  private recognise(bytes: StreamBytes): StreamProtocol | null {
    const { segment, connection, ports } = this;
    const byPort = ports.protocolOf(segment.sourcePort, segment.destinationPort);
    const instead = byPort?.instead?.(bytes);
    if (instead) connection.protocol = instead;
    if (byPort) return instead ?? byPort;
    connection.protocol = ports.recognise(bytes);
    return connection.protocol;
  }
}

function piece(
  kind: 'retransmitted' | 'ignored' | 'segment' | 'end',
  at: number,
  length: number,
  reassembly: Reassembly | null,
): Piece {
  return { kind, at, length, reassembly, messages: [], rest: null };
}
