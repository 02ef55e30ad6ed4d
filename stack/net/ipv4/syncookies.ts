/**
 * SYN cookies: when the SYN queue is full, the listener does not store the request but encodes it in the
 * SYN-ACK's sequence number (the MSS) and timestamp (the other options). The final ACK returns it.
 *
 * @linux net/ipv4/syncookies.c
 */
import type { sk_buff } from '../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_options_received, tcp_sk, type tcphdr } from '../../include/linux/tcp.ts';
import type { be16, be32, ktime_t, u32 } from '../../include/linux/types.ts';
import { type dst_entry, dst_metric } from '../../include/net/dst.ts';
import { flowi4, flowi4_init_output } from '../../include/net/flow.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import { sk_daddr_set, sk_rcv_saddr_set } from '../../include/net/inet_hashtables.ts';
import { inet_request_mark, inet_rsk, inet_sk_flowi_flags } from '../../include/net/inet_sock.ts';
import { ip_hdr, type iphdr } from '../../include/net/ip.ts';
import { type net, NET_INC_STATS } from '../../include/net/net_namespace.ts';
import type { request_sock } from '../../include/net/request_sock.ts';
import { RT_CONN_FLAGS } from '../../include/net/route.ts';
import { type sock, sock_net, SOCK_RCVBUF_LOCK } from '../../include/net/sock.ts';
import { tcp_full_space, tcp_ns_to_ts, TCP_SACK_SEEN } from '../../include/net/tcp.ts';
import { tcp_clear_options } from '../../include/net/tcp_options.ts';
import {
  MAX_SYNCOOKIE_AGE,
  tcp_cookie_time,
  tcp_synq_no_recent_overflow,
} from '../../include/net/tcp_request_sock.ts';
import { TCP_SKB_CB } from '../../include/net/tcp_skb_cb.ts';
import { IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_TCP } from '../../include/uapi/linux/in.ts';
import {
  RT_SCOPE_UNIVERSE,
  RTAX_FEATURE_ECN,
  RTAX_FEATURES,
  RTAX_INITRWND,
  RTAX_WINDOW,
} from '../../include/uapi/linux/rtnetlink.ts';
import { LINUX_MIB_SYNCOOKIESFAILED, LINUX_MIB_SYNCOOKIESRECV } from '../../include/uapi/linux/snmp.ts';
import { siphash_4u32, siphash_key } from '../../lib/siphash.ts';
import type { Machine } from '../../machine.ts';
import { __reqsk_free, reqsk_free, reqsk_put } from '../core/request_sock.ts';
import { secure_tcp_seq_and_ts_off } from '../core/secure_seq.ts';
import { sock_put } from '../core/sock/alloc.ts';
import { net_tx_rndhash } from '../core/sock/dst.ts';
import { inet_csk_reqsk_queue_add } from './inet_connection_sock/accept.ts';
import { ip_route_output_flow } from './route/output.ts';
import { inet_reqsk_alloc } from './tcp_input/conn_request.ts';
import { tcp_parse_options } from './tcp_input/options.ts';
import { tcp_request_sock_ipv4_ops, tcp_request_sock_ops, tcp_v4_save_options } from './tcp_ipv4/request.ts';
import { tcp_select_initial_window } from './tcp_output/window.ts';

/** Bits of the sequence number for the data; the upper bits hold the counter. */
const COOKIEBITS = 24;
const COOKIEMASK = (1 << COOKIEBITS) - 1;

/** The low bits of the timestamp: window scale (15: none), SACK, ECN. */
const TS_OPT_WSCALE_MASK = 0xf;
const TS_OPT_SACK = 1 << 4;
const TS_OPT_ECN = 1 << 5;
const TSBITS = 6;

/** The MSS values that a cookie can encode, in bytes: the most common ones. */
const msstab = [536, 1300, 1440, 1460] as const;

function cookie_hash(
  machine: Machine,
  saddr: be32,
  daddr: be32,
  sport: be16,
  dport: be16,
  count: number,
  c: 0 | 1,
): u32 {
  const { ipv4 } = machine.init_net;
  const secrets = (ipv4.syncookie_secret ??= [new siphash_key(machine), new siphash_key(machine)]);
  return siphash_4u32(saddr, daddr, (sport << 16) | dport, count, secrets[c]!).lo;
}

/**
 * Encode a request's options in the low bits of a timestamp that is not later than `now` (ns).
 *
 * @linux net/ipv4/syncookies.c
 */
export function cookie_init_timestamp(req: request_sock, now: ktime_t): ktime_t {
  const ireq = inet_rsk(req);
  const ts_now = tcp_ns_to_ts(now) >>> 0;
  let options = ireq.wscale_ok ? ireq.snd_wscale : TS_OPT_WSCALE_MASK;
  if (ireq.sack_ok) options |= TS_OPT_SACK;
  if (ireq.ecn_ok) options |= TS_OPT_ECN;
  let ts = Math.floor(ts_now / 2 ** TSBITS) * 2 ** TSBITS + options;
  if (ts > ts_now) ts -= 2 ** TSBITS;
  return ts * 1_000_000;
}

