/** Forgetting the peer: connect() with AF_UNSPEC. Part of udp.c; raw and ping sockets use it too. @linux net/ipv4/udp.c */
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK, type sock } from '../../../include/net/sock.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { sk_dst_reset } from '../../core/sock/dst.ts';

/** No peer any more; what the user did not bind himself is given up too. 0. @linux net/ipv4/udp.c */
export function __udp_disconnect(sk: sock, _flags: number): Errno {
  const inet = inet_sk(sk);
  sk.sk_state = TCP_CLOSE;
  inet.inet_daddr = 0;
  inet.inet_dport = 0;
  sk.sk_bound_dev_if = 0;
  if ((sk.sk_userlocks & SOCK_BINDADDR_LOCK) === 0) {
    inet.inet_rcv_saddr = 0;
    inet.inet_saddr = 0;
    if ((sk.sk_userlocks & SOCK_BINDPORT_LOCK) !== 0) sk.sk_prot.rehash?.(sk);
  }
  if ((sk.sk_userlocks & SOCK_BINDPORT_LOCK) === 0) {
    sk.sk_prot.unhash?.(sk);
    inet.inet_sport = 0;
  }
  sk_dst_reset(sk);
  return 0;
}
