/** UDP's hash tables: choosing a local port, and finding a datagram's socket. @linux net/ipv4/udp.c */
import type { be16, be32 } from '../../../include/linux/types.ts';
import { type udp_hslot, udp_sk, type udp_table } from '../../../include/linux/udp.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { inet_is_local_reserved_port, ipv4_portaddr_hash } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { SK_NO_REUSE, type sock, sock_net, SOCK_RCU_FREE, sock_set_flag } from '../../../include/net/sock.ts';
import { EADDRINUSE, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { INADDR_ANY } from '../../../include/uapi/linux/in.ts';
import { TCP_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { jhash_3words } from '../../../lib/jhash.ts';
import { get_random_u32 } from '../../../lib/random.ts';
import { sock_prot_inuse_add } from '../../core/sock/alloc.ts';
import { inet_sk_get_local_port_range } from '../inet_connection_sock/port.ts';

/** The chain of a port. */
function udp_hashslot(table: udp_table, num: number): udp_hslot {
  return table.hash[num & table.mask]!;
}
/** The chain of an address and port. */
function udp_hashslot2(table: udp_table, hash: number): udp_hslot {
  return table.hash2[hash & table.mask]!;
}

/** Whether two sockets at one port can receive the same datagram. */
function saddrs_overlap(sk: sock, sk2: sock): boolean {
  const a = sk.skc_rcv_saddr;
  const b = sk2.skc_rcv_saddr;
  return a === b || a === INADDR_ANY || b === INADDR_ANY;
}

/** Whether two sockets claim the port without agreeing to share it. */
function ports_conflict(sk: sock, sk2: sock): boolean {
  if (sk2 === sk || (sk2.sk_reuse !== SK_NO_REUSE && sk.sk_reuse !== SK_NO_REUSE)) return false;
  const dif = sk.sk_bound_dev_if;
  const dif2 = sk2.sk_bound_dev_if;
  if (dif !== 0 && dif2 !== 0 && dif !== dif2) return false;
  if (!saddrs_overlap(sk, sk2)) return false;
  return !(sk.sk_reuseport && sk2.sk_reuseport && sk.sk_uid === sk2.sk_uid);
}

function udp_lib_lport_inuse(sk: sock, num: number, hslot: udp_hslot): boolean {
  return hslot.sks.some((sk2) => udp_sk(sk2).udp_port_hash === num && ports_conflict(sk, sk2));
}

/** A free port of the range, searched from a random place; -1: none. */
function pick_port(net: net, sk: sock, table: udp_table): number {
  const [low, high] = inet_sk_get_local_port_range(sk);
  const remaining = high - low + 1;
  if (remaining <= 0) return -1;
  const random = get_random_u32(net.machine) >>> 0;
  const start = low + Math.floor((random * remaining) / 2 ** 32);
  // An odd step visits every port of a chain; multiplied by the number of chains it stays in the chain.
  const step = ((random | 1) >>> 0) * (table.mask + 1);
  for (let first = start; first <= start + table.mask; first++) {
    const slot = udp_hashslot(table, first);
    const origin = first & 0xffff;
    let port = origin;
    do {
      const usable = port >= low && port <= high && !inet_is_local_reserved_port(net, port);
      if (usable && !udp_lib_lport_inuse(sk, port, slot)) return port;
      port = (port + (step % 65536)) & 0xffff;
    } while (port !== origin);
  }
  return -1;
}

/**
 * Assign a local port to a socket: `snum`, or any if that is 0, and hash the socket.
 *
 * @returns 0, or -EADDRINUSE
 * @linux net/ipv4/udp.c
 */
export function udp_lib_get_port(sk: sock, snum: number): Errno {
  const net = sock_net(sk);
  const table = net.ipv4.udp_table;
  let num = snum;
  if (num === 0) {
    num = pick_port(net, sk, table);
    if (num < 0) return -EADDRINUSE;
  } else if (udp_lib_lport_inuse(sk, num, udp_hashslot(table, num))) {
    return -EADDRINUSE;
  }
  const up = udp_sk(sk);
  up.inet_num = num;
  up.udp_port_hash = num;
  up.udp_portaddr_hash = ipv4_portaddr_hash(sock_net(sk), up.inet_rcv_saddr, num);
  if (!sk.skc_hashed) {
    udp_hashslot(table, num).sks.unshift(sk);
    const slot2 = udp_hashslot2(table, up.udp_portaddr_hash);
    // A hash distributes datagrams among sockets that share a port: append later sockets at the end.
    if (sk.sk_reuseport) slot2.sks.push(sk);
    else slot2.sks.unshift(sk);
    sk.skc_hashed = true;
    sock_prot_inuse_add(net, sk.sk_prot, 1);
  }
  sock_set_flag(sk, SOCK_RCU_FREE);
  return 0;
}

/** Bind to a port; 0: any free port. @returns 0, or -EADDRINUSE. @linux net/ipv4/udp.c */
export function udp_v4_get_port(sk: sock, snum: number): Errno {
  return udp_lib_get_port(sk, snum);
}

function remove(slot: udp_hslot, sk: sock): void {
  const at = slot.sks.indexOf(sk);
  if (at >= 0) slot.sks.splice(at, 1);
}

/** Remove a socket from the tables, which frees its port. @linux net/ipv4/udp.c */
export function udp_lib_unhash(sk: sock): void {
  if (!sk.skc_hashed) return;
  const net = sock_net(sk);
  const up = udp_sk(sk);
  remove(udp_hashslot(net.ipv4.udp_table, up.udp_port_hash), sk);
  remove(udp_hashslot2(net.ipv4.udp_table, up.udp_portaddr_hash), sk);
  sk.skc_hashed = false;
  up.inet_num = 0;
  sock_prot_inuse_add(net, sk.sk_prot, -1);
}

/** The local address changed: move the socket to its new chain. @linux net/ipv4/udp.c */
export function udp_v4_rehash(sk: sock): void {
  const table = sock_net(sk).ipv4.udp_table;
  const up = udp_sk(sk);
  const newhash = ipv4_portaddr_hash(sock_net(sk), up.inet_rcv_saddr, up.inet_num);
  if (!sk.skc_hashed) return;
  remove(udp_hashslot2(table, up.udp_portaddr_hash), sk);
  up.udp_portaddr_hash = newhash;
  udp_hashslot2(table, newhash).sks.unshift(sk);
}

/**
 * Score how well a socket matches a datagram: -1 is no match; each matching fixed field raises the score.
 *
 * @linux net/ipv4/udp.c
 */
function compute_score(sk: sock, saddr: be32, sport: be16, daddr: be32, hnum: number, dif: number): number {
  const inet = inet_sk(sk);
  if (udp_sk(sk).udp_port_hash !== hnum || inet.inet_rcv_saddr !== daddr) return -1;
  let score = 2;
  if (inet.inet_daddr !== 0) {
    if (inet.inet_daddr !== saddr) return -1;
    score += 4;
  }
  if (inet.inet_dport !== 0) {
    if (inet.inet_dport !== sport) return -1;
    score += 4;
  }
  if (sk.sk_bound_dev_if !== 0) {
    if (sk.sk_bound_dev_if !== dif) return -1;
    score += 4;
  }
  return score;
}

/**
 * The best match of a chain; among equal SO_REUSEPORT sockets the hash of the peer decides.
 *
 * @linux net/ipv4/udp.c
 */
function udp4_lib_lookup2(
  slot: udp_hslot,
  saddr: be32,
  sport: be16,
  daddr: be32,
  rcv_saddr: be32,
  hnum: number,
  dif: number,
): sock | null {
  let result: sock | null = null;
  let badness = 0;
  let sharing = 0;
  for (const sk of slot.sks) {
    const score = compute_score(sk, saddr, sport, rcv_saddr, hnum, dif);
    if (score > badness) {
      badness = score;
      result = sk;
      sharing = sk.sk_reuseport && sk.sk_state !== TCP_ESTABLISHED ? 1 : 0;
    } else if (score === badness && score > 0 && sharing > 0 && sk.sk_reuseport) {
      sharing++;
    }
  }
  if (result === null || sharing < 2) return result;
  const group = slot.sks.filter(
    (sk) => sk.sk_reuseport && compute_score(sk, saddr, sport, rcv_saddr, hnum, dif) === badness,
  );
  const hash = jhash_3words(saddr, daddr, (sport << 16) | hnum, 0) >>> 0;
  return group[hash % group.length] ?? result;
}

/** The socket for a datagram, or null. @linux net/ipv4/udp.c */
export function __udp4_lib_lookup(
  net: net,
  saddr: be32,
  sport: be16,
  daddr: be32,
  dport: be16,
  dif: number,
): sock | null {
  const table = net.ipv4.udp_table;
  const slot = udp_hashslot2(table, ipv4_portaddr_hash(net, daddr, dport));
  const exact = udp4_lib_lookup2(slot, saddr, sport, daddr, daddr, dport, dif);
  if (exact !== null) return exact;
  const any = udp_hashslot2(table, ipv4_portaddr_hash(net, INADDR_ANY, dport));
  return udp4_lib_lookup2(any, saddr, sport, daddr, INADDR_ANY, dport, dif);
}

/** The connected socket with exactly these addresses and ports, for early demux. @linux net/ipv4/udp.c */
export function __udp4_lib_demux_lookup(
  net: net,
  daddr: be32,
  dport: be16,
  saddr: be32,
  sport: be16,
  dif: number,
): sock | null {
  const table = net.ipv4.udp_table;
  // Check only the first socket of the chain: a miss is cheap, because the full lookup follows.
  const sk = udp_hashslot2(table, ipv4_portaddr_hash(net, daddr, dport)).sks[0];
  if (sk === undefined) return null;
  const matches =
    sk.skc_rcv_saddr === daddr &&
    sk.skc_daddr === saddr &&
    sk.skc_dport === sport &&
    sk.skc_num === dport &&
    (sk.sk_bound_dev_if === 0 || sk.sk_bound_dev_if === dif);
  return matches ? sk : null;
}

/** All sockets of a port, for broadcasts. */
export function udp_port_sockets(net: net, dport: be16): readonly sock[] {
  return udp_hashslot(net.ipv4.udp_table, dport).sks.filter((sk) => udp_sk(sk).udp_port_hash === dport);
}
