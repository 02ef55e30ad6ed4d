/**
 * Tracks TCP conversations: receives every TCP segment in order and returns Wireshark's analysis of it. The
 * rules are those of Wireshark's user's guide, "TCP Analysis"; their order matters.
 */
import { NO_NOTES, type TcpAnalysis, type TcpNote } from './tcpAnalysis.ts';
import { after, Flow } from './tcpFlow.ts';
import type { Tcp } from './protocols/tcp.ts';
import { ACK, FIN, RST, SYN } from './protocols/tcpFlags.ts';

/** Maximum number of conversations; the oldest is discarded first, and starts again if it sends more. */
const MAX_CONVERSATIONS = 20_000;
/** A retransmission this soon after duplicate ACKs is a fast retransmission. */
const FAST_RETRANSMIT_NS = 20e6;
/** Without a measured round-trip time: a segment later than this is a retransmission, not out of order. */
const OUT_OF_ORDER_NS = 3e6;

interface Conversation {
  stream: number;
  /** Flows by the sender's endpoint. */
  flows: Map<string, Flow>;
  synTimeNs: number | null;
  /** Time from the SYN to the handshake's last ACK; 0 until measured. */
  firstRttNs: number;
}

export class TcpTracker {
  private readonly conversations = new Map<string, Conversation>();
  private streams = 0;

  clear(): void {
    this.conversations.clear();
    this.streams = 0;
  }

  /** Analyse the next segment. */
  add(tcp: Tcp, number: number, timeNs: number): TcpAnalysis {
    const from = `${tcp.source}:${tcp.sourcePort}`;
    const to = `${tcp.destination}:${tcp.destinationPort}`;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    let conversation = this.conversations.get(key) ?? this.open(key, from, to);
    let reused = false;
    if (isNewSyn(tcp, conversation.flows.get(from)!)) {
      reused = true;
      conversation = this.open(key, from, to);
    }
    const fwd = conversation.flows.get(from)!;
    // A connection to itself has a single endpoint.
    const rev = conversation.flows.get(to)!;
    return analyse(tcp, number, timeNs, conversation, fwd, rev, reused);
  }

  private open(key: string, from: string, to: string): Conversation {
    this.conversations.delete(key);
    if (this.conversations.size >= MAX_CONVERSATIONS) {
      const oldest = this.conversations.keys().next();
      if (!oldest.done) this.conversations.delete(oldest.value);
    }
    const flows = new Map<string, Flow>().set(from, new Flow()).set(to, new Flow());
    const conversation: Conversation = { stream: this.streams++, flows, synTimeNs: null, firstRttNs: 0 };
    this.conversations.set(key, conversation);
    return conversation;
  }
}

/**
 * A SYN whose sequence number differs from the conversation's starts a new conversation on the same ports.
 */
function isNewSyn(tcp: Tcp, fwd: Flow): boolean {
  return (tcp.flags & (SYN | ACK)) === SYN && fwd.baseSeq !== null && tcp.seq !== fwd.baseSeq;
}

