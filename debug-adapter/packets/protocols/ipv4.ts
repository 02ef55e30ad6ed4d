/** IPv4 (RFC 791), with options and fragments. */
import type { PacketField, PacketLayer } from '../../protocol.ts';
import { bitPattern, hex, ipv4Text, u16 } from '../bytes.ts';
import { checksumFields, onesSum, verify, type Checksum } from '../checksum.ts';
import { Broken, field, type Columns, type Header, type Packet } from '../packet.ts';
import { decodeData } from './data.ts';
import { decodeIcmp } from './icmp.ts';
import { ipOptionFields } from './ipv4Options.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUdp } from './udp.ts';

const HEADER = 20;
const PROTOCOLS: Record<number, string> = {
  1: 'ICMP',
  2: 'IGMP',
  6: 'TCP',
  17: 'UDP',
  41: 'IPv6',
  47: 'GRE',
};
const ECN = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'];
const RF = 0x8000;
const DF = 0x4000;
const MF = 0x2000;

export class Ipv4 implements Header {
  readonly protocol = 'IPv4';
  readonly offset: number;
  readonly headerLength: number;
  readonly tos: number;
  /** As in the header; `end` is the value derived from it. */
  readonly totalLength: number;
  readonly id: number;
  readonly flags: number;
  /** In bytes. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly proto: number;
  readonly source: string;
  readonly destination: string;
  /** Offset of the packet's end in the frame; the rest is padding. */
  readonly end: number;
  private readonly bytes: Uint8Array;

  constructor({ bytes }: Packet, offset: number, frameEnd: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.headerLength = (bytes[offset]! & 0xf) * 4;
    this.tos = bytes[offset + 1]!;
    this.totalLength = u16(bytes, offset + 2);
    this.id = u16(bytes, offset + 4);
    this.flags = u16(bytes, offset + 6) & 0xe000;
    this.fragmentOffset = (u16(bytes, offset + 6) & 0x1fff) * 8;
    this.ttl = bytes[offset + 8]!;
    this.proto = bytes[offset + 9]!;
    this.source = ipv4Text(bytes, offset + 12);
    this.destination = ipv4Text(bytes, offset + 16);
    // A length of 0 means that the NIC was to segment the packet and fill in the lengths.
    this.end = this.totalLength === 0 ? frameEnd : Math.min(frameEnd, offset + this.totalLength);
  }

  get checksum(): Checksum {
    const { bytes, offset, headerLength } = this;
    const whole = headerLength >= HEADER && offset + headerLength <= bytes.length;
    if (!whole) return { value: u16(bytes, offset + 10), status: 'Unverified' };
    return verify(bytes, offset, headerLength, offset + 10);
  }
  get moreFragments(): boolean {
    return (this.flags & MF) !== 0;
  }
  get dontFragment(): boolean {
    return (this.flags & DF) !== 0;
  }
  get fragmented(): boolean {
    return this.moreFragments || this.fragmentOffset > 0;
  }
  get payload(): number {
    return this.offset + this.headerLength;
  }

  /** Sum of the pseudo header that TCP and UDP checksums cover. */
  pseudoHeader(length: number): number {
    return onesSum(this.bytes, this.offset + 12, 8) + this.proto + length;
  }

  columns(columns: Columns): void {
    columns.source = this.source;
    columns.destination = this.destination;
    columns.protocol = 'IPv4';
    columns.info = this.fragmented
      ? `Fragmented IP protocol (proto=${protocolName(this.proto)} ${this.proto}, off=${this.fragmentOffset}, ID=${this.id.toString(16).padStart(4, '0')})`
      : `${protocolName(this.proto)} (${this.proto})`;
  }

