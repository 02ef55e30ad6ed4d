/** The lines of Wireshark's analysis of a TCP segment: what it acknowledges, and what is odd about it. */
import { expert, type Severity } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import type { TcpAnalysis } from '../tracking/tcpAnalysis.ts';
import { TCP } from './tcpFlags.ts';
import type { TcpNote } from '../tracking/tcpNotes.ts';

const ANALYSIS = field('tcp.analysis', 'SEQ/ACK analysis', 'none');
const ACKS = field('tcp.analysis.acks_frame', 'This is an ACK to the segment in frame', 'uint32', {
  isFrame: true,
});
const ACK_RTT = field('tcp.analysis.ack_rtt', 'The RTT to ACK the segment was', 'relative');
const FIRST_RTT = field('tcp.analysis.initial_rtt', 'iRTT', 'relative', { isLateIn: TCP });
const IN_FLIGHT = field('tcp.analysis.bytes_in_flight', 'Bytes in flight', 'uint32');
const PUSHED = field('tcp.analysis.push_bytes_sent', 'Bytes sent since last PSH flag', 'uint32');
const FLAGS = field('tcp.analysis.flags', 'TCP Analysis Flags', 'none');
const RTO = field('tcp.analysis.rto', 'The RTO for this segment was', 'relative');
const RTO_FRAME = field('tcp.analysis.rto_frame', 'RTO based on delta from frame', 'uint32', {
  isFrame: true,
});
const DUPLICATE_NUMBER = field('tcp.analysis.duplicate_ack_num', 'Duplicate ACK #', 'uint32');
const DUPLICATE_FRAME = field('tcp.analysis.duplicate_ack_frame', 'Duplicate to the ACK in frame', 'uint32', {
  isFrame: true,
});

interface Remark {
  readonly own: Field;
  readonly severity: Severity;
  /** In the info column. */
  readonly short: string;
}
function remark(name: TcpNote, title: string, severity: Severity, short: string): [TcpNote, Remark] {
  return [name, { own: field(`tcp.analysis.${name}`, title, 'none'), severity, short }];
}

/** In the order of their lines. The info column has them the other way round. */
const REMARKS: ReadonlyMap<TcpNote, Remark> = new Map([
  remark(
    'reused_ports',
    'A new tcp session is started with the same ports as an earlier session in this trace',
    'Note',
    'TCP Port numbers reused',
  ),
  remark(
    'fast_retransmission',
    'This frame is a (suspected) fast retransmission',
    'Note',
    'TCP Fast Retransmission',
  ),
  remark(
    'spurious_retransmission',
    'This frame is a (suspected) spurious retransmission',
    'Note',
    'TCP Spurious Retransmission',
  ),
  remark('retransmission', 'This frame is a (suspected) retransmission', 'Note', 'TCP Retransmission'),
  remark('out_of_order', 'This frame is a (suspected) out-of-order segment', 'Warning', 'TCP Out-Of-Order'),
  remark(
    'lost_segment',
    'Previous segment(s) not captured (common at capture start)',
    'Warning',
    'TCP Previous segment not captured',
  ),
  remark(
    'ack_lost_segment',
    "ACKed segment that wasn't captured (common at capture start)",
    'Warning',
    'TCP ACKed unseen segment',
  ),
  remark('window_update', 'TCP window update', 'Chat', 'TCP Window Update'),
  remark(
    'window_full',
    'TCP window specified by the receiver is now completely full',
    'Warning',
    'TCP Window Full',
  ),
  remark('keep_alive', 'TCP keep-alive segment', 'Note', 'TCP Keep-Alive'),
  remark('keep_alive_ack', 'ACK to a TCP keep-alive segment', 'Note', 'TCP Keep-Alive ACK'),
  remark('duplicate_ack', 'Duplicate ACK', 'Note', 'TCP Dup ACK'),
  remark('zero_window_probe', 'TCP Zero Window Probe', 'Note', 'TCP ZeroWindowProbe'),
  remark('zero_window', 'TCP Zero Window segment', 'Warning', 'TCP ZeroWindow'),
  remark('zero_window_probe_ack', 'ACK to a TCP Zero Window Probe', 'Note', 'TCP ZeroWindowProbeAck'),
]);
const IN_INFO: readonly TcpNote[] = [
  'zero_window_probe_ack',
  'zero_window',
  'zero_window_probe',
  'duplicate_ack',
  'keep_alive_ack',
  'keep_alive',
  'window_full',
  'window_update',
  'ack_lost_segment',
  'lost_segment',
  'out_of_order',
  'spurious_retransmission',
  'fast_retransmission',
  'retransmission',
  'reused_ports',
];

