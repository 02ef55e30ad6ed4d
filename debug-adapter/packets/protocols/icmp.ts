/** ICMP (RFC 792): echo, and errors, which quote the packet they are about. */
import type { PacketField, PacketLayer } from '../../protocol.ts';
import { hex, ipv4Text, u16 } from '../bytes.ts';
import { checksumFields, verify, type Checksum } from '../checksum.ts';
import { field, type Columns, type Header, type Packet } from '../packet.ts';
import { decodeData } from './data.ts';

const HEADER = 8;
const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const REDIRECT = 5;
const ECHO = 8;
const FRAGMENTATION_NEEDED = 4;

const TYPES: Record<number, string> = {
  [ECHO_REPLY]: 'Echo (ping) reply',
  [UNREACHABLE]: 'Destination unreachable',
  4: 'Source quench (flow control)',
  [REDIRECT]: 'Redirect',
  [ECHO]: 'Echo (ping) request',
  11: 'Time-to-live exceeded',
  12: 'Parameter problem',
  13: 'Timestamp request',
  14: 'Timestamp reply',
};

const CODES: Record<number, string[]> = {
  [UNREACHABLE]: [
    'Network unreachable',
    'Host unreachable',
    'Protocol unreachable',
    'Port unreachable',
    'Fragmentation needed',
    'Source route failed',
    'Destination network unknown',
    'Destination host unknown',
    'Source host isolated',
    'Network administratively prohibited',
    'Host administratively prohibited',
    'Network unreachable for TOS',
    'Host unreachable for TOS',
    'Communication administratively filtered',
    'Host precedence violation',
    'Precedence cutoff in effect',
  ],
  [REDIRECT]: [
    'Redirect for network',
    'Redirect for host',
    'Redirect for TOS and network',
    'Redirect for TOS and host',
  ],
  11: ['Time to live exceeded in transit', 'Fragment reassembly time exceeded'],
  12: ['Pointer indicates the error', 'Required option missing', 'Bad length'],
};

/** These types carry the IP header and the first bytes of the packet they are about. */
const QUOTING = new Set([UNREACHABLE, 4, REDIRECT, 11, 12]);

export class Icmp implements Header {
  readonly protocol = 'ICMP';
  readonly offset: number;
  readonly type: number;
  readonly code: number;
  /** Identifier and sequence number of an echo; other types use these four bytes differently. */
  readonly id: number;
  readonly sequence: number;
  readonly ttl: number;
  /** Offset of the message's end in the frame. */
  readonly end: number;
  private readonly packet: Packet;

  constructor(packet: Packet, offset: number, end: number, ttl: number) {
    const { bytes } = packet;
    this.packet = packet;
    this.offset = offset;
    this.type = bytes[offset]!;
    this.code = bytes[offset + 1]!;
    this.id = u16(bytes, offset + 4);
    this.sequence = u16(bytes, offset + 6);
    this.ttl = ttl;
    this.end = end;
  }

  get checksum(): Checksum {
    const { bytes } = this.packet;
    if (this.end > bytes.length) return { value: u16(bytes, this.offset + 2), status: 'Unverified' };
    return verify(bytes, this.offset, this.end - this.offset, this.offset + 2);
  }
  /** Whether this type carries the beginning of the packet it is about. */
  get quotes(): boolean {
    return QUOTING.has(this.type);
  }
  get echo(): 'request' | 'reply' | null {
    return this.type === ECHO ? 'request' : this.type === ECHO_REPLY ? 'reply' : null;
  }
  /** Where the quoted packet starts. */
  get quoted(): number {
    return this.offset + HEADER;
  }

  columns(columns: Columns): void {
    columns.protocol = 'ICMP';
    // Wireshark pads some names; do the same, so that one text can be searched for in the other.
    const name = this.type === REDIRECT ? this.typeName.padEnd(20) : this.typeName;
    columns.info = this.echo ? this.echoInfo() : name + (this.codeName ? ` (${this.codeName})` : '');
  }

  layer(): PacketLayer {
    const { offset } = this;
    const code = this.codeName ? ` (${this.codeName})` : '';
    return {
      name: 'ICMP',
      summary: `Internet Control Message Protocol: ${this.typeName}${code}`,
      offset,
      length: HEADER,
      fields: [
        field('Type', `${this.type} (${this.typeName})`, offset, 1),
        field('Code', `${this.code}${code}`, offset + 1, 1),
        ...checksumFields('Checksum', this.checksum, offset + 2, 'ICMP'),
        ...this.restFields(),
        ...(this.packet.quoted?.headers ?? []).map((header) => layerAsField(header.layer())),
      ],
    };
  }

  private get typeName(): string {
    return TYPES[this.type] ?? `Unknown ICMP (obsolete or malformed?)`;
  }
  private get codeName(): string {
    return CODES[this.type]?.[this.code] ?? '';
  }

  private echoInfo(): string {
    const id = `id=${hex(this.id, 4)}`;
    const little = ((this.sequence & 0xff) << 8) | (this.sequence >> 8);
    const peer = this.packet.context.echo;
    const link = !peer
      ? ''
      : this.echo === 'request'
        ? ` (reply in ${peer.number})`
        : ` (request in ${peer.number})`;
    return `${this.typeName.padEnd(19)}  ${id}, seq=${this.sequence}/${little}, ttl=${this.ttl}${link}`;
  }

  private restFields(): PacketField[] {
    const { offset } = this;
    const at = offset + 4;
    if (this.echo) {
      const peer = this.packet.context.echo;
      const fields = [
        field('Identifier', `${this.id} (${hex(this.id, 4)})`, at, 2),
        field('Sequence Number', `${this.sequence} (${hex(this.sequence, 4)})`, at + 2, 2),
      ];
      if (peer && this.echo === 'request') fields.push(field('[Response frame]', peer.number, 0, 0));
      if (peer && this.echo === 'reply') {
        const ms = (this.packet.frame.timeNs - peer.timeNs) / 1e6;
        fields.push(
          field('[Request frame]', peer.number, 0, 0),
          field('[Response time]', `${ms.toFixed(3)} ms`, 0, 0),
        );
      }
      return fields;
    }
    if (this.type === REDIRECT) return [field('Gateway Address', ipv4Text(this.packet.bytes, at), at, 4)];
    if (this.type === UNREACHABLE && this.code === FRAGMENTATION_NEEDED)
      return [field('Unused', '0000', at, 2), field('MTU of next hop', this.sequence, at + 2, 2)];
    return [field('Unused', hex(this.id * 0x10000 + this.sequence, 8), at, 4)];
  }
}

/** A quoted packet is decoded by `dissect`, which knows IP as ICMP does not. */
export function decodeIcmp(packet: Packet, offset: number, end: number, ttl: number): void {
  if (!packet.need(offset, HEADER, end, 'ICMP')) return;
  const icmp = new Icmp(packet, offset, end, ttl);
  packet.headers.push(icmp);
  if (!icmp.quotes) decodeData(packet, offset + HEADER, end);
}

function layerAsField(layer: PacketLayer): PacketField {
  return {
    name: layer.summary,
    value: '',
    offset: layer.offset,
    length: layer.length,
    children: layer.fields,
  };
}