/**
 * Build the cookie: two keyed hashes, the minute, the peer's sequence number, and `data` in the low bits.
 *
 * @linux net/ipv4/syncookies.c
 */
function secure_tcp_syn_cookie(
  machine: Machine,
  saddr: be32,
  daddr: be32,
  sport: be16,
  dport: be16,
  sseq: u32,
  data: number,
): u32 {
  const count = tcp_cookie_time(machine);
  return (
    (cookie_hash(machine, saddr, daddr, sport, dport, 0, 0) +
      sseq +
      (count << COOKIEBITS) +
      ((cookie_hash(machine, saddr, daddr, sport, dport, count, 1) + data) & COOKIEMASK)) |
    0
  );
}

/** Decode a cookie. @returns its data; -1 when it is too old or invalid @linux net/ipv4/syncookies.c */
function check_tcp_syn_cookie(
  machine: Machine,
  cookie: u32,
  saddr: be32,
  daddr: be32,
  sport: be16,
  dport: be16,
  sseq: u32,
): number {
  const count = tcp_cookie_time(machine);
  const rest = (cookie - cookie_hash(machine, saddr, daddr, sport, dport, 0, 0) - sseq) | 0;
  // The cookie's age in minutes, modulo 256.
  const diff = (count - (rest >>> COOKIEBITS)) & 0xff;
  if (diff >= MAX_SYNCOOKIE_AGE) return -1;
  return (rest - cookie_hash(machine, saddr, daddr, sport, dport, count - diff, 1)) & COOKIEMASK;
}

/**
 * The cookie that answers a SYN, and the MSS that it encodes: at most the peer's.
 *
 * @linux net/ipv4/syncookies.c
 */
export function __cookie_v4_init_sequence(
  machine: Machine,
  iph: iphdr,
  th: tcphdr,
  mss: number,
): { seq: u32; mss: number } {
  let mssind = msstab.length - 1;
  while (mssind > 0 && mss < msstab[mssind]!) mssind--;
  const seq = secure_tcp_syn_cookie(machine, iph.saddr, iph.daddr, th.source, th.dest, th.seq, mssind);
  return { seq, mss: msstab[mssind]! };
}

/** The cookie for a SYN, in host order, and the MSS that it encodes, in bytes. @linux net/ipv4/syncookies.c */
export function cookie_v4_init_sequence(skb: sk_buff, mss: number): { seq: u32; mss: number } {
  return __cookie_v4_init_sequence(skb.machine, ip_hdr(skb), tcp_hdr(skb), mss);
}

/** Check a cookie. @returns the MSS that it encodes, or 0 when it is invalid @linux net/ipv4/syncookies.c */
function __cookie_v4_check(machine: Machine, iph: iphdr, th: tcphdr, cookie: u32): number {
  const seq = (th.seq - 1) | 0;
  const mssind = check_tcp_syn_cookie(machine, cookie, iph.saddr, iph.daddr, th.source, th.dest, seq);
  return msstab[mssind] ?? 0;
}

/**
 * Decode the options from the timestamp that the client echoes.
 *
 * @returns false when they are no longer allowed
 * @linux net/ipv4/syncookies.c
 */
function cookie_timestamp_decode(net: net, tcp_opt: tcp_options_received): boolean {
  const { ipv4 } = net;
  const options = tcp_opt.rcv_tsecr;
  if (!tcp_opt.saw_tstamp) {
    tcp_clear_options(tcp_opt);
    return true;
  }
  if (ipv4.sysctl_tcp_timestamps === 0) return false;
  tcp_opt.sack_ok = (options & TS_OPT_SACK) !== 0 ? TCP_SACK_SEEN : 0;
  if (tcp_opt.sack_ok !== 0 && ipv4.sysctl_tcp_sack === 0) return false;
  if ((options & TS_OPT_WSCALE_MASK) === TS_OPT_WSCALE_MASK) return true;
  tcp_opt.wscale_ok = true;
  tcp_opt.snd_wscale = options & TS_OPT_WSCALE_MASK;
  return ipv4.sysctl_tcp_window_scaling !== 0;
}

/** Whether ECN was negotiated. @linux net/ipv4/syncookies.c */
function cookie_ecn_ok(tcp_opt: tcp_options_received, net: net, dst: dst_entry): boolean {
  if ((tcp_opt.rcv_tsecr & TS_OPT_ECN) === 0) return false;
  return net.ipv4.sysctl_tcp_ecn !== 0 || (dst_metric(dst, RTAX_FEATURES) & RTAX_FEATURE_ECN) !== 0;
}

/**
 * An ACK at a listener that belongs to no request: check whether it completes a handshake by cookie.
 *
 * @returns the child; the listener, if the ACK holds no cookie; null: drop the segment
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
  sk_rcv_saddr_set(req, iph.daddr);
  sk_daddr_set(req, iph.saddr);
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

  // Look up the route as for the SYN-ACK.
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

  // Compute the advertised window again: the result must be the same as in the SYN-ACK.
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

/**
 * Create the child for a request decoded from a cookie, and append it to the accept queue.
 *
 * @linux net/ipv4/syncookies.c
 */
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
