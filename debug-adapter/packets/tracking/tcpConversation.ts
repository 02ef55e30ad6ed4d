/** A TCP conversation: its two directions, and what the capture has of it. */
import { Flow } from './tcpFlow.ts';

/** What was seen of a conversation, as bits. */
export const SEEN = { syn: 1, synAck: 2, ack: 4, data: 8, fin: 16, rst: 32 } as const;

/** A packet and when it was captured. */
export interface Moment {
  readonly number: number;
  readonly timeNs: number;
}

/**
 * Known to all of its segments. Wireshark reads a capture twice and shows what it knows the second time, when a
 * packet also meets what later ones have left behind: this tells the same, asked with a packet's number.
 */
export class Conversation {
  readonly stream: number;
  readonly first: Moment;
  lastNs: number;
  /** The ends' flows; of a connection to itself, one stays empty. */
  readonly flows: readonly [Flow, Flow] = [new Flow(), new Flow()];
  /** The SYN carried data and a Fast Open cookie. */
  hasFastOpenData = false;
  /** Bits of `SEEN`. */
  private seen = 0;
  /** What the first packet adds for those after it. */
  private seenFirst = 0;
  /** The newest SYN. */
  private synNs: number | null = null;
  /** Time from the SYN to the handshake's last ACK; 0 until measured. */
  private handshakeNs = 0;
  /** The first acknowledgement, if no SYN came before. */
  private firstAck: Moment | null = null;

  constructor(stream: number, first: Moment) {
    this.stream = stream;
    this.first = first;
    this.lastNs = first.timeNs;
  }

  /** What all of its segments say, and so an earlier one says otherwise when it changes. */
  get common(): readonly unknown[] {
    const { seen, seenFirst, synNs, handshakeNs, firstAck, hasFastOpenData, flows } = this;
    const [lower, upper] = flows;
    const numbers = [lower.baseSeq, lower.scale, upper.baseSeq, upper.scale];
    return [seen, seenFirst, synNs, handshakeNs, firstAck, hasFastOpenData, ...numbers];
  }

  /** The flows of the sender and of the receiver. */
  directions(from: string, to: string): { fwd: Flow; rev: Flow } {
    const [lower, upper] = this.flows;
    return from < to ? { fwd: lower, rev: upper } : { fwd: upper, rev: lower };
  }

  /** Time since the first packet and since the previous one. */
  pass(timeNs: number): { sinceFirstNs: number; sinceLastNs: number } {
    const { first, lastNs } = this;
    this.lastNs = timeNs;
    return { sinceFirstNs: timeNs - first.timeNs, sinceLastNs: timeNs - lastNs };
  }

  /** @param isFirst the bits are of the conversation's first packet */
  see(bits: number, isFirst: boolean): void {
    if (isFirst) this.seenFirst |= bits;
    else this.seen |= bits;
  }

  /** It began with a SYN. */
  begin(bits: number): void {
    this.seen |= bits;
  }

  completenessFor(number: number): number {
    return number > this.first.number ? this.seen | this.seenFirst : this.seen;
  }

  handshake(isSyn: boolean, moment: Moment): void {
    if (isSyn) this.synNs = moment.timeNs;
    else if (this.synNs === null) this.firstAck ??= moment;
    else this.handshakeNs ||= moment.timeNs - this.synNs;
  }

  /** Time from the SYN to the handshake's last ACK; 0 if unknown. */
  get initialRttNs(): number {
    return this.handshakeNs;
  }

  /** The same as a packet's lines show it: Wireshark takes an earlier ACK where none came after the SYN. */
  initialRttFor(number: number): number {
    const { handshakeNs, synNs, firstAck } = this;
    if (handshakeNs || synNs === null || !firstAck || number < firstAck.number) return handshakeNs;
    return firstAck.timeNs - synNs;
  }
}
