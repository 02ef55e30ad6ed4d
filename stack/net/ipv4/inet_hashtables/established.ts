/** The table of connections (ehash): established sockets, connection requests, and time-wait socks. */
import type { inet_hashinfo } from '../../../include/net/inet_hashtables.ts';
import {
  __sock_put,
  sk_unhashed,
  type sock,
  type sock_common,
  SOCK_DEAD,
  sock_net,
  sock_set_flag,
} from '../../../include/net/sock.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { sock_prot_inuse_add } from '../../core/sock/alloc.ts';
import { inet_sk_set_state } from '../af_inet/sock.ts';
import { inet_csk_destroy_sock } from '../inet_connection_sock/lifetime.ts';
import { sk_ehashfn, tcp_or_dccp_get_hashinfo } from './hash.ts';

/**
 * Insert a socket whose skc_hash is set at the front of its chain.
 *
 * @linux include/net/sock.h (__sk_nulls_add_node_rcu)
 */
export function ehash_add(hashinfo: inet_hashinfo, sk: sock_common): void {
  const bucket = hashinfo.ehash[sk.skc_hash & hashinfo.ehash_mask]!;
  const first = bucket.chain;
  sk.skc_node_prev = null;
  sk.skc_node_next = first;
  sk.skc_hashed = true;
  if (first !== null) first.skc_node_prev = sk;
  bucket.chain = sk;
}

/**
 * Remove a socket from its chain.
 *
 * @returns whether it was on one.
 * @linux include/net/sock.h (__sk_nulls_del_node_init_rcu)
 */
export function ehash_del(hashinfo: inet_hashinfo, sk: sock_common): boolean {
  if (!sk.skc_hashed) return false;
  const next = sk.skc_node_next;
  const prev = sk.skc_node_prev;
  if (next !== null) next.skc_node_prev = prev;
  if (prev !== null) prev.skc_node_next = next;
  else hashinfo.ehash[sk.skc_hash & hashinfo.ehash_mask]!.chain = next;
  sk.skc_node_next = null;
  sk.skc_node_prev = null;
  sk.skc_hashed = false;
  return true;
}

/**
 * Whether a connection with the same addresses and ports already exists.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
function inet_ehash_lookup_by_sk(hashinfo: inet_hashinfo, sk: sock_common): boolean {
  for (
    let esk = hashinfo.ehash[sk.skc_hash & hashinfo.ehash_mask]!.chain;
    esk !== null;
    esk = esk.skc_node_next
  ) {
    if (
      esk.skc_hash === sk.skc_hash &&
      esk.skc_daddr === sk.skc_daddr &&
      esk.skc_rcv_saddr === sk.skc_rcv_saddr &&
      esk.skc_dport === sk.skc_dport &&
      esk.skc_num === sk.skc_num &&
      esk.skc_net === sk.skc_net &&
      (esk.skc_bound_dev_if === 0 || esk.skc_bound_dev_if === sk.skc_bound_dev_if)
    ) {
      return true;
    }
  }
  return false;
}

/**
 * Insert a socket into the table. If `osk` is given, the socket replaces it: `osk` is the request or
 * time-wait sock, and loses the table's reference.
 *
 * @param check_dup fail when an equal connection exists, because two final ACKs raced
 * @returns whether the socket was inserted
 * @linux net/ipv4/inet_hashtables.c
 */
export function inet_ehash_insert(sk: sock_common, osk: sock_common | null, check_dup: boolean): boolean {
  const hashinfo = tcp_or_dccp_get_hashinfo(sk);
  WARN_ON_ONCE(sk.skc_net.machine, !sk_unhashed(sk), 'inet_ehash_insert: the socket is hashed already');
  sk.skc_hash = sk_ehashfn(sk);
  if (osk !== null) {
    // Another packet has already replaced it.
    if (!ehash_del(hashinfo, osk)) return false;
    __sock_put(osk);
    ehash_add(hashinfo, sk);
    return true;
  }
  if (check_dup && inet_ehash_lookup_by_sk(hashinfo, sk)) return false;
  ehash_add(hashinfo, sk);
  return true;
}

/**
 * As inet_ehash_insert(), for a full socket; if the insertion fails, the socket is destroyed.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
export function inet_ehash_nolisten(sk: sock, osk: sock_common | null, check_dup: boolean): boolean {
  const ok = inet_ehash_insert(sk, osk, check_dup);
  if (ok) {
    sock_prot_inuse_add(sock_net(sk), sk.skc_prot, 1);
  } else {
    sk.skc_prot.memory(sock_net(sk))!.orphan_count++;
    inet_sk_set_state(sk, TCP_CLOSE, 'child_duplicate');
    sock_set_flag(sk, SOCK_DEAD);
    inet_csk_destroy_sock(sk);
  }
  return ok;
}
