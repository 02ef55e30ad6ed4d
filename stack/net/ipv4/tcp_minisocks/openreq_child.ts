/** Creating the socket of a connection that a listener accepts. @linux net/ipv4/tcp_minisocks.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import {
  tcp_hdr,
  tcp_rsk,
  tcp_sk,
  type tcp_sock,
  TCPHDR_LEN,
  MINMAX_NONE,
} from '../../../include/linux/tcp.ts';
import { type dst_entry, dst_metric } from '../../../include/net/dst.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import { TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import {
  type sock,
  sock_flag,
  SOCK_KEEPOPEN,
  sock_net,
  SOCK_RCVBUF_LOCK,
} from '../../../include/net/sock.ts';
import {
  keepalive_time_when,
  TCP_ECN_OK,
  tcp_full_space,
  tcp_init_wl,
  tcp_jiffies32,
  TCP_MSS_DEFAULT,
  TCPOLEN_TSTAMP_ALIGNED,
} from '../../../include/net/tcp.ts';
import { tcp_dst_advmss, tcp_mss_clamp } from '../../../include/net/tcp_options.ts';
import { RTAX_INITRWND, RTAX_WINDOW } from '../../../include/uapi/linux/rtnetlink.ts';
import { TCP_MIB_PASSIVEOPENS } from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_Open } from '../../../include/uapi/linux/tcp.ts';
import { ktime_get_seconds } from '../../../kernel/time/timekeeping.ts';
import { minmax_reset } from '../../../lib/win_minmax.ts';
import { inet_csk_clone_lock } from '../inet_connection_sock/lifetime.ts';
import { inet_csk_reset_keepalive_timer } from '../inet_connection_sock/xmit_timers.ts';
import { tcp_assign_congestion_control, tcp_set_ca_state } from '../tcp_cong.ts';
import { tcp_select_initial_window } from '../tcp_output/window.ts';
import { tcp_init_xmit_timers } from '../tcp_timer/timers.ts';
import { trace } from '../../../trace/events.ts';

/** Choose the window and the scale that the SYN-ACK will advertise. @linux net/ipv4/tcp_minisocks.c */
export function tcp_openreq_init_rwin(req: request_sock, sk_listener: sock, dst: dst_entry): void {
  const ireq = inet_rsk(req);
  const treq = tcp_rsk(req);
  const tp = tcp_sk(sk_listener);
  const full_space = tcp_full_space(sk_listener);
  const mss = tcp_mss_clamp(tp, tcp_dst_advmss(dst));

  // TCP_WINDOW_CLAMP, or the route's.
  let window_clamp = tp.window_clamp || dst_metric(dst, RTAX_WINDOW);
  // SO_RCVBUF also limits the window.
  if (
    (sk_listener.sk_userlocks & SOCK_RCVBUF_LOCK) !== 0 &&
    (window_clamp > full_space || window_clamp === 0)
  ) {
    window_clamp = full_space;
  }
  const initial = tcp_select_initial_window(
    sk_listener,
    full_space,
    mss - (ireq.tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0),
    window_clamp,
    ireq.wscale_ok,
    dst_metric(dst, RTAX_INITRWND),
  );
  treq.rsk_rcv_wnd = initial.rcv_wnd;
  treq.rsk_window_clamp = initial.window_clamp;
  ireq.rcv_wscale = initial.rcv_wscale;
}

/** Set the child's congestion control: the listener's, or the default. @linux net/ipv4/tcp_minisocks.c */
export function tcp_ca_openreq_child(sk: sock, _dst: dst_entry): void {
  if (!inet_csk(sk).icsk_ca_setsockopt) tcp_assign_congestion_control(sk);
  tcp_set_ca_state(sk, TCP_CA_Open, null);
}

/**
 * Copy what a child inherits from its listener beyond struct sock; Linux copies the whole socket. State that
 * belongs to a single connection is initialized afresh.
 */
