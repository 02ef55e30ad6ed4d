/** TCP (RFC 9293). */
import { expert } from '../tree/expert.ts';
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import { BeyondEnd, type PacketBytes } from '../tree/packetBytes.ts';
import { ipv4Text } from '../tree/text.ts';
import { SCALE_UNKNOWN } from '../tracking/tcpFlow.ts';
import type { TcpKnown } from '../tracking/tcpTracker.ts';
import { addCalculated, addChecksum, checksumFields, listed, onesSum, rightChecksum } from './checksum.ts';
import { dissectData } from './data.ts';
import { pseudoHeader, type Ipv4 } from './ipv4.ts';
import { addTcpAnalysis, notesInfo, TCP_ANALYSIS_FIELDS } from './tcpAnalysis.ts';
import { completenessText } from './tcpCompleteness.ts';
import { ACK, addFlags, FIN, flagNames, RST, SYN, TCP_FLAG_FIELDS, URG } from './tcpFlags.ts';
import {
  addTcpOptions,
  optionsInfo,
  readTcpOptions,
  sackedBytes,
  TCP_OPTION_FIELDS,
  windowScaleOf,
} from './tcpOptions.ts';

const HEADER = 20;

const TCP = field('tcp', 'Transmission Control Protocol', 'protocol', { open: true });
const SOURCE = field('tcp.srcport', 'Source Port', 'uint16');
const DESTINATION = field('tcp.dstport', 'Destination Port', 'uint16');
const PORT = field('tcp.port', 'Source or Destination Port', 'uint16');
const STREAM = field('tcp.stream', 'Stream index', 'uint32');
const COMPLETENESS = field('tcp.completeness', 'Conversation completeness', 'uint8');
const LENGTH = field('tcp.len', 'TCP Segment Len', 'uint32');
const SEQUENCE = field('tcp.seq', 'Sequence Number', 'uint32');
const RAW_SEQUENCE = field('tcp.seq_raw', 'Sequence Number (raw)', 'uint32');
const NEXT_SEQUENCE = field('tcp.nxtseq', 'Next Sequence Number', 'uint32');
const ACKNOWLEDGMENT = field('tcp.ack', 'Acknowledgment Number', 'uint32');
const RAW_ACKNOWLEDGMENT = field('tcp.ack_raw', 'Acknowledgment number (raw)', 'uint32');
const ACK_NOT_ZERO = field(
  'tcp.ack.nonzero',
  'The acknowledgment number field is nonzero while the ACK flag is not set',
  'none',
);
const HEADER_LENGTH = field('tcp.hdr_len', 'Header Length', 'uint8');
const BOGUS_HEADER_LENGTH = field('tcp.bogus_header_length', 'Bogus TCP Header length', 'none');
const SYN_SENT = field('tcp.connection.syn', 'Connection establish request (SYN)', 'none');
const SYN_ACKED = field('tcp.connection.synack', 'Connection establish acknowledge (SYN+ACK)', 'none');
const FINISHED = field('tcp.connection.fin', 'Connection finish (FIN)', 'none');
const CLOSES_FIRST = field(
  'tcp.connection.fin_active',
  'This frame initiates the connection closing',
  'none',
);
const CLOSES_SECOND = field(
  'tcp.connection.fin_passive',
  'This frame undergoes the connection closing',
  'none',
);
const RESET = field('tcp.connection.rst', 'Connection reset (RST)', 'none');
const WINDOW = field('tcp.window_size_value', 'Window', 'uint16');
const SCALED_WINDOW = field('tcp.window_size', 'Calculated window size', 'uint32');
const SCALE = field('tcp.window_size_scalefactor', 'Window size scaling factor', 'int32');
const CHECKSUM = checksumFields(
  'tcp',
  { checksum: 'Checksum', status: 'Checksum Status' },
  'tcp.checksum_bad.expert',
);
const URGENT = field('tcp.urgent_pointer', 'Urgent Pointer', 'uint16');
const URGENT_NOT_ZERO = field(
  'tcp.urgent_pointer.non_zero',
  'The urgent pointer field is nonzero while the URG flag is not set',
  'none',
);
const TIMESTAMPS = field('', 'Timestamps', 'none');
const TIME_RELATIVE = field('tcp.time_relative', 'Time since first frame in this TCP stream', 'relative');
const TIME_DELTA = field('tcp.time_delta', 'Time since previous frame in this TCP stream', 'relative');
const PAYLOAD = field('tcp.payload', 'TCP payload', 'bytes');
const SEGMENT_DATA = field('tcp.segment_data', 'TCP segment data', 'bytes');
const RESET_CAUSE = field('tcp.reset_cause', 'Reset cause', 'string');

