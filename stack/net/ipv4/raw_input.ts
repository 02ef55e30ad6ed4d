/**
 * Packets for raw sockets. Part of raw.c: it stands below the routing code, which delivers through it.
 *
 * @linux net/ipv4/raw.c
 */
import { inet_iif } from '../../include/net/dst.ts';
import { inet_sk } from '../../include/net/inet_sock.ts';
import { ip_hdr } from '../../include/net/ip.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { raw_sk } from '../../include/net/raw.ts';
import type { sock } from '../../include/net/sock.ts';
import { NET_RX_DROP, NET_RX_SUCCESS } from '../../include/linux/netdevice.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import { IPPROTO_ICMP } from '../../include/uapi/linux/in.ts';
import { kfree_skb_reason, pskb_may_pull, skb_clone, skb_push } from '../core/skbuff.ts';
import { sock_queue_rcv_skb_reason } from '../core/sock/queue.ts';
import { ipv4_pktinfo_prepare } from './ip_sockglue.ts';

/** Is a packet of this protocol, between these addresses, for this socket? @linux net/ipv4/raw.c */
export function raw_v4_match(sk: sock, num: number, raddr: be32, laddr: be32, dif: number): boolean {
  const inet = inet_sk(sk);
  return (
    inet.inet_num === num &&
    (inet.inet_daddr === 0 || inet.inet_daddr === raddr) &&
    (inet.inet_rcv_saddr === 0 || inet.inet_rcv_saddr === laddr) &&
    (sk.sk_bound_dev_if === 0 || sk.sk_bound_dev_if === dif)
  );
}

/** Does the socket not want ICMP messages of this type (ICMP_FILTER)? */
function icmp_filter(sk: sock, skb: sk_buff): boolean {
  if (!pskb_may_pull(skb, skb.transport_header - skb.data + 8)) return true;
  const type = skb.head[skb.transport_header]!;
  return type < 32 && ((1 << type) & raw_sk(sk).filter) !== 0;
}

/** Give each raw socket of the protocol a copy. @returns was there one? @linux net/ipv4/raw.c */
export function raw_local_deliver(net: net, skb: sk_buff, protocol: number): boolean {
  const hlist = net.ipv4.raw_v4_hashinfo.ht[protocol] ?? null;
  return hlist !== null && hlist.length > 0 && raw_v4_input(skb, hlist);
}

function raw_v4_input(skb: sk_buff, hlist: readonly sock[]): boolean {
  const iph = ip_hdr(skb);
  const { saddr, daddr, protocol } = iph;
  const dif = inet_iif(skb);
  let delivered = false;
  for (const sk of hlist) {
    if (!raw_v4_match(sk, protocol, saddr, daddr, dif)) continue;
    delivered = true;
    if (protocol === IPPROTO_ICMP && icmp_filter(sk, skb)) continue;
    raw_rcv(sk, skb_clone(skb));
  }
  return delivered;
}

/** Queue a packet for a raw socket, with its IP header. @linux net/ipv4/raw.c */
export function raw_rcv(sk: sock, skb: sk_buff): number {
  skb_push(skb, skb.data - skb.network_header);
  return raw_rcv_skb(sk, skb);
}

/** The same, also for what waited in the backlog. @linux net/ipv4/raw.c */
export function raw_rcv_skb(sk: sock, skb: sk_buff): number {
  ipv4_pktinfo_prepare(sk, skb);
  const { err, reason } = sock_queue_rcv_skb_reason(sk, skb);
  if (err < 0) {
    kfree_skb_reason(skb, reason);
    return NET_RX_DROP;
  }
  return NET_RX_SUCCESS;
}