function inherit_from_listener(newtp: tcp_sock, oldtp: tcp_sock): void {
  newtp.uc_ttl = oldtp.uc_ttl;
  newtp.cmsg_flags = oldtp.cmsg_flags;
  newtp.tos = oldtp.tos;
  newtp.min_ttl = oldtp.min_ttl;
  newtp.mc_ttl = oldtp.mc_ttl;
  newtp.pmtudisc = oldtp.pmtudisc;
  newtp.recverr = oldtp.recverr;
  newtp.is_icsk = oldtp.is_icsk;
  newtp.freebind = oldtp.freebind;
  newtp.mc_loop = oldtp.mc_loop;
  newtp.transparent = oldtp.transparent;
  newtp.mc_all = oldtp.mc_all;
  newtp.nodefrag = oldtp.nodefrag;
  newtp.bind_address_no_port = oldtp.bind_address_no_port;
  newtp.uc_index = oldtp.uc_index;
  newtp.mc_index = oldtp.mc_index;
  newtp.mc_addr = oldtp.mc_addr;
  newtp.local_port_range = oldtp.local_port_range;

  Object.assign(newtp.icsk_ack, oldtp.icsk_ack);
  newtp.icsk_rto = oldtp.icsk_rto;
  newtp.icsk_rto_min = oldtp.icsk_rto_min;
  newtp.icsk_delack_max = oldtp.icsk_delack_max;
  newtp.icsk_pmtu_cookie = oldtp.icsk_pmtu_cookie;
  newtp.icsk_ca_ops = oldtp.icsk_ca_ops;
  newtp.icsk_af_ops = oldtp.icsk_af_ops;
  newtp.icsk_sync_mss = oldtp.icsk_sync_mss;
  newtp.icsk_ca_setsockopt = oldtp.icsk_ca_setsockopt;
  newtp.icsk_syn_retries = oldtp.icsk_syn_retries;
  newtp.icsk_user_timeout = oldtp.icsk_user_timeout;

  newtp.mss_cache = oldtp.mss_cache;
  newtp.rate_app_limited = oldtp.rate_app_limited;
  newtp.fastopen_no_cookie = oldtp.fastopen_no_cookie;
  newtp.nonagle = oldtp.nonagle;
  newtp.thin_lto = oldtp.thin_lto;
  newtp.recvmsg_inq = oldtp.recvmsg_inq;
  newtp.save_syn = oldtp.save_syn;
  newtp.mdev_us = oldtp.mdev_us;
  newtp.keepalive_probes = oldtp.keepalive_probes;
  newtp.reordering = oldtp.reordering;
  newtp.rx_opt.user_mss = oldtp.rx_opt.user_mss;
  newtp.snd_ssthresh = oldtp.snd_ssthresh;
  newtp.snd_cwnd = oldtp.snd_cwnd;
  newtp.snd_cwnd_clamp = oldtp.snd_cwnd_clamp;
  newtp.app_limited = oldtp.app_limited;
  newtp.notsent_lowat = oldtp.notsent_lowat;
  newtp.keepalive_time = oldtp.keepalive_time;
  newtp.keepalive_intvl = oldtp.keepalive_intvl;
  newtp.linger2 = oldtp.linger2;
}

/**
 * Create the child of a listener for a request whose handshake is complete, in state SYN_RECV. The child is
 * not hashed yet.
 *
 * @param skb the final ACK
 * @returns null when memory is exhausted
 * @linux net/ipv4/tcp_minisocks.c
 */
