/**
 * Tracks TCP conversations: is given every TCP segment in order and says what Wireshark's analysis says of it.
 * The rules are those of Wireshark's user's guide, "TCP Analysis"; their order matters.
 */
import { conversationKey, type Ends } from './conversationKey.ts';
import { after, Flow, SCALE_UNKNOWN, SCALE_UNUSED, type Unacked } from './tcpFlow.ts';
import { ACK, FIN, PSH, RST, SYN } from '../dissectors/tcpFlags.ts';

/** Maximum number of conversations; the oldest is discarded first, and starts again if it sends more. */
const MAX_CONVERSATIONS = 20_000;
/** A retransmission this soon after duplicate ACKs is a fast retransmission. */
const FAST_RETRANSMIT_NS = 20e6;
/** Without a measured round-trip time: a segment later than this is a retransmission, not out of order. */
const OUT_OF_ORDER_NS = 3e6;

/** What was seen of a conversation, as bits. */
export const SEEN = { syn: 1, synAck: 2, ack: 4, data: 8, fin: 16, rst: 32 } as const;

/** Wireshark's remarks, by the name that follows `tcp.analysis.` in a filter. */
export type TcpNote =
  | 'retransmission'
  | 'fast_retransmission'
  | 'spurious_retransmission'
  | 'out_of_order'
  | 'reused_ports'
  | 'lost_segment'
  | 'ack_lost_segment'
  | 'window_update'
  | 'window_full'
  | 'keep_alive'
  | 'keep_alive_ack'
  | 'duplicate_ack'
  | 'zero_window_probe'
  | 'zero_window'
  | 'zero_window_probe_ack';

/** What a segment's header says. */
export interface Segment {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  /** Bytes of payload. */
  readonly length: number;
  /** The shift in its window scale option; null without one. */
  readonly windowScale: number | null;
  /** Bytes beyond the cumulative acknowledgement in its SACK option. */
  readonly sackedBytes: number;
}

/** A conversation, known to all of its segments. */
export class Conversation {
  readonly stream: number;
  readonly firstNs: number;
  lastNs: number;
  /** Bits of `SEEN`. */
  completeness = 0;
  synTimeNs: number | null = null;
  /** Time from the SYN to the handshake's last ACK; 0 until measured. */
  firstRttNs = 0;

  constructor(stream: number, timeNs: number) {
    this.stream = stream;
    this.firstNs = timeNs;
    this.lastNs = timeNs;
  }
}

/** What is known about a segment from others. */
export interface TcpKnown {
  readonly conversation: Conversation;
  readonly sinceFirstNs: number;
  readonly sinceLastNs: number;
  /** The sender's direction, and the receiver's. */
  readonly fwd: Flow;
  readonly rev: Flow;
  /** Null for a segment that an ICMP error quotes. */
  readonly analysis: TcpAnalysis | null;
}

export interface TcpAnalysis {
  readonly notes: ReadonlySet<TcpNote>;
  /** For a duplicate ACK: the number of the packet that it repeats, and the count of repetitions. */
  readonly duplicateOf: number;
  readonly duplicateCount: number;
  /** The segment that this one acknowledges, and the time between them. */
  readonly acks: Unacked | null;
  readonly rttNs: number;
  /** For a retransmission: time since the packet that it repeats, and that packet's number. */
  readonly rtoNs: number;
  readonly rtoFrame: number;
  /** Unacknowledged bytes, including this segment; 0 if unknown. */
  readonly bytesInFlight: number;
  /** Bytes since the last PSH; 0 if unknown. */
  readonly pushedBytes: number;
  /** This FIN is the conversation's first direction to close. */
  readonly closesFirst: boolean;
}

/** Most segments have no note and share this set. */
const NO_NOTES: ReadonlySet<TcpNote> = new Set<TcpNote>();

interface Tracked {
  conversation: Conversation;
  /** Flows by the sender's end. */
  flows: Map<string, Flow>;
}

export class TcpTracker {
  private readonly conversations = new Map<string, Tracked>();
  private streams = 0;

