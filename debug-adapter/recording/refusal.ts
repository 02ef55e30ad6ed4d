/** What a listener refuses when one of its queues is full: the kernel frees such a packet without a reason, and counts it. */
import type { request_sock } from '../../stack/include/net/request_sock.ts';
import type { sock } from '../../stack/include/net/sock.ts';

/**
 * The counter that tells of the refusal, in the place of a reason.
 *
 * @param req the request that the packet's ACK belongs to
 * @returns null if the packet is answered nevertheless
 */
export function refusalOf(sk: sock, which: 'accept' | 'syn', req: request_sock | null): string | null {
  const { ipv4 } = sk.skc_net;
  // A SYN cookie takes no room.
  if (which === 'syn') return ipv4.sysctl_tcp_syncookies === 0 ? 'TCPReqQFullDrop' : null;
  // The request is answered with a reset.
  if (req !== null && ipv4.sysctl_tcp_abort_on_overflow !== 0) return null;
  return 'ListenOverflows';
}