export const TCP_FIELDS: readonly Field[] = [
  TCP,
  SOURCE,
  DESTINATION,
  PORT,
  STREAM,
  COMPLETENESS,
  LENGTH,
  SEQUENCE,
  RAW_SEQUENCE,
  NEXT_SEQUENCE,
  ACKNOWLEDGMENT,
  RAW_ACKNOWLEDGMENT,
  ACK_NOT_ZERO,
  HEADER_LENGTH,
  BOGUS_HEADER_LENGTH,
  SYN_SENT,
  SYN_ACKED,
  FINISHED,
  CLOSES_FIRST,
  CLOSES_SECOND,
  RESET,
  WINDOW,
  SCALED_WINDOW,
  SCALE,
  ...listed(CHECKSUM),
  URGENT,
  URGENT_NOT_ZERO,
  TIME_RELATIVE,
  TIME_DELTA,
  PAYLOAD,
  SEGMENT_DATA,
  RESET_CAUSE,
  ...TCP_FLAG_FIELDS,
  ...TCP_OPTION_FIELDS,
  ...TCP_ANALYSIS_FIELDS,
];

const bytesUnit = units('byte');

/** Decodes what a segment carries, unless it was sent again. */
export type TcpPayload = (packet: Packet, bytes: PacketBytes) => void;

export function dissectTcp(
  packet: Packet,
  bytes: PacketBytes,
  ip: Ipv4,
  dissectPayload: TcpPayload = dissectData,
): void {
  packet.show({ protocol: 'TCP', info: '' });
  packet.attempt('TCP', bytes, () => dissect(packet, bytes, ip, dissectPayload), TCP.name);
}

/** What the header says. */
interface Header {
  readonly source: number;
  readonly destination: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  /** Twelve bits, including the reserved ones. */
  readonly flags: number;
  readonly window: number;
  /** Bytes of payload on the wire. */
  readonly payloadLength: number;
}

