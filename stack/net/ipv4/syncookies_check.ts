/** The final ACK of a handshake by SYN cookie: the connection comes back out of it. The cookies themselves are in syncookies.ts. @linux net/ipv4/syncookies.c */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_options_received, tcp_sk } from '../../include/linux/tcp.ts';
import type { u32 } from '../../include/linux/types.ts';
import { dst_metric, flowi4, RTAX_INITRWND, RTAX_WINDOW, type dst_entry } from '../../include/net/dst.ts';
import { flowi4_init_output } from '../../include/net/flow.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import { inet_request_mark } from '../../include/net/inet_sock.ts';
import { ip_hdr } from '../../include/net/ip.ts';
import { NET_INC_STATS } from '../../include/net/net_namespace.ts';
import type { request_sock } from '../../include/net/request_sock.ts';
import { inet_sk_flowi_flags, RT_CONN_FLAGS } from '../../include/net/route.ts';
import { SOCK_RCVBUF_LOCK, sock_net, type sock } from '../../include/net/sock.ts';
import { tcp_full_space } from '../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../include/net/tcp_skb_cb.ts';
import { tcp_synq_no_recent_overflow } from '../../include/net/tcp_syncookies.ts';
import { IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_TCP } from '../../include/uapi/linux/in.ts';
import { RT_SCOPE_UNIVERSE } from '../../include/uapi/linux/rtnetlink.ts';
import { LINUX_MIB_SYNCOOKIESFAILED, LINUX_MIB_SYNCOOKIESRECV } from '../../include/uapi/linux/snmp.ts';
import { __reqsk_free, reqsk_free, reqsk_put } from '../core/request_sock.ts';
import { secure_tcp_seq_and_ts_off } from '../core/secure_seq.ts';
import { sock_put } from '../core/sock/free.ts';
import { net_tx_rndhash } from '../core/sock/txhash.ts';
import { inet_csk_reqsk_queue_add } from './inet_connection_sock/accept.ts';
import { ip_route_output_flow } from './route.ts';
import { __cookie_v4_check, cookie_ecn_ok, cookie_timestamp_decode } from './syncookies.ts';
import { inet_reqsk_alloc } from './tcp_input/conn_request.ts';
import { tcp_parse_options } from './tcp_input/options.ts';
import { tcp_request_sock_ipv4_ops, tcp_request_sock_ops, tcp_v4_save_options } from './tcp_ipv4/request.ts';
import { tcp_select_initial_window } from './tcp_output/window.ts';

/**
 * An ACK at a listener that belongs to no request: is it the end of a handshake by cookie?
 *
 * @returns the child; the listener, if it is no cookie; null: drop the segment
 * @linux net/ipv4/syncookies.c
 */