  layer(): PacketLayer {
    const { offset } = this;
    return {
      name: 'IPv4',
      summary: `Internet Protocol Version 4, Src: ${this.source}, Dst: ${this.destination}`,
      offset,
      length: Math.min(this.headerLength, this.bytes.length - offset),
      fields: [
        field('Version', this.bytes[offset]! >> 4, offset, 1),
        field('Header Length', `${this.headerLength} bytes (${this.headerLength / 4})`, offset, 1),
        this.servicesField(),
        field('Total Length', this.lengthText(), offset + 2, 2),
        field('Identification', `${hex(this.id, 4)} (${this.id})`, offset + 4, 2),
        this.flagsField(),
        field('Fragment Offset', this.fragmentOffset, offset + 6, 2),
        field('Time to Live', this.ttl, offset + 8, 1),
        field('Protocol', `${protocolName(this.proto)} (${this.proto})`, offset + 9, 1),
        ...checksumFields('Header Checksum', this.checksum, offset + 10, 'IP'),
        field('Source Address', this.source, offset + 12, 4),
        field('Destination Address', this.destination, offset + 16, 4),
        ...ipOptionFields(this.bytes, offset + HEADER, this.payload),
      ],
    };
  }

  private servicesField(): PacketField {
    const at = this.offset + 1;
    const dscp = this.tos >> 2;
    const ecn = ECN[this.tos & 3]!;
    const className = dscp === 0 ? 'CS0' : dscp % 8 === 0 ? `CS${dscp / 8}` : `DSCP ${dscp}`;
    return field(
      'Differentiated Services Field',
      `${hex(this.tos, 2)} (DSCP: ${className}, ECN: ${ecn})`,
      at,
      1,
      [
        field(`${bitPattern(this.tos, 0xfc, 8)} = Differentiated Services Codepoint`, dscp, at, 1),
        field(`${bitPattern(this.tos, 0x03, 8)} = Explicit Congestion Notification`, ecn, at, 1),
      ],
    );
  }

  private flagsField(): PacketField {
    const at = this.offset + 6;
    const bits = this.flags >> 8;
    const names = [this.dontFragment && "Don't fragment", this.moreFragments && 'More fragments'].filter(
      Boolean,
    );
    const bit = (mask: number, name: string) =>
      field(`${bitPattern(bits >> 5, mask, 3)} = ${name}`, (bits >> 5) & mask ? 'Set' : 'Not set', at, 1);
    return field('Flags', hex(bits >> 5, 1) + (names.length ? `, ${names.join(', ')}` : ''), at, 1, [
      bit(RF >> 13, 'Reserved bit'),
      bit(DF >> 13, "Don't fragment"),
      bit(MF >> 13, 'More fragments'),
    ]);
  }

  private lengthText(): string {
    if (this.totalLength === 0)
      return `${this.end - this.offset} bytes (reported as 0, presumed to be because of "TCP segmentation offload" (TSO))`;
    return String(this.totalLength);
  }
}

export function decodeIpv4(packet: Packet, offset: number, end: number): void {
  if (!packet.need(offset, HEADER, end, 'IPv4')) return;
  const ip = new Ipv4(packet, offset, end);
  packet.headers.push(ip);
  if (ip.headerLength < HEADER || (ip.totalLength !== 0 && ip.totalLength < ip.headerLength)) {
    const [what, length] = ip.headerLength < HEADER ? ['header', ip.headerLength] : ['', ip.totalLength];
    const least = what ? HEADER : ip.headerLength;
    const fault = `Bogus IP ${what ? `${what} ` : ''}length (${length}, must be at least ${least})`;
    packet.headers.push(new Broken('IPv4', true, offset, packet, fault));
    return;
  }
  if (!packet.need(offset, ip.headerLength, end, 'IPv4')) return;
  decodePayload(packet, ip);
}

/** A fragment is not decoded further: its first bytes are not a header, or its last ones are missing. */
function decodePayload(packet: Packet, ip: Ipv4): void {
  if (ip.fragmented) return decodeData(packet, ip.payload, ip.end);
  switch (ip.proto) {
    case 1:
      return decodeIcmp(packet, ip.payload, ip.end, ip.ttl);
    case 6:
      return decodeTcp(packet, ip.payload, ip.end, ip);
    case 17:
      return decodeUdp(packet, ip.payload, ip.end, ip);
    default:
      return decodeData(packet, ip.payload, ip.end);
  }
}

function protocolName(proto: number): string {
  return PROTOCOLS[proto] ?? 'Unknown';
}
