/** A SYN arrives at a listener. @linux net/ipv4/tcp_input.c */
import { type sk_buff, skb_network_header_len } from '../../../include/linux/skbuff.ts';
import {
  tcp_hdr,
  tcp_hdrlen,
  tcp_options_received,
  tcp_request_sock,
  tcp_rsk,
  tcp_sk,
} from '../../../include/linux/tcp.ts';
import { type dst_entry, dst_metric, dst_release } from '../../../include/net/dst.ts';
import {
  inet_csk_accept_queue,
  inet_csk_reqsk_queue_is_full,
  inet_csk_reqsk_queue_len,
} from '../../../include/net/inet_connection_sock.ts';
import { INET_ECN_is_not_ect } from '../../../include/net/inet_ecn.ts';
import { inet_request_mark, inet_rsk, inet_sk } from '../../../include/net/inet_sock.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock, request_sock_ops } from '../../../include/net/request_sock.ts';
import { sk_acceptq_is_full, type sock, sock_hold, sock_net } from '../../../include/net/sock.ts';
import {
  tcp_ca_needs_ecn,
  TCP_SYNACK_COOKIE,
  TCP_SYNACK_NORMAL,
  TCP_TIMEOUT_INIT,
  tcp_timeout_init,
} from '../../../include/net/tcp.ts';
import { tcp_clear_options } from '../../../include/net/tcp_options.ts';
import { type tcp_request_sock_ops, tcp_synq_overflow } from '../../../include/net/tcp_request_sock.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { RTAX_FEATURE_ECN, RTAX_FEATURES } from '../../../include/uapi/linux/rtnetlink.ts';
import {
  LINUX_MIB_LISTENOVERFLOWS,
  LINUX_MIB_SYNCOOKIESSENT,
  LINUX_MIB_TCPREQQFULLDOCOOKIES,
  LINUX_MIB_TCPREQQFULLDROP,
} from '../../../include/uapi/linux/snmp.ts';
import { TCP_NEW_SYN_RECV } from '../../../include/uapi/linux/tcp.ts';
import { net_info_ratelimited } from '../../../kernel/printk.ts';
import { trace } from '../../../trace/events.ts';
import { __reqsk_free, reqsk_free, reqsk_put } from '../../core/request_sock.ts';
import { net_tx_rndhash } from '../../core/sock/dst.ts';
import { inet_csk_reqsk_queue_hash_add } from '../inet_connection_sock/request_queue.ts';
import { tcp_listendrop } from '../tcp/queue.ts';
import { tcp_openreq_init_rwin } from '../tcp_minisocks/openreq_child.ts';
import { tcp_parse_options } from './options.ts';

/** Route feature: use ECN. */
const DST_FEATURE_ECN_CA = 1 << 31;
const DST_FEATURE_ECN_MASK = DST_FEATURE_ECN_CA | RTAX_FEATURE_ECN;

/**
 * Accept ECN for the connection if the SYN asks for it and this host allows it.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_ecn_create_request(req: request_sock, skb: sk_buff, listen_sk: sock, dst: dst_entry): void {
  const th = tcp_hdr(skb);
  if (!th.ece || !th.cwr) return;
  const ect = !INET_ECN_is_not_ect(TCP_SKB_CB(skb).ip_dsfield);
  const ecn_ok_dst = dst_metric(dst, RTAX_FEATURES) & DST_FEATURE_ECN_MASK;
  const ecn_ok = sock_net(listen_sk).ipv4.sysctl_tcp_ecn !== 0 || ecn_ok_dst !== 0;
  if (
    ((!ect || th.res1 !== 0) && ecn_ok) ||
    tcp_ca_needs_ecn(listen_sk) ||
    (ecn_ok_dst & DST_FEATURE_ECN_CA) !== 0
  ) {
    inet_rsk(req).ecn_ok = true;
  }
}

/** Fill in a request from the SYN's header and options. @linux net/ipv4/tcp_input.c */
function tcp_openreq_init(req: tcp_request_sock, rx_opt: tcp_options_received, skb: sk_buff, sk: sock): void {
  const th = tcp_hdr(skb);
  const cb = TCP_SKB_CB(skb);
  req.rsk_rcv_wnd = 0;
  req.rcv_isn = cb.seq;
  req.rcv_nxt = (cb.seq + 1) | 0;
  req.snt_synack = 0;
  req.last_oow_ack_time = 0;
  req.mss = rx_opt.mss_clamp;
  req.ts_recent = rx_opt.saw_tstamp ? rx_opt.rcv_tsval : 0;
  req.tstamp_ok = rx_opt.tstamp_ok;
  req.sack_ok = rx_opt.sack_ok !== 0;
  req.snd_wscale = rx_opt.snd_wscale;
  req.wscale_ok = rx_opt.wscale_ok;
  req.acked = false;
  req.ecn_ok = false;
  req.ir_rmt_port = th.source;
  req.ir_num = th.dest;
  req.ir_mark = inet_request_mark(sk, skb);
}

