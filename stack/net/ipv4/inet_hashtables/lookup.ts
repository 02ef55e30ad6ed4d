/** Which socket a packet is for: first among the connections, then among the listeners. */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { be16, be32 } from '../../../include/linux/types.ts';
import type { inet_hashinfo, inet_listen_hashbucket } from '../../../include/net/inet_hashtables.ts';
import { inet_twsk } from '../../../include/net/inet_timewait_sock.ts';
import { ipv4_portaddr_hash, read_be32 } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { inet_reqsk } from '../../../include/net/request_sock.ts';
import { type sock, type sock_common, sock_hold } from '../../../include/net/sock.ts';
import { PF_INET } from '../../../include/uapi/linux/socket.ts';
import { TCP_LISTEN, TCP_NEW_SYN_RECV, TCP_TIME_WAIT } from '../../../include/uapi/linux/tcp.ts';
import { reqsk_free } from '../../core/request_sock.ts';
import { sk_free } from '../../core/sock/alloc.ts';
import { reuseport_select_sock } from '../../core/sock_reuseport.ts';
import { inet_twsk_free } from '../inet_timewait_sock.ts';
import { inet_ehashfn, inet_lhash2_bucket } from './hash.ts';

/**
 * The connection (or request, or time-wait sock) of a packet, with a reference taken; null if there is none.
 * saddr and sport are the packet's source: the remote end.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
export function __inet_lookup_established(
  net: net,
  hashinfo: inet_hashinfo,
  saddr: be32,
  sport: be16,
  daddr: be32,
  hnum: number,
  dif: number,
  _sdif: number,
): sock_common | null {
  const hash = inet_ehashfn(net, daddr, hnum, saddr, sport);
  for (let sk = hashinfo.ehash[hash & hashinfo.ehash_mask]!.chain; sk !== null; sk = sk.skc_node_next) {
    if (
      sk.skc_hash === hash &&
      sk.skc_daddr === saddr &&
      sk.skc_dport === sport &&
      sk.skc_num === hnum &&
      sk.skc_rcv_saddr === daddr &&
      (sk.skc_bound_dev_if === 0 || sk.skc_bound_dev_if === dif)
    ) {
      sock_hold(sk);
      return sk;
    }
  }
  return null;
}

/** How well a listener fits a packet: -1 not at all; bound to the device is better than not. @linux net/ipv4/inet_hashtables.c */
function compute_score(sk: sock_common, net: net, hnum: number, daddr: be32, dif: number): number {
  if (sk.skc_num !== hnum || sk.skc_net !== net || sk.skc_rcv_saddr !== daddr) return -1;
  if (sk.skc_bound_dev_if !== 0 && sk.skc_bound_dev_if !== dif) return -1;
  let score = sk.skc_bound_dev_if !== 0 ? 2 : 1;
  if (sk.skc_family === PF_INET) score++;
  return score;
}

/** Among a group that shares a port by SO_REUSEPORT: whose turn it is, by the packet's addresses. @linux net/ipv4/inet_hashtables.c */
export function inet_lookup_reuseport(
  net: net,
  sk: sock,
  skb: sk_buff | null,
  doff: number,
  saddr: be32,
  sport: be16,
  daddr: be32,
  hnum: number,
  ehashfn: typeof inet_ehashfn,
): sock | null {
  if (!sk.skc_reuseport) return null;
  return reuseport_select_sock(sk, ehashfn(net, daddr, hnum, saddr, sport), skb, doff);
}

/** The best listener of one chain. @linux net/ipv4/inet_hashtables.c */
function inet_lhash2_lookup(
  net: net,
  ilb2: inet_listen_hashbucket,
  skb: sk_buff | null,
  doff: number,
  saddr: be32,
  sport: be16,
  daddr: be32,
  hnum: number,
  dif: number,
): sock | null {
  let result: sock | null = null;
  let hiscore = 0;
  for (let node = ilb2.nulls_head; node !== null; node = node.skc_node_next) {
    const score = compute_score(node, net, hnum, daddr, dif);
    if (score > hiscore) {
      const sk = node as sock;
      const reuse_sk = inet_lookup_reuseport(net, sk, skb, doff, saddr, sport, daddr, hnum, inet_ehashfn);
      if (reuse_sk !== null) return reuse_sk;
      result = sk;
      hiscore = score;
    }
  }
  return result;
}

