/** Joining a segment with the one queued before it; and dropping it. @linux net/ipv4/tcp_input.c */
import { skb_shinfo, type sk_buff } from '../../../include/linux/skbuff.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { LINUX_MIB_TCPRCVCOALESCE } from '../../../include/uapi/linux/snmp.ts';
import { kfree_skb_reason, skb_try_coalesce } from '../../core/skbuff.ts';
import { sk_mem_charge } from '../../core/sock/memory.ts';
import { sk_drops_add } from '../../core/sock/queue.ts';

/** Drop a segment that belongs to this socket. @linux net/ipv4/tcp_input.c */
export function tcp_drop_reason(sk: sock, skb: sk_buff, reason: number): void {
  sk_drops_add(sk, skb_shinfo(skb).gso_segs || 1);
  kfree_skb_reason(skb, reason);
}

/**
 * Append a segment to the one queued before it, if it follows directly: one skb's overhead less.
 *
 * @returns true: `from` is empty and can be freed
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_try_coalesce(sk: sock, to: sk_buff, from: sk_buff): boolean {
  const to_cb = TCP_SKB_CB(to);
  const from_cb = TCP_SKB_CB(from);
  if (from_cb.seq !== to_cb.end_seq) return false;
  const coalesced = skb_try_coalesce(to, from);
  if (coalesced === null) return false;

  sk.sk_rmem_alloc += coalesced.delta;
  sk_mem_charge(sk, coalesced.delta);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPRCVCOALESCE);
  to_cb.end_seq = from_cb.end_seq;
  to_cb.ack_seq = from_cb.ack_seq;
  to_cb.tcp_flags |= from_cb.tcp_flags;
  if (from_cb.has_rxtstamp) {
    to_cb.has_rxtstamp = true;
    to.tstamp = from.tstamp;
  }
  return true;
}
