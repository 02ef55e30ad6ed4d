/** The hash functions of the tables of connections, listeners and bound ports. */
import type { be16, be32, u32 } from '../../../include/linux/types.ts';
import type {
  inet_bind_hashbucket,
  inet_bind2_hashbucket,
  inet_hashinfo,
  inet_listen_hashbucket,
} from '../../../include/net/inet_hashtables.ts';
import { ipv4_portaddr_hash } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import type { sock_common } from '../../../include/net/sock.ts';
import { jhash_3words } from '../../../lib/jhash.ts';
import { get_random_u32 } from '../../../lib/random.ts';

/** The tables that hold this socket. @linux include/net/inet_hashtables.h */
export function tcp_or_dccp_get_hashinfo(sk: sock_common): inet_hashinfo {
  return sk.skc_net.ipv4.hashinfo;
}

/**
 * Hash of a connection's addresses and ports, keyed so that an attacker cannot fill a chosen chain.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
export function inet_ehashfn(net: net, laddr: be32, lport: number, faddr: be32, fport: be16): u32 {
  const hashinfo = net.ipv4.hashinfo;
  if (hashinfo.inet_ehash_secret === 0) hashinfo.inet_ehash_secret = get_random_u32(net.machine) | 1;
  return jhash_3words(laddr, faddr, (lport << 16) | fport, hashinfo.inet_ehash_secret);
}

/**
 * The hash of a socket with its addresses set: a full, request or time-wait sock.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
export function sk_ehashfn(sk: sock_common): u32 {
  return inet_ehashfn(sk.skc_net, sk.skc_rcv_saddr, sk.skc_num, sk.skc_daddr, sk.skc_dport);
}

/** The chain of bind buckets for a port. @linux include/net/inet_hashtables.h */
export function inet_bhash_bucket(hinfo: inet_hashinfo, port: number): inet_bind_hashbucket {
  return hinfo.bhash[port & (hinfo.bhash_size - 1)]!;
}

/** The chain of bind2 buckets for the socket's address and a port. @linux include/net/inet_hashtables.h */
export function inet_bhashfn_portaddr(
  hinfo: inet_hashinfo,
  sk: sock_common,
  net: net,
  port: number,
): inet_bind2_hashbucket {
  return hinfo.bhash2[ipv4_portaddr_hash(net, sk.skc_rcv_saddr, port) & (hinfo.bhash_size - 1)]!;
}

/** The chain of bind2 buckets for a port on any address. @linux net/ipv4/inet_hashtables.c */
export function inet_bhash2_addr_any_hashbucket(
  hinfo: inet_hashinfo,
  net: net,
  port: number,
): inet_bind2_hashbucket {
  return hinfo.bhash2[ipv4_portaddr_hash(net, 0, port) & (hinfo.bhash_size - 1)]!;
}

/**
 * The chain of listeners for a hash computed by ipv4_portaddr_hash().
 *
 * @linux include/net/inet_hashtables.h
 */
export function inet_lhash2_bucket(hinfo: inet_hashinfo, hash: u32): inet_listen_hashbucket {
  return hinfo.lhash2[hash & hinfo.lhash2_mask]!;
}

/** The chain that holds a given listener. @linux net/ipv4/inet_hashtables.c */
export function inet_lhash2_bucket_sk(hinfo: inet_hashinfo, sk: sock_common): inet_listen_hashbucket {
  return inet_lhash2_bucket(hinfo, ipv4_portaddr_hash(sk.skc_net, sk.skc_rcv_saddr, sk.skc_num));
}
