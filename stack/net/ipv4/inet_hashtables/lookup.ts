/** Finding the socket for a packet: first among the connections, then among the listeners. */
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
 * Find the connection, request or time-wait sock for a packet, and take a reference; null if none exists.
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

/**
 * Score how well a listener matches a packet: -1 is no match; a listener bound to the device scores higher.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
function compute_score(sk: sock_common, net: net, hnum: number, daddr: be32, dif: number): number {
  if (sk.skc_num !== hnum || sk.skc_net !== net || sk.skc_rcv_saddr !== daddr) return -1;
  if (sk.skc_bound_dev_if !== 0 && sk.skc_bound_dev_if !== dif) return -1;
  let score = sk.skc_bound_dev_if !== 0 ? 2 : 1;
  if (sk.skc_family === PF_INET) score++;
  return score;
}

/** Select a member of a SO_REUSEPORT group by the packet's addresses. @linux net/ipv4/inet_hashtables.c */
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

/**
 * Find the listener at a port and address, or else at the port on any address. Takes no reference.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
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

/**
 * Find the best matching listener for this address and port, or null.
 *
 * @linux include/net/inet_hashtables.h
 */
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
 * Find the socket for a packet. Takes a reference, except to a listener: is_refcounted() tells which.
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

/** As __inet_lookup(), but always takes a reference. @linux include/net/inet_hashtables.h */
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
 * The socket for a received TCP packet: the one that early demux found, otherwise by lookup. As in
 * __inet_lookup(), is_refcounted() tells whether a reference was taken.
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
    // skb_steal_sock(): the caller takes over the reference.
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
 * Whether a lookup has just taken a reference to this socket; listeners are looked up without one. Linux's
 * functions return this in an argument (refcounted). The flag SOCK_RCU_FREE does not tell, because a socket
 * that was once a listener keeps it.
 */
export function is_refcounted(sk: sock_common): boolean {
  return sk.skc_state !== TCP_LISTEN;
}

/** Drop a reference taken by a lookup, for any kind of socket. @linux net/ipv4/inet_hashtables.c */
export function sock_gen_put(sk: sock_common): void {
  if (--sk.skc_refcnt > 0) return;
  if (sk.skc_state === TCP_TIME_WAIT) inet_twsk_free(inet_twsk(sk));
  else if (sk.skc_state === TCP_NEW_SYN_RECV) reqsk_free(inet_reqsk(sk));
  else sk_free(sk as sock);
}

/** Destructor of an skb to which early demux attached a socket. @linux net/ipv4/inet_hashtables.c */
export function sock_edemux(skb: sk_buff): void {
  sock_gen_put(skb.sk!);
}
