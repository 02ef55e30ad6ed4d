/** Request socks and child sockets on IPv4. @linux net/ipv4/tcp_ipv4.c */
import type { StateReason } from '../../../capture/state_reason.ts';
import { type sk_buff, skb_dst, SKB_GSO_TCPV4 } from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_rsk, tcp_sk } from '../../../include/linux/tcp.ts';
import { type dst_entry, dst_hold, dst_mtu, dst_release } from '../../../include/net/dst.ts';
import { type flowi, flowi4 } from '../../../include/net/flow.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { sk_daddr_set, sk_rcv_saddr_set } from '../../../include/net/inet_hashtables.ts';
import { INET_ECN_MASK } from '../../../include/net/inet_ecn.ts';
import { inet_rsk, inet_sk } from '../../../include/net/inet_sock.ts';
import { ip_hdr, ip_options } from '../../../include/net/ip.ts';
import { type net, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock, request_sock_ops } from '../../../include/net/request_sock.ts';
import { inet_iif, RTCF_BROADCAST, RTCF_MULTICAST, skb_rtable } from '../../../include/net/route.ts';
import { sk_acceptq_is_full, type sock, sock_net } from '../../../include/net/sock.ts';
import { TCP_MSS_DEFAULT } from '../../../include/net/tcp.ts';
import { tcp_dst_advmss, tcp_mss_clamp } from '../../../include/net/tcp_options.ts';
import type { tcp_request_sock_ops as tcp_request_sock_af_ops } from '../../../include/net/tcp_request_sock.ts';
import { LINUX_MIB_LISTENOVERFLOWS } from '../../../include/uapi/linux/snmp.ts';
import { PF_INET } from '../../../include/uapi/linux/socket.ts';
import { get_random_u32 } from '../../../lib/random.ts';
import { trace } from '../../../trace/events.ts';
import { secure_tcp_seq_and_ts_off } from '../../core/secure_seq.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { sk_setup_caps } from '../../core/sock/dst.ts';
import { inet_csk_prepare_forced_close } from '../inet_connection_sock/lifetime.ts';
import { inet_csk_route_child_sock, inet_csk_route_req } from '../inet_connection_sock/route.ts';
import { __inet_inherit_port } from '../inet_hashtables/bind.ts';
import { inet_ehash_nolisten } from '../inet_hashtables/established.ts';
import { __ip_options_echo } from '../ip_options.ts';
import { cookie_v4_init_sequence } from '../syncookies.ts';
import { tcp_listendrop } from '../tcp/queue.ts';
import { tcp_done } from '../tcp/state.ts';
import { tcp_conn_request } from '../tcp_input/conn_request.ts';
import { tcp_initialize_rcv_mss } from '../tcp_input/rcvbuf.ts';
import { tcp_ca_openreq_child, tcp_create_openreq_child } from '../tcp_minisocks/openreq_child.ts';
import { tcp_rtx_synack } from '../tcp_output/connect.ts';
import { tcp_sync_mss } from '../tcp_output/mss.ts';
import { tcp_syn_ack_timeout } from '../tcp_timer/timers.ts';
import { tcp_v4_reqsk_send_ack, tcp_v4_send_reset, tcp_v4_send_synack } from './reply.ts';

/** The IP options for replies to a packet: its source route, reversed. @linux include/net/tcp.h */
export function tcp_v4_save_options(net: net, skb: sk_buff): ip_options | null {
  const opt = skb.ipcb === null ? null : skb.ipcb.opt;
  if (opt === null || opt.optlen === 0) return null;
  const dopt = new ip_options();
  return __ip_options_echo(net, dopt, skb, opt) === 0 ? dopt : null;
}

/** Cache the input route of this socket's packets, for early demux. @linux net/ipv4/tcp_ipv4.c */
export function inet_sk_rx_dst_set(sk: sock, skb: sk_buff): void {
  const dst = skb_dst(skb);
  if (dst === null) return;
  dst_hold(dst);
  sk.sk_rx_dst = dst;
  sk.sk_rx_dst_ifindex = skb.skb_iif;
}

function tcp_v4_route_req(sk: sock, skb: sk_buff, fl: flowi, req: request_sock): dst_entry | null {
  // tcp_v4_init_req()
  const ireq = inet_rsk(req);
  const iph = ip_hdr(skb);
  sk_rcv_saddr_set(req, iph.daddr);
  sk_daddr_set(req, iph.saddr);
  ireq.ireq_opt = tcp_v4_save_options(sock_net(sk), skb);
  return inet_csk_route_req(sk, fl, req);
}

/** The operations of a TCP request sock. @linux net/ipv4/tcp_ipv4.c */
export const tcp_request_sock_ops: request_sock_ops = {
  family: PF_INET,
  rtx_syn_ack: tcp_rtx_synack,
  send_ack: tcp_v4_reqsk_send_ack,
  destructor(req) {
    inet_rsk(req).ireq_opt = null;
  },
  send_reset: tcp_v4_send_reset,
  syn_ack_timeout: tcp_syn_ack_timeout,
};