function dissect(packet: Packet, bytes: PacketBytes, ip: Ipv4, dissectPayload: TcpPayload): void {
  const at = bytes.begin;
  const { isQuoted } = packet;
  const [source, destination] = [bytes.u16(at), bytes.u16(at + 2)];
  const title = () => `${TCP.title}, Src Port: ${source}, Dst Port: ${destination}`;
  const layer = packet.layer(TCP, bytes, HEADER, title, undefined, packet.quotedIn);
  packet.show({
    source: () => `${ipv4Text(ip.source)}:${source}`,
    destination: () => `${ipv4Text(ip.destination)}:${destination}`,
    info: () => `${source} → ${destination}`,
  });
  layer.add(SOURCE, bytes, at, 2, source);
  layer.add(DESTINATION, bytes, at + 2, 2, destination);
  layer.add(PORT, bytes, at, 2, source).hidden();
  layer.add(PORT, bytes, at + 2, 2, destination).hidden();
  if (isQuoted && bytes.length < HEADER) {
    if (bytes.has(at + 4, 4)) layer.read(SEQUENCE, bytes, at + 4, 4);
    return;
  }
  bytes.need(at, HEADER);
  const length = (bytes.u8(at + 12) >> 4) * 4;
  const header: Header = {
    source,
    destination,
    seq: bytes.u32(at + 4),
    ack: bytes.u32(at + 8),
    length,
    flags: bytes.u16(at + 12) & 0xfff,
    window: bytes.u16(at + 14),
    payloadLength: Math.max(0, bytes.length - length),
  };
  layer.extend(length);
  const options = readTcpOptions(bytes, at + HEADER, at + length);
  const known = ask(packet, bytes, ip, header, options);
  const numbers = addNumbers(layer, bytes, header, known);
  const lengthLine = layer.add(HEADER_LENGTH, bytes, at + 12, 1, length);
  const words = (length / 4).toString(2).padStart(4, '0');
  lengthLine.label(() => `${words} .... = Header Length: ${length} bytes (${length / 4})`);
  const { flags } = header;
  if (length < HEADER) {
    packet.show({
      info: () =>
        `${source} → ${destination}, bogus TCP header length (${length}, must be at least ${HEADER})`,
    });
    lengthLine.label(
      () => `${words} .... = Header Length: ${length} bytes (bogus, must be at least ${HEADER})`,
    );
    expert(
      lengthLine,
      BOGUS_HEADER_LENGTH,
      'Error',
      'Protocol',
      () => `Bogus TCP header length (${length}, must be at least ${HEADER})`,
    );
    return;
  }
  layer.label(() => {
    const tail = isQuoted ? '' : `, Len: ${header.payloadLength}`;
    return `${title()}, Seq: ${numbers.seq}${flags & ACK ? `, Ack: ${numbers.ack}` : ''}${tail}`;
  });
  addFlagLines(layer, bytes, header, known);
  const shownWindow = addWindow(layer, bytes, header, known);
  const urgent = bytes.u16(at + 18);
  packet.show({
    info: () => {
      const notes = known.analysis ? notesInfo(known.analysis) : '';
      const acknowledgment = flags & ACK ? ` Ack=${numbers.ack}` : '';
      const urgentText = flags & URG ? ` Urg=${urgent}` : '';
      const text = `${notes}${source} → ${destination} [${flagNames(flags)}] Seq=${numbers.seq}${acknowledgment}`;
      const base = known.rev.baseSeq ?? 0;
      return `${text} Win=${shownWindow}${urgentText} Len=${header.payloadLength}${optionsInfo(bytes, options, base)}`;
    },
  });
  const canVerify = bytes.captured === bytes.end && !ip.isFragment;
  const expected = canVerify
    ? rightChecksum(
        onesSum(bytes.bytes(at, bytes.length), pseudoHeader(ip, bytes.length)),
        bytes.u16(at + 16),
      )
    : null;
  const hint = '(maybe caused by "TCP checksum offload"?)';
  addChecksum(layer, CHECKSUM, bytes, at + 16, expected, hint);
  addCalculated(layer, CHECKSUM, bytes, at + 16, expected);
  const urgentLine = layer.add(URGENT, bytes, at + 18, 2, urgent);
  if (urgent !== 0 && !(flags & URG)) expert(urgentLine, URGENT_NOT_ZERO, 'Note', 'Protocol');
  const optionsEnd = Math.min(at + length, bytes.end);
  addTcpOptions(layer, bytes, at + HEADER, at + length, options, {
    flags,
    ack: header.ack,
    base: isQuoted ? null : known.rev.baseSeq,
  });
  const times = layer.heading(TIMESTAMPS, bytes, at, 0, 'Timestamps').generated();
  times.generate(TIME_RELATIVE, bytes, known.sinceFirstNs);
  times.generate(TIME_DELTA, bytes, known.sinceLastNs);
  if (known.analysis) addTcpAnalysis(layer, bytes, known.analysis, known.conversation);
  if (optionsEnd > bytes.captured) throw new BeyondEnd(false);
  if (at + length > bytes.end) throw new BeyondEnd(true);
  const payload = bytes.part(at + length);
  const kept = payload.captured - payload.begin;
  if (kept <= 0) return;
  if (flags & RST) {
    layer.read(RESET_CAUSE, payload, payload.begin, kept);
    return;
  }
  layer.read(PAYLOAD, payload, payload.begin, kept).label(() => `TCP payload (${kept}${bytesUnit(kept)})`);
  const notes = known.analysis?.notes;
  if (notes?.has('retransmission'))
    layer
      .read(SEGMENT_DATA, payload, payload.begin, kept)
      .label(() => `Retransmitted TCP segment data (${kept}${bytesUnit(kept)})`);
  else if (!notes?.has('out_of_order') && !notes?.has('spurious_retransmission'))
    dissectPayload(packet, payload);
}

/** What other packets tell about this segment; when it is decoded first, they learn of it. */
function ask(
  packet: Packet,
  bytes: PacketBytes,
  ip: Ipv4,
  { source, destination, seq, ack, flags, window, payloadLength }: Header,
  options: ReturnType<typeof readTcpOptions>,
): TcpKnown {
  const { trackers, context, frame, isQuoted } = packet;
  const ports = [source, destination] as const;
  if (trackers && isQuoted) context.quotedTcp = trackers.tcp.quoted(ip, ports, { flags }, frame.timeNs);
  else if (trackers) {
    const segment = {
      seq,
      ack,
      flags,
      window,
      length: payloadLength,
      windowScale: windowScaleOf(bytes, options),
      sackedBytes: sackedBytes(bytes, options, ack),
    };
    context.tcp = trackers.tcp.add(ip, ports, segment, frame.number, frame.timeNs);
  }
  const known = isQuoted ? context.quotedTcp : context.tcp;
  if (!known) throw new Error(`packet ${frame.number} was not decoded in the order of capture`);
  return known;
}

