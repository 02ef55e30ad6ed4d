/** The owners of local ports: bind buckets (by port) and bind2 buckets (by port and address). */
import type { be32 } from '../../../include/linux/types.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import {
  inet_bind2_bucket,
  type inet_bind2_hashbucket,
  inet_bind_bucket,
  type inet_bind_hashbucket,
  type inet_hashinfo,
  sk_rcv_saddr_set,
} from '../../../include/net/inet_hashtables.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import type { inet_timewait_sock } from '../../../include/net/inet_timewait_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { type sock, SOCK_BINDADDR_LOCK, type sock_common, sock_net } from '../../../include/net/sock.ts';
import { ENOENT, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { inet_csk_update_fastreuse } from '../inet_connection_sock/port.ts';
import { inet_bhash_bucket, inet_bhashfn_portaddr, tcp_or_dccp_get_hashinfo } from './hash.ts';

/** Create the bucket of a port that has no owner yet. @linux net/ipv4/inet_hashtables.c */
export function inet_bind_bucket_create(
  net: net,
  head: inet_bind_hashbucket,
  snum: number,
  l3mdev: number,
): inet_bind_bucket {
  const tb = new inet_bind_bucket(net, snum);
  tb.l3mdev = l3mdev;
  tb.node_next = head.chain;
  if (head.chain !== null) head.chain.node_prev = tb;
  head.chain = tb;
  return tb;
}

/** Free the bucket of a port if it has no owners left. @linux net/ipv4/inet_hashtables.c */
export function inet_bind_bucket_destroy(hinfo: inet_hashinfo, tb: inet_bind_bucket): void {
  if (tb.owners !== null) return;
  const next = tb.node_next;
  const prev = tb.node_prev;
  if (next !== null) next.node_prev = prev;
  if (prev !== null) prev.node_next = next;
  else inet_bhash_bucket(hinfo, tb.port).chain = next;
  tb.node_next = null;
  tb.node_prev = null;
}

/** Whether this is the bucket of that port on that device. @linux net/ipv4/inet_hashtables.c */
export function inet_bind_bucket_match(
  tb: inet_bind_bucket,
  net: net,
  port: number,
  l3mdev: number,
): boolean {
  return tb.port === port && tb.ib_net === net && tb.l3mdev === l3mdev;
}

/** Find the bucket of a port in a chain; null when the port has no owner. */
export function inet_bind_bucket_find(
  head: inet_bind_hashbucket,
  net: net,
  port: number,
  l3mdev: number,
): inet_bind_bucket | null {
  let tb = head.chain;
  while (tb !== null && !inet_bind_bucket_match(tb, net, port, l3mdev)) tb = tb.node_next;
  return tb;
}

/** Create the bucket of a port on the socket's address. @linux net/ipv4/inet_hashtables.c */
export function inet_bind2_bucket_create(
  net: net,
  head: inet_bind2_hashbucket,
  port: number,
  l3mdev: number,
  sk: sock_common,
): inet_bind2_bucket {
  const tb2 = new inet_bind2_bucket(net, port, sk.skc_rcv_saddr);
  tb2.l3mdev = l3mdev;
  tb2.family = sk.skc_family;
  tb2.node_next = head.chain;
  if (head.chain !== null) head.chain.node_prev = tb2;
  head.chain = tb2;
  return tb2;
}

/** Free a bind2 bucket if it has no owners left. @linux net/ipv4/inet_hashtables.c */
export function inet_bind2_bucket_destroy(head2: inet_bind2_hashbucket, tb2: inet_bind2_bucket): void {
  if (tb2.owners !== null || tb2.deathrow !== null) return;
  const next = tb2.node_next;
  const prev = tb2.node_prev;
  if (next !== null) next.node_prev = prev;
  if (prev !== null) prev.node_next = next;
  else head2.chain = next;
  tb2.node_next = null;
  tb2.node_prev = null;
}

/** Whether the bucket is for the address that the socket is bound to. @linux net/ipv4/inet_hashtables.c */
function inet_bind2_bucket_addr_match(tb2: inet_bind2_bucket, sk: sock_common): boolean {
  return tb2.rcv_saddr === sk.skc_rcv_saddr;
}

/** Whether this is the bucket of this port on any address (INADDR_ANY). @linux net/ipv4/inet_hashtables.c */
export function inet_bind2_bucket_match_addr_any(
  tb2: inet_bind2_bucket,
  net: net,
  port: number,
  l3mdev: number,
): boolean {
  return tb2.port === port && tb2.ib_net === net && tb2.l3mdev === l3mdev && tb2.rcv_saddr === 0;
}

/** The bucket of a port on the socket's address, or null. @linux net/ipv4/inet_hashtables.c */
export function inet_bind2_bucket_find(
  head: inet_bind2_hashbucket,
  net: net,
  port: number,
  l3mdev: number,
  sk: sock_common,
): inet_bind2_bucket | null {
  for (let tb2 = head.chain; tb2 !== null; tb2 = tb2.node_next) {
    if (
      tb2.port === port &&
      tb2.ib_net === net &&
      tb2.l3mdev === l3mdev &&
      inet_bind2_bucket_addr_match(tb2, sk)
    ) {
      return tb2;
    }
  }
  return null;
}

/** Make the socket an owner of the port, and set its port number. @linux net/ipv4/inet_hashtables.c */
export function inet_bind_hash(sk: sock, tb: inet_bind_bucket, tb2: inet_bind2_bucket, port: number): void {
  const icsk = inet_csk(sk);
  icsk.inet_num = port;
  sk_add_bind_node(sk, tb);
  icsk.icsk_bind_hash = tb;
  sk_add_bind2_node(sk, tb2);
  icsk.icsk_bind2_hash = tb2;
}

/** Release the socket's local port. @linux net/ipv4/inet_hashtables.c */
export function inet_put_port(sk: sock): void {
  const icsk = inet_csk(sk);
  const hashinfo = tcp_or_dccp_get_hashinfo(sk);
  const head2 = inet_bhashfn_portaddr(hashinfo, sk, sock_net(sk), icsk.inet_num);
  const tb = icsk.icsk_bind_hash!;
  __sk_del_bind_node(sk, tb);
  icsk.icsk_bind_hash = null;
  icsk.inet_num = 0;
  inet_bind_bucket_destroy(hashinfo, tb);
  const tb2 = icsk.icsk_bind2_hash;
  if (tb2 !== null) {
    __sk_del_bind2_node(sk, tb2);
    icsk.icsk_bind2_hash = null;
    inet_bind2_bucket_destroy(head2, tb2);
  }
}

/**
 * Change a bound socket's source address and move it to that address's bucket.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
export function inet_bhash2_update_saddr(sk: sock, saddr: be32): void {
  __inet_bhash2_update_saddr(sk, saddr);
}

/** Clear a source address that the user did not request. @linux net/ipv4/inet_hashtables.c */
export function inet_bhash2_reset_saddr(sk: sock): void {
  if ((sk.sk_userlocks & SOCK_BINDADDR_LOCK) === 0) __inet_bhash2_update_saddr(sk, 0);
}

/**
 * A reset is an update to INADDR_ANY here: without IPv6 nothing else needs a reset.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
function __inet_bhash2_update_saddr(sk: sock, saddr: be32): void {
  const inet = inet_sk(sk);
  const icsk = inet_csk(sk);
  const tb2 = icsk.icsk_bind2_hash;
  if (tb2 === null) {
    inet.inet_saddr = saddr;
    sk_rcv_saddr_set(sk, saddr);
    return;
  }
  const hinfo = tcp_or_dccp_get_hashinfo(sk);
  const net = sock_net(sk);
  const port = inet.inet_num;
  __sk_del_bind2_node(sk, tb2);
  inet_bind2_bucket_destroy(inet_bhashfn_portaddr(hinfo, sk, net, port), tb2);

  inet.inet_saddr = saddr;
  sk_rcv_saddr_set(sk, saddr);

  const head2 = inet_bhashfn_portaddr(hinfo, sk, net, port);
  const new_tb2 =
    inet_bind2_bucket_find(head2, net, port, 0, sk) ?? inet_bind2_bucket_create(net, head2, port, 0, sk);
  sk_add_bind2_node(sk, new_tb2);
  icsk.icsk_bind2_hash = new_tb2;
}

/**
 * A connection has left the table of connections: its port can serve another connection to the same
 * destination.
 */
export function inet_bind_bucket_forget_taken(sk: sock): void {
  const tb = inet_csk(sk).icsk_bind_hash;
  if (tb !== null) tb.taken = null;
}

/**
 * Add a socket (or time-wait sock) to the owners of a port.
 *
 * @linux include/net/sock.h, here because it uses the chains of this file
 */
export function sk_add_bind_node(sk: sock_common, tb: inet_bind_bucket): void {
  const first = tb.owners;
  sk.skc_bind_node_prev = null;
  sk.skc_bind_node_next = first;
  if (first !== null) first.skc_bind_node_prev = sk;
  tb.owners = sk;
}

/**
 * Remove a socket from its port's bucket.
 *
 * @linux include/net/sock.h, here because it uses the chains of this file
 */
export function __sk_del_bind_node(sk: sock_common, tb: inet_bind_bucket): void {
  const next = sk.skc_bind_node_next;
  const prev = sk.skc_bind_node_prev;
  if (next !== null) next.skc_bind_node_prev = prev;
  if (prev !== null) prev.skc_bind_node_next = next;
  else tb.owners = next;
  sk.skc_bind_node_next = null;
  sk.skc_bind_node_prev = null;
}

/**
 * Add a socket to the owners of a port and address.
 *
 * @linux include/net/sock.h, here because it uses the chains of this file
 */
export function sk_add_bind2_node(sk: sock_common, tb2: inet_bind2_bucket): void {
  const first = tb2.owners;
  sk.skc_bind2_node_prev = null;
  sk.skc_bind2_node_next = first;
  if (first !== null) first.skc_bind2_node_prev = sk;
  tb2.owners = sk;
}

/**
 * Remove a socket from its bucket by port and address.
 *
 * @linux include/net/sock.h, here because it uses the chains of this file
 */
export function __sk_del_bind2_node(sk: sock_common, tb2: inet_bind2_bucket): void {
  const prev = sk.skc_bind2_node_prev;
  if (prev === null) tb2.owners = sk.skc_bind2_node_next;
  unlink_bind2_node(sk);
}

/**
 * Add a time-wait sock to a port and address, in a chain separate from full sockets.
 *
 * @linux net/ipv4/inet_timewait_sock.c, here because it uses the chains of this file
 */
export function inet_twsk_add_bind2_node(tw: inet_timewait_sock, tb2: inet_bind2_bucket): void {
  const first = tb2.deathrow;
  tw.skc_bind2_node_prev = null;
  tw.skc_bind2_node_next = first;
  if (first !== null) first.skc_bind2_node_prev = tw;
  tb2.deathrow = tw;
}

/** Remove a time-wait sock from its port and address. */
export function inet_twsk_del_bind2_node(tw: inet_timewait_sock, tb2: inet_bind2_bucket): void {
  if (tw.skc_bind2_node_prev === null) tb2.deathrow = tw.skc_bind2_node_next;
  unlink_bind2_node(tw);
}

function unlink_bind2_node(sk: sock_common): void {
  const next = sk.skc_bind2_node_next;
  const prev = sk.skc_bind2_node_prev;
  if (next !== null) next.skc_bind2_node_prev = prev;
  if (prev !== null) prev.skc_bind2_node_next = next;
  sk.skc_bind2_node_next = null;
  sk.skc_bind2_node_prev = null;
}

/**
 * Make the child an owner of the port at which the connection arrived.
 *
 * @returns -ENOENT when the listener has just released its port
 * @linux net/ipv4/inet_hashtables.c
 */
export function __inet_inherit_port(sk: sock, child: sock): Errno {
  const table = tcp_or_dccp_get_hashinfo(sk);
  const net = sock_net(sk);
  const port = inet_csk(child).inet_num;
  let tb = inet_csk(sk).icsk_bind_hash;
  let tb2 = inet_csk(sk).icsk_bind2_hash;
  if (tb === null || tb2 === null) return -ENOENT;

  // With a transparent proxy the connection may arrive at a port other than the listener's.
  const other_port = tb.port !== port;
  if (other_port) {
    const head = inet_bhash_bucket(table, port);
    tb = inet_bind_bucket_find(head, net, port, 0) ?? inet_bind_bucket_create(net, head, port, 0);
  }
  if (other_port || !inet_bind2_bucket_addr_match(tb2, child)) {
    const head2 = inet_bhashfn_portaddr(table, child, net, port);
    tb2 =
      inet_bind2_bucket_find(head2, net, port, 0, child) ??
      inet_bind2_bucket_create(net, head2, port, 0, child);
  }
  if (other_port) inet_csk_update_fastreuse(tb, child);
  inet_bind_hash(child, tb, tb2, port);
  return 0;
}
