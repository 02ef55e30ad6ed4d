/** TCP's entry points for the socket layer and IPv4: the operation tables. @linux net/ipv4/tcp_ipv4.c */
import { tcp_sk, tcp_sock } from '../../../include/linux/tcp.ts';
import { type inet_connection_sock_af_ops, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import type { timewait_sock_ops } from '../../../include/net/inet_timewait_sock.ts';
import { IPHDR_LEN } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import type { net_protocol } from '../../../include/net/protocol.ts';
import { type proto, type sock, sock_set_flag, SOCK_USE_WRITE_QUEUE } from '../../../include/net/sock.ts';
import { MAX_TCP_HEADER, tcp_notsent_lowat } from '../../../include/net/tcp.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { IP_PMTUDISC_DO, IPPROTO_TCP, SOCKADDR_IN_SIZE } from '../../../include/uapi/linux/in.ts';
import { PF_INET, SOCK_RAW } from '../../../include/uapi/linux/socket.ts';
import { trace } from '../../../trace/events.ts';
import { skb_rbtree_purge } from '../../core/skbuff/queue.ts';
import { sk_alloc, sock_init_data } from '../../core/sock/alloc.ts';
import { sk_sockets_allocated_dec } from '../../core/sock/memory.ts';
import { inet_sk_rebuild_header } from '../af_inet/sock.ts';
import { inet_csk_accept } from '../inet_connection_sock/accept.ts';
import { inet_csk_get_port } from '../inet_connection_sock/port.ts';
import { inet_put_port } from '../inet_hashtables/bind.ts';
import { inet_hash, inet_unhash } from '../inet_hashtables/listening.ts';
import { ip_queue_xmit } from '../ip_output/output.ts';
import { ip_getsockopt, ip_setsockopt } from '../ip_sockglue.ts';
import { raw_prot } from '../raw/prot.ts';
import { tcp_enter_memory_pressure, tcp_leave_memory_pressure, tcp_write_queue_purge } from '../tcp/alloc.ts';
import { tcp_close, tcp_disconnect, tcp_shutdown } from '../tcp/close.ts';
import { tcp_init_sock } from '../tcp/init.ts';
import { tcp_ioctl } from '../tcp/poll.ts';
import { tcp_recvmsg } from '../tcp/recvmsg.ts';
import { tcp_sendmsg } from '../tcp/sendmsg.ts';
import { tcp_getsockopt, tcp_setsockopt } from '../tcp/sockopt.ts';
import { tcp_cleanup_congestion_control } from '../tcp_cong.ts';
import { tcp_release_cb } from '../tcp_output/tsq.ts';
import { tcp_set_keepalive } from '../tcp_timer/timers.ts';
import { tcp_clear_xmit_timers } from '../tcp_timer/xmit_timer.ts';
import { tcp_twsk_unique, tcp_v4_connect } from './connect.ts';
import { tcp_v4_err, tcp_v4_mtu_reduced } from './err.ts';
import { tcp_v4_do_rcv, tcp_v4_early_demux, tcp_v4_rcv } from './rcv.ts';
import { tcp_v4_send_check } from './reply.ts';
import {
  inet_sk_rx_dst_set,
  tcp_request_sock_ops,
  tcp_v4_conn_request,
  tcp_v4_syn_recv_sock,
} from './request.ts';

/** The operations of a connection that depend on the address family. @linux net/ipv4/tcp_ipv4.c */
export const ipv4_specific: inet_connection_sock_af_ops = {
  queue_xmit: ip_queue_xmit,
  send_check: tcp_v4_send_check,
  rebuild_header: inet_sk_rebuild_header,
  sk_rx_dst_set: inet_sk_rx_dst_set,
  conn_request: tcp_v4_conn_request,
  syn_recv_sock: tcp_v4_syn_recv_sock,
  net_header_len: IPHDR_LEN,
  sockaddr_len: SOCKADDR_IN_SIZE,
  setsockopt: ip_setsockopt,
  getsockopt: ip_getsockopt,
  mtu_reduced: tcp_v4_mtu_reduced,
};

/** Initialize a TCP socket of family AF_INET. @linux net/ipv4/tcp_ipv4.c */
function tcp_v4_init_sock(sk: sock): Errno {
  tcp_init_sock(sk);
  inet_csk(sk).icsk_af_ops = ipv4_specific;
  return 0;
}

/** Destroy a socket: free everything that it still holds. @linux net/ipv4/tcp_ipv4.c */
export function tcp_v4_destroy_sock(sk: sock): void {
  const tp = tcp_sk(sk);
  trace.tcp_destroy_sock(sk);
  tcp_clear_xmit_timers(sk);
  tcp_cleanup_congestion_control(sk);
  tcp_write_queue_purge(sk);
  skb_rbtree_purge(tp.out_of_order_queue);
  // A socket that was never connected may still own a port.
  if (inet_csk(sk).icsk_bind_hash !== null) inet_put_port(sk);
  tp.saved_syn = null;
  sk_sockets_allocated_dec(sk);
}

/**
 * Whether so little is unsent that a writer may be woken (TCP_NOTSENT_LOWAT). With `wake` 1: only below half
 * of the limit.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_stream_memory_free(sk: sock, wake: number): boolean {
  const tp = tcp_sk(sk);
  const notsent_bytes = (tp.write_seq - tp.snd_nxt) >>> 0;
  return notsent_bytes * (1 << wake) < tcp_notsent_lowat(tp);
}

const tcp_timewait_sock_ops: timewait_sock_ops = { twsk_unique: tcp_twsk_unique };

/** TCP's operations. @linux net/ipv4/tcp_ipv4.c */
export const tcp_prot: proto = {
  name: 'TCP',
  close: tcp_close,
  connect: tcp_v4_connect,
  disconnect: tcp_disconnect,
  accept: inet_csk_accept,
  ioctl: tcp_ioctl,
  init: tcp_v4_init_sock,
  destroy: tcp_v4_destroy_sock,
  shutdown: tcp_shutdown,
  setsockopt: tcp_setsockopt,
  getsockopt: tcp_getsockopt,
  keepalive: tcp_set_keepalive,
  recvmsg: tcp_recvmsg,
  sendmsg: tcp_sendmsg,
  backlog_rcv: tcp_v4_do_rcv,
  release_cb: tcp_release_cb,
  hash: inet_hash,
  unhash: inet_unhash,
  get_port: inet_csk_get_port,
  put_port: inet_put_port,
  enter_memory_pressure: tcp_enter_memory_pressure,
  leave_memory_pressure: tcp_leave_memory_pressure,
  stream_memory_free: tcp_stream_memory_free,
  memory: (net) => net.ipv4.tcp_memory,
  max_header: MAX_TCP_HEADER,
  alloc: (net, prot) => new tcp_sock(net, prot),
  twsk_prot: tcp_timewait_sock_ops,
  rsk_prot: tcp_request_sock_ops,
  no_autobind: true,
};

/** TCP's handlers for IP; inet_init() registers them. @linux net/ipv4/af_inet.c */
export const tcp_protocol: net_protocol = {
  handler: tcp_v4_rcv,
  err_handler: tcp_v4_err,
  early_demux: tcp_v4_early_demux,
  no_policy: true,
  icmp_strict_tag_validation: true,
};

/**
 * Initialize TCP over IPv4 at boot: create the control socket that sends RSTs and ACKs for segments without a
 * connection.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_init(net: net): void {
  const sk = sk_alloc(net, PF_INET, raw_prot, true);
  if (sk === null) throw new Error('Failed to create the TCP control socket');
  sock_init_data(null, sk);
  sk.sk_type = SOCK_RAW;
  sk.sk_protocol = IPPROTO_TCP;
  sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
  const inet = inet_sk(sk);
  inet.inet_num = IPPROTO_TCP;
  // A RST is never fragmented and has IP id 0.
  inet.pmtudisc = IP_PMTUDISC_DO;
  net.ipv4.tcp_sk = sk;
}