/** The operations for answering a SYN that depend on the address family. @linux net/ipv4/tcp_ipv4.c */
export const tcp_request_sock_ipv4_ops: tcp_request_sock_af_ops = {
  mss_clamp: TCP_MSS_DEFAULT,
  flow: () => new flowi4(),
  cookie_init_seq: cookie_v4_init_sequence,
  route_req: tcp_v4_route_req,
  init_seq_and_ts_off(net, skb) {
    const iph = ip_hdr(skb);
    const th = tcp_hdr(skb);
    return secure_tcp_seq_and_ts_off(net, iph.daddr, iph.saddr, th.dest, th.source);
  },
  send_synack: tcp_v4_send_synack,
};

/**
 * A SYN at a listener. A SYN sent to a broadcast or multicast address is never answered.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_conn_request(sk: sock, skb: sk_buff): number {
  if ((skb_rtable(skb).rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0) {
    tcp_listendrop(sk);
    return 0;
  }
  return tcp_conn_request(tcp_request_sock_ops, tcp_request_sock_ipv4_ops, sk, skb);
}

/**
 * The handshake is complete: create the child, route it, and hash it in place of the request.
 *
 * @param req_unhash the request to replace; null for a SYN cookie, which has no entry in the table
 * @returns the child and whether it took the request's place; null when the accept queue is full (counted,
 *   the ACK is dropped), or there is no memory or no route
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_syn_recv_sock(
  sk: sock,
  skb: sk_buff,
  req: request_sock,
  dst: dst_entry | null,
  req_unhash: request_sock | null,
): { child: sock; own_req: boolean } | null {
  const net = sock_net(sk);
  if (sk_acceptq_is_full(sk)) {
    NET_INC_STATS(net, LINUX_MIB_LISTENOVERFLOWS);
    trace.sockscope_queue_overflow(sk, 'accept', skb, req_unhash);
    dst_release(dst);
    tcp_listendrop(sk);
    return null;
  }
  const newsk = tcp_create_openreq_child(sk, req, skb);
  if (newsk === null) {
    dst_release(dst);
    tcp_listendrop(sk);
    return null;
  }
  newsk.sk_gso_type = SKB_GSO_TCPV4;
  inet_sk_rx_dst_set(newsk, skb);

  const newtp = tcp_sk(newsk);
  const newinet = inet_sk(newsk);
  const ireq = inet_rsk(req);
  const iph = ip_hdr(skb);
  sk_daddr_set(newsk, ireq.ir_rmt_addr);
  sk_rcv_saddr_set(newsk, ireq.ir_loc_addr);
  newsk.sk_bound_dev_if = ireq.ir_iif;
  newinet.inet_saddr = ireq.ir_loc_addr;
  newinet.inet_opt = ireq.ireq_opt;
  newinet.mc_index = inet_iif(skb);
  newinet.mc_ttl = iph.ttl;
  newinet.rcv_tos = iph.tos;
  inet_csk(newsk).icsk_ext_hdr_len = ireq.ireq_opt !== null ? ireq.ireq_opt.optlen : 0;
  newinet.inet_id = get_random_u32(net.machine) & 0xffff;
  if (net.ipv4.sysctl_tcp_reflect_tos !== 0) newinet.tos = tcp_rsk(req).syn_tos & ~INET_ECN_MASK;

  const route = dst ?? inet_csk_route_child_sock(sk, newsk, req);
  if (route === null) return give_up(sk, newsk, 'child_no_route');
  sk_setup_caps(newsk, route);
  tcp_ca_openreq_child(newsk, route);
  tcp_sync_mss(newsk, dst_mtu(route));
  newtp.advmss = tcp_mss_clamp(tcp_sk(sk), tcp_dst_advmss(route));
  tcp_initialize_rcv_mss(newsk);
  if (__inet_inherit_port(sk, newsk) < 0) return give_up(sk, newsk, 'child_no_port');

  const own_req = inet_ehash_nolisten(newsk, req_unhash, req_unhash === null);
  if (own_req) {
    const { snt_isn } = tcp_rsk(req);
    trace.sockscope_acked(req, snt_isn, (snt_isn + 1) | 0);
    // tcp_move_syn(): the child takes over the saved SYN and the IP options.
    newtp.saved_syn = req.saved_syn;
    req.saved_syn = null;
    ireq.ireq_opt = null;
  } else {
    newinet.inet_opt = null;
    if (req_unhash === null) {
      // Two copies of the same cookie arrived at once: the other one created the connection.
      sock_put(newsk);
      return null;
    }
  }
  return { child: newsk, own_req };
}

function give_up(sk: sock, newsk: sock, why: StateReason): null {
  inet_sk(newsk).inet_opt = null;
  inet_csk_prepare_forced_close(newsk);
  tcp_done(newsk, why);
  tcp_listendrop(sk);
  return null;
}