/**
 * Allocate a request sock in state NEW_SYN_RECV, with a reference count of zero.
 *
 * @param attach_listener whether the request holds a reference to its listener; a SYN cookie's request does
 *   not
 * @linux net/ipv4/tcp_input.c
 */
export function inet_reqsk_alloc(
  ops: request_sock_ops,
  sk_listener: sock,
  attach_listener: boolean,
): tcp_request_sock {
  const req = new tcp_request_sock(sock_net(sk_listener), sk_listener.skc_prot);
  req.rsk_ops = ops;
  if (attach_listener) {
    sock_hold(sk_listener);
    req.rsk_listener = sk_listener;
  }
  req.rsk_refcnt = 0;
  // Linux gives a cookie when one is asked for; here everything is created with one.
  req.skc_cookie = ++sock_net(sk_listener).cookie_gen;
  req.skc_state = TCP_NEW_SYN_RECV;
  req.skc_family = sk_listener.skc_family;
  req.timeout = TCP_TIMEOUT_INIT;
  return req;
}

/**
 * The SYN queue is full, or net.ipv4.tcp_syncookies is 2.
 *
 * @returns true: answer with a SYN cookie; false: drop the SYN
 * @linux net/ipv4/tcp_input.c
 */
function tcp_syn_flood_action(sk: sock, skb: sk_buff, proto: string): boolean {
  const queue = inet_csk_accept_queue(sk);
  const net = sock_net(sk);
  const syncookies = net.ipv4.sysctl_tcp_syncookies;
  const want_cookie = syncookies !== 0;
  NET_INC_STATS(net, want_cookie ? LINUX_MIB_TCPREQQFULLDOCOOKIES : LINUX_MIB_TCPREQQFULLDROP);
  if (inet_csk_reqsk_queue_is_full(sk)) trace.sockscope_queue_overflow(sk, 'syn', skb, null);
  if (queue.synflood_warned === 0 && syncookies !== 2) {
    queue.synflood_warned = 1;
    const what = want_cookie ? 'Sending cookies' : 'Dropping request';
    net_info_ratelimited(
      net.machine,
      `${proto}: Possible SYN flooding on port ${sk.sk_num}. ${what}.  Check SNMP counters.`,
    );
  }
  return want_cookie;
}

/** TCP_SAVE_SYN: keep the SYN's headers for the user. @linux net/ipv4/tcp_input.c */
function tcp_reqsk_record_syn(sk: sock, req: request_sock, skb: sk_buff): void {
  const { save_syn } = tcp_sk(sk);
  if (save_syn === 0) return;
  const from = save_syn === 2 ? skb.mac_header : skb.network_header;
  const end = skb.network_header + skb_network_header_len(skb) + tcp_hdrlen(skb);
  req.saved_syn = skb.head.slice(from, end);
}

/** Linux's name for TCP-over-IPv4 requests in kernel messages. */
const SLAB_NAME = 'request_sock_TCP';

