/** TCP (RFC 9293): the header of one packet. `tcpAnalysis.ts` adds what follows from earlier packets. */
import type { PacketField, PacketLayer } from '../../protocol.ts';
import { bitPattern, plural, u16, u32 } from '../bytes.ts';
import { checksumFields, verify, type Checksum } from '../checksum.ts';
import { Broken, field, type Columns, type Header, type Packet } from '../packet.ts';
import { analysisFields, noteText, type TcpAnalysis } from '../tcpAnalysis.ts';
import { decodeData } from './data.ts';
import { ACK, flagNames, flagsField, SYN, URG } from './tcpFlags.ts';
import { optionFields, optionsInfo, readTcpOptions, type TcpOptions } from './tcpOptions.ts';
import type { PseudoHeader } from './udp.ts';

const HEADER = 20;
/** An ICMP error quotes at least this much: ports and sequence number. */
const QUOTED = 8;

/** A TCP header of which only the ports and the sequence number are present, as in an ICMP error. */
export class TcpPorts implements Header {
  readonly protocol = 'TCP';
  readonly offset: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;

  constructor({ bytes }: Packet, offset: number) {
    this.offset = offset;
    this.sourcePort = u16(bytes, offset);
    this.destinationPort = u16(bytes, offset + 2);
    this.seq = u32(bytes, offset + 4);
  }

  columns(_columns: Columns): void {}

  layer(): PacketLayer {
    return {
      name: 'TCP',
      summary: `Transmission Control Protocol, Src Port: ${this.sourcePort}, Dst Port: ${this.destinationPort}`,
      offset: this.offset,
      length: QUOTED,
      fields: [
        field('Source Port', this.sourcePort, this.offset, 2),
        field('Destination Port', this.destinationPort, this.offset + 2, 2),
        field('Sequence Number (raw)', this.seq, this.offset + 4, 4),
      ],
    };
  }
}

export class Tcp implements Header {
  readonly protocol = 'TCP';
  readonly offset: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly headerLength: number;
  /** Twelve bits, including the reserved ones. */
  readonly flags: number;
  /** As in the header, not scaled. */
  readonly window: number;
  readonly urgent: number;
  readonly options: TcpOptions;
  /** Bytes of payload on the wire. */
  readonly length: number;
  private readonly packet: Packet;
  private readonly ip: PseudoHeader;
  private readonly end: number;

  constructor(packet: Packet, offset: number, end: number, ip: PseudoHeader) {
    const { bytes } = packet;
    this.packet = packet;
    this.ip = ip;
    this.end = end;
    this.offset = offset;
    this.sourcePort = u16(bytes, offset);
    this.destinationPort = u16(bytes, offset + 2);
    this.seq = u32(bytes, offset + 4);
    this.ack = u32(bytes, offset + 8);
    this.headerLength = (bytes[offset + 12]! >> 4) * 4;
    this.flags = u16(bytes, offset + 12) & 0xfff;
    this.window = u16(bytes, offset + 14);
    this.urgent = u16(bytes, offset + 18);
    const headerEnd = Math.min(offset + this.headerLength, end, bytes.length);
    this.options = readTcpOptions(bytes, offset + HEADER, headerEnd);
    this.length = Math.max(0, end - offset - this.headerLength);
  }

  get source(): string {
    return this.ip.source;
  }
  get destination(): string {
    return this.ip.destination;
  }
  /** Computed on demand, because it reads the whole payload. */
  get checksum(): Checksum {
    const { packet, offset, end } = this;
    const length = end - offset;
    if (end > packet.bytes.length || packet.isQuote)
      return { value: u16(packet.bytes, offset + 16), status: 'Unverified' };
    return verify(packet.bytes, offset, length, offset + 16, this.ip.pseudoHeader(length));
  }

  columns(columns: Columns): void {
    columns.source = `${this.source}:${this.sourcePort}`;
    columns.destination = `${this.destination}:${this.destinationPort}`;
    columns.protocol = 'TCP';
    columns.info = this.info();
  }

