/**
 * What Wireshark's analysis says of a TCP segment. The rules are those of Wireshark's user's guide, "TCP Analysis";
 * their order matters.
 */
import { ACK, FIN, PSH, RST, SYN } from '../dissectors/tcpFlags.ts';
import type { Moment } from './tcpConversation.ts';
import { after, SCALE_UNKNOWN, type Flow } from './tcpFlow.ts';
import type { TcpNote, TcpNotes } from './tcpNotes.ts';

/** A retransmission this soon after duplicate ACKs is a fast retransmission. */
const FAST_RETRANSMIT_NS = 20e6;
/** Without a measured round-trip time: a segment later than this is a retransmission, not out of order. */
const OUT_OF_ORDER_NS = 3e6;

/** What a segment's header says. */
export interface Segment {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  /** Bytes of payload. */
  readonly length: number;
}

export interface TcpAnalysis {
  readonly notes: TcpNotes;
  /** It has lines of its own, even without a note. */
  readonly isShown: boolean;
  /** For a duplicate ACK: the number of the packet that it repeats, and the count of repetitions. */
  readonly duplicateOf: number;
  readonly duplicateCount: number;
  /** The number of the segment that this one acknowledges, or 0, and the time between them. */
  readonly acks: number;
  readonly rttNs: number;
  /** For a retransmission: time since the packet that it repeats, and that packet's number. */
  readonly rtoNs: number;
  readonly rtoFrame: number;
  /** Unacknowledged bytes, including this segment; 0 if unknown. */
  readonly bytesInFlight: number;
  /** Bytes since the last PSH; 0 if unknown. */
  readonly pushedBytes: number;
}

/** Of a segment that is not analysed, such as one that an ICMP error quotes. */
export function unanalysed(notes: TcpNotes, isShown: boolean): TcpAnalysis {
  return {
    notes,
    isShown: isShown || !notes.isEmpty,
    duplicateOf: 0,
    duplicateCount: 0,
    acks: 0,
    rttNs: 0,
    rtoNs: 0,
    rtoFrame: 0,
    bytesInFlight: 0,
    pushedBytes: 0,
  };
}

/**
 * @param notes what is said already
 * @param isShown it has lines in any case
 */
export function analyse(
  segment: Segment,
  moment: Moment,
  { fwd, rev }: { fwd: Flow; rev: Flow },
  initialRttNs: number,
  notes: TcpNotes,
  isShown: boolean,
): TcpAnalysis {
  const { ack, flags, window, length } = segment;
  const { number, timeNs } = moment;
  if (flags & ACK) rev.knowsInFlight = true;

  const isDuplicate = noteSegment(segment, fwd, rev, notes);
  if (isDuplicate) {
    notes.add('duplicate_ack');
    fwd.duplicateAcks = Math.max(0, fwd.duplicateAcks) + 1;
  }
  const duplicateCount = fwd.duplicateAcks;
  const duplicateOf = fwd.lastNonDuplicate;
  // Only a different acknowledgement number ends a run of duplicates.
  if (ack !== fwd.lastAck) {
    fwd.lastNonDuplicate = number;
    fwd.duplicateAcks = 0;
  }
  const isBeyond = noteUnseen(segment, rev, notes);
  const kind = retransmissionKind(segment, fwd, rev, notes, timeNs, initialRttNs);
  if (kind) notes.add(kind);
  const rto =
    kind === 'retransmission'
      ? (fwd.oldestUnacked ?? { number: fwd.nextSeqFrame, timeNs: fwd.nextSeqTimeNs })
      : null;

  advance(segment, moment, fwd, notes.has('zero_window_probe'));
  fwd.window = window;
  fwd.lastAck = ack;
  fwd.lastAckTimeNs = timeNs;
  fwd.wasKeepAlive = notes.has('keep_alive');
  fwd.wasZeroWindowProbe = notes.has('zero_window_probe');
  const acks = rev.acknowledge(ack);

  let [bytesInFlight, pushedBytes] = [0, 0];
  const isMeasured = length > 0 && fwd.oldestUnacked !== undefined && fwd.knowsInFlight;
  if (isMeasured) {
    bytesInFlight = fwd.inFlight(rev.sackedBytes);
    // A SYN or FIN counts as a byte, and is none.
    if (bytesInFlight > 0 && flags & (SYN | FIN)) bytesInFlight--;
    pushedBytes = fwd.push(length, (flags & PSH) !== 0);
  }
  return {
    notes,
    isShown: isShown || isBeyond || acks !== null || isMeasured || !notes.isEmpty,
    duplicateOf: isDuplicate ? duplicateOf : 0,
    duplicateCount: isDuplicate ? duplicateCount : 0,
    acks: acks?.number ?? 0,
    rttNs: acks ? timeNs - acks.timeNs : 0,
    rtoNs: rto ? timeNs - rto.timeNs : 0,
    rtoFrame: rto?.number ?? 0,
    bytesInFlight,
    pushedBytes,
  };
}

