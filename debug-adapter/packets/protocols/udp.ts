/** UDP (RFC 768). */
import type { PacketLayer } from '../../protocol.ts';
import { u16 } from '../bytes.ts';
import { checksumFields, verify, type Checksum } from '../checksum.ts';
import { Broken, field, type Columns, type Header, type Packet } from '../packet.ts';
import { decodeData } from './data.ts';

const HEADER = 8;

/** The part of the IP header that UDP and TCP need. */
export interface PseudoHeader {
  readonly source: string;
  readonly destination: string;
  pseudoHeader(length: number): number;
}

export class Udp implements Header {
  readonly protocol = 'UDP';
  readonly offset: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Including the header. */
  readonly length: number;
  private readonly bytes: Uint8Array;
  private readonly ip: PseudoHeader;

  constructor({ bytes }: Packet, offset: number, ip: PseudoHeader) {
    this.bytes = bytes;
    this.ip = ip;
    this.offset = offset;
    this.sourcePort = u16(bytes, offset);
    this.destinationPort = u16(bytes, offset + 2);
    this.length = u16(bytes, offset + 4);
  }

  get checksum(): Checksum {
    const { bytes, offset, length } = this;
    const value = u16(bytes, offset + 6);
    // RFC 768: an all-zero checksum means that the sender computed none.
    if (value === 0) return { value, status: 'Not present' };
    if (length < HEADER || offset + length > bytes.length) return { value, status: 'Unverified' };
    return verify(bytes, offset, length, offset + 6, this.ip.pseudoHeader(length));
  }

  columns(columns: Columns): void {
    columns.source = `${this.ip.source}:${this.sourcePort}`;
    columns.destination = `${this.ip.destination}:${this.destinationPort}`;
    columns.protocol = 'UDP';
    columns.info = `${this.sourcePort} → ${this.destinationPort} Len=${Math.max(0, this.length - HEADER)}`;
  }

  layer(): PacketLayer {
    const { offset } = this;
    return {
      name: 'UDP',
      summary: `User Datagram Protocol, Src Port: ${this.sourcePort}, Dst Port: ${this.destinationPort}`,
      offset,
      length: HEADER,
      fields: [
        field('Source Port', this.sourcePort, offset, 2),
        field('Destination Port', this.destinationPort, offset + 2, 2),
        field('Length', this.length, offset + 4, 2),
        ...checksumFields('Checksum', this.checksum, offset + 6, 'UDP'),
        field('[Payload]', `${Math.max(0, this.length - HEADER)} bytes`, offset + HEADER, 0),
      ],
    };
  }
}

export function decodeUdp(packet: Packet, offset: number, end: number, ip: PseudoHeader): void {
  if (!packet.need(offset, HEADER, end, 'UDP')) return;
  const udp = new Udp(packet, offset, ip);
  packet.headers.push(udp);
  if (udp.length < HEADER || (offset + udp.length > end && !packet.isQuote)) {
    const fault = `BAD UDP LENGTH ${udp.length} ${udp.length < HEADER ? '<' : '>'} ${udp.length < HEADER ? `${HEADER}` : 'IP PAYLOAD LENGTH'}`;
    packet.headers.push(new Broken('UDP', true, offset, packet, fault));
  } else decodeData(packet, offset + HEADER, Math.min(end, offset + udp.length));
}