/**
 * Answer a SYN: create a request, add it to the SYN queue, and send a SYN-ACK. If the SYN queue is full, send
 * a SYN cookie and keep no state; if the accept queue is full, drop the SYN.
 *
 * @returns 0
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_conn_request(
  rsk_ops: request_sock_ops,
  af_ops: tcp_request_sock_ops,
  sk: sock,
  skb: sk_buff,
): number {
  const net = sock_net(sk);
  const syncookies = net.ipv4.sysctl_tcp_syncookies;
  // The ISN that TIME_WAIT proposes for a SYN that reopens the connection (RFC 6191). In 6.1 it is always 0
  // here, because tcp_v4_fill_cb() clears it on the way to the listener. Linux 6.10 fixes that.
  let isn = TCP_SKB_CB(skb).tcp_tw_isn;
  let want_cookie = false;

  // The SYN queue.
  if ((syncookies === 2 || inet_csk_reqsk_queue_is_full(sk)) && isn === 0) {
    want_cookie = tcp_syn_flood_action(sk, skb, SLAB_NAME);
    if (!want_cookie) return drop(sk);
  }
  // The accept queue.
  if (sk_acceptq_is_full(sk)) {
    NET_INC_STATS(net, LINUX_MIB_LISTENOVERFLOWS);
    trace.sockscope_queue_overflow(sk, 'accept', skb, null);
    return drop(sk);
  }

  const req = inet_reqsk_alloc(rsk_ops, sk, !want_cookie);
  req.syncookie = want_cookie;
  req.af_specific = af_ops;
  req.ts_off = 0;

  const tmp_opt = new tcp_options_received();
  tmp_opt.mss_clamp = af_ops.mss_clamp;
  tmp_opt.user_mss = tcp_sk(sk).rx_opt.user_mss;
  tcp_parse_options(net, skb, tmp_opt, false);
  // Without timestamps a cookie cannot encode the options.
  if (want_cookie && !tmp_opt.saw_tstamp) tcp_clear_options(tmp_opt);
  tmp_opt.tstamp_ok = tmp_opt.saw_tstamp;
  tcp_openreq_init(req, tmp_opt, skb, sk);
  req.no_srccheck = inet_sk(sk).transparent;
  req.ir_iif = sk.sk_bound_dev_if;

  const fl = af_ops.flow();
  const dst = af_ops.route_req(sk, skb, fl, req);
  if (dst === null) {
    __reqsk_free(req);
    return drop(sk);
  }

  if (tmp_opt.tstamp_ok || (!want_cookie && isn === 0)) {
    const st = af_ops.init_seq_and_ts_off(net, skb);
    if (tmp_opt.tstamp_ok) req.ts_off = st.ts_off;
    if (!want_cookie && isn === 0) {
      // With syncookies off, the last quarter of the queue is reserved for clients in the TCP metrics cache.
      // This stack keeps no metrics, so no client can use it.
      const max_syn_backlog = net.ipv4.sysctl_max_syn_backlog;
      if (syncookies === 0 && max_syn_backlog - inet_csk_reqsk_queue_len(sk) < max_syn_backlog >> 2) {
        trace.sockscope_listen_request(sk, 'reserved', req);
        dst_release(dst);
        __reqsk_free(req);
        return drop(sk);
      }
      isn = st.seq;
    }
  }

  tcp_ecn_create_request(req, skb, sk, dst);
  if (want_cookie) {
    tcp_synq_overflow(sk);
    NET_INC_STATS(net, LINUX_MIB_SYNCOOKIESSENT);
    const cookie = af_ops.cookie_init_seq(skb, req.mss);
    isn = cookie.seq;
    req.mss = cookie.mss;
    if (!tmp_opt.tstamp_ok) req.ecn_ok = false;
  }
  req.snt_isn = isn;
  req.txhash = net_tx_rndhash(sk);
  req.syn_tos = TCP_SKB_CB(skb).ip_dsfield;
  tcp_openreq_init_rwin(req, sk, dst);

  if (want_cookie) {
    trace.sockscope_listen_request(sk, 'cookie', req);
    trace.sockscope_send(sk, skb, 'syn_cookie');
    af_ops.send_synack(sk, dst, fl, req, TCP_SYNACK_COOKIE, skb);
    reqsk_free(req);
    return 0;
  }
  tcp_reqsk_record_syn(sk, req, skb);
  tcp_rsk(req).tfo_listener = false;
  req.timeout = tcp_timeout_init(sk);
  if (!inet_csk_reqsk_queue_hash_add(sk, req, req.timeout)) {
    reqsk_free(req);
    dst_release(dst);
    return 0;
  }
  trace.sockscope_send(sk, skb, 'syn_ack');
  af_ops.send_synack(sk, dst, fl, req, TCP_SYNACK_NORMAL, skb);
  reqsk_put(req);
  return 0;
}

function drop(sk: sock): number {
  tcp_listendrop(sk);
  return 0;
}
