/** TCP (RFC 9293). */
import { expert } from '../tree/expert.ts';
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { SCALE_UNKNOWN } from '../tracking/tcpFlow.ts';
import type { TcpKnown } from '../tracking/tcpTracker.ts';
import {
  addCalculated,
  addChecksum,
  checksumFields,
  fold,
  listed,
  onesSum,
  rightChecksum,
} from './checksum.ts';
import { endText, isIpv6, pseudoHeader, type IpHeader } from './ip.ts';
import { addTcpAnalysis, notesInfo, TCP_ANALYSIS_FIELDS } from './tcpAnalysis.ts';
import { completenessText } from './tcpCompleteness.ts';
import { ACK, addFlags, FIN, flagNames, inTcp, RST, SYN, TCP, TCP_FLAG_FIELDS, URG } from './tcpFlags.ts';
import {
  addOptionsLine,
  addTcpOptions,
  optionsInfo,
  readTcpOptions,
  TCP_OPTION_FIELDS,
  trackedOptions,
} from './tcpOptions.ts';
import { dissectStream, TCP_STREAM_FIELDS, type ApplicationDissectors } from './tcpStream.ts';

const HEADER = 20;
/** What a capture must have of a header for it to be a part of its conversation. */
const WITHOUT_CHECKSUM = 16;

const SOURCE = field('tcp.srcport', 'Source Port', 'uint16', inTcp(0));
const DESTINATION = field('tcp.dstport', 'Destination Port', 'uint16', inTcp(2));
const PORT = field('tcp.port', 'Source or Destination Port', 'uint16', inTcp(0, 2));
const STREAM = field('tcp.stream', 'Stream index', 'uint32', {
  known: ({ context }) => (context.tcp ?? context.quotedTcp)?.conversation.stream,
});
const COMPLETENESS = field('tcp.completeness', 'Conversation completeness', 'uint8');
const LENGTH = field('tcp.len', 'TCP Segment Len', 'uint32');
const SEQUENCE = field('tcp.seq', 'Sequence Number', 'uint32');
const RAW_SEQUENCE = field('tcp.seq_raw', 'Sequence Number (raw)', 'uint32', inTcp(4));
const NEXT_SEQUENCE = field('tcp.nxtseq', 'Next Sequence Number', 'uint32');
const ACKNOWLEDGMENT = field('tcp.ack', 'Acknowledgment Number', 'uint32');
const RAW_ACKNOWLEDGMENT = field('tcp.ack_raw', 'Acknowledgment number (raw)', 'uint32', inTcp(8));
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
const WINDOW = field('tcp.window_size_value', 'Window', 'uint16', inTcp(14));
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
/** A remark that is a line of its own. */
const REMARK = field('', 'Remark', 'none');
const SHORT_SEGMENT = field('tcp.short_segment', 'Short segment', 'none');
const FAST_OPEN_TAKEN = field('tcp.analysis.tfo_ack', 'TCP SYN-ACK accepting TFO data', 'none');
const FAST_OPEN_IGNORED = field('tcp.analysis.tfo_ignored', 'TCP SYN-ACK ignoring TFO data', 'none');
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
  SHORT_SEGMENT,
  FAST_OPEN_TAKEN,
  FAST_OPEN_IGNORED,
  RESET_CAUSE,
  ...TCP_FLAG_FIELDS,
  ...TCP_OPTION_FIELDS,
  ...TCP_ANALYSIS_FIELDS,
  ...TCP_STREAM_FIELDS,
];

const bytesUnit = units('byte');

export function dissectTcp(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  applications: ApplicationDissectors,
): void {
  packet.show({ protocol: 'TCP', info: '' });
  packet.attempt('TCP', bytes, () => dissect(packet, bytes, ip, applications), TCP.name);
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
  /** Bytes of payload on the wire; null where they are not known: in a quoted packet, a fragment, or without a whole header. */
  readonly payloadLength: number | null;
}

