/** The conversations of a recording, and the numbers with which each of their directions begins. */
import { connectionId, otherEnd, sourceEnd, type End } from './ends.ts';
import type { HappeningOf } from './happening.ts';

/** One direction of a TCP connection. */
interface Direction {
  /** The first sequence number. */
  first: number;
  /** The highest number sent, relative to `first`. */
  end: number;
}
export interface Conversation {
  id: string;
  /** The end that began it. */
  asks: End;
  askingHost: string;
  answeringHost: string;
  packets: number;
  /** By the sender: the one that began it, and the other. */
  directions: [Direction | null, Direction | null];
}
/** What a TCP segment is within its connection. */
export interface Numbered {
  seq: number;
  ack: number | undefined;
  isRepeated: boolean;
}

type Sent = HappeningOf<'sent'>;

export class Conversations {
  readonly #byId = new Map<string, Conversation>();

  /** The conversation of a frame. */
  of({ facts, host }: Sent, receiver: string): Conversation {
    const end = sourceEnd(facts);
    const id = connectionId(end);
    const known = this.#byId.get(id);
    const isFresh = facts.tcp?.flags.join() === 'SYN' && known !== undefined && isOver(known);
    if (known !== undefined && !isFresh) return known;
    // The answer to a SYN may be the first that is kept.
    const isAnswer = facts.tcp !== undefined && facts.tcp.flags.join() === 'SYN,ACK';
    const conversation: Conversation = {
      id,
      asks: isAnswer ? otherEnd(end) : end,
      askingHost: isAnswer ? receiver : host,
      answeringHost: isAnswer ? host : receiver,
      packets: known?.packets ?? 0,
      directions: [null, null],
    };
    this.#byId.set(id, conversation);
    return conversation;
  }
  all(): Conversation[] {
    return [...this.#byId.values()];
  }
}

/** Both directions have begun: a SYN with other numbers belongs to the next connection of the same ports. */
function isOver({ directions: [asking, answering] }: Conversation): boolean {
  return asking !== null && answering !== null && asking.end > 1;
}

/** Count a frame, and number it if it is a TCP segment. */
export function numbered(conversation: Conversation, { facts }: Sent): Numbered | null {
  conversation.packets++;
  if (facts.tcp === undefined) return null;
  const { flags, seq, ack } = facts.tcp;
  const side = isFrom(conversation, sourceEnd(facts)) ? 0 : 1;
  const own = (conversation.directions[side] ??= { first: seq, end: 0 });
  const relative = (seq - own.first) | 0;
  const length = facts.payload + (flags.includes('SYN') ? 1 : 0) + (flags.includes('FIN') ? 1 : 0);
  const end = relative + length;
  const isRepeated = length > 0 && end <= own.end;
  own.end = Math.max(own.end, end);
  const other = conversation.directions[side === 0 ? 1 : 0];
  const acknowledges = flags.includes('ACK');
  return {
    seq: relative,
    ack: acknowledges ? (ack - (other?.first ?? ack)) | 0 : undefined,
    isRepeated,
  };
}

/** Whether this end began the conversation. */
export function isFrom({ asks }: Conversation, { address, port }: End): boolean {
  return asks.address === address && asks.port === port;
}