/** The listener at a port and address, or else at the port on any address. No reference is taken. @linux net/ipv4/inet_hashtables.c */
export function __inet_lookup_listener(
  net: net,
  hashinfo: inet_hashinfo,
  skb: sk_buff | null,
  doff: number,
  saddr: be32,
  sport: be16,
  daddr: be32,
  hnum: number,
  dif: number,
  _sdif: number,
): sock | null {
  const ilb2 = inet_lhash2_bucket(hashinfo, ipv4_portaddr_hash(net, daddr, hnum));
  const result = inet_lhash2_lookup(net, ilb2, skb, doff, saddr, sport, daddr, hnum, dif);
  if (result !== null) return result;
  const any = inet_lhash2_bucket(hashinfo, ipv4_portaddr_hash(net, 0, hnum));
  return inet_lhash2_lookup(net, any, skb, doff, saddr, sport, 0, hnum, dif);
}

/** The listener for this address and port, or null; the one that fits best. @linux include/net/inet_hashtables.h */
export function inet_lookup_listener(
  net: net,
  hashinfo: inet_hashinfo,
  skb: sk_buff | null,
  doff: number,
  saddr: be32,
  sport: be16,
  daddr: be32,
  dport: be16,
  dif: number,
  sdif: number,
): sock | null {
  return __inet_lookup_listener(net, hashinfo, skb, doff, saddr, sport, daddr, dport, dif, sdif);
}

/**
 * The socket for a packet. A reference is taken, but of a listener: is_refcounted() tells.
 *
 * @linux include/net/inet_hashtables.h
 */
export function __inet_lookup(
  net: net,
  hashinfo: inet_hashinfo,
  skb: sk_buff | null,
  doff: number,
  saddr: be32,
  sport: be16,
  daddr: be32,
  dport: be16,
  dif: number,
  sdif: number,
): sock_common | null {
  return (
    __inet_lookup_established(net, hashinfo, saddr, sport, daddr, dport, dif, sdif) ??
    __inet_lookup_listener(net, hashinfo, skb, doff, saddr, sport, daddr, dport, dif, sdif)
  );
}

/** The same, always with a reference taken. @linux include/net/inet_hashtables.h */
export function inet_lookup(
  net: net,
  hashinfo: inet_hashinfo,
  skb: sk_buff | null,
  doff: number,
  saddr: be32,
  sport: be16,
  daddr: be32,
  dport: be16,
  dif: number,
): sock_common | null {
  const sk = __inet_lookup(net, hashinfo, skb, doff, saddr, sport, daddr, dport, dif, 0);
  if (sk !== null && !is_refcounted(sk)) sock_hold(sk);
  return sk;
}

/**
 * The socket for a received TCP packet: the one that early demux has found already, or by look-up.
 * As in __inet_lookup(), is_refcounted() tells whether a reference was taken.
 *
 * @linux include/net/inet_hashtables.h
 */
export function __inet_lookup_skb(
  hashinfo: inet_hashinfo,
  skb: sk_buff,
  doff: number,
  sport: be16,
  dport: be16,
  sdif: number,
): sock_common | null {
  const sk = skb.sk;
  if (sk !== null) {
    // skb_steal_sock(): the reference goes over to the caller.
    skb.destructor = null;
    skb.sk = null;
    return sk;
  }
  const saddr = read_be32(skb.head, skb.network_header + 12);
  const daddr = read_be32(skb.head, skb.network_header + 16);
  const net = skb.dev!.nd_net;
  return __inet_lookup(net, hashinfo, skb, doff, saddr, sport, daddr, dport, skb.skb_iif, sdif);
}

/**
 * Has a look-up just taken a reference of this socket? Not of a listener. Linux's functions tell it by an argument
 * (refcounted); a socket's flag SOCK_RCU_FREE does not: one that has listened before keeps it.
 */
export function is_refcounted(sk: sock_common): boolean {
  return sk.skc_state !== TCP_LISTEN;
}

/** Give a reference back that a look-up took, whatever kind of socket it is. @linux net/ipv4/inet_hashtables.c */
export function sock_gen_put(sk: sock_common): void {
  if (--sk.skc_refcnt > 0) return;
  if (sk.skc_state === TCP_TIME_WAIT) inet_twsk_free(inet_twsk(sk));
  else if (sk.skc_state === TCP_NEW_SYN_RECV) reqsk_free(inet_reqsk(sk));
  else sk_free(sk as sock);
}

/** Destructor of an skb that early demux gave a socket. @linux net/ipv4/inet_hashtables.c */
export function sock_edemux(skb: sk_buff): void {
  sock_gen_put(skb.sk!);
}
