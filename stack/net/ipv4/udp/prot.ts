/** UDP's operations and options. @linux net/ipv4/udp.c */
import type { sockopt_value } from '../../../include/linux/net.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import type { sockaddr } from '../../../include/linux/socket.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { udp_sk, udp_sock, udp_table } from '../../../include/linux/udp.ts';
import { dst_release } from '../../../include/net/dst.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import type { net_protocol } from '../../../include/net/protocol.ts';
import type { proto, sock } from '../../../include/net/sock.ts';
import { EINVAL, ENOPROTOOPT, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { SOL_UDP } from '../../../include/uapi/linux/socket.ts';
import { skb_queue_purge } from '../../core/skbuff/queue.ts';
import { sk_common_release } from '../../core/sock/alloc.ts';
import { inet_sock_destruct } from '../af_inet/sock.ts';
import { __udp_disconnect, ip4_datagram_connect, ip4_datagram_release_cb } from '../datagram.ts';
import { ip_getsockopt, ip_setsockopt } from '../ip_sockglue.ts';
import { udp_lib_unhash, udp_v4_get_port, udp_v4_rehash } from './hash.ts';
import { udp_err, udp_queue_rcv_skb, udp_rcv, udp_v4_early_demux } from './rcv.ts';
import { udp_ioctl, udp_recvmsg } from './recvmsg.ts';
import { udp_flush_pending_frames, udp_push_pending_frames, udp_sendmsg } from './sendmsg.ts';

/** Options of SOL_UDP. @linux include/uapi/linux/udp.h */
export const UDP_OPTIONS = { UDP_CORK: 1, UDP_SEGMENT: 103 } as const;

/** close(): unhash and release the socket. @linux include/net/udp.h */
function* udp_lib_close(sk: sock, _timeout: jiffies_t): Sleeps<void> {
  sk_common_release(sk);
}

function udp_destroy_sock(sk: sock): void {
  udp_flush_pending_frames(sk);
  dst_release(sk.sk_rx_dst);
  sk.sk_rx_dst = null;
}

function udp_destruct_sock(sk: sock): void {
  skb_queue_purge(udp_sk(sk).reader_queue);
  inet_sock_destruct(sk);
}

/** Initialize a UDP socket. 0. @linux net/ipv4/udp.c */
function udp_init_sock(sk: sock): Errno {
  sk.sk_destruct = udp_destruct_sock;
  return 0;
}

/** setsockopt() on SOL_UDP: UDP_CORK collects data until it is cleared. @linux net/ipv4/udp.c */
function* udp_setsockopt(sk: sock, level: number, optname: number, optval: sockopt_value): Sleeps<Errno> {
  if (level !== SOL_UDP) return yield* ip_setsockopt(sk, level, optname, optval);
  if (typeof optval !== 'number') return -EINVAL;
  const up = udp_sk(sk);
  switch (optname) {
    case UDP_OPTIONS.UDP_CORK:
      up.corkflag = optval !== 0;
      if (optval === 0 && up.pending !== 0) return udp_push_pending_frames(sk);
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}

/** getsockopt() on SOL_UDP. @linux net/ipv4/udp.c */
function* udp_getsockopt(sk: sock, level: number, optname: number): Sleeps<sockopt_value | Errno> {
  if (level !== SOL_UDP) return yield* ip_getsockopt(sk, level, optname);
  return optname === UDP_OPTIONS.UDP_CORK ? Number(udp_sk(sk).corkflag) : -ENOPROTOOPT;
}

function* udp_connect(sk: sock, uaddr: sockaddr, addr_len: number): Sleeps<Errno> {
  return yield* ip4_datagram_connect(sk, uaddr, addr_len);
}

/** UDP. @linux net/ipv4/udp.c */
export const udp_prot: proto = {
  name: 'UDP',
  close: udp_lib_close,
  connect: udp_connect,
  disconnect: __udp_disconnect,
  ioctl: udp_ioctl,
  init: udp_init_sock,
  destroy: udp_destroy_sock,
  setsockopt: udp_setsockopt,
  getsockopt: udp_getsockopt,
  sendmsg: udp_sendmsg,
  recvmsg: udp_recvmsg,
  release_cb: ip4_datagram_release_cb,
  unhash: udp_lib_unhash,
  rehash: udp_v4_rehash,
  get_port: udp_v4_get_port,
  put_port: udp_lib_unhash,
  backlog_rcv: udp_queue_rcv_skb,
  memory: (net) => net.ipv4.udp_table.memory,
  max_header: 0,
  alloc: (net, prot) => new udp_sock(net, prot),
};

/** UDP's handlers for IP. @linux net/ipv4/af_inet.c */
export const udp_protocol: net_protocol = {
  handler: udp_rcv,
  err_handler: udp_err,
  early_demux: udp_v4_early_demux,
  no_policy: true,
};

/** Create the tables. @linux net/ipv4/udp.c */
export function udp_init(net: net): void {
  const table = new udp_table(256);
  table.memory.sysctl_mem = net.ipv4.sysctl_udp_mem;
  net.ipv4.udp_table = table;
}
