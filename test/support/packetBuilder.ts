/** Builds packets by hand, byte by byte, for tests of the dissectors: nothing here comes from the code under test. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';

export type Bytes = number[];

export const be16 = (value: number): Bytes => [(value >>> 8) & 0xff, value & 0xff];
export const be32 = (value: number): Bytes => [...be16(value >>> 16), ...be16(value & 0xffff)];
export const text = (content: string): Bytes => [...new TextEncoder().encode(content)];
/** An address's bytes: `10.0.0.1`, `2001:db8::1`. */
export function address(written: string): Bytes {
  if (!written.includes(':')) return written.split('.').map(Number);
  const [before = '', after] = written.split('::');
  const groups = (half: string) => (half === '' ? [] : half.split(':').map((group) => parseInt(group, 16)));
  const [first, last] = [groups(before), groups(after ?? '')];
  const zeros = Array<number>(8 - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last].flatMap(be16);
}
/** `10.0.0.1:80`, `[::1]:80` */
function endpoint(written: string): { host: string; port: number } {
  const colon = written.lastIndexOf(':');
  return { host: written.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(written.slice(colon + 1)) };
}
export const isIpv6 = (host: string): boolean => host.includes(':');
const mac = (colons: string): Bytes => colons.split(':').map((byte) => parseInt(byte, 16));

export const ZERO_MAC = '00:00:00:00:00:00';

export function ethernet(type: number, payload: Bytes, source = ZERO_MAC, destination = ZERO_MAC): Bytes {
  return [...mac(destination), ...mac(source), ...be16(type), ...payload];
}

export interface ArpFields {
  opcode: number;
  senderMac: string;
  senderIp: string;
  targetMac?: string;
  targetIp: string;
}

export function arp({ opcode, senderMac, senderIp, targetMac = ZERO_MAC, targetIp }: ArpFields): Bytes {
  const hardware = [...be16(1), ...be16(0x0800), 6, 4, ...be16(opcode)];
  const body = [
    ...hardware,
    ...mac(senderMac),
    ...address(senderIp),
    ...mac(targetMac),
    ...address(targetIp),
  ];
  return ethernet(0x0806, body, senderMac, opcode === 1 ? 'ff:ff:ff:ff:ff:ff' : targetMac);
}

export interface IpFields {
  source?: string;
  destination?: string;
  ttl?: number;
  id?: number;
  /** `DF`, `MF`, or both. */
  flags?: ('DF' | 'MF')[];
  /** In bytes. */
  fragmentOffset?: number;
  options?: Bytes;
  totalLength?: number;
  badChecksum?: boolean;
}

export function ipv4(proto: number, payload: Bytes, fields: IpFields = {}): Bytes {
  const { source = '127.0.0.1', destination = '127.0.0.1', ttl = 64, id = 0x1234, options = [] } = fields;
  const flags = (fields.flags ?? ['DF']).reduce((bits, flag) => bits | (flag === 'DF' ? 0x4000 : 0x2000), 0);
  const headerLength = 20 + options.length;
  const header = [
    0x40 | (headerLength / 4),
    0,
    ...be16(fields.totalLength ?? headerLength + payload.length),
    ...be16(id),
    ...be16(flags | ((fields.fragmentOffset ?? 0) / 8)),
    ttl,
    proto,
    ...be16(0),
    ...address(source),
    ...address(destination),
    ...options,
  ];
  const sum = internetChecksum(header) ^ (fields.badChecksum ? 0x0101 : 0);
  header.splice(10, 2, ...be16(sum));
  return [...header, ...payload];
}

export interface Ipv6Fields {
  source?: string;
  destination?: string;
  /** Hop limit. */
  ttl?: number;
  trafficClass?: number;
  flowLabel?: number;
  payloadLength?: number;
}

export function ipv6(next: number, payload: Bytes, fields: Ipv6Fields = {}): Bytes {
  const { source = '::1', destination = '::1', ttl = 64, trafficClass = 0, flowLabel = 0 } = fields;
  return [
    ...be32(0x60000000 + trafficClass * 0x100000 + flowLabel),
    ...be16(fields.payloadLength ?? payload.length),
    next,
    ttl,
    ...address(source),
    ...address(destination),
    ...payload,
  ];
}

/** An Ethernet frame with a datagram of the version that its addresses are of. */
function datagram(
  proto: number,
  payload: Bytes,
  ip: IpFields & { source: string; destination: string },
): Bytes {
  if (!isIpv6(ip.source)) return ethernet(0x0800, ipv4(proto, payload, ip));
  const { source, destination, ttl } = ip;
  return ethernet(0x86dd, ipv6(proto, payload, { source, destination, ...(ttl !== undefined && { ttl }) }));
}

export const FLAG_BITS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;
export type FlagName = keyof typeof FLAG_BITS;

export interface TcpFields extends Omit<IpFields, 'flags'> {
  from?: string;
  to?: string;
  /** `SYN ACK` */
  flags: string;
  seq?: number;
  ack?: number;
  window?: number;
  tcpOptions?: Bytes;
  ipFlags?: IpFields['flags'];
  payload?: string | Bytes;
  /** `offload`: only the pseudo header's sum, as the stack leaves it to a NIC. */
  checksum?: 'good' | 'bad' | 'offload';
}

