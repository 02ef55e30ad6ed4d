/** ICMP errors about TCP segments. @linux net/ipv4/tcp_ipv4.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_rsk, tcp_sk, tcphdr } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { dst_mtu } from '../../../include/net/dst.ts';
import {
  ICSK_TIME_RETRANS,
  inet_csk,
  inet_csk_rto_backoff,
} from '../../../include/net/inet_connection_sock.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { inet_twsk } from '../../../include/net/inet_timewait_sock.ts';
import { ip_dont_fragment, ip_sk_accept_pmtu, iphdr } from '../../../include/net/ip.ts';
import { ICMP_INC_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { inet_iif } from '../../../include/net/route.ts';
import { type sock, sock_hold, sock_net, sock_owned_by_user } from '../../../include/net/sock.ts';
import {
  between,
  TCP_RTO_MAX,
  tcp_rtx_queue_head,
  tcp_skb_timestamp_us,
  TCP_TIMEOUT_INIT,
  TCPF_MTU_REDUCED_DEFERRED,
} from '../../../include/net/tcp.ts';
import {
  EHOSTUNREACH,
  EMSGSIZE,
  ENOENT,
  EPROTO,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_HOST_UNREACH,
  ICMP_NET_UNREACH,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_TIME_EXCEEDED,
  NR_ICMP_UNREACH,
} from '../../../include/uapi/linux/icmp.ts';
import { IP_PMTUDISC_DONT } from '../../../include/uapi/linux/in.ts';
import {
  ICMP_MIB_INERRORS,
  LINUX_MIB_LOCKDROPPEDICMPS,
  LINUX_MIB_OUTOFWINDOWICMPS,
  LINUX_MIB_TCPMINTTLDROP,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_CLOSE,
  TCP_LISTEN,
  TCP_NEW_SYN_RECV,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_TIME_WAIT,
  TCPF_CLOSE,
  TCPF_LISTEN,
} from '../../../include/uapi/linux/tcp.ts';
import { usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';
import { trace } from '../../../trace/events.ts';
import { reqsk_put } from '../../core/request_sock.ts';
import { sock_put } from '../../core/sock/alloc.ts';
import { sk_error_report } from '../../core/sock/defaults.ts';
import { __sk_dst_check } from '../../core/sock/dst.ts';
import { icmp_err_convert } from '../icmp/rcv.ts';
import { inet_csk_reqsk_queue_drop } from '../inet_connection_sock/request_queue.ts';
import { inet_csk_update_pmtu } from '../inet_connection_sock/route.ts';
import { inet_csk_reset_xmit_timer } from '../inet_connection_sock/xmit_timers.ts';
import { __inet_lookup_established } from '../inet_hashtables/lookup.ts';
import { inet_twsk_put } from '../inet_timewait_sock.ts';
import { ip_icmp_error } from '../ip_sockglue.ts';
import { tcp_listendrop } from '../tcp/queue.ts';
import { tcp_done_with_error } from '../tcp_input/fin.ts';
import { tcp_simple_retransmit } from '../tcp_input/recovery.ts';
import { tcp_sync_mss } from '../tcp_output/mss.ts';
import { tcp_mstamp_refresh } from '../tcp_output/transmit.ts';
import { tcp_retransmit_timer } from '../tcp_timer/timers.ts';
import { __tcp_set_rto } from '../tcp_timer/xmit_timer.ts';

/**
 * A router could not forward a segment because it was too big: send smaller ones, and retransmit those that
 * were too big. Called when no process owns the socket.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_mtu_reduced(sk: sock): void {
  const inet = inet_sk(sk);
  if (((1 << sk.sk_state) & (TCPF_LISTEN | TCPF_CLOSE)) !== 0) return;
  const reported = tcp_sk(sk).mtu_info;
  const dst = inet_csk_update_pmtu(sk, reported);
  if (dst === null) return;
  // The user forbids fragmentation, but the MTU in use is larger than reported.
  if (reported < dst_mtu(dst) && ip_dont_fragment(sk, dst)) sk.sk_err_soft = EMSGSIZE;
  const mtu = dst_mtu(dst);
  if (inet.pmtudisc !== IP_PMTUDISC_DONT && ip_sk_accept_pmtu(sk) && inet_csk(sk).icsk_pmtu_cookie > mtu) {
    tcp_sync_mss(sk, mtu);
    tcp_simple_retransmit(sk);
  }
}

/**
 * An ICMP error about a SYN-ACK: if the client is unreachable, drop the request.
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_req_err(req: request_sock, seq: u32, abort: boolean): void {
  if (seq !== tcp_rsk(req).snt_isn) {
    NET_INC_STATS(sock_net(req), LINUX_MIB_OUTOFWINDOWICMPS);
  } else if (abort) {
    inet_csk_reqsk_queue_drop(req.rsk_listener!, req);
    tcp_listendrop(req.rsk_listener!);
    trace.sockscope_listen_request(req.rsk_listener!, 'unreachable', req);
  }
  reqsk_put(req);
}

/**
 * A router reports that the network is unreachable, which is a routing problem and not congestion: undo one
 * step of the time-out's back-off (RFC 6069).
 *
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_ld_RTO_revert(sk: sock, seq: u32): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  if (sock_owned_by_user(sk)) return;
  if (seq !== tp.snd_una || icsk.icsk_retransmits === 0 || icsk.icsk_backoff === 0) return;
  const skb = tcp_rtx_queue_head(sk);
  if (skb === null) return;

  icsk.icsk_backoff--;
  icsk.icsk_rto = tp.srtt_us !== 0 ? __tcp_set_rto(tp) : TCP_TIMEOUT_INIT;
  icsk.icsk_rto = inet_csk_rto_backoff(icsk, TCP_RTO_MAX);
  tcp_mstamp_refresh(tp);
  const remaining = icsk.icsk_rto - usecs_to_jiffies(tp.tcp_mstamp - tcp_skb_timestamp_us(skb));
  if (remaining > 0) inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, remaining, TCP_RTO_MAX);
  // The corrected time-out has already passed.
  else tcp_retransmit_timer(sk);
}

/**
 * An ICMP error about one of our segments. Most errors are soft: they are recorded in case the connection
 * times out. During connect() they end the attempt.
 *
 * @param skb data begins at the IP header quoted by the error
 * @param info the MTU, for ICMP_FRAG_NEEDED
 * @returns 0, or -ENOENT: no such connection
 * @linux net/ipv4/tcp_ipv4.c
 */
