/** ARP for IPv4 over Ethernet (RFC 826). */
import type { PacketLayer } from '../../protocol.ts';
import { hex, hexBytes, ipv4Text, u16 } from '../bytes.ts';
import { field, type Columns, type Header, type Packet } from '../packet.ts';

const FIXED = 8;
const OPCODES: Record<number, string> = {
  1: 'request',
  2: 'reply',
  3: 'reverse request',
  4: 'reverse reply',
};
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

export class Arp implements Header {
  readonly protocol = 'ARP';
  readonly offset: number;
  readonly hardwareType: number;
  readonly protocolType: number;
  readonly hardwareSize: number;
  readonly protocolSize: number;
  readonly opcode: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;

  constructor({ bytes }: Pick<Packet, 'bytes'>, offset: number) {
    this.offset = offset;
    this.hardwareType = u16(bytes, offset);
    this.protocolType = u16(bytes, offset + 2);
    this.hardwareSize = bytes[offset + 4]!;
    this.protocolSize = bytes[offset + 5]!;
    this.opcode = u16(bytes, offset + 6);
    const sender = offset + FIXED;
    const target = sender + this.hardwareSize + this.protocolSize;
    this.senderMac = hexBytes(bytes, sender, this.hardwareSize);
    this.senderIp = protocolAddress(bytes, sender + this.hardwareSize, this.protocolSize);
    this.targetMac = hexBytes(bytes, target, this.hardwareSize);
    this.targetIp = protocolAddress(bytes, target + this.hardwareSize, this.protocolSize);
  }

  get gratuitous(): boolean {
    return this.senderIp === this.targetIp;
  }

  columns(columns: Columns): void {
    columns.protocol = 'ARP';
    columns.info = this.info();
  }

  layer(): PacketLayer {
    const { offset, hardwareSize: hw, protocolSize: proto } = this;
    const sender = offset + FIXED;
    const target = sender + hw + proto;
    const opcode = OPCODES[this.opcode] ?? 'unknown';
    const gratuitous = this.gratuitous ? ', gratuitous ARP' : '';
    return {
      name: 'ARP',
      summary: `Address Resolution Protocol (${opcode}${gratuitous})`,
      offset,
      length: FIXED + 2 * (hw + proto),
      fields: [
        field(
          'Hardware type',
          `${this.hardwareType === 1 ? 'Ethernet' : 'Unknown'} (${this.hardwareType})`,
          offset,
          2,
        ),
        field(
          'Protocol type',
          `${this.protocolType === 0x0800 ? 'IPv4' : 'Unknown'} (${hex(this.protocolType, 4)})`,
          offset + 2,
          2,
        ),
        field('Hardware size', hw, offset + 4, 1),
        field('Protocol size', proto, offset + 5, 1),
        field('Opcode', `${opcode} (${this.opcode})`, offset + 6, 2),
        field('Sender MAC address', this.senderMac, sender, hw),
        field('Sender IP address', this.senderIp, sender + hw, proto),
        field('Target MAC address', this.targetMac, target, hw),
        field('Target IP address', this.targetIp, target + hw, proto),
      ],
    };
  }

  /** `Who has 10.0.0.1? Tell 10.0.0.2` */
  info(): string {
    const probe = this.senderIp === '0.0.0.0';
    switch (this.opcode) {
      case 1:
        if (probe) return `Who has ${this.targetIp}? (ARP Probe)`;
        // RFC 5227 2.3: an announcement is a request with both addresses the same and no target hardware address.
        if (this.gratuitous && this.targetMac === '00:00:00:00:00:00')
          return `ARP Announcement for ${this.senderIp}`;
        if (this.gratuitous) return `Gratuitous ARP for ${this.senderIp} (Request)`;
        return `Who has ${this.targetIp}? Tell ${this.senderIp}`;
      case 2:
        if (this.gratuitous && this.targetMac !== this.senderMac && this.targetMac === BROADCAST)
          return `Gratuitous ARP for ${this.senderIp} (Reply)`;
        return this.gratuitous
          ? `Gratuitous ARP for ${this.senderIp} (Reply)`
          : `${this.senderIp} is at ${this.senderMac}`;
      default:
        return `ARP opcode ${this.opcode}`;
    }
  }
}

/** Bytes of ARP for IPv4 over Ethernet. */
export const ARP_BYTES = FIXED + 2 * (6 + 4);

export function decodeArp(packet: Packet, offset: number, end: number): void {
  if (!packet.need(offset, FIXED, end, 'ARP')) return;
  const addresses = 2 * (packet.bytes[offset + 4]! + packet.bytes[offset + 5]!);
  if (!packet.need(offset, FIXED + addresses, end, 'ARP')) return;
  packet.headers.push(new Arp(packet, offset));
}

function protocolAddress(bytes: Uint8Array, offset: number, size: number): string {
  return size === 4 ? ipv4Text(bytes, offset) : hexBytes(bytes, offset, size);
}