function dissect(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  applications: ApplicationDissectors,
): void {
  const at = bytes.begin;
  const { isQuoted } = packet;
  const [source, destination] = [bytes.u16(at), bytes.u16(at + 2)];
  const title = () => `${TCP.title}, Src Port: ${source}, Dst Port: ${destination}`;
  const layer = packet.layer(TCP, bytes, HEADER, title, undefined, packet.quotedIn);
  packet.show({
    source: () => endText(ip.source, source),
    destination: () => endText(ip.destination, destination),
    info: () => `${source} → ${destination}`,
  });
  layer.add(SOURCE, bytes, at, 2, source);
  layer.add(DESTINATION, bytes, at + 2, 2, destination);
  layer.add(PORT, bytes, at, 2, source).hidden();
  layer.add(PORT, bytes, at + 2, 2, destination).hidden();
  if (isQuoted && bytes.length < HEADER) {
    if (!isIpv6(ip.source) && bytes.has(at + 4, 4)) layer.read(SEQUENCE, bytes, at + 4, 4);
    return;
  }
  bytes.need(at, WITHOUT_CHECKSUM);
  const length = (bytes.u8(at + 12) >> 4) * 4;
  const header: Header = {
    source,
    destination,
    seq: bytes.u32(at + 4),
    ack: bytes.u32(at + 8),
    length,
    flags: bytes.u16(at + 12) & 0xfff,
    window: bytes.u16(at + 14),
    payloadLength: isQuoted || ip.isFragment || bytes.length < length ? null : bytes.length - length,
  };
  // A header that cannot be one reaches to the segment's end.
  layer.extend(length < HEADER ? bytes.length : length);
  const options = readTcpOptions(bytes, at + HEADER, at + length);
  const known = ask(packet, bytes, ip, header, options);
  const numbers = addNumbers(packet, layer, bytes, ip, header, known);
  const lengthLine = layer.add(HEADER_LENGTH, bytes, at + 12, 1, length);
  const words = (length / 4).toString(2).padStart(4, '0');
  lengthLine.label(() => `${words} .... = Header Length: ${length} bytes (${length / 4})`);
  const { flags } = header;
  if (length < HEADER) {
    packet.show({
      info: () =>
        `${source} → ${destination}, bogus TCP header length (${length}, must be at least ${HEADER})`,
    });
    layer.label(() => `${title()}, Seq: ${numbers.seq}`);
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
    const tail = header.payloadLength === null ? '' : `, Len: ${header.payloadLength}`;
    return `${title()}, Seq: ${numbers.seq}${flags & ACK ? `, Ack: ${numbers.ack}` : ''}${tail}`;
  });
  addFlagLines(layer, bytes, header, known);
  const shownWindow = addWindow(layer, bytes, header, known);
  let urgentText = '';
  packet.show({
    info: () => {
      const acknowledgment = flags & ACK ? ` Ack=${numbers.ack}` : '';
      const text = `${notesInfo(known.analysis)}${source} → ${destination} [${flagNames(flags)}] Seq=${numbers.seq}${acknowledgment}`;
      const lengthText = header.payloadLength === null ? '' : ` Len=${header.payloadLength}`;
      return `${text} Win=${shownWindow}${urgentText}${lengthText}${optionsInfo(bytes, options, known.ackBase.seq ?? 0)}`;
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
  const { status } = addChecksum(layer, CHECKSUM, bytes, at + 16, expected, hint);
  addCalculated(layer, CHECKSUM, bytes, at + 16, expected);
  const urgentLine = layer.read(URGENT, bytes, at + 18, 2);
  const urgent = urgentLine.own as number;
  if (flags & URG) urgentText = ` Urg=${urgent}`;
  if (urgent !== 0 && !(flags & URG)) expert(urgentLine, URGENT_NOT_ZERO, 'Note', 'Protocol');
  const [begin, end] = [at + HEADER, at + length];
  const optionsLine = addOptionsLine(layer, bytes, begin, end);
  const times = layer.heading(TIMESTAMPS, bytes, at, 0, 'Timestamps').generated();
  times.generate(TIME_RELATIVE, bytes, known.sinceFirstNs);
  times.generate(TIME_DELTA, bytes, known.sinceLastNs);
  if (optionsLine) {
    const { ackBase, rev } = known;
    const isBaseOpen = ackBase === rev.openBase;
    const of = { flags, ack: numbers.ack, base: ackBase.seq ?? 0, isBaseOpen };
    addTcpOptions(optionsLine, bytes, begin, end, options, of);
  }
  addTcpAnalysis(layer, bytes, known.analysis, known.conversation.initialRttFor(packet.frame.number));
  const payload = bytes.part(at + length);
  const isOffloaded = () => bytes.u16(at + 16) === fold(pseudoHeader(ip, bytes.length));
  const isWhole = status === 'Good' || (status === 'Bad' && isOffloaded());
  addPayload(packet, layer, payload, ip, header, known, isWhole, applications);
}

/** @param isWhole the segment arrived as it was sent, and the capture has all of it */
function addPayload(
  packet: Packet,
  layer: Item,
  payload: PacketBytes,
  ip: IpHeader,
  header: Header,
  known: TcpKnown,
  isWhole: boolean,
  applications: ApplicationDissectors,
): void {
  const kept = payload.captured - payload.begin;
  const { flags } = header;
  if (flags & RST) {
    if (kept > 0) layer.read(RESET_CAUSE, payload, payload.begin, kept);
    return;
  }
  if (packet.trackers && !packet.isQuoted && (kept > 0 || flags & FIN))
    track(packet, payload, ip, header, known, isWhole);
  const pieces = packet.isQuoted ? undefined : packet.context.pieces;
  if (kept > 0 && pieces?.[0]?.kind !== 'closing')
    layer
      .read(PAYLOAD, payload, payload.begin, kept)
      .label(() => `TCP payload (${payload.length}${bytesUnit(payload.length)})`);
  const { notes } = known.analysis;
  if (packet.isQuoted && (notes.has('retransmission') || notes.has('out_of_order'))) return;
  dissectStream(packet, layer, payload, pieces, applications);
}

/** The segment's stream takes it. What belongs to no message of a known protocol is not remembered. */
function track(
  { trackers, context, frame, sources }: Packet,
  payload: PacketBytes,
  ip: IpHeader,
  { source, destination, seq, flags }: Header,
  { conversation, analysis }: TcpKnown,
  isWhole: boolean,
): void {
  const { notes } = analysis;
  const pieces = trackers!.streams.add({
    stream: conversation.stream,
    number: frame.number,
    timeNs: frame.timeNs,
    isForward: ip.source === ip.destination ? source < destination : ip.source < ip.destination,
    source: ip.source,
    sourcePort: source,
    destinationPort: destination,
    seq,
    isFin: (flags & FIN) !== 0,
    isRetransmission: notes.has('retransmission'),
    // What arrived damaged is not put together with the rest, so it is not taken for something that was sent again.
    isOutOfPlace: notes.has('out_of_order') || (isWhole && notes.has('spurious_retransmission')),
    canReassemble: isWhole && payload.source === sources[0],
    bytes: payload.source.bytes,
    at: payload.begin,
    length: payload.captured - payload.begin,
  });
  const isKnown = pieces.some(({ kind, messages, rest }) => kind !== 'whole' || messages.length > 0 || rest);
  if (isKnown) context.pieces = pieces;
}

/** What other packets tell about this segment; when it is decoded first, they learn of it. */
function ask(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  { source, destination, seq, ack, length, flags, window, payloadLength }: Header,
  options: ReturnType<typeof readTcpOptions>,
): TcpKnown {
  const { trackers, context, frame, isQuoted } = packet;
  if (trackers) {
    const segment = {
      seq,
      ack,
      flags,
      window,
      length: payloadLength ?? 0,
      isWhole: payloadLength !== null,
      isSound: length >= HEADER,
      options: trackedOptions(bytes, bytes.begin + HEADER, options),
    };
    const known = trackers.tcp.add(ip, [source, destination], segment, frame);
    if (isQuoted) context.quotedTcp = known;
    else context.tcp = known;
  }
  const known = isQuoted ? context.quotedTcp : context.tcp;
  if (!known) throw new Error(`packet ${frame.number} was not decoded in the order of capture`);
  return known;
}

/** Stream, numbers and length. @returns the numbers as shown */
function addNumbers(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  ip: IpHeader,
  header: Header,
  known: TcpKnown,
): { seq: number; ack: number } {
  const at = bytes.begin;
  const { flags, payloadLength } = header;
  const { conversation, seqBase, ackBase } = known;
  const isRelative = payloadLength !== null;
  const relative = (number: number, base: number | null) =>
    isRelative ? (number - (base ?? 0)) >>> 0 : number;
  const seq = relative(header.seq, seqBase.seq);
  // Where ICMP quotes a packet, Wireshark reads this number before anything else.
  const isRead = packet.isQuoted && !isIpv6(ip.source);
  if (isRead) layer.add(SEQUENCE, bytes, at + 4, 4, seq);
  layer.generate(STREAM, bytes, conversation.stream);
  const completeness = conversation.completenessFor(packet.frame.number);
  layer.generate(COMPLETENESS, bytes, completeness).as(() => completenessText(completeness));
  if (payloadLength !== null) layer.generate(LENGTH, bytes, payloadLength);
  else if (!packet.isQuoted && bytes.length < header.length) noteShort(layer, bytes);
  const ofSequence = '    (relative sequence number)';
  if (!isRead) {
    layer.add(SEQUENCE, bytes, at + 4, 4, seq).also(ofSequence);
    layer.add(RAW_SEQUENCE, bytes, at + 4, 4, header.seq);
  }
  if (header.length < HEADER) return { seq, ack: header.ack };
  if (payloadLength !== null) {
    const next = (seq + payloadLength + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
    layer.generate(NEXT_SEQUENCE, bytes, next).also(ofSequence);
  }
  const hasAck = (flags & ACK) !== 0;
  const ack = hasAck ? relative(header.ack, ackBase.seq) : header.ack;
  const line = layer.add(ACKNOWLEDGMENT, bytes, at + 8, 4, ack);
  layer.add(RAW_ACKNOWLEDGMENT, bytes, at + 8, 4, header.ack);
  if (hasAck) line.also('    (relative ack number)');
  else if (ack !== 0) expert(line, ACK_NOT_ZERO, 'Note', 'Protocol');
  if ((flags & (SYN | ACK)) === (SYN | ACK)) noteFastOpen(line, ack, conversation.hasFastOpenData);
  return { seq, ack };
}

function noteShort(layer: Item, bytes: PacketBytes): void {
  const text =
    'Short segment. Segment/fragment does not contain a full TCP header' +
    ' (might be NMAP or someone else deliberately sending unusual packets)';
  const line = layer.heading(REMARK, bytes, bytes.begin, 0, text);
  expert(line, SHORT_SEGMENT, 'Warning', 'Malformed', text);
}

/** The answer to a SYN with data acknowledges them, or the SYN alone. */
function noteFastOpen(line: Item, ack: number, hasData: boolean): void {
  if (ack > 1) expert(line, FAST_OPEN_TAKEN, 'Note', 'Sequence');
  else if (hasData) expert(line, FAST_OPEN_IGNORED, 'Note', 'Sequence');
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
    expert(lines.letters, !known.rev.closedFirst ? CLOSES_FIRST : CLOSES_SECOND, 'Note', 'Sequence');
  }
  if (flags & RST) expert(lines.rst, RESET, 'Warning', 'Sequence');
}

/** @returns the window as shown: scaled if its scale is known. The window of a SYN is never scaled. */
function addWindow(
  layer: Item,
  bytes: PacketBytes,
  { flags, window, payloadLength }: Header,
  known: TcpKnown,
): number {
  const at = bytes.begin + 14;
  const { scale } = known.fwd;
  layer.add(WINDOW, bytes, at, 2, window);
  const isSyn = (flags & SYN) !== 0;
  const scaled = isSyn || scale < 0 || payloadLength === null ? window : window * 2 ** scale;
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
