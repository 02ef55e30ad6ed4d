/** The checksums in a packet's headers, and what they should be. */
import { UserError } from '../../language/userError.ts';
import { CHECKSUM_PARTIAL, sk_buff } from '../../stack/include/linux/skbuff.ts';
import { ETH_HLEN, ETH_P_IP } from '../../stack/include/linux/netdevice.ts';
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from '../../stack/include/uapi/linux/in.ts';
import type { wire_frame } from '../../stack/wire/frame.ts';
import { headers_before } from '../../stack/world/memory.ts';
import { csum_fold, csum_partial, csum_tcpudp_nofold, ip_fast_csum } from '../../stack/lib/checksum.ts';

export interface Checksum {
  /** As a header of this protocol is called. */
  of: 'IPv4' | 'TCP' | 'UDP' | 'ICMP';
  /** Where it stands in the packet's bytes. */
  at: number;
  stored: number;
  computed: number;
}

/** Where each protocol's header has its checksum. */
const TRANSPORT = new Map([
  [IPPROTO_TCP, { of: 'TCP', offset: 16, header: 20 }],
  [IPPROTO_UDP, { of: 'UDP', offset: 6, header: 8 }],
  [IPPROTO_ICMP, { of: 'ICMP', offset: 2, header: 4 }],
] as const);
const IP_CHECK = 10;
const IP_HEADER = 20;

/** The checksums of a packet or of a frame in transit. @throws an error for the user if it has no IPv4 header */
export function checksumsOf(bytes: Uint8Array, store: sk_buff | wire_frame): Checksum[] {
  const isPartial = store.ip_summed === CHECKSUM_PARTIAL;
  if (!(store instanceof sk_buff)) return frameChecksums(bytes, isPartial);
  if (store.network_header < 0) throw new UserError('this packet has no IPv4 header yet');
  return checksumsFrom(bytes, store.network_header - store.data + headers_before(store), isPartial);
}
/** Those of an Ethernet frame. @param isPartial the NIC of the receiver takes the last one for right */
function frameChecksums(bytes: Uint8Array, isPartial = false): Checksum[] {
  if (bytes.length < ETH_HLEN || read(bytes, 12) !== ETH_P_IP)
    throw new UserError('this packet has no IPv4 header yet');
  return checksumsFrom(bytes, ETH_HLEN, isPartial);
}

/** An Ethernet frame with the checksums that it should have; what is no IPv4 stays as it is. */
export function withChecksums(bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  if (bytes.length < ETH_HLEN + IP_HEADER || read(bytes, 12) !== ETH_P_IP || bytes[ETH_HLEN]! >> 4 !== 4)
    return result;
  for (const { at, computed } of frameChecksums(result)) result.writeUInt16BE(computed, at);
  return result;
}

function checksumsFrom(bytes: Uint8Array, ip: number, isPartial: boolean): Checksum[] {
  if (ip + IP_HEADER > bytes.length || bytes[ip]! >> 4 !== 4)
    throw new UserError('this packet has no IPv4 header yet');
  const words = bytes[ip]! & 0xf;
  const at = ip + IP_CHECK;
  const header = bytes.slice(ip, ip + words * 4);
  header[IP_CHECK] = header[IP_CHECK + 1] = 0;
  const own: Checksum = { of: 'IPv4', at, stored: read(bytes, at), computed: ip_fast_csum(header, 0, words) };
  const fragment = read(bytes, ip + 6) & 0x3fff;
  // Only the whole datagram has the checksum of its payload.
  const transport = fragment === 0 ? transportChecksum(bytes, ip, words * 4, isPartial) : undefined;
  return transport === undefined ? [own] : [own, transport];
}

function transportChecksum(
  bytes: Uint8Array,
  ip: number,
  ihl: number,
  isPartial: boolean,
): Checksum | undefined {
  const protocol = bytes[ip + 9]!;
  const known = TRANSPORT.get(protocol as typeof IPPROTO_TCP);
  const total = read(bytes, ip + 2) || bytes.length - ip;
  const length = Math.min(total, bytes.length - ip) - ihl;
  if (known === undefined || length < known.header) return undefined;
  const begin = ip + ihl;
  const at = begin + known.offset;
  const stored = read(bytes, at);
  // UDP may do without.
  if (protocol === IPPROTO_UDP && stored === 0) return undefined;
  const pseudo =
    protocol === IPPROTO_ICMP
      ? 0
      : csum_tcpudp_nofold(word(bytes, ip + 12), word(bytes, ip + 16), length, protocol, 0);
  // The NIC computes it, from the pseudo header's sum that stands in its place.
  if (isPartial) return { of: known.of, at, stored, computed: pseudo };
  const segment = bytes.slice(begin, begin + length);
  segment[known.offset] = segment[known.offset + 1] = 0;
  const computed = csum_fold(csum_partial(segment, 0, length, pseudo));
  return {
    of: known.of,
    at,
    stored,
    computed: protocol === IPPROTO_UDP && computed === 0 ? 0xffff : computed,
  };
}

function read(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
function word(bytes: Uint8Array, at: number): number {
  return (read(bytes, at) << 16) | read(bytes, at + 2);
}
