/** How much payload goes into a segment: from the path's MTU, the peer's MSS and the options. @linux net/ipv4/tcp_output.c */
import { tcp_sk, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import { dst_mtu } from '../../../include/net/dst.ts';
import { icsk_mtup, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { tcp_jiffies32 } from '../../../include/net/tcp.ts';
import { tcp_bound_to_half_wnd } from '../../../include/net/tcp_mss.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import { tcp_established_options } from './options.ts';

/** The MSS of a path with MTU `pmtu`, before the TCP options are taken off; in bytes. @linux net/ipv4/tcp_output.c */
export function __tcp_mtu_to_mss(sk: sock, pmtu: number): number {
  const icsk = inet_csk(sk);
  // From the MTU of IP to what the peer takes at most (its MSS doesn't count options), less IP's options.
  const mss = Math.min(pmtu - icsk.icsk_af_ops.net_header_len - TCPHDR_LEN, tcp_sk(sk).rx_opt.mss_clamp);
  return Math.max(mss - icsk.icsk_ext_hdr_len, sock_net(sk).ipv4.sysctl_tcp_min_snd_mss);
}

/** The payload that a segment can have on a path with MTU `pmtu`; in bytes. @linux net/ipv4/tcp_output.c */
export function tcp_mtu_to_mss(sk: sock, pmtu: number): number {
  return __tcp_mtu_to_mss(sk, pmtu) - (tcp_sk(sk).tcp_header_len - TCPHDR_LEN);
}

/** The MTU that a segment with payload `mss` needs; in bytes. @linux net/ipv4/tcp_output.c */
export function tcp_mss_to_mtu(sk: sock, mss: number): number {
  const icsk = inet_csk(sk);
  return mss + tcp_sk(sk).tcp_header_len + icsk.icsk_ext_hdr_len + icsk.icsk_af_ops.net_header_len;
}

/** Set up path MTU probing (RFC 4821): where the search begins. @linux net/ipv4/tcp_output.c */
export function tcp_mtup_init(sk: sock): void {
  const icsk = inet_csk(sk);
  const ipv4 = sock_net(sk).ipv4;
  const mtup = (icsk.icsk_mtup ??= new icsk_mtup());
  mtup.enabled = ipv4.sysctl_tcp_mtu_probing > 1;
  mtup.search_high = tcp_sk(sk).rx_opt.mss_clamp + TCPHDR_LEN + icsk.icsk_af_ops.net_header_len;
  mtup.search_low = tcp_mss_to_mtu(sk, ipv4.sysctl_tcp_base_mss);
  mtup.probe_size = 0;
  if (mtup.enabled) mtup.probe_timestamp = tcp_jiffies32(sk);
}

/**
 * The path's MTU is known, or has changed: compute the payload of a segment anew.
 *
 * @returns mss_cache, in bytes: without SACK blocks
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_sync_mss(sk: sock, pmtu: number): number {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const mtup = icsk.icsk_mtup;

  if (mtup !== null && mtup.search_high > pmtu) mtup.search_high = pmtu;
  let mss_now = tcp_bound_to_half_wnd(tp, tcp_mtu_to_mss(sk, pmtu));
  icsk.icsk_pmtu_cookie = pmtu;
  if (mtup !== null && mtup.enabled) mss_now = Math.min(mss_now, tcp_mtu_to_mss(sk, mtup.search_low));
  tp.mss_cache = mss_now;
  return mss_now;
}

/** The payload that fits a segment now, with the options that it would have; in bytes. @linux net/ipv4/tcp_output.c */
export function tcp_current_mss(sk: sock): number {
  const tp = tcp_sk(sk);
  const dst = __sk_dst_get(sk);
  let mss_now = tp.mss_cache;

  if (dst !== null) {
    const mtu = dst_mtu(dst);
    if (mtu !== inet_csk(sk).icsk_pmtu_cookie) mss_now = tcp_sync_mss(sk, mtu);
  }
  // mss_cache allows for the options of every segment; SACK blocks come on top of them.
  const header_len = tcp_established_options(sk, null, null) + TCPHDR_LEN;
  return mss_now - (header_len - tp.tcp_header_len);
}
