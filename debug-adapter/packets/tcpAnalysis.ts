/**
 * What earlier packets imply about a TCP segment: relative numbers, scaled window, and Wireshark's remarks.
 */
import type { PacketField } from '../protocol.ts';
import { field } from './packet.ts';

/** Wireshark's remarks, by the name that follows `tcp.analysis.` in a filter; the order is that of the info column. */
export const TCP_NOTES = {
  zero_window_probe_ack: 'TCP ZeroWindowProbeAck',
  zero_window: 'TCP ZeroWindow',
  zero_window_probe: 'TCP ZeroWindowProbe',
  duplicate_ack: 'TCP Dup ACK',
  keep_alive_ack: 'TCP Keep-Alive ACK',
  keep_alive: 'TCP Keep-Alive',
  window_full: 'TCP Window Full',
  window_update: 'TCP Window Update',
  ack_lost_segment: 'TCP ACKed unseen segment',
  lost_segment: 'TCP Previous segment not captured',
  reused_ports: 'TCP Port numbers reused',
  out_of_order: 'TCP Out-Of-Order',
  spurious_retransmission: 'TCP Spurious Retransmission',
  fast_retransmission: 'TCP Fast Retransmission',
  retransmission: 'TCP Retransmission',
} as const;

export type TcpNote = keyof typeof TCP_NOTES;
const NOTE_ORDER = Object.keys(TCP_NOTES) as TcpNote[];

export interface TcpAnalysis {
  /** Number of the conversation, from 0. */
  readonly stream: number;
  /** Relative to the conversation's first number in each direction. */
  readonly seq: number;
  readonly ack: number;
  readonly nextSeq: number;
  /** The base of `ack` and SACK blocks. */
  readonly ackBase: number;
  /** In bytes: scaled if the handshake was seen. */
  readonly window: number;
  /** The shift; -1 if scaling was not negotiated; null if the handshake was not seen. */
  readonly windowScale: number | null;
  readonly notes: ReadonlySet<TcpNote>;
  /** For a duplicate ACK: the number of the packet that it repeats, and the count of repetitions. */
  readonly duplicateOf: number;
  readonly duplicateCount: number;
  /** The number of the packet that this one acknowledges, and the time between them. */
  readonly acks: number;
  readonly rttNs: number;
  /** For a retransmission: time since the packet that it repeats, and that packet's number. */
  readonly rtoNs: number;
  readonly rtoFrame: number;
  /** Unacknowledged bytes, including this segment; 0 if unknown. */
  readonly bytesInFlight: number;
}

/** Most segments have no note and share this set. */
export const NO_NOTES: ReadonlySet<TcpNote> = new Set<TcpNote>();

/** `[TCP Dup ACK 3#1] `, or nothing. */
export function noteText(analysis: TcpAnalysis): string {
  if (analysis.notes.size === 0) return '';
  return NOTE_ORDER.filter((note) => analysis.notes.has(note))
    .map((note) => `[${noteName(note, analysis)}] `)
    .join('');
}

/** The two subtrees that Wireshark adds at the end of the TCP layer. */
export function analysisFields(analysis: TcpAnalysis): PacketField[] {
  const children: PacketField[] = [];
  if (analysis.acks) {
    children.push(field('[This is an ACK to the segment in frame]', analysis.acks, 0, 0));
    children.push(field('[The RTT to ACK the segment was]', seconds(analysis.rttNs), 0, 0));
  }
  if (analysis.bytesInFlight) children.push(field('[Bytes in flight]', analysis.bytesInFlight, 0, 0));
  if (analysis.rtoFrame) {
    children.push(field('[The RTO for this segment was]', seconds(analysis.rtoNs), 0, 0));
    children.push(field('[RTO based on delta from frame]', analysis.rtoFrame, 0, 0));
  }
  for (const note of NOTE_ORDER)
    if (analysis.notes.has(note))
      children.push(field('[TCP Analysis Flags]', noteName(note, analysis), 0, 0));
  return children.length ? [field('[SEQ/ACK analysis]', '', 0, 0, children)] : [];
}

function noteName(note: TcpNote, analysis: TcpAnalysis): string {
  const name = TCP_NOTES[note];
  return note === 'duplicate_ack' ? `${name} ${analysis.duplicateOf}#${analysis.duplicateCount}` : name;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(9)} seconds`;
}