export const TCP_ANALYSIS_FIELDS: readonly Field[] = [
  ANALYSIS,
  ACKS,
  ACK_RTT,
  FIRST_RTT,
  IN_FLIGHT,
  PUSHED,
  FLAGS,
  RTO,
  RTO_FRAME,
  DUPLICATE_NUMBER,
  DUPLICATE_FRAME,
  ...[...REMARKS.values()].map(({ own }) => own),
];

export function addTcpAnalysis(
  layer: Item,
  bytes: PacketBytes,
  analysis: TcpAnalysis,
  initialRttNs: number,
): void {
  const { notes, acks, bytesInFlight, pushedBytes } = analysis;
  if (!analysis.isShown && notes.isEmpty) return;
  const at = bytes.begin;
  const line = layer.heading(ANALYSIS, bytes, at, 0, ANALYSIS.title).generated();
  if (acks) {
    line.generate(ACKS, bytes, acks);
    if (analysis.rttNs) line.generate(ACK_RTT, bytes, analysis.rttNs);
  }
  if (initialRttNs) line.generate(FIRST_RTT, bytes, initialRttNs);
  if (bytesInFlight) {
    line.generate(IN_FLIGHT, bytes, bytesInFlight);
    line.generate(PUSHED, bytes, pushedBytes);
  }
  if (notes.isEmpty) return;
  const flags = line.heading(FLAGS, bytes, at, 0, FLAGS.title).generated();
  for (const [note, { own, severity }] of REMARKS) {
    if (!notes.has(note)) continue;
    if (note === 'duplicate_ack') {
      addDuplicate(line, flags, bytes, analysis);
      continue;
    }
    expert(flags, own, severity, 'Sequence');
    if (note === 'fast_retransmission' || note === 'spurious_retransmission')
      expert(flags, REMARKS.get('retransmission')!.own, 'Note', 'Sequence');
    if (note === 'retransmission' && analysis.rtoNs) {
      flags.generate(RTO, bytes, analysis.rtoNs);
      flags.generate(RTO_FRAME, bytes, analysis.rtoFrame);
    }
  }
}

function addDuplicate(
  line: Item,
  flags: Item,
  bytes: PacketBytes,
  { duplicateCount, duplicateOf }: TcpAnalysis,
): void {
  const { own, severity } = REMARKS.get('duplicate_ack')!;
  flags.heading(own, bytes, bytes.begin, 0, 'This is a TCP duplicate ack').generated();
  line.generate(DUPLICATE_NUMBER, bytes, duplicateCount);
  const frame = line.generate(DUPLICATE_FRAME, bytes, duplicateOf);
  expert(frame, own, severity, 'Sequence', () => `Duplicate ACK (#${duplicateCount})`);
}

/** `[TCP Dup ACK 3#1] `, or nothing. */
export function notesInfo({ notes, duplicateOf, duplicateCount }: TcpAnalysis): string {
  if (notes.isEmpty) return '';
  return IN_INFO.filter((note) => notes.has(note))
    .map((note) => {
      const number = note === 'duplicate_ack' ? ` ${duplicateOf}#${duplicateCount}` : '';
      return `[${REMARKS.get(note)!.short}${number}] `;
    })
    .join('');
}