/** An Ethernet frame with a TCP segment. */
export function tcp(fields: TcpFields): Bytes {
  const { from = '127.0.0.1:40312', to = '127.0.0.1:9000', seq = 0, ack = 0, window = 65495 } = fields;
  const { host: source, port: sourcePort } = endpoint(from);
  const { host: destination, port: destinationPort } = endpoint(to);
  const payload = typeof fields.payload === 'string' ? text(fields.payload) : (fields.payload ?? []);
  const options = [...(fields.tcpOptions ?? [])];
  while (options.length % 4) options.push(0);
  const flags = fields.flags
    .split(' ')
    .filter(Boolean)
    .reduce((bits, name) => bits | FLAG_BITS[name as FlagName], 0);
  const segment = [
    ...be16(sourcePort),
    ...be16(destinationPort),
    ...be32(seq),
    ...be32(ack),
    ((20 + options.length) / 4) << 4,
    flags,
    ...be16(window),
    ...be16(0),
    ...be16(0),
    ...options,
    ...payload,
  ];
  const pseudo = pseudoHeader(source, destination, 6, segment.length);
  const good = internetChecksum([...pseudo, ...segment]);
  const sums = { good, bad: good ^ 0x0101, offload: ~internetChecksum(pseudo) & 0xffff };
  segment.splice(16, 2, ...be16(sums[fields.checksum ?? 'good']));
  return datagram(6, segment, { ...fields, flags: fields.ipFlags ?? ['DF'], source, destination });
}

export const mss = (value: number): Bytes => [2, 4, ...be16(value)];
export const nop: Bytes = [1];
export const windowScale = (shift: number): Bytes => [3, 3, shift];
export const sackPermitted: Bytes = [4, 2];
export const sack = (...edges: number[]): Bytes => [5, 2 + edges.length * 4, ...edges.flatMap(be32)];
export const timestamps = (value: number, echo: number): Bytes => [8, 10, ...be32(value), ...be32(echo)];
/** What Linux puts into a SYN. */
export const synOptions = (value = 4000000, echo = 0): Bytes => [
  ...mss(65495),
  ...sackPermitted,
  ...timestamps(value, echo),
  ...nop,
  ...windowScale(7),
];

export interface UdpFields extends IpFields {
  from?: string;
  to?: string;
  payload?: string | Bytes;
  checksum?: 'good' | 'bad' | 'none';
}

export function udp({
  from = '127.0.0.1:5000',
  to = '127.0.0.1:6000',
  payload = '',
  checksum = 'good',
  ...ip
}: UdpFields): Bytes {
  const { host: source, port: sourcePort } = endpoint(from);
  const { host: destination, port: destinationPort } = endpoint(to);
  const data = typeof payload === 'string' ? text(payload) : payload;
  const message = [
    ...be16(sourcePort),
    ...be16(destinationPort),
    ...be16(8 + data.length),
    ...be16(0),
    ...data,
  ];
  const good =
    internetChecksum([...pseudoHeader(source, destination, 17, message.length), ...message]) || 0xffff;
  message.splice(6, 2, ...be16({ good, bad: good ^ 0x0101, none: 0 }[checksum]));
  return datagram(17, message, { ...ip, source, destination });
}

/** An Ethernet frame with an ICMP message; `rest` are the four bytes after the checksum. */
export function icmp(type: number, code: number, rest: Bytes, payload: Bytes, ip: IpFields = {}): Bytes {
  const message = [type, code, 0, 0, ...rest, ...payload];
  message.splice(2, 2, ...be16(internetChecksum(message)));
  return ethernet(0x0800, ipv4(1, message, ip));
}

export const ping = (id: number, sequence: number, ip: IpFields = {}): Bytes =>
  icmp(8, 0, [...be16(id), ...be16(sequence)], text('abcdefgh'), ip);
export const pong = (id: number, sequence: number, ip: IpFields = {}): Bytes =>
  icmp(0, 0, [...be16(id), ...be16(sequence)], text('abcdefgh'), ip);

/** Numbers frames from 1 and lets `step` nanoseconds pass between them; a packet may name its own time. */
export function capture(packets: (Bytes | { at: number; bytes: Bytes })[], step = 10_000): CapturedFrame[] {
  let timeNs = 0;
  return packets.map((packet, index) => {
    const bytes = Array.isArray(packet) ? packet : packet.bytes;
    timeNs = Array.isArray(packet) ? timeNs + step : packet.at;
    return frame(bytes, index + 1, timeNs);
  });
}

export function frame(
  bytes: Bytes | Uint8Array,
  number = 1,
  timeNs = 10_000,
  length = bytes.length,
): CapturedFrame {
  return { number, timeNs, direction: 'out', interface: 'lo', bytes: Uint8Array.from(bytes), length };
}

/** A classic pcap file with nanosecond times, for tshark. */
export function pcapFile(frames: readonly CapturedFrame[]): Uint8Array {
  const le32 = (value: number): Bytes => be32(value >>> 0).reverse();
  const file: Bytes = [...le32(0xa1b23c4d), 2, 0, 4, 0, ...le32(0), ...le32(0), ...le32(262144), ...le32(1)];
  for (const { bytes, length, timeNs } of frames) {
    const seconds = Math.floor(timeNs / 1e9);
    file.push(
      ...le32(seconds),
      ...le32(timeNs - seconds * 1e9),
      ...le32(bytes.length),
      ...le32(length),
      ...bytes,
    );
  }
  return Uint8Array.from(file);
}

export function pseudoHeader(source: string, destination: string, proto: number, length: number): Bytes {
  // IPv6 has more room for both numbers, which makes no difference to the sum.
  return [...address(source), ...address(destination), 0, proto, ...be16(length)];
}

export function internetChecksum(bytes: Bytes): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
