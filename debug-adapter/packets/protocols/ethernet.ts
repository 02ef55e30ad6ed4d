/** Ethernet II, also on loopback, where both addresses are zero. */
import type { PacketLayer } from '../../protocol.ts';
import { hex, hexBytes, u16 } from '../bytes.ts';
import { field, type Columns, type Header, type Packet } from '../packet.ts';
import { decodeArp } from './arp.ts';
import { decodeData } from './data.ts';
import { decodeIpv4 } from './ipv4.ts';

const HEADER = 14;
/** Below this the field is an IEEE 802.3 length, not a type. */
const SMALLEST_TYPE = 0x0600;

const TYPES: Record<number, string> = {
  0x0800: 'IPv4',
  0x0806: 'ARP',
  0x8100: '802.1Q Virtual LAN',
  0x86dd: 'IPv6',
};

export class Ethernet implements Header {
  readonly protocol = 'Ethernet';
  readonly offset: number;
  readonly type: number;
  private readonly bytes: Uint8Array;

  constructor({ bytes }: Packet, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.type = u16(bytes, offset + 12);
  }

  get destination(): string {
    return hexBytes(this.bytes, this.offset, 6);
  }
  get source(): string {
    return hexBytes(this.bytes, this.offset + 6, 6);
  }

  columns(columns: Columns): void {
    columns.source = this.source;
    columns.destination = this.destination;
    columns.protocol = this.type < SMALLEST_TYPE ? '802.3' : (TYPES[this.type] ?? hex(this.type, 4));
    columns.info = 'Ethernet II';
  }

  layer(): PacketLayer {
    const { offset } = this;
    const type =
      this.type < SMALLEST_TYPE
        ? field('Length', this.type, offset + 12, 2)
        : field('Type', `${TYPES[this.type] ?? 'Unknown'} (${hex(this.type, 4)})`, offset + 12, 2);
    return {
      name: 'Ethernet II',
      summary: `Ethernet II, Src: ${this.source}, Dst: ${this.destination}`,
      offset,
      length: HEADER,
      fields: [
        field('Destination', this.destination, offset, 6),
        field('Source', this.source, offset + 6, 6),
        type,
      ],
    };
  }
}

export function decodeEthernet(packet: Packet, offset: number, end: number): void {
  if (!packet.need(offset, HEADER, end, 'Ethernet')) return;
  const header = new Ethernet(packet, offset);
  packet.headers.push(header);
  switch (header.type) {
    case 0x0800:
      return decodeIpv4(packet, offset + HEADER, end);
    case 0x0806:
      return decodeArp(packet, offset + HEADER, end);
    default:
      return decodeData(packet, offset + HEADER, end);
  }
}
