/** Queuing a segment to the backlog of a socket that a process owns. @linux net/ipv4/tcp_ipv4.c */
import { type sk_buff, skb_shinfo } from '../../../include/linux/skbuff.ts';
import { SKB_DROP_REASON_SOCKET_BACKLOG, SKB_DROP_REASON_TCP_CSUM } from '../../../include/net/dropreason.ts';
import { NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  before,
  TCPHDR_ACK,
  TCPHDR_CWR,
  TCPHDR_ECE,
  TCPHDR_FIN,
  TCPHDR_RST,
  TCPHDR_SYN,
  TCPHDR_URG,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_TCPBACKLOGCOALESCE,
  LINUX_MIB_TCPBACKLOGDROP,
  TCP_MIB_CSUMERRORS,
  TCP_MIB_INERRS,
} from '../../../include/uapi/linux/snmp.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb, __skb_pull, skb_push } from '../../core/skbuff/alloc.ts';
import { skb_try_coalesce } from '../../core/skbuff/split.ts';
import { skb_condense } from '../../core/skbuff/data.ts';
import { sk_add_backlog } from '../../core/sock/lock.ts';
import { tcp_checksum_complete, tcp_cleanup_skb } from '../tcp/queue.ts';

/**
 * Append a segment to the backlog, coalesced with the previous one if possible. release_sock() processes the
 * backlog.
 *
 * @returns 0, or SKB_DROP_REASON_… when the checksum is wrong or the backlog is full; the caller then frees
 *   the skb
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_add_backlog(sk: sock, skb: sk_buff): number {
  // The skb is not charged to the socket yet, so its memory can still shrink: a small packet need not account
  // for a whole page.
  skb_condense(skb);
  // The skb must not hold its route while it waits.
  tcp_cleanup_skb(skb);
  if (tcp_checksum_complete(skb)) {
    trace.tcp_bad_csum(skb);
    TCP_INC_STATS(sock_net(sk), TCP_MIB_CSUMERRORS);
    TCP_INC_STATS(sock_net(sk), TCP_MIB_INERRS);
    return SKB_DROP_REASON_TCP_CSUM;
  }
  const { tail } = sk.sk_backlog;
  if (tail !== null && can_coalesce(tail, skb) && coalesce(sk, tail, skb)) return 0;

  // Twice the receive buffer, plus room for ACKs.
  const limit = sk.sk_rcvbuf * 2 + (sk.sk_sndbuf >> 1) + 64 * 1024;
  if (!sk_add_backlog(sk, skb, limit)) {
    NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPBACKLOGDROP);
    trace.sockscope_queue_full(skb, 'backlog', sk.sk_backlog.len + sk.sk_rmem_alloc, limit);
    return SKB_DROP_REASON_SOCKET_BACKLOG;
  }
  trace.sockscope_skb_queue(sk, skb, 'backlog', null);
  return 0;
}

/** Whether `skb` directly follows `tail` and has the same options and flags. */
function can_coalesce(tail: sk_buff, skb: sk_buff): boolean {
  const tail_cb = TCP_SKB_CB(tail);
  const cb = TCP_SKB_CB(skb);
  if (
    tail_cb.end_seq !== cb.seq ||
    tail_cb.ip_dsfield !== cb.ip_dsfield ||
    ((tail_cb.tcp_flags | cb.tcp_flags) & (TCPHDR_SYN | TCPHDR_RST | TCPHDR_URG)) !== 0 ||
    (tail_cb.tcp_flags & cb.tcp_flags & TCPHDR_ACK) === 0 ||
    ((tail_cb.tcp_flags ^ cb.tcp_flags) & (TCPHDR_ECE | TCPHDR_CWR)) !== 0
  ) {
    return false;
  }
  const doff = skb.head[skb.data + 12]! >>> 4;
  if (tail.head[tail.data + 12]! >>> 4 !== doff) return false;
  for (let i = 20; i < doff * 4; i++) {
    if (tail.head[tail.data + i] !== skb.head[skb.data + i]) return false;
  }
  return true;
}

function coalesce(sk: sock, tail: sk_buff, skb: sk_buff): boolean {
  const tail_cb = TCP_SKB_CB(tail);
  const cb = TCP_SKB_CB(skb);
  const at = skb.data;
  const tail_at = tail.data;
  const hdrlen = (skb.head[at + 12]! >>> 4) * 4;

  __skb_pull(skb, hdrlen);
  const shinfo = skb_shinfo(skb);
  const gso_size = shinfo.gso_size || skb.len;
  const gso_segs = shinfo.gso_segs || 1;
  const tail_shinfo = skb_shinfo(tail);
  const tail_gso_size = tail_shinfo.gso_size || tail.len - hdrlen;
  const tail_gso_segs = tail_shinfo.gso_segs || 1;
  const coalesced = skb_try_coalesce(tail, skb);
  if (coalesced === null) {
    skb_push(skb, hdrlen);
    return false;
  }

  tail_cb.end_seq = cb.end_seq;
  if (!before(cb.ack_seq, tail_cb.ack_seq)) {
    tail_cb.ack_seq = cb.ack_seq;
    tail.head[tail_at + 14] = skb.head[at + 14]!;
    tail.head[tail_at + 15] = skb.head[at + 15]!;
  }
  // Later steps read the FIN from both the header and the control block.
  tail.head[tail_at + 13]! |= skb.head[at + 13]! & TCPHDR_FIN;
  tail_cb.tcp_flags |= cb.tcp_flags;
  if (cb.has_rxtstamp) {
    tail_cb.has_rxtstamp = true;
    tail.tstamp = skb.tstamp;
  }
  tail_shinfo.gso_size = Math.max(gso_size, tail_gso_size);
  tail_shinfo.gso_segs = Math.min(gso_segs + tail_gso_segs, 0xffff);
  sk.sk_backlog.len += coalesced.delta;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPBACKLOGCOALESCE);
  __kfree_skb(skb);
  return true;
}