export function tcp_create_openreq_child(sk: sock, req: request_sock, skb: sk_buff): sock | null {
  const newsk = inet_csk_clone_lock(sk, req);
  if (newsk === null) return null;
  const ireq = inet_rsk(req);
  const treq = tcp_rsk(req);
  const newicsk = inet_csk(newsk);
  const newtp = tcp_sk(newsk);
  const now = tcp_jiffies32(newsk);
  inherit_from_listener(newtp, tcp_sk(sk));
  // No process owns the child: sk_clone_lock() takes only the spinlock, which this machine does not need.
  newsk.sk_lock_owned = false;

  // The values negotiated in the handshake.
  newtp.pred_flags = 0;
  const rcv_seq = (treq.rcv_isn + 1) | 0;
  newtp.rcv_wup = rcv_seq;
  newtp.copied_seq = rcv_seq;
  newtp.rcv_nxt = rcv_seq;
  newtp.segs_in = 1;
  const snd_seq = (treq.snt_isn + 1) | 0;
  newtp.snd_sml = snd_seq;
  newtp.snd_una = snd_seq;
  newtp.snd_nxt = snd_seq;
  newtp.snd_up = snd_seq;
  newtp.write_seq = snd_seq;
  newtp.pushed_seq = snd_seq;
  tcp_init_wl(newtp, treq.rcv_isn);
  minmax_reset(newtp.rtt_min, now, MINMAX_NONE);
  newicsk.icsk_ack.lrcvtime = now;
  newtp.lsndtime = now;
  newsk.sk_txhash = treq.txhash;
  newtp.total_retrans = req.num_retrans;
  tcp_init_xmit_timers(newsk);
  if (sock_flag(newsk, SOCK_KEEPOPEN)) inet_csk_reset_keepalive_timer(newsk, keepalive_time_when(newtp));

  const { rx_opt } = newtp;
  rx_opt.tstamp_ok = ireq.tstamp_ok;
  rx_opt.sack_ok = ireq.sack_ok ? 1 : 0;
  newtp.window_clamp = treq.rsk_window_clamp;
  newtp.rcv_ssthresh = treq.rsk_rcv_wnd;
  newtp.rcv_wnd = treq.rsk_rcv_wnd;
  rx_opt.wscale_ok = ireq.wscale_ok;
  if (rx_opt.wscale_ok) {
    rx_opt.snd_wscale = ireq.snd_wscale;
    rx_opt.rcv_wscale = ireq.rcv_wscale;
  } else {
    newtp.window_clamp = Math.min(newtp.window_clamp, 65535);
  }
  newtp.snd_wnd = tcp_hdr(skb).window << rx_opt.snd_wscale;
  newtp.max_window = newtp.snd_wnd;
  trace.sockscope_value_set(newtp, 'snd_wnd', 'handshake');
  trace.sockscope_value_set(newtp, 'rcv_wnd', 'window_initial');
  trace.sockscope_value_set(newtp, 'window_clamp', 'window_initial');
  trace.sockscope_value_set(newtp, 'rcv_ssthresh', 'window_initial');
  if (rx_opt.tstamp_ok) {
    rx_opt.ts_recent = req.ts_recent;
    rx_opt.ts_recent_stamp = ktime_get_seconds(sock_net(newsk).machine);
    newtp.tcp_header_len = TCPHDR_LEN + TCPOLEN_TSTAMP_ALIGNED;
  } else {
    newtp.tcp_header_len = TCPHDR_LEN;
  }
  // The SYN-ACK was retransmitted: its timestamp will show whether that was necessary.
  if (req.num_timeout !== 0) {
    newtp.undo_marker = treq.snt_isn;
    newtp.retrans_stamp = Math.floor(treq.snt_synack / 1000) | 0;
  }
  newtp.tsoffset = treq.ts_off;
  if (skb.len >= TCP_MSS_DEFAULT + newtp.tcp_header_len) {
    newicsk.icsk_ack.last_seg_size = skb.len - newtp.tcp_header_len;
  }
  rx_opt.mss_clamp = req.mss;
  newtp.ecn_flags = ireq.ecn_ok ? TCP_ECN_OK : 0;
  TCP_INC_STATS(sock_net(sk), TCP_MIB_PASSIVEOPENS);
  return newsk;
}
