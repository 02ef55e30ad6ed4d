/** bind(): choosing a socket's local port, and detecting conflicts between sockets. */
import type { be32 } from '../../../include/linux/types.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import {
  FASTREUSEPORT_ANY,
  FASTREUSEPORT_STRICT,
  type inet_bind2_bucket,
  type inet_bind_bucket,
} from '../../../include/net/inet_hashtables.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { inet_is_local_reserved_port } from '../../../include/net/ip.ts';
import {
  ipv6_addr_any,
  ipv6_addr_equal,
  ipv6_addr_v4mapped,
  ipv6_only_sock,
} from '../../../include/net/ipv6.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import {
  SK_CAN_REUSE,
  SK_FORCE_REUSE,
  type sock,
  type sock_common,
  sock_net,
} from '../../../include/net/sock.ts';
import { EADDRINUSE, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { TCP_LISTEN, TCP_TIME_WAIT } from '../../../include/uapi/linux/tcp.ts';
import { AF_INET6 } from '../../../include/uapi/linux/socket.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { get_random_u32_below } from '../../../lib/random.ts';
import {
  inet_bind2_bucket_create,
  inet_bind2_bucket_destroy,
  inet_bind2_bucket_find,
  inet_bind2_bucket_match_addr_any,
  inet_bind_bucket_create,
  inet_bind_bucket_destroy,
  inet_bind_bucket_find,
  inet_bind_hash,
} from '../inet_hashtables/bind.ts';
import {
  inet_bhash2_addr_any_hashbucket,
  inet_bhash_bucket,
  inet_bhashfn_portaddr,
  tcp_or_dccp_get_hashinfo,
} from '../inet_hashtables/hash.ts';

/** The lowest and highest port of net.ipv4.ip_local_port_range. @linux net/ipv4/inet_connection_sock.c */
export function inet_get_local_port_range(net: net): [low: number, high: number] {
  const [low, high] = net.ipv4.ip_local_ports;
  return [low!, high!];
}

/**
 * The port range of one socket: IP_LOCAL_PORT_RANGE may narrow the namespace's range but not widen it.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_sk_get_local_port_range(sk: sock): [low: number, high: number] {
  let [low, high] = inet_get_local_port_range(sock_net(sk));
  const { local_port_range } = inet_sk(sk);
  const sk_low = local_port_range & 0xffff;
  const sk_high = local_port_range >>> 16;
  if (low <= sk_low && sk_low <= high) low = sk_low;
  if (low <= sk_high && sk_high <= high) high = sk_high;
  return [low, high];
}

/**
 * Whether two local addresses overlap. With wildcards INADDR_ANY overlaps every address.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
function ipv4_rcv_saddr_equal(
  sk1_rcv_saddr: be32,
  sk2_rcv_saddr: be32,
  sk2_ipv6only: boolean,
  match_sk1_wildcard: boolean,
  match_sk2_wildcard: boolean,
): boolean {
  if (sk2_ipv6only) return false;
  if (sk1_rcv_saddr === sk2_rcv_saddr) return true;
  return (match_sk1_wildcard && sk1_rcv_saddr === 0) || (match_sk2_wildcard && sk2_rcv_saddr === 0);
}

/**
 * As ipv4_rcv_saddr_equal(), for an AF_INET6 socket and a socket of either family: `::` includes IPv4, unless
 * IPV6_V6ONLY is set.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
function ipv6_rcv_saddr_equal(sk: sock_common, sk2: sock_common, match_wildcard: boolean): boolean {
  const addr = sk.skc_v6_rcv_saddr!;
  const addr2 = sk2.skc_v6_rcv_saddr;
  const mapped = ipv6_addr_v4mapped(addr);
  const mapped2 = addr2 === null || ipv6_addr_v4mapped(addr2);
  if (mapped && mapped2) {
    const only = ipv6_only_sock(sk2);
    return ipv4_rcv_saddr_equal(sk.skc_rcv_saddr, sk2.skc_rcv_saddr, only, match_wildcard, match_wildcard);
  }
  const any = ipv6_addr_any(addr);
  const any2 = addr2 !== null && ipv6_addr_any(addr2);
  if (any && any2) return true;
  if (match_wildcard && any2 && !(ipv6_only_sock(sk2) && mapped)) return true;
  if (match_wildcard && any && !(ipv6_only_sock(sk) && mapped2)) return true;
  return addr2 !== null && ipv6_addr_equal(addr, addr2);
}

/** Whether the local addresses of two sockets overlap. @linux net/ipv4/inet_connection_sock.c */
export function inet_rcv_saddr_equal(sk: sock_common, sk2: sock_common, match_wildcard: boolean): boolean {
  if (sk.skc_family === AF_INET6) return ipv6_rcv_saddr_equal(sk, sk2, match_wildcard);
  const only = ipv6_only_sock(sk2);
  return ipv4_rcv_saddr_equal(sk.skc_rcv_saddr, sk2.skc_rcv_saddr, only, match_wildcard, match_wildcard);
}

/** Whether the socket is bound to no specific address. @linux net/ipv4/inet_connection_sock.c */
export function inet_rcv_saddr_any(sk: sock_common): boolean {
  if (sk.skc_family === AF_INET6) return ipv6_addr_any(sk.skc_v6_rcv_saddr!);
  return sk.skc_rcv_saddr === 0;
}

/**
 * A socket with a specific address is compared only with the owners at that address.
 *
 * @linux include/net/inet_hashtables.h, here because only port selection uses it
 */
function inet_use_hash2_on_bind(sk: sock): boolean {
  return sk.skc_rcv_saddr !== 0;
}

/** SO_REUSEPORT can be used unless the socket is already in a group without closed members. */
function reuseport_cb_allows(sk: sock): boolean {
  return sk.sk_reuseport_cb === null || sk.sk_reuseport_cb.num_closed_socks > 0;
}

/**
 * Whether `sk2` keeps `sk` from using the port, given that their addresses overlap.
 *
 * Two sockets with SO_REUSEADDR do not conflict if sk2 is not listening. Two sockets with SO_REUSEPORT do not
 * conflict if they belong to the same user.
 *
 * @param relax apply SO_REUSEADDR: the user named the port, or ip_autobind_reuse is set
 * @param reuseport_ok apply SO_REUSEPORT: the user named the port
 * @linux net/ipv4/inet_connection_sock.c
 */
function inet_bind_conflict(
  sk: sock,
  sk2: sock_common,
  relax: boolean,
  reuseport_cb_ok: boolean,
  reuseport_ok: boolean,
): boolean {
  if (sk === sk2) return false;
  const dev = sk.skc_bound_dev_if;
  const dev2 = sk2.skc_bound_dev_if;
  if (dev !== 0 && dev2 !== 0 && dev !== dev2) return false;

  const both_reuseport = sk.skc_reuseport && sk2.skc_reuseport;
  // A time-wait sock no longer has a user.
  const same_user = sk2.skc_state === TCP_TIME_WAIT || sk.sk_uid === (sk2 as sock).sk_uid;
  if (sk.skc_reuse !== 0 && sk2.skc_reuse !== 0 && sk2.skc_state !== TCP_LISTEN) {
    return !relax || (!reuseport_ok && both_reuseport && reuseport_cb_ok && same_user);
  }
  return !reuseport_ok || !both_reuseport || !reuseport_cb_ok || !same_user;
}

/**
 * Whether an owner of this port and address conflicts with the socket, including time-wait socks.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
function inet_bhash2_conflict(
  sk: sock,
  tb2: inet_bind2_bucket,
  relax: boolean,
  reuseport_cb_ok: boolean,
  reuseport_ok: boolean,
): boolean {
  for (let sk2 = tb2.owners; sk2 !== null; sk2 = sk2.skc_bind2_node_next) {
    if (inet_bind_conflict(sk, sk2, relax, reuseport_cb_ok, reuseport_ok)) return true;
  }
  for (let tw2 = tb2.deathrow; tw2 !== null; tw2 = tw2.skc_bind2_node_next) {
    if (inet_bind_conflict(sk, tw2, relax, reuseport_cb_ok, reuseport_ok)) return true;
  }
  return false;
}

/** Whether an owner of this port conflicts with the socket. @linux net/ipv4/inet_connection_sock.c */
function inet_csk_bind_conflict(
  sk: sock,
  tb: inet_bind_bucket,
  tb2: inet_bind2_bucket | null,
  relax: boolean,
  reuseport_ok: boolean,
): boolean {
  const reuseport_cb_ok = reuseport_cb_allows(sk);
  // Sockets bound to INADDR_ANY were already checked by inet_bhash2_addr_any_conflict().
  if (inet_use_hash2_on_bind(sk)) {
    return tb2 !== null && inet_bhash2_conflict(sk, tb2, relax, reuseport_cb_ok, reuseport_ok);
  }
  for (let sk2 = tb.owners; sk2 !== null; sk2 = sk2.skc_bind_node_next) {
    if (
      inet_bind_conflict(sk, sk2, relax, reuseport_cb_ok, reuseport_ok) &&
      inet_rcv_saddr_equal(sk, sk2, true)
    ) {
      return true;
    }
  }
  return false;
}

/** Whether a socket bound to this port on INADDR_ANY conflicts. @linux net/ipv4/inet_connection_sock.c */
function inet_bhash2_addr_any_conflict(
  sk: sock,
  port: number,
  relax: boolean,
  reuseport_ok: boolean,
): boolean {
  const net = sock_net(sk);
  const reuseport_cb_ok = reuseport_cb_allows(sk);
  const head2 = inet_bhash2_addr_any_hashbucket(tcp_or_dccp_get_hashinfo(sk), net, port);
  for (let tb2 = head2.chain; tb2 !== null; tb2 = tb2.node_next) {
    if (
      inet_bind2_bucket_match_addr_any(tb2, net, port, 0) &&
      inet_bhash2_conflict(sk, tb2, relax, reuseport_cb_ok, reuseport_ok)
    ) {
      return true;
    }
  }
  return false;
}

/** Whether an unbound socket can use this port. */
function port_is_open(sk: sock, port: number, relax: boolean): boolean {
  const net = sock_net(sk);
  const hinfo = tcp_or_dccp_get_hashinfo(sk);
  if (inet_is_local_reserved_port(net, port)) return false;
  if (inet_use_hash2_on_bind(sk) && inet_bhash2_addr_any_conflict(sk, port, relax, false)) return false;
  const tb = inet_bind_bucket_find(inet_bhash_bucket(hinfo, port), net, port, 0);
  if (tb === null) return true;
  const tb2 = inet_bind2_bucket_find(inet_bhashfn_portaddr(hinfo, sk, net, port), net, port, 0, sk);
  return !inet_csk_bind_conflict(sk, tb, tb2, relax, false);
}

/**
 * Search for an open port from `low` to `high` - 1, starting at a random place: odd ports first (of an even
 * range), since connect() prefers even ones.
 */
function scan_for_open_port(sk: sock, low: number, high: number, relax: boolean): number {
  let remaining = high - low;
  if (remaining > 1) remaining &= ~1;
  const offset = get_random_u32_below(sock_net(sk).machine, remaining) | 1;
  for (const start of [offset, offset - 1]) {
    let port = low + start;
    for (let i = 0; i < remaining; i += 2, port += 2) {
      if (port >= high) port -= remaining;
      if (port_is_open(sk, port, relax)) return port;
    }
  }
  return 0;
}

/**
 * Choose a local port without a conflict.
 *
 * @returns 0 when there is none.
 * @linux net/ipv4/inet_connection_sock.c
 */
function inet_csk_find_open_port(sk: sock): number {
  const find = (relax: boolean): number => {
    const [low, highest] = inet_sk_get_local_port_range(sk);
    const high = highest + 1;
    // With SO_REUSEADDR try the lower half first, to leave ports for sockets that do not share.
    if (sk.skc_reuse !== SK_CAN_REUSE || high - low < 4) return scan_for_open_port(sk, low, high, relax);
    const half = low + (((high - low) >> 2) << 1);
    return scan_for_open_port(sk, low, half, relax) || scan_for_open_port(sk, half, high, relax);
  };
  // ip_autobind_reuse: sockets may share the port, since they can still connect to different destinations.
  return find(false) || (sock_net(sk).ipv4.sysctl_ip_autobind_reuse !== 0 ? find(true) : 0);
}

/**
 * Whether the socket can join owners that all share the port by SO_REUSEPORT, so that the owners need not be
 * compared one by one.
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
function sk_reuseport_match(tb: inet_bind_bucket, sk: sock): boolean {
  if (tb.fastreuseport <= 0 || !sk.skc_reuseport || sk.sk_reuseport_cb !== null) return false;
  if (tb.fastuid !== sk.sk_uid) return false;
  // Only sockets bound after fastreuseport was last set are known not to conflict.
  if (tb.fastreuseport === FASTREUSEPORT_ANY) return true;
  return ipv4_rcv_saddr_equal(tb.fast_rcv_saddr, sk.skc_rcv_saddr, ipv6_only_sock(sk), true, false);
}

/**
 * Update the properties common to all owners of a port, for the next bind().
 *
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_update_fastreuse(tb: inet_bind_bucket, sk: sock): void {
  const reuse = sk.skc_reuse !== 0 && sk.skc_state !== TCP_LISTEN;
  const first = tb.owners === null;
  if (first) tb.fastreuse = reuse ? 1 : 0;
  else if (!reuse) tb.fastreuse = 0;

  if (!sk.skc_reuseport) {
    tb.fastreuseport = 0;
  } else if (first || !sk_reuseport_match(tb, sk)) {
    tb.fastreuseport = first ? FASTREUSEPORT_ANY : FASTREUSEPORT_STRICT;
    tb.fastuid = sk.sk_uid;
    tb.fast_rcv_saddr = sk.skc_rcv_saddr;
    tb.fast_sk_family = sk.skc_family;
  }
}

/**
 * Bind the socket to a local port.
 *
 * @param snum the port; 0: any open port
 * @returns 0 or -EADDRINUSE
 * @linux net/ipv4/inet_connection_sock.c
 */
export function inet_csk_get_port(sk: sock, snum: number): Errno {
  const hinfo = tcp_or_dccp_get_hashinfo(sk);
  const net = sock_net(sk);
  const port = snum !== 0 ? snum : inet_csk_find_open_port(sk);
  if (port === 0) return -EADDRINUSE;

  const head = inet_bhash_bucket(hinfo, port);
  const head2 = inet_bhashfn_portaddr(hinfo, sk, net, port);
  const tb = inet_bind_bucket_find(head, net, port, 0) ?? inet_bind_bucket_create(net, head, port, 0);
  const tb2 =
    inet_bind2_bucket_find(head2, net, port, 0, sk) ?? inet_bind2_bucket_create(net, head2, port, 0, sk);

  if (snum !== 0 && named_port_conflicts(sk, tb, tb2, port)) {
    // Buckets created just now have no owners.
    inet_bind_bucket_destroy(hinfo, tb);
    inet_bind2_bucket_destroy(head2, tb2);
    return -EADDRINUSE;
  }

  inet_csk_update_fastreuse(tb, sk);
  const icsk = inet_csk(sk);
  if (icsk.icsk_bind_hash === null) inet_bind_hash(sk, tb, tb2, port);
  WARN_ON(net.machine, icsk.icsk_bind_hash !== tb, 'inet_csk_get_port: bound to another port');
  WARN_ON(net.machine, icsk.icsk_bind2_hash !== tb2, 'inet_csk_get_port: bound to another address');
  return 0;
}

/** Whether another owner keeps the socket from using the port that its user named. */
function named_port_conflicts(sk: sock, tb: inet_bind_bucket, tb2: inet_bind2_bucket, port: number): boolean {
  const reuse = sk.skc_reuse !== 0 && sk.skc_state !== TCP_LISTEN;
  if (tb.owners !== null) {
    if (sk.skc_reuse === SK_FORCE_REUSE || (tb.fastreuse > 0 && reuse) || sk_reuseport_match(tb, sk))
      return false;
  }
  if (inet_use_hash2_on_bind(sk) && inet_bhash2_addr_any_conflict(sk, port, true, true)) return true;
  return inet_csk_bind_conflict(sk, tb, tb2, true, true);
}