/** Remarks on a segment's contents, numbers and window. @returns whether it is a duplicate ACK */
function noteSegment(segment: Segment, fwd: Flow, rev: Flow, notes: TcpNotes): boolean {
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
  const repeats = length === 0 && !isControl && seq === fwd.nextSeq && ack === fwd.lastAck;
  const isSameWindow = window === fwd.window;
  if (repeats && window !== 0 && !isSameWindow) notes.add('window_update');
  if (length > 0 && !isControl && rev.scale !== SCALE_UNKNOWN && (seq + length) >>> 0 === rev.rightEdge)
    notes.add('window_full');
  if (!repeats || !isSameWindow) return false;
  if (window !== 0 && rev.wasKeepAlive) {
    notes.add('keep_alive_ack');
    return false;
  }
  if (window === 0 && rev.wasZeroWindowProbe) notes.add('zero_window_probe_ack');
  return window !== 0;
}

/** An acknowledgement of what the capture does not have. @returns whether it is one, noted or not */
function noteUnseen({ ack, flags }: Segment, rev: Flow, notes: TcpNotes): boolean {
  if (!(flags & ACK) || rev.maxToBeAcked === 0 || !after(ack, rev.maxToBeAcked)) return false;
  if (after(rev.nextSeq, rev.maxToBeAcked)) {
    notes.add('ack_lost_segment');
    rev.maxToBeAcked = rev.nextSeq;
    return true;
  }
  // The other end sends nothing but acknowledgements: it is said once, not at each of them.
  if (rev.duplicateAcks === 0) notes.add('ack_lost_segment');
  rev.duplicateAcks = -1;
  return true;
}

/** A segment that does not advance the sequence number: determine which of the four kinds it is. */
function retransmissionKind(
  { seq, length, flags }: Segment,
  fwd: Flow,
  rev: Flow,
  notes: TcpNotes,
  timeNs: number,
  initialRttNs: number,
): TcpNote | null {
  if (!(length > 0 || flags & (SYN | FIN)) || notes.has('keep_alive')) return null;
  const end = (seq + length) >>> 0;
  if (length > 0 && rev.lastAck !== 0 && !after(end, rev.lastAck)) return 'spurious_retransmission';
  if (fwd.nextSeq === 0 || !after(fwd.nextSeq, seq)) return null;
  // The byte before was sent in vain by a window probe or keep-alive: the rest is new.
  if (length > 1 && (fwd.nextSeq - 1) >>> 0 === seq) return null;
  const hasDuplicates = rev.duplicateAcks >= 2 || rev.duplicateAcks < 0;
  if (hasDuplicates && rev.lastAck === seq && timeNs - rev.lastAckTimeNs < FAST_RETRANSMIT_NS)
    return 'fast_retransmission';
  const consumed = (end + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
  const threshold = initialRttNs || OUT_OF_ORDER_NS;
  if (timeNs - fwd.nextSeqTimeNs < threshold && fwd.nextSeq !== consumed) return 'out_of_order';
  return 'retransmission';
}

function advance(
  { seq, flags, length }: Segment,
  { number, timeNs }: Moment,
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
