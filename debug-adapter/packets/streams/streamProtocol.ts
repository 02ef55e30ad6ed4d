/** What a protocol on TCP tells about its messages while a stream is put together, in the order of capture. */
import type { Changed } from '../tracking/changed.ts';
import type { IpAddress } from '../tracking/conversationKey.ts';
import type { StreamBytes } from './streamBytes.ts';

/** More is needed before a message can be told: so many bytes, whatever comes next, or all until the end. */
export type Missing = number | 'segment' | 'end';

/** A message in the bytes that were looked at. */
export interface Message {
  readonly protocol: StreamProtocol;
  readonly begin: number;
  readonly end: number;
  /** What the protocol found out on the way; its dissector is the only one that knows the type. */
  readonly facts: unknown;
}

/** Where one message ends, or what is missing. */
export type Framed = { readonly end: number; readonly facts?: unknown } | { readonly missing: Missing };

/** The segment that is being looked at. */
export interface Arrival {
  readonly number: number;
  readonly timeNs: number;
  /** Which of the connection's two directions it is of. */
  readonly isForward: boolean;
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** One connection, as far as its application sees it. */
export interface StreamConversation {
  /** Who reads the bytes from now on; null while it is not known. */
  protocol: StreamProtocol | null;
  /** What protocols remember, by their names. */
  readonly memory: Map<string, unknown>;
}

/** What its protocol knows by now about a message that is not complete: nothing is searched twice. */
export interface Progress {
  /** Its type is the protocol's own. Positions in it count from the message's beginning. */
  known: unknown;
}

export const freshProgress = (): Progress => ({ known: null });

export interface Looking {
  readonly conversation: StreamConversation;
  readonly arrival: Arrival;
  readonly progress: Progress;
  /** Whether more bytes can come: a message that is not complete has to be told as it is. */
  readonly canWait: boolean;
  /** Is told of earlier packets whose messages are affected. */
  readonly changed: Changed;
}

export interface StreamProtocol {
  /** Wireshark's short name: `http`. */
  readonly name: string;
  /** How Wireshark calls it where it is malformed: `HTTP`. */
  readonly title: string;
  /** The protocol that hands its bytes on: it stands before this one among a packet's protocols. */
  readonly within?: string;
  /** Its messages begin with their length, which Wireshark shows with the segment. */
  readonly hasLengths?: boolean;
  /** Finds the end of the message that begins at `at`. Throws nothing, whatever the bytes are. */
  frame(bytes: StreamBytes, at: number, looking: Looking): Framed;
  /** Another protocol that a stream with these first bytes is of, although its port is this one's. */
  instead?(bytes: StreamBytes): StreamProtocol | null;
  /** Whether a stream that begins with these bytes is its own, on ports that say nothing. */
  recognises?(bytes: StreamBytes): boolean;
}
