/** A TCP packet on IPv4 as the stack would give it to a device: checksum left open, to be cut into segments. */
import { CHECKSUM_PARTIAL, SKB_GSO_TCPV4, type sk_buff } from '../../../stack/include/linux/skbuff.ts';
import type { Link } from './link.ts';

const IP_BYTES = 20;
const TCP_BYTES = 20;

/** The one's complement sum, in the plainest way there is. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  bytes.forEach((byte, i) => (sum += i % 2 === 0 ? byte * 256 : byte));
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}
function pseudoHeader(ip: Uint8Array, tcpLength: number): Uint8Array {
  return Uint8Array.from([...ip.subarray(12, 20), 0, 6, tcpLength >> 8, tcpLength & 0xff]);
}

export interface TcpFields {
  seq: number;
  flags: number;
  id: number;
  payload: readonly Uint8Array[];
  /** Payload that stands behind the headers in the linear part. */
  linear?: Uint8Array;
  mss?: number;
}

export function tcpPacket(
  link: Link,
  { seq, flags, id, payload, linear = new Uint8Array(0), mss }: TcpFields,
): sk_buff {
  const payloadLength = linear.length + payload.reduce((sum, { length }) => sum + length, 0);
  const headers = new Uint8Array(IP_BYTES + TCP_BYTES);
  const view = new DataView(headers.buffer);
  headers[0] = 0x45;
  view.setUint16(2, (IP_BYTES + TCP_BYTES + payloadLength) & 0xffff);
  view.setUint16(4, id);
  view.setUint16(6, 0x4000);
  headers.set([64, 6], 8);
  headers.set([127, 0, 0, 1, 127, 0, 0, 1], 12);
  view.setUint16(10, internetChecksum(headers.subarray(0, IP_BYTES)));
  view.setUint16(20, 4000);
  view.setUint16(22, 80);
  view.setUint32(24, seq);
  headers[32] = 0x50;
  headers[33] = flags;
  view.setUint16(34, 1000);
  view.setUint16(36, 0xffff - internetChecksum(pseudoHeader(headers, (TCP_BYTES + payloadLength) & 0xffff)));

  const skb = link.packet(Uint8Array.from([...headers, ...linear]), payload, 0x0800);
  skb.network_header = skb.data + 14;
  skb.transport_header = skb.network_header + IP_BYTES;
  skb.ip_summed = CHECKSUM_PARTIAL;
  skb.csum_start = skb.transport_header;
  skb.csum_offset = 16;
  if (mss !== undefined) {
    skb.shinfo.gso_size = mss;
    skb.shinfo.gso_segs = Math.ceil(payloadLength / mss);
    skb.shinfo.gso_type = SKB_GSO_TCPV4;
  }
  return skb;
}

/** A segment read back from its bytes, beginning with the IP header. */
export function readSegment(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tcp = bytes.subarray(IP_BYTES);
  return {
    length: view.getUint16(2),
    id: view.getUint16(4),
    seq: view.getUint32(24),
    flags: bytes[33]!,
    payload: bytes.subarray(IP_BYTES + TCP_BYTES),
    ipChecksumRight: internetChecksum(bytes.subarray(0, IP_BYTES)) === 0,
    tcpChecksumRight: internetChecksum(Uint8Array.from([...pseudoHeader(bytes, tcp.length), ...tcp])) === 0,
    /** The field holds the pseudo header's sum alone: the rest was left to the device. */
    tcpChecksumOpen: view.getUint16(36) === 0xffff - internetChecksum(pseudoHeader(bytes, tcp.length)),
  };
}