function analyse(
  tcp: Tcp,
  number: number,
  timeNs: number,
  conversation: Conversation,
  fwd: Flow,
  rev: Flow,
  reused: boolean,
): TcpAnalysis {
  const { seq, ack, flags } = tcp;
  const control = flags & (SYN | FIN | RST);
  const hasAck = (flags & ACK) !== 0;
  // Without its SYN a conversation starts at relative number 1.
  fwd.baseSeq ??= flags & SYN ? seq : (seq - 1) >>> 0;
  if (hasAck) rev.baseSeq ??= (ack - 1) >>> 0;
  if (flags & SYN) negotiateScale(tcp, fwd, rev);
  measureHandshake(conversation, flags, timeNs);

  const notes = new Set<TcpNote>();
  if (reused) notes.add('reused_ports');
  const previousWindow = fwd.window;
  const repeats = tcp.length === 0 && !control && seq === fwd.nextSeq && ack === fwd.lastAck;
  noteSegment(tcp, fwd, rev, notes, control);
  const duplicate = repeats && noteAck(tcp.window, previousWindow, rev, notes);
  if (duplicate) fwd.duplicateAcks++;
  // Only a different acknowledgement number ends a run of duplicates.
  if (ack !== fwd.lastAck) {
    fwd.lastNonDuplicate = number;
    fwd.duplicateAcks = 0;
  }

  if (hasAck && rev.maxToBeAcked !== null && after(ack, rev.maxToBeAcked)) {
    notes.add('ack_lost_segment');
    rev.maxToBeAcked = rev.nextSeq;
  }
  const kind = retransmissionKind(tcp, fwd, rev, notes, timeNs, conversation.firstRttNs);
  if (kind) notes.add(kind);
  const rto = kind === 'retransmission' ? { ns: timeNs - fwd.nextSeqTimeNs, frame: fwd.nextSeqFrame } : null;

  const probe = notes.has('zero_window_probe');
  const nextSeq = (seq + tcp.length + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
  fwd.advance(seq, nextSeq, number, timeNs, probe);
  fwd.remember(ack, tcp.window, scaledWindow(tcp, fwd), timeNs, notes);
  const acked = hasAck ? rev.acknowledge(ack) : null;

  return {
    stream: conversation.stream,
    seq: (seq - fwd.baseSeq) >>> 0,
    ack: hasAck ? (ack - (rev.baseSeq ?? 0)) >>> 0 : ack,
    nextSeq: (nextSeq - fwd.baseSeq) >>> 0,
    ackBase: rev.baseSeq ?? 0,
    window: scaledWindow(tcp, fwd),
    windowScale: fwd.scale,
    notes: notes.size ? notes : NO_NOTES,
    duplicateOf: duplicate ? fwd.lastNonDuplicate : 0,
    duplicateCount: duplicate ? fwd.duplicateAcks : 0,
    acks: acked?.number ?? 0,
    rttNs: acked ? timeNs - acked.timeNs : 0,
    rtoNs: rto?.ns ?? 0,
    rtoFrame: rto?.frame ?? 0,
    bytesInFlight: tcp.length > 0 ? fwd.inFlight(rev) : 0,
  };
}

function measureHandshake(conversation: Conversation, flags: number, timeNs: number): void {
  if (flags & SYN && !(flags & ACK)) conversation.synTimeNs = timeNs;
  else if (!(flags & SYN) && conversation.synTimeNs !== null && conversation.firstRttNs === 0)
    conversation.firstRttNs = timeNs - conversation.synTimeNs;
}

/** Both ends must have offered window scaling, or neither uses it (RFC 7323 2.2). */
function negotiateScale(tcp: Tcp, fwd: Flow, rev: Flow): void {
  fwd.scale = tcp.options.windowScale ?? -1;
  if (!(tcp.flags & ACK)) return;
  if (fwd.scale === -1 || rev.scale === -1) {
    fwd.scale = -1;
    rev.scale = -1;
  }
}

/** The window of a SYN is never scaled. */
function scaledWindow(tcp: Tcp, fwd: Flow): number {
  if (tcp.flags & SYN || fwd.scale === null || fwd.scale === -1) return tcp.window;
  return tcp.window * 2 ** fwd.scale;
}

/** Remarks on a segment's contents and sequence numbers. */
function noteSegment(tcp: Tcp, fwd: Flow, rev: Flow, notes: Set<TcpNote>, control: number): void {
  const { seq, length } = tcp;
  if (length === 1 && seq === fwd.nextSeq && rev.window === 0) {
    notes.add('zero_window_probe');
    return;
  }
  if (tcp.window === 0 && !control) notes.add('zero_window');
  if (fwd.nextSeq === null) return;
  if (after(seq, fwd.nextSeq) && !(tcp.flags & RST)) notes.add('lost_segment');
  if (length <= 1 && seq === (fwd.nextSeq - 1) >>> 0 && !control) notes.add('keep_alive');
  const edge = rev.rightEdge;
  if (length > 0 && !control && edge !== null && (seq + length) >>> 0 === edge) notes.add('window_full');
}

/**
 * Remarks on a segment that repeats the last acknowledgement and carries nothing else. Returns true for a
 * duplicate ACK.
 */
function noteAck(window: number, previousWindow: number | null, rev: Flow, notes: Set<TcpNote>): boolean {
  if (window !== previousWindow) {
    if (window !== 0) notes.add('window_update');
    return false;
  }
  if (window !== 0 && rev.lastNotes.has('keep_alive')) {
    notes.add('keep_alive_ack');
    return false;
  }
  if (window === 0) {
    if (rev.lastNotes.has('zero_window_probe')) notes.add('zero_window_probe_ack');
    return false;
  }
  notes.add('duplicate_ack');
  return true;
}

/** A segment that does not advance the sequence number: determine which of the four kinds it is. */
function retransmissionKind(
  tcp: Tcp,
  fwd: Flow,
  rev: Flow,
  notes: ReadonlySet<TcpNote>,
  timeNs: number,
  firstRttNs: number,
): TcpNote | null {
  const { seq, length, flags } = tcp;
  if (!(length > 0 || flags & (SYN | FIN)) || fwd.nextSeq === null || notes.has('keep_alive')) return null;
  const end = (seq + length) >>> 0;
  if (length > 0 && rev.lastAck !== null && !after(end, rev.lastAck)) return 'spurious_retransmission';
  if (!after(fwd.nextSeq, seq)) return null;
  // The byte before was sent in vain by a window probe or keep-alive: the rest is new.
  if (length > 1 && (fwd.nextSeq - 1) >>> 0 === seq) return null;
  if (rev.duplicateAcks >= 2 && rev.lastAck === seq && timeNs - rev.lastAckTimeNs < FAST_RETRANSMIT_NS)
    return 'fast_retransmission';
  const consumed = (end + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
  const threshold = firstRttNs || OUT_OF_ORDER_NS;
  if (timeNs - fwd.nextSeqTimeNs < threshold && fwd.nextSeq !== consumed) return 'out_of_order';
  return 'retransmission';
}
