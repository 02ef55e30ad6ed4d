/**
 * Tracks TCP conversations: is given every TCP segment in order and says what others tell about it. What Wireshark's
 * analysis says is in `tcpAnalysis.ts`.
 */
import { ACK, FIN, RST, SYN } from '../dissectors/tcpFlags.ts';
import type { Changed } from './changed.ts';
import { conversationKey, type Ends } from './conversationKey.ts';
import { analyse, unanalysed, type Segment, type TcpAnalysis } from './tcpAnalysis.ts';
import { Conversation, SEEN, type Moment } from './tcpConversation.ts';
import { SCALE_UNKNOWN, SCALE_UNUSED, type Base, type Flow } from './tcpFlow.ts';
import { TcpNotes } from './tcpNotes.ts';

/** Maximum number of conversations; the oldest is discarded first, and starts again if it sends more. */
const MAX_CONVERSATIONS = 20_000;

/** What a segment tells about its conversation. */
export interface Tracked extends Segment {
  /** Its length is known: it is no part of an error message, and holds its header. */
  readonly isWhole: boolean;
  /** Its header is at least as long as it must be. */
  readonly isSound: boolean;
  readonly options: {
    /** The shift in its window scale option; null without one. */
    readonly windowScale: number | null;
    /** Bytes in its SACK option's blocks. */
    readonly sackedBytes: number;
    readonly hasFastOpenCookie: boolean;
    /** All of them were captured and make sense. */
    readonly canBeRead: boolean;
  };
}

/** What is known about a segment from others. */
export interface TcpKnown {
  readonly conversation: Conversation;
  readonly sinceFirstNs: number;
  readonly sinceLastNs: number;
  /** The sender's direction, and the receiver's. */
  readonly fwd: Flow;
  readonly rev: Flow;
  /** What its own numbers count from, and what its acknowledgements do. */
  readonly seqBase: Base;
  readonly ackBase: Base;
  readonly analysis: TcpAnalysis;
}

/** The first SYN-ACK of a flow, and what was said about it before there were others. */
interface FirstAnswer {
  readonly number: number;
  readonly seq: number;
  readonly notes: TcpNotes;
  readonly wasNoted: boolean;
}

export class TcpTracker {
  private readonly conversations = new Map<string, Conversation>();
  private readonly answers = new WeakMap<Flow, FirstAnswer>();
  private streams = 0;
  private readonly changed: Changed;
  private readonly streamChanged: Changed;

  /**
   * @param changed is told of earlier segments that have or lack something now
   * @param streamChanged is told of streams whose segments all say something else now
   */
  constructor(changed: Changed, streamChanged: Changed) {
    this.changed = changed;
    this.streamChanged = streamChanged;
  }

  /** The next segment, in the order of capture. */
  add(ends: Ends, ports: readonly [number, number], segment: Tracked, moment: Moment): TcpKnown {
    const { seq, flags, isWhole } = segment;
    const key = conversationKey(ends, ...ports);
    const from = `${ends.source}:${ports[0]}`;
    const to = `${ends.destination}:${ports[1]}`;
    const earlier = this.conversations.get(key);
    const before = earlier?.common;
    let conversation = earlier ?? this.open(key, moment);
    let { fwd, rev } = conversation.directions(from, to);
    const notes = new TcpNotes();
    let isRepeatedSyn = false;
    const handshake = flags & (SYN | ACK);
    if (handshake === SYN && fwd.baseSeq !== null) {
      if (seq !== fwd.baseSeq) {
        conversation = this.open(key, moment);
        ({ fwd, rev } = conversation.directions(from, to));
        conversation.begin(SEEN.syn);
        // One that ICMP quotes is none; Wireshark takes one that ICMPv6 quotes for a new one.
        if (isWhole || typeof ends.source === 'string') notes.add('reused_ports');
      } else {
        isRepeatedSyn = true;
        // A reset may have carried a number out of order.
        fwd.nextSeq = fwd.maxToBeAcked;
      }
    }
    if (handshake === (SYN | ACK) && (isWhole || fwd.baseSeq !== null))
      this.answer(fwd, seq, notes, moment.number);
    const times = conversation.pass(moment.timeNs);
    if (isWhole) {
      // Without its SYN a conversation starts at relative number 1.
      fwd.learnBase(flags & SYN ? seq : (seq - 1) >>> 0);
      if (flags & ACK) rev.learnBase((segment.ack - 1) >>> 0);
    }
    const analysis = isWhole
      ? analyse(segment, moment, { fwd, rev }, conversation.initialRttNs, notes, isRepeatedSyn)
      : unanalysed(notes, isRepeatedSyn);
    const known = { conversation, ...times, fwd, rev, seqBase: fwd.base, ackBase: rev.base, analysis };
    if (segment.isSound) follow(segment, moment, known, !earlier);
    if (earlier && before && isOther(before, earlier.common)) this.tell(earlier);
    return known;
  }

