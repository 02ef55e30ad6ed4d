/** Hashing and unhashing: listeners in the table of listeners (lhash2), all other sockets in ehash. */
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import type { inet_listen_hashbucket } from '../../../include/net/inet_hashtables.ts';
import {
  SOCK_RCU_FREE,
  sk_unhashed,
  sock_net,
  sock_set_flag,
  type sock,
  type sock_common,
} from '../../../include/net/sock.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { TCP_CLOSE, TCP_LISTEN } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import { sock_prot_inuse_add } from '../../core/sock/alloc.ts';
import {
  reuseport_add_sock,
  reuseport_alloc,
  reuseport_stop_listen_sock,
} from '../../core/sock_reuseport.ts';
import { inet_bind_bucket_forget_taken } from './bind.ts';
import { ehash_del, inet_ehash_nolisten } from './established.ts';
import { inet_lhash2_bucket_sk, tcp_or_dccp_get_hashinfo } from './hash.ts';

function lhash2_add(bucket: inet_listen_hashbucket, sk: sock_common): void {
  const first = bucket.nulls_head;
  sk.skc_node_prev = null;
  sk.skc_node_next = first;
  sk.skc_hashed = true;
  if (first !== null) first.skc_node_prev = sk;
  bucket.nulls_head = sk;
}
function lhash2_del(bucket: inet_listen_hashbucket, sk: sock_common): void {
  const next = sk.skc_node_next;
  const prev = sk.skc_node_prev;
  if (next !== null) next.skc_node_prev = prev;
  if (prev !== null) prev.skc_node_next = next;
  else bucket.nulls_head = next;
  sk.skc_node_next = null;
  sk.skc_node_prev = null;
  sk.skc_hashed = false;
}

/** Add the listener to the SO_REUSEPORT group at its port and address. @linux net/ipv4/inet_hashtables.c */
function inet_reuseport_add_sock(sk: sock, ilb: inet_listen_hashbucket): Errno {
  const tb = inet_csk(sk).icsk_bind_hash;
  const bind_inany = sk.skc_rcv_saddr === 0;
  for (let node = ilb.nulls_head; node !== null; node = node.skc_node_next) {
    const sk2 = node as sock;
    if (
      sk2 !== sk &&
      sk2.skc_family === sk.skc_family &&
      sk2.skc_bound_dev_if === sk.skc_bound_dev_if &&
      inet_csk(sk2).icsk_bind_hash === tb &&
      sk2.skc_reuseport &&
      sk2.sk_uid === sk.sk_uid &&
      sk2.skc_rcv_saddr === sk.skc_rcv_saddr
    ) {
      return reuseport_add_sock(sk, sk2, bind_inany);
    }
  }
  return reuseport_alloc(sk, bind_inany);
}

/**
 * Make a socket findable for packets: a listener by port and address, any other socket by its connection.
 *
 * @linux net/ipv4/inet_hashtables.c
 */
export function __inet_hash(sk: sock, osk: sock_common | null): Errno {
  if (sk.skc_state !== TCP_LISTEN) {
    inet_ehash_nolisten(sk, osk, false);
    return 0;
  }
  WARN_ON(sock_net(sk).machine, !sk_unhashed(sk), '__inet_hash: the listener is hashed already');
  const ilb2 = inet_lhash2_bucket_sk(tcp_or_dccp_get_hashinfo(sk), sk);
  if (sk.skc_reuseport) {
    const err = inet_reuseport_add_sock(sk, ilb2);
    if (err !== 0) return err;
  }
  sock_set_flag(sk, SOCK_RCU_FREE);
  lhash2_add(ilb2, sk);
  sock_prot_inuse_add(sock_net(sk), sk.skc_prot, 1);
  return 0;
}

/** The protocol's hash operation; does nothing for a closed socket. @linux net/ipv4/inet_hashtables.c */
export function inet_hash(sk: sock): Errno {
  return sk.skc_state !== TCP_CLOSE ? __inet_hash(sk, null) : 0;
}

/** Remove a socket from its table: packets no longer find it. @linux net/ipv4/inet_hashtables.c */
export function inet_unhash(sk: sock): void {
  if (sk_unhashed(sk)) return;
  const hashinfo = tcp_or_dccp_get_hashinfo(sk);
  if (sk.skc_state === TCP_LISTEN) {
    if (sk.sk_reuseport_cb !== null) reuseport_stop_listen_sock(sk);
    lhash2_del(inet_lhash2_bucket_sk(hashinfo, sk), sk);
  } else {
    ehash_del(hashinfo, sk);
    inet_bind_bucket_forget_taken(sk);
  }
  sock_prot_inuse_add(sock_net(sk), sk.skc_prot, -1);
}