  /** The next segment. */
  add(
    ends: Ends,
    ports: readonly [number, number],
    segment: Segment,
    number: number,
    timeNs: number,
  ): TcpKnown {
    const key = conversationKey(ends, ...ports);
    const from = `${ends.source}:${ports[0]}`;
    const to = `${ends.destination}:${ports[1]}`;
    let tracked = this.conversations.get(key) ?? this.open(key, from, to, timeNs);
    const notes = new Set<TcpNote>();
    if (isNewSyn(segment, tracked.conversation, tracked.flows.get(from)!)) {
      notes.add('reused_ports');
      tracked = this.open(key, from, to, timeNs);
    }
    const { conversation } = tracked;
    const fwd = tracked.flows.get(from)!;
    // A connection to itself has a single end.
    const rev = tracked.flows.get(to)!;
    const times = since(conversation, timeNs);
    const analysis = analyse(segment, number, timeNs, conversation, fwd, rev, notes);
    return { conversation, ...times, fwd, rev, analysis };
  }

  /** A segment that an ICMP error quotes: it is of a conversation, and no part of it. */
  quoted(
    ends: Ends,
    ports: readonly [number, number],
    { flags }: Pick<Segment, 'flags'>,
    timeNs: number,
  ): TcpKnown {
    const key = conversationKey(ends, ...ports);
    const from = `${ends.source}:${ports[0]}`;
    const to = `${ends.destination}:${ports[1]}`;
    const { conversation, flows } = this.conversations.get(key) ?? this.open(key, from, to, timeNs);
    const [fwd, rev] = [flows.get(from)!, flows.get(to)!];
    if ((flags & (SYN | ACK)) === SYN && fwd.baseSeq === null) conversation.completeness = SEEN.syn;
    return { conversation, ...since(conversation, timeNs), fwd, rev, analysis: null };
  }

  private open(key: string, from: string, to: string, timeNs: number): Tracked {
    this.conversations.delete(key);
    if (this.conversations.size >= MAX_CONVERSATIONS) {
      const oldest = this.conversations.keys().next();
      if (!oldest.done) this.conversations.delete(oldest.value);
    }
    const flows = new Map<string, Flow>().set(from, new Flow()).set(to, new Flow());
    const tracked = { conversation: new Conversation(this.streams++, timeNs), flows };
    this.conversations.set(key, tracked);
    return tracked;
  }
}

function since(conversation: Conversation, timeNs: number): { sinceFirstNs: number; sinceLastNs: number } {
  const { firstNs, lastNs } = conversation;
  conversation.lastNs = timeNs;
  return { sinceFirstNs: timeNs - firstNs, sinceLastNs: timeNs - lastNs };
}

/**
 * A SYN starts a new conversation on the same ports if its number is new, or if the old one has ended.
 */
function isNewSyn({ flags, seq }: Segment, { completeness }: Conversation, fwd: Flow): boolean {
  if ((flags & (SYN | ACK)) !== SYN || fwd.baseSeq === null) return false;
  return seq !== fwd.baseSeq || (completeness & (SEEN.rst | SEEN.fin)) !== 0;
}

