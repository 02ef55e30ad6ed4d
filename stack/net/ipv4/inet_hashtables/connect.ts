/** connect(): choosing a local port (RFC 6056, algorithm 4) and hashing the connection. */
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import type { inet_bind_bucket } from '../../../include/net/inet_hashtables.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import {
  type inet_timewait_death_row,
  type inet_timewait_sock,
  inet_twsk,
} from '../../../include/net/inet_timewait_sock.ts';
import { inet_is_local_reserved_port } from '../../../include/net/ip.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sk_unhashed, type sock, sock_net, type sock_common } from '../../../include/net/sock.ts';
import { EADDRNOTAVAIL, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { LINUX_MIB_TIMEWAITRECYCLED } from '../../../include/uapi/linux/snmp.ts';
import { TCP_TIME_WAIT } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { get_random_u32, get_random_u32_below } from '../../../lib/random.ts';
import { secure_ipv4_port_ephemeral } from '../../core/secure_seq.ts';
import { sock_prot_inuse_add } from '../../core/sock/alloc.ts';
import { inet_sk_get_local_port_range } from '../inet_connection_sock/port.ts';
import { inet_twsk_bind_unhash, inet_twsk_deschedule_put } from '../inet_timewait_sock.ts';
import {
  inet_bind2_bucket_create,
  inet_bind2_bucket_find,
  inet_bind_bucket_create,
  inet_bind_bucket_find,
  inet_bind_hash,
} from './bind.ts';
import { ehash_add, ehash_del, inet_ehash_nolisten } from './established.ts';
import { inet_bhash_bucket, inet_bhashfn_portaddr, inet_ehashfn } from './hash.ts';

/** Result of check_established(). */
interface recycled {
  /** The time-wait sock that the new connection replaces. */
  tw: inet_timewait_sock | null;
  /** An existing connection with the same addresses and ports. */
  taken_by: sock_common | null;
}

/**
 * Hash the socket if the connection from this local port is unique. A time-wait sock with the same addresses
 * may be replaced (tcp_tw_reuse).
 *
 * @param twp receives the result; null: the port was already bound, and this function frees the time-wait
 *   sock
 * @returns 0 or -EADDRNOTAVAIL
 * @linux net/ipv4/inet_hashtables.c
 */
export function __inet_check_established(
  _death_row: inet_timewait_death_row,
  sk: sock,
  lport: number,
  twp: recycled | null,
): Errno {
  const net = sock_net(sk);
  const hinfo = net.ipv4.hashinfo;
  const inet = inet_sk(sk);
  const daddr = inet.inet_rcv_saddr;
  const saddr = inet.inet_daddr;
  const dport = inet.inet_dport;
  const dif = sk.skc_bound_dev_if;
  const hash = inet_ehashfn(net, daddr, lport, saddr, dport);
  let tw: inet_timewait_sock | null = null;

  for (let sk2 = hinfo.ehash[hash & hinfo.ehash_mask]!.chain; sk2 !== null; sk2 = sk2.skc_node_next) {
    if (
      sk2.skc_hash === hash &&
      sk2.skc_daddr === saddr &&
      sk2.skc_dport === dport &&
      sk2.skc_num === lport &&
      sk2.skc_rcv_saddr === daddr &&
      (sk2.skc_bound_dev_if === 0 || sk2.skc_bound_dev_if === dif)
    ) {
      const unique = sk.skc_prot.twsk_prot?.twsk_unique;
      if (sk2.skc_state === TCP_TIME_WAIT && unique !== undefined && unique(sk, sk2, twp !== null)) {
        tw = inet_twsk(sk2);
        break;
      }
      if (twp !== null) twp.taken_by = sk2;
      return -EADDRNOTAVAIL;
    }
  }

  // Set the port before the socket can be found.
  inet.inet_num = lport;
  inet.inet_sport = lport;
  sk.skc_hash = hash;
  WARN_ON(net.machine, !sk_unhashed(sk), '__inet_check_established: the socket is hashed already');
  ehash_add(hinfo, sk);
  if (tw !== null) {
    // Drop the reference of the hash chain; the caller holds another.
    if (ehash_del(hinfo, tw)) tw.skc_refcnt--;
    NET_INC_STATS(net, LINUX_MIB_TIMEWAITRECYCLED);
  }
  sock_prot_inuse_add(net, sk.skc_prot, 1);

  if (twp !== null) twp.tw = tw;
  else if (tw !== null) inet_twsk_deschedule_put(tw, 'new_connect');
  return 0;
}

/** Slots of the table that stores how far port selection has advanced for each destination. */
const INET_TABLE_PERTURB_SIZE = 1 << 16;

/**
 * Choose a local port for a connection and hash the socket. The search starts at a place derived from a
 * secret, the addresses and the destination port, and advances with every connection, so that ports are hard
 * to guess and not reused soon (RFC 6056, 3.3.4: double-hash port selection). Even ports (of an even range)
 * are tried first, because bind() uses the odd ones.
 *
 * @param port_offset_index,port_offset_base two hashes of the destination, keyed by the secret
 * @returns 0, or -EADDRNOTAVAIL when all ports are taken
 * @linux net/ipv4/inet_hashtables.c
 */
export function __inet_hash_connect(
  death_row: inet_timewait_death_row,
  sk: sock,
  port_offset_index: number,
  port_offset_base: number,
  check_established: typeof __inet_check_established,
): Errno {
  const net = sock_net(sk);
  const hinfo = net.ipv4.hashinfo;
  const bound_port = inet_sk(sk).inet_num;
  if (bound_port !== 0) return check_established(death_row, sk, bound_port, null);

  const [low, highest] = inet_sk_get_local_port_range(sk);
  const high = highest + 1;
  let remaining = high - low;
  if (remaining > 1) remaining &= ~1;

  const index = port_offset_index & (INET_TABLE_PERTURB_SIZE - 1);
  let perturb = hinfo.table_perturb.get(index);
  if (perturb === undefined) perturb = get_random_u32(net.machine) >>> 0;
  let offset = (((perturb + (port_offset_base >>> 0)) >>> 0) % remaining) & ~1;

  const recycled: recycled = { tw: null, taken_by: null };
  for (let parity = 0; parity < 2; parity++, offset++) {
    if (parity === 1 && remaining <= 1) break;
    let port = low + offset;
    for (let i = 0; i < remaining; i += 2, port += 2) {
      if (port >= high) port -= remaining;
      if (inet_is_local_reserved_port(net, port)) continue;
      const tb = usable_bind_bucket(death_row, sk, port, recycled, check_established);
      if (tb === null) continue;

      const head2 = inet_bhashfn_portaddr(hinfo, sk, net, port);
      const tb2 =
        inet_bind2_bucket_find(head2, net, port, 0, sk) ?? inet_bind2_bucket_create(net, head2, port, 0, sk);
      // Advance by a random step for the next port; when free ports have become scarce, advance to the next
      // one only.
      const step = Math.max(i, get_random_u32_below(net.machine, 8) * 2) + 2;
      hinfo.table_perturb.set(index, (perturb + step) >>> 0);
      inet_bind_hash(sk, tb, tb2, port);
      const { tw } = recycled;
      if (sk_unhashed(sk)) {
        inet_sk(sk).inet_sport = port;
        inet_ehash_nolisten(sk, tw, false);
      }
      if (tw !== null) {
        inet_twsk_bind_unhash(tw, hinfo);
        inet_twsk_deschedule_put(tw, 'new_connect');
      }
      return 0;
    }
  }
  return -EADDRNOTAVAIL;
}

/**
 * The bucket of the port if the connection can use it: it has no owner, or only connections to other
 * destinations.
 */
function usable_bind_bucket(
  death_row: inet_timewait_death_row,
  sk: sock,
  port: number,
  recycled: recycled,
  check_established: typeof __inet_check_established,
): inet_bind_bucket | null {
  const net = sock_net(sk);
  const head = inet_bhash_bucket(net.ipv4.hashinfo, port);
  const tb = inet_bind_bucket_find(head, net, port, 0);
  if (tb === null) {
    const created = inet_bind_bucket_create(net, head, port, 0);
    created.fastreuse = -1;
    created.fastreuseport = -1;
    return created;
  }
  // A port assigned by bind() is not shared.
  if (tb.fastreuse >= 0 || tb.fastreuseport >= 0) return null;
  if (is_known_taken(tb, sk)) return null;
  if (check_established(death_row, sk, port, recycled) === 0) return tb;
  remember_taken(tb, recycled.taken_by!);
  return null;
}

/** Whether the bucket remembers a connection from this port to the same destination. */
function is_known_taken({ taken }: inet_bind_bucket, sk: sock): boolean {
  return (
    taken !== null &&
    taken.dport === sk.skc_dport &&
    taken.daddr === sk.skc_daddr &&
    taken.rcv_saddr === sk.skc_rcv_saddr &&
    taken.genid === sk.skc_net.bound_dev_genid
  );
}

/**
 * Remember only sockets that reliably conflict. A time-wait sock may be replaceable the next time, and a
 * socket bound to a device rarely conflicts, so those are looked up each time.
 */
function remember_taken(tb: inet_bind_bucket, sk2: sock_common): void {
  if (sk2.skc_state === TCP_TIME_WAIT || sk2.skc_bound_dev_if !== 0) return;
  tb.taken = {
    dport: sk2.skc_dport,
    daddr: sk2.skc_daddr,
    rcv_saddr: sk2.skc_rcv_saddr,
    genid: sk2.skc_net.bound_dev_genid,
  };
}

/**
 * Choose a local port for a connecting socket, unless it is bound, and hash the socket.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
export function inet_hash_connect(death_row: inet_timewait_death_row, sk: sock): Errno {
  const inet = inet_csk(sk);
  if (inet.inet_num !== 0) return __inet_hash_connect(death_row, sk, 0, 0, __inet_check_established);
  const { machine } = sock_net(sk);
  const { lo, hi } = secure_ipv4_port_ephemeral(
    machine,
    inet.inet_rcv_saddr,
    inet.inet_daddr,
    inet.inet_dport,
  );
  return __inet_hash_connect(death_row, sk, lo, hi, __inet_check_established);
}