  /** All segments of a conversation say something else now; what one of them has, or lacks, only its answers. */
  private tell({ stream, flows }: Conversation): void {
    this.streamChanged(stream);
    for (const flow of flows) {
      const answer = this.answers.get(flow);
      if (answer) this.changed(answer.number);
    }
  }

  private open(key: string, moment: Moment): Conversation {
    this.conversations.delete(key);
    if (this.conversations.size >= MAX_CONVERSATIONS) {
      const oldest = this.conversations.keys().next();
      if (!oldest.done) this.conversations.delete(oldest.value);
    }
    const conversation = new Conversation(this.streams++, moment);
    this.conversations.set(key, conversation);
    return conversation;
  }

  /**
   * A SYN-ACK whose number is not the one that is known tells of a new connection. Wireshark's second reading begins
   * with the last one's number, so a later one decides about the first.
   */
  private answer(fwd: Flow, seq: number, notes: TcpNotes, number: number): void {
    if (fwd.baseSeq !== null && fwd.baseSeq !== seq) notes.add('reused_ports');
    fwd.renumber(seq);
    const first = this.answers.get(fwd);
    if (!first) {
      notes.isOpen = true;
      this.answers.set(fwd, { number, seq, notes, wasNoted: notes.has('reused_ports') });
      return;
    }
    if (first.wasNoted || seq !== first.seq) first.notes.add('reused_ports');
    else first.notes.delete('reused_ports');
    this.changed(first.number);
  }
}

function isOther(before: Conversation['common'], now: Conversation['common']): boolean {
  return now.some((one, at) => one !== before[at]);
}

/** What the segment tells for later ones. */
function follow(
  segment: Tracked,
  moment: Moment,
  { conversation, fwd, rev }: TcpKnown,
  isNew: boolean,
): void {
  const { flags, length, options } = segment;
  const handshake = flags & (SYN | ACK);
  if (isNew && handshake === SYN) conversation.begin(SEEN.syn | (length > 0 ? SEEN.data : 0));
  conversation.see(seenIn(segment), isNew);
  if (handshake === SYN) {
    conversation.handshake(true, moment);
    if (options.hasFastOpenCookie && length > 0) conversation.hasFastOpenData = true;
  } else if (handshake === ACK) conversation.handshake(false, moment);
  if (flags & SYN) fwd.isWindowOfSyn = true;
  else if (flags & ACK) fwd.isWindowOfSyn = false;
  if (flags & FIN && !rev.closedFirst) fwd.closedFirst = true;
  if (options.windowScale !== null) fwd.scale = options.windowScale;
  fwd.sackedBytes = options.sackedBytes;
  if (flags & SYN && options.canBeRead) negotiateScale((flags & ACK) !== 0, fwd, rev);
}

/** What a segment adds to what was seen; a SYN counts only where it begins the conversation. */
function seenIn({ flags, length }: Segment): number {
  const handshake = flags & (SYN | ACK);
  let bits = 0;
  if (handshake === (SYN | ACK)) bits |= SEEN.synAck;
  if (handshake === ACK) bits |= length > 0 ? SEEN.data : SEEN.ack;
  if ((flags & (FIN | ACK)) === (FIN | ACK)) bits |= SEEN.fin;
  if (flags & RST) bits |= SEEN.rst;
  return bits;
}

/** Both ends must have offered window scaling, or neither uses it (RFC 7323 2.2). */
function negotiateScale(isAnswer: boolean, fwd: Flow, rev: Flow): void {
  if (fwd.scale === SCALE_UNKNOWN) {
    fwd.scale = SCALE_UNUSED;
    rev.scale = SCALE_UNUSED;
  } else if (isAnswer && rev.scale === SCALE_UNUSED) fwd.scale = SCALE_UNUSED;
}