  layer(): PacketLayer {
    const { offset, analysis } = this;
    const seq = this.relativeSeq;
    const ack = this.relativeAck;
    const relative = analysis ? ' (relative sequence number)' : '';
    const headerLength = `${this.headerLength} bytes (${this.headerLength / 4})`;
    const headerEnd = Math.min(offset + this.headerLength, this.packet.bytes.length);
    const fields = [
      field('Source Port', this.sourcePort, offset, 2),
      field('Destination Port', this.destinationPort, offset + 2, 2),
    ];
    if (analysis) fields.push(field('[Stream index]', analysis.stream, 0, 0));
    fields.push(
      field('[TCP Segment Len]', this.length, 0, 0),
      field('Sequence Number', `${seq}${relative}`, offset + 4, 4),
      field('Sequence Number (raw)', this.seq, offset + 4, 4),
    );
    if (analysis) fields.push(field('[Next Sequence Number]', `${analysis.nextSeq}${relative}`, 0, 0));
    fields.push(
      field('Acknowledgment Number', `${ack}${analysis ? ' (relative ack number)' : ''}`, offset + 8, 4),
      field('Acknowledgment number (raw)', this.ack, offset + 8, 4),
      field(`${bitPattern(this.headerLength << 2, 0xf0, 8)} = Header Length`, headerLength, offset + 12, 1),
      flagsField(this.flags, offset + 12),
      field('Window', this.window, offset + 14, 2),
    );
    if (analysis) fields.push(...windowFields(analysis, this.flags, offset + 14));
    fields.push(
      ...checksumFields('Checksum', this.checksum, offset + 16, 'TCP'),
      field('Urgent Pointer', this.urgent, offset + 18, 2),
      ...optionFields(this.packet.bytes, offset + HEADER, headerEnd, this.options, this.sackBase),
    );
    if (analysis) fields.push(...analysisFields(analysis));
    return {
      name: 'TCP',
      summary: `Transmission Control Protocol, Src Port: ${this.sourcePort}, Dst Port: ${this.destinationPort}, Seq: ${seq}, Ack: ${ack}, Len: ${this.length}`,
      offset,
      length: Math.max(HEADER, headerEnd - offset),
      fields,
    };
  }

  /** What follows from earlier packets; a quoted segment is not part of the conversation. */
  get analysis(): TcpAnalysis | undefined {
    return this.packet.isQuote ? undefined : this.packet.context.tcp;
  }
  private get relativeSeq(): number {
    return this.analysis ? this.analysis.seq : this.seq;
  }
  private get relativeAck(): number {
    return this.analysis ? this.analysis.ack : this.ack;
  }
  /** SACK blocks use the same number space as the acknowledgement number. */
  private get sackBase(): number {
    return this.analysis ? this.analysis.ackBase : 0;
  }

  private info(): string {
    const { analysis } = this;
    const window = analysis ? analysis.window : this.window;
    const ack = this.flags & ACK ? ` Ack=${this.relativeAck}` : '';
    const urgent = this.flags & URG ? ` Urg=${this.urgent}` : '';
    const options = optionsInfo(this.packet.bytes, this.options, this.sackBase);
    return (
      `${analysis ? noteText(analysis) : ''}${this.sourcePort} → ${this.destinationPort} [${flagNames(this.flags)}] ` +
      `Seq=${this.relativeSeq}${ack} Win=${window}${urgent} Len=${this.length}${options}`
    );
  }
}

export function decodeTcp(packet: Packet, offset: number, end: number, ip: PseudoHeader): void {
  const available = Math.min(end, packet.bytes.length) - offset;
  if (packet.isQuote && available >= QUOTED && available < HEADER) {
    packet.headers.push(new TcpPorts(packet, offset));
    return;
  }
  if (!packet.need(offset, HEADER, end, 'TCP')) return;
  const tcp = new Tcp(packet, offset, end, ip);
  packet.headers.push(tcp);
  if (packet.isQuote) return;
  if (tcp.headerLength < HEADER) {
    const fault = `${tcp.sourcePort} → ${tcp.destinationPort}, bogus TCP header length (${tcp.headerLength}, must be at least ${HEADER})`;
    packet.headers.push(new Broken('TCP', true, offset, packet, fault));
    return;
  }
  if (!packet.need(offset, tcp.headerLength, end, 'TCP')) return;
  decodeData(packet, offset + tcp.headerLength, end);
}

function windowFields(analysis: TcpAnalysis, flags: number, offset: number): PacketField[] {
  const calculated = field('[Calculated window size]', plural(analysis.window, 'byte'), offset, 2);
  // The window of a SYN is never scaled, because scaling is negotiated by it.
  if (flags & SYN) return [calculated];
  const factor =
    analysis.windowScale === null
      ? '-1 (unknown)'
      : analysis.windowScale === -1
        ? '-2 (no window scaling used)'
        : String(2 ** analysis.windowScale);
  return [calculated, field('[Window size scaling factor]', factor, offset, 2)];
}