function analyse(
  segment: Segment,
  number: number,
  timeNs: number,
  conversation: Conversation,
  fwd: Flow,
  rev: Flow,
  notes: Set<TcpNote>,
): TcpAnalysis {
  const { ack, flags, window, length } = segment;
  if ((flags & (SYN | ACK)) === SYN && fwd.baseSeq !== null) fwd.nextSeq = fwd.maxToBeAcked;
  noteCompleteness(segment, conversation);
  beginNumbers(segment, fwd, rev);
  if (flags & SYN) negotiateScale(segment, fwd, rev);
  measureHandshake(conversation, flags, timeNs);
  if (flags & ACK) rev.knowsInFlight = true;

  const isDuplicate = noteSegment(segment, fwd, rev, notes);
  if (isDuplicate) {
    notes.add('duplicate_ack');
    fwd.duplicateAcks++;
  }
  const duplicateOf = fwd.lastNonDuplicate;
  // Only a different acknowledgement number ends a run of duplicates.
  if (ack !== fwd.lastAck) {
    fwd.lastNonDuplicate = number;
    fwd.duplicateAcks = 0;
  }
  if (flags & ACK && rev.maxToBeAcked !== 0 && after(ack, rev.maxToBeAcked)) {
    notes.add('ack_lost_segment');
    rev.maxToBeAcked = rev.nextSeq;
  }
  const kind = retransmissionKind(segment, fwd, rev, notes, timeNs, conversation.firstRttNs);
  if (kind) notes.add(kind);
  const rto = kind === 'retransmission' ? repeated(fwd) : null;

  advance(segment, number, timeNs, fwd, notes.has('zero_window_probe'));
  fwd.window = window;
  fwd.isWindowOfSyn = (flags & SYN) !== 0;
  fwd.lastAck = ack;
  fwd.lastAckTimeNs = timeNs;
  fwd.wasKeepAlive = notes.has('keep_alive');
  fwd.wasZeroWindowProbe = notes.has('zero_window_probe');
  const acks = rev.acknowledge(ack);

  let [bytesInFlight, pushedBytes] = [0, 0];
  if (length > 0 && fwd.unacked.length > 0 && fwd.knowsInFlight) {
    bytesInFlight = fwd.inFlight(rev.sackedBytes);
    if (bytesInFlight > 0 && flags & (SYN | FIN)) bytesInFlight--;
    pushedBytes = fwd.push(length, (flags & PSH) !== 0);
  }
  fwd.sackedBytes = segment.sackedBytes;
  if (flags & FIN && !rev.closedFirst) fwd.closedFirst = true;

  return {
    notes: notes.size ? notes : NO_NOTES,
    duplicateOf: isDuplicate ? duplicateOf : 0,
    duplicateCount: isDuplicate ? fwd.duplicateAcks : 0,
    acks,
    rttNs: acks ? timeNs - acks.timeNs : 0,
    rtoNs: rto ? timeNs - rto.timeNs : 0,
    rtoFrame: rto?.number ?? 0,
    bytesInFlight,
    pushedBytes,
    closesFirst: !rev.closedFirst,
  };
}

function noteCompleteness({ flags, length }: Segment, conversation: Conversation): void {
  const handshake = flags & (SYN | ACK);
  if (handshake === SYN) conversation.completeness |= SEEN.syn;
  if (handshake === (SYN | ACK)) conversation.completeness |= SEEN.synAck;
  if (handshake === ACK) conversation.completeness |= length > 0 ? SEEN.data : SEEN.ack;
  if ((flags & (FIN | ACK)) === (FIN | ACK)) conversation.completeness |= SEEN.fin;
  if (flags & RST) conversation.completeness |= SEEN.rst;
}

/** Without its SYN a conversation starts at relative number 1. */
function beginNumbers({ seq, ack, flags }: Segment, fwd: Flow, rev: Flow): void {
  fwd.baseSeq ??= flags & SYN ? seq : (seq - 1) >>> 0;
  if (flags & ACK) rev.baseSeq ??= (ack - 1) >>> 0;
}

/** The first acknowledgement after the SYN ends the handshake. */
function measureHandshake(conversation: Conversation, flags: number, timeNs: number): void {
  const handshake = flags & (SYN | ACK);
  if (handshake === SYN) conversation.synTimeNs = timeNs;
  else if (handshake === ACK && conversation.synTimeNs !== null && conversation.firstRttNs === 0)
    conversation.firstRttNs = timeNs - conversation.synTimeNs;
}

/** Both ends must have offered window scaling, or neither uses it (RFC 7323 2.2). */
function negotiateScale({ flags, windowScale }: Segment, fwd: Flow, rev: Flow): void {
  if (windowScale !== null) fwd.scale = windowScale;
  else if (fwd.scale === SCALE_UNKNOWN) {
    fwd.scale = SCALE_UNUSED;
    rev.scale = SCALE_UNUSED;
  }
  if (!(flags & ACK)) return;
  if (fwd.scale < 0 || rev.scale < 0) {
    fwd.scale = SCALE_UNUSED;
    rev.scale = SCALE_UNUSED;
  }
}