/** Stream, numbers and length. @returns the numbers as shown */
function addNumbers(
  layer: Item,
  bytes: PacketBytes,
  header: Header,
  known: TcpKnown,
): { seq: number; ack: number } {
  const at = bytes.begin;
  const { seq, ack, flags, payloadLength } = header;
  const { conversation, fwd, rev, analysis } = known;
  if (!analysis) {
    layer.add(SEQUENCE, bytes, at + 4, 4, seq);
    layer.generate(STREAM, bytes, conversation.stream);
    addCompleteness(layer, bytes, conversation.completeness);
    layer.add(ACKNOWLEDGMENT, bytes, at + 8, 4, ack);
    layer.add(RAW_ACKNOWLEDGMENT, bytes, at + 8, 4, ack);
    return { seq, ack };
  }
  const relative = (number: number, base: number | null) => (number - (base ?? 0)) >>> 0;
  const shownSeq = relative(seq, fwd.baseSeq);
  layer.generate(STREAM, bytes, conversation.stream);
  addCompleteness(layer, bytes, conversation.completeness);
  layer.generate(LENGTH, bytes, payloadLength);
  const ofSequence = '    (relative sequence number)';
  layer.add(SEQUENCE, bytes, at + 4, 4, shownSeq).also(ofSequence);
  layer.add(RAW_SEQUENCE, bytes, at + 4, 4, seq);
  const next = (seq + payloadLength + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
  layer.generate(NEXT_SEQUENCE, bytes, relative(next, fwd.baseSeq)).also(ofSequence);
  if (flags & ACK) {
    const shownAck = relative(ack, rev.baseSeq);
    layer.add(ACKNOWLEDGMENT, bytes, at + 8, 4, shownAck).also('    (relative ack number)');
    layer.add(RAW_ACKNOWLEDGMENT, bytes, at + 8, 4, ack);
    return { seq: shownSeq, ack: shownAck };
  }
  const line = layer.add(ACKNOWLEDGMENT, bytes, at + 8, 4, ack);
  layer.add(RAW_ACKNOWLEDGMENT, bytes, at + 8, 4, ack);
  if (ack !== 0) expert(line, ACK_NOT_ZERO, 'Note', 'Protocol');
  return { seq: shownSeq, ack };
}

function addCompleteness(layer: Item, bytes: PacketBytes, completeness: number): void {
  layer.generate(COMPLETENESS, bytes, completeness).as(() => completenessText(completeness));
}

function addFlagLines(
  layer: Item,
  bytes: PacketBytes,
  { flags, source, destination }: Header,
  known: TcpKnown,
): void {
  const lines = addFlags(layer, bytes, bytes.begin + 12, flags);
  if (flags & SYN) {
    const isAnswer = (flags & ACK) !== 0;
    const what = isAnswer ? SYN_ACKED : SYN_SENT;
    const server = isAnswer ? source : destination;
    expert(lines.syn, what, 'Chat', 'Sequence', () => `${what.title}: server port ${server}`);
  }
  if (flags & FIN) {
    expert(lines.fin, FINISHED, 'Chat', 'Sequence');
    const isFirst = known.analysis ? known.analysis.closesFirst : !known.rev.closedFirst;
    expert(lines.letters, isFirst ? CLOSES_FIRST : CLOSES_SECOND, 'Note', 'Sequence');
  }
  if (flags & RST) expert(lines.rst, RESET, 'Warning', 'Sequence');
}

/** @returns the window as shown: scaled if its scale is known. The window of a SYN is never scaled. */
function addWindow(layer: Item, bytes: PacketBytes, { flags, window }: Header, known: TcpKnown): number {
  const at = bytes.begin + 14;
  const { scale } = known.fwd;
  layer.add(WINDOW, bytes, at, 2, window);
  const isSyn = (flags & SYN) !== 0;
  const scaled = isSyn || scale < 0 ? window : window * 2 ** scale;
  layer.add(SCALED_WINDOW, bytes, at, 2, scaled).generated();
  if (isSyn) return scaled;
  const remark = scale >= 0 ? '' : scale === SCALE_UNKNOWN ? ' (unknown)' : ' (no window scaling used)';
  const factor = scale >= 0 ? 2 ** scale : scale;
  layer
    .add(SCALE, bytes, at, 2, factor)
    .as(() => `${factor}${remark}`)
    .generated();
  return scaled;
}