export function cookie_v4_check(sk: sock, skb: sk_buff): sock | null {
  const net = sock_net(sk);
  const { machine } = net;
  const tp = tcp_sk(sk);
  const th = tcp_hdr(skb);
  const iph = ip_hdr(skb);
  const cookie = (th.ack_seq - 1) | 0;
  if (net.ipv4.sysctl_tcp_syncookies === 0 || !th.ack || th.rst) return sk;
  if (tcp_synq_no_recent_overflow(sk)) return sk;
  const mss = __cookie_v4_check(machine, iph, th, cookie);
  if (mss === 0) {
    NET_INC_STATS(net, LINUX_MIB_SYNCOOKIESFAILED);
    return sk;
  }
  NET_INC_STATS(net, LINUX_MIB_SYNCOOKIESRECV);

  const tcp_opt = new tcp_options_received();
  tcp_parse_options(net, skb, tcp_opt, false);
  let tsoff = 0;
  if (tcp_opt.saw_tstamp && tcp_opt.rcv_tsecr !== 0) {
    tsoff = secure_tcp_seq_and_ts_off(net, iph.daddr, iph.saddr, th.dest, th.source).ts_off;
    tcp_opt.rcv_tsecr = (tcp_opt.rcv_tsecr - tsoff) | 0;
  }
  if (!cookie_timestamp_decode(net, tcp_opt)) return sk;

  const req = inet_reqsk_alloc(tcp_request_sock_ops, sk, false);
  req.af_specific = tcp_request_sock_ipv4_ops;
  req.syn_tos = TCP_SKB_CB(skb).ip_dsfield;
  req.rcv_isn = (th.seq - 1) | 0;
  req.snt_isn = cookie;
  req.ts_off = 0;
  req.txhash = net_tx_rndhash(sk);
  req.mss = mss;
  req.ir_num = th.dest;
  req.ir_rmt_port = th.source;
  req.ir_loc_addr = iph.daddr;
  req.ir_rmt_addr = iph.saddr;
  req.snd_wscale = tcp_opt.snd_wscale;
  req.sack_ok = tcp_opt.sack_ok !== 0;
  req.wscale_ok = tcp_opt.wscale_ok;
  req.tstamp_ok = tcp_opt.saw_tstamp;
  req.ts_recent = tcp_opt.saw_tstamp ? tcp_opt.rcv_tsval : 0;
  req.snt_synack = 0;
  req.tfo_listener = false;
  req.ir_iif = sk.sk_bound_dev_if;
  req.ir_mark = inet_request_mark(sk, skb);
  req.ireq_opt = tcp_v4_save_options(net, skb);
  req.num_retrans = 0;

  // The route, as it would have been for the SYN-ACK.
  const opt = skb.ipcb === null ? null : skb.ipcb.opt;
  const fl4 = new flowi4();
  flowi4_init_output(
    fl4,
    req.ir_iif,
    req.ir_mark,
    RT_CONN_FLAGS(sk),
    RT_SCOPE_UNIVERSE,
    IPPROTO_TCP,
    inet_sk_flowi_flags(sk),
    opt !== null && opt.srr !== 0 ? opt.faddr : req.ir_rmt_addr,
    req.ir_loc_addr,
    th.source,
    th.dest,
    sk.sk_uid,
  );
  const rt = ip_route_output_flow(net, fl4, sk);
  if (IS_ERR(rt)) {
    reqsk_free(req);
    return null;
  }

  // The window that was offered then: it must come out the same.
  const full_space = tcp_full_space(sk);
  let window_clamp = tp.window_clamp || dst_metric(rt, RTAX_WINDOW);
  if ((sk.sk_userlocks & SOCK_RCVBUF_LOCK) !== 0 && (window_clamp > full_space || window_clamp === 0)) {
    window_clamp = full_space;
  }
  const initial = tcp_select_initial_window(
    sk,
    full_space,
    req.mss,
    window_clamp,
    req.wscale_ok,
    dst_metric(rt, RTAX_INITRWND),
  );
  req.rsk_rcv_wnd = initial.rcv_wnd;
  req.rsk_window_clamp = initial.window_clamp;
  req.rcv_wscale = initial.rcv_wscale;
  req.ecn_ok = cookie_ecn_ok(tcp_opt, net, rt);
  return tcp_get_cookie_sock(sk, skb, req, rt, tsoff);
}

/** Make the child for a request that came back in a cookie, and put it into the accept queue. @linux net/ipv4/syncookies.c */
export function tcp_get_cookie_sock(
  sk: sock,
  skb: sk_buff,
  req: request_sock,
  dst: dst_entry,
  tsoff: u32,
): sock | null {
  const made = inet_csk(sk).icsk_af_ops.syn_recv_sock(sk, skb, req, dst, null);
  if (made === null) {
    __reqsk_free(req);
    return null;
  }
  const { child } = made;
  req.rsk_refcnt = 1;
  tcp_sk(child).tsoffset = tsoff;
  if (inet_csk_reqsk_queue_add(sk, req, child) !== null) return child;
  sock_put(child);
  reqsk_put(req);
  return null;
}