export function tcp_v4_err(skb: sk_buff, info: number): Errno {
  const iph = new iphdr(skb.head, skb.data);
  const th = new tcphdr(skb.head, skb.data + iph.ihl * 4);
  const type = skb.head[skb.transport_header]!;
  const code = skb.head[skb.transport_header + 1]!;
  const net = skb.dev!.nd_net;
  const found = __inet_lookup_established(
    net,
    net.ipv4.hashinfo,
    iph.daddr,
    th.dest,
    iph.saddr,
    th.source,
    inet_iif(skb),
    0,
  );
  if (found === null) {
    ICMP_INC_STATS(net, ICMP_MIB_INERRORS);
    return -ENOENT;
  }
  if (found.skc_state === TCP_TIME_WAIT) {
    inet_twsk_put(inet_twsk(found));
    return 0;
  }
  if (found.skc_state === TCP_NEW_SYN_RECV) {
    const unreachable =
      type === ICMP_DEST_UNREACH && (code === ICMP_NET_UNREACH || code === ICMP_HOST_UNREACH);
    tcp_req_err(
      found as request_sock,
      th.seq,
      unreachable || type === ICMP_PARAMETERPROB || type === ICMP_TIME_EXCEEDED,
    );
    return 0;
  }
  const sk = found as sock;
  handle_error(sk, skb, iph, th, type, code, info);
  sock_put(sk);
  return 0;
}

function handle_error(
  sk: sock,
  skb: sk_buff,
  iph: iphdr,
  th: tcphdr,
  type: number,
  code: number,
  info: number,
): void {
  const net = sock_net(sk);
  const tp = tcp_sk(sk);
  const { seq } = th;
  // A new MTU is deferred; all other errors are lost while a process owns the socket.
  if (sock_owned_by_user(sk) && !(type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED)) {
    NET_INC_STATS(net, LINUX_MIB_LOCKDROPPEDICMPS);
  }
  if (sk.sk_state === TCP_CLOSE) return;
  if (iph.ttl < inet_sk(sk).min_ttl) {
    NET_INC_STATS(net, LINUX_MIB_TCPMINTTLDROP);
    return;
  }
  // RFC 5927 4.1: the error must quote a segment in flight.
  if (sk.sk_state !== TCP_LISTEN && !between(seq, tp.snd_una, tp.snd_nxt)) {
    NET_INC_STATS(net, LINUX_MIB_OUTOFWINDOWICMPS);
    return;
  }

  let err: number;
  switch (type) {
    case ICMP_REDIRECT:
      if (!sock_owned_by_user(sk)) do_redirect(skb, sk);
      return;
    case ICMP_PARAMETERPROB:
      err = EPROTO;
      break;
    case ICMP_DEST_UNREACH:
      if (code > NR_ICMP_UNREACH) return;
      if (code === ICMP_FRAG_NEEDED) {
        mtu_reported(sk, info);
        return;
      }
      err = icmp_err_convert[code]!.errno;
      if (code === ICMP_NET_UNREACH || code === ICMP_HOST_UNREACH) tcp_ld_RTO_revert(sk, seq);
      break;
    case ICMP_TIME_EXCEEDED:
      err = EHOSTUNREACH;
      break;
    default:
      // This includes ICMP_SOURCE_QUENCH: RFC 6633.
      return;
  }

  if (sk.sk_state === TCP_SYN_SENT || sk.sk_state === TCP_SYN_RECV) {
    ip_icmp_error(sk, skb, err, th.dest, info, th.at);
    if (!sock_owned_by_user(sk)) tcp_done_with_error(sk, err, 'icmp_error');
    else sk.sk_err_soft = err;
    return;
  }
  // RFC 1122 4.2.3.9: an established connection survives, unless the user asked for errors (IP_RECVERR).
  if (!sock_owned_by_user(sk) && inet_sk(sk).recverr) {
    sk.sk_err = err;
    sk_error_report(sk);
  } else {
    sk.sk_err_soft = err;
  }
}

function mtu_reported(sk: sock, info: number): void {
  // A listener sends nothing.
  if (sk.sk_state === TCP_LISTEN) return;
  tcp_sk(sk).mtu_info = info;
  if (!sock_owned_by_user(sk)) {
    tcp_v4_mtu_reduced(sk);
  } else if ((sk.sk_tsq_flags & TCPF_MTU_REDUCED_DEFERRED) === 0) {
    sk.sk_tsq_flags |= TCPF_MTU_REDUCED_DEFERRED;
    sock_hold(sk);
  }
}

function do_redirect(skb: sk_buff, sk: sock): void {
  const dst = __sk_dst_check(sk, 0);
  if (dst !== null) dst.ops.redirect(dst, sk, skb);
}