/** Remarks on a segment's contents, numbers and window. @returns whether it is a duplicate ACK */
function noteSegment(segment: Segment, fwd: Flow, rev: Flow, notes: Set<TcpNote>): boolean {
  const { seq, ack, window, length, flags } = segment;
  const isControl = (flags & (SYN | FIN | RST)) !== 0;
  if (length === 1 && seq === fwd.nextSeq && rev.window === 0) {
    notes.add('zero_window_probe');
    return false;
  }
  if (window === 0 && !isControl) notes.add('zero_window');
  if (fwd.nextSeq !== 0 && after(seq, fwd.nextSeq) && !(flags & RST)) {
    notes.add('lost_segment');
    fwd.knowsInFlight = false;
  }
  if (length <= 1 && seq === (fwd.nextSeq - 1) >>> 0 && !isControl) notes.add('keep_alive');
  const repeats = length === 0 && !isControl && seq === fwd.nextSeq;
  const isSameWindow = window === fwd.window;
  if (repeats && window !== 0 && !isSameWindow && ack === fwd.lastAck) notes.add('window_update');
  if (length > 0 && !isControl && rev.scale !== SCALE_UNKNOWN && (seq + length) >>> 0 === rev.rightEdge)
    notes.add('window_full');
  if (!repeats || !isSameWindow) return false;
  if (window !== 0 && ack === fwd.lastAck && rev.wasKeepAlive) {
    notes.add('keep_alive_ack');
    return false;
  }
  const takesProbe = ack === (fwd.lastAck + 1) >>> 0;
  if (window === 0 && rev.wasZeroWindowProbe && (ack === fwd.lastAck || takesProbe)) {
    notes.add('zero_window_probe_ack');
    // The receiver took the probe's byte: only now it counts as sent.
    if (takesProbe) {
      rev.nextSeq = ack;
      rev.maxToBeAcked = ack;
    }
    return false;
  }
  return window !== 0 && ack === fwd.lastAck;
}

/** A segment that does not advance the sequence number: determine which of the four kinds it is. */
function retransmissionKind(
  { seq, length, flags }: Segment,
  fwd: Flow,
  rev: Flow,
  notes: ReadonlySet<TcpNote>,
  timeNs: number,
  firstRttNs: number,
): TcpNote | null {
  if (!(length > 0 || flags & (SYN | FIN)) || notes.has('keep_alive')) return null;
  const end = (seq + length) >>> 0;
  if (length > 0 && rev.lastAck !== 0 && !after(end, rev.lastAck)) return 'spurious_retransmission';
  if (fwd.nextSeq === 0 || !after(fwd.nextSeq, seq)) return null;
  // The byte before was sent in vain by a window probe or keep-alive: the rest is new.
  if (length > 1 && (fwd.nextSeq - 1) >>> 0 === seq) return null;
  if (rev.duplicateAcks >= 2 && rev.lastAck === seq && timeNs - rev.lastAckTimeNs < FAST_RETRANSMIT_NS)
    return 'fast_retransmission';
  const consumed = (end + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
  const threshold = firstRttNs || OUT_OF_ORDER_NS;
  if (timeNs - fwd.nextSeqTimeNs < threshold && fwd.nextSeq !== consumed) return 'out_of_order';
  return 'retransmission';
}

/** The packet that a retransmission is taken to repeat: the oldest in flight, else the last. */
function repeated(fwd: Flow): { number: number; timeNs: number } {
  return fwd.unacked[0] ?? { number: fwd.nextSeqFrame, timeNs: fwd.nextSeqTimeNs };
}

function advance(
  { seq, flags, length }: Segment,
  number: number,
  timeNs: number,
  fwd: Flow,
  isProbe: boolean,
): void {
  const control = flags & (SYN | FIN) ? 1 : 0;
  const nextSeq = (seq + length + control) >>> 0;
  if (length > 0 || control) fwd.remember({ number, timeNs, seq, nextSeq });
  // The byte of a zero-window probe may be sent again: it does not advance the flow.
  if (isProbe) return;
  if (fwd.nextSeq === 0 || after(nextSeq, fwd.nextSeq)) {
    fwd.nextSeq = nextSeq;
    fwd.nextSeqFrame = number;
    fwd.nextSeqTimeNs = timeNs;
  }
  if (fwd.maxToBeAcked === 0 || seq === fwd.maxToBeAcked) fwd.maxToBeAcked = fwd.nextSeq;
}
