/** Segments for the write queue. */
import { CHECKSUM_PARTIAL, type sk_buff } from '../../../include/linux/skbuff.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { MAX_TCP_HEADER } from '../../../include/net/tcp.ts';
import { __kfree_skb, alloc_skb, skb_reserve } from '../../core/skbuff.ts';
import { sk_forced_mem_schedule, sk_wmem_schedule } from '../../core/sock/memory.ts';

/**
 * An empty segment with room for all headers.
 *
 * @param size bytes of linear payload: 0, since payload goes into page fragments
 * @param force_schedule take the memory even beyond the limits: the connection would stand still without it
 * @returns null when there is no memory
 * @linux net/ipv4/tcp.c
 */
export function tcp_stream_alloc_skb(sk: sock, size: number, force_schedule: boolean): sk_buff | null {
  const skb = alloc_skb(sock_net(sk).machine, size + MAX_TCP_HEADER);
  if (force_schedule) {
    sk_forced_mem_schedule(sk, skb.truesize);
  } else if (!sk_wmem_schedule(sk, skb.truesize)) {
    __kfree_skb(skb);
    return null;
  }
  skb_reserve(skb, MAX_TCP_HEADER);
  skb.ip_summed = CHECKSUM_PARTIAL;
  return skb;
}
