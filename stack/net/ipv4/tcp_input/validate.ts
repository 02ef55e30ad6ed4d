/**
 * Segment acceptability: sequence numbers, timestamps (PAWS), unexpected RST and SYN (RFC 9293 3.10.7.4, RFC
 * 5961, RFC 7323); and the rate limits on the ACKs that answer unacceptable segments.
 *
 * @linux net/ipv4/tcp_input.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_rsk, tcp_sk, type tcp_sock, type tcphdr } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_TCP_INVALID_SEQUENCE,
  SKB_DROP_REASON_TCP_INVALID_SYN,
  SKB_DROP_REASON_TCP_RESET,
  SKB_DROP_REASON_TCP_RFC7323_PAWS,
} from '../../../include/net/dropreason.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { type net, NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import { after, before, tcp_is_sack, TCP_PAWS_WINDOW, tcp_receive_window } from '../../../include/net/tcp.ts';
import { tcp_paws_check } from '../../../include/net/tcp_options.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_PAWSESTABREJECTED,
  LINUX_MIB_TCPACKSKIPPEDCHALLENGE,
  LINUX_MIB_TCPACKSKIPPEDPAWS,
  LINUX_MIB_TCPACKSKIPPEDSEQ,
  LINUX_MIB_TCPCHALLENGEACK,
  LINUX_MIB_TCPSYNCHALLENGE,
  TCP_MIB_INERRS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_SYN_RECV,
  TCPF_CLOSE_WAIT,
  TCPF_CLOSING,
  TCPF_LAST_ACK,
} from '../../../include/uapi/linux/tcp.ts';
import { HZ, jiffies } from '../../../kernel/time/jiffies.ts';
import { get_random_u32_below } from '../../../lib/random.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb } from '../../core/skbuff/alloc.ts';
import { tcp_send_ack } from '../tcp_output/control.ts';
import { tcp_may_update_window } from './ack.ts';
import { tcp_drop_reason } from './data.ts';
import { tcp_reset } from './fin.ts';
import { tcp_send_dupack } from './ofo.ts';
import { tcp_fast_parse_options } from './options.ts';

/**
 * Whether any part of the segment lies in the window. The left edge is the last ACK sent, not rcv_nxt.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_sequence(tp: tcp_sock, seq: u32, end_seq: u32): boolean {
  return !before(end_seq, tp.rcv_wup) && !after(seq, (tp.rcv_nxt + tcp_receive_window(tp)) | 0);
}

/** Accept a RST one below rcv_nxt, which some peers send after their FIN. @linux net/ipv4/tcp_input.c */
function tcp_reset_check(sk: sock, tp: tcp_sock, skb: sk_buff): boolean {
  return (
    TCP_SKB_CB(skb).seq === ((tp.rcv_nxt - 1) | 0) &&
    ((1 << sk.sk_state) & (TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSING)) !== 0
  );
}

/**
 * Whether a RST is exactly at the end of the received data, in order or reported by SACK (RFC 5961 3.2,
 * extended by Linux).
 */
function reset_is_exact(tp: tcp_sock, seq: u32): boolean {
  if (seq === tp.rcv_nxt) return true;
  const blocks = tp.selective_acks;
  if (!tcp_is_sack(tp) || tp.rx_opt.num_sacks === 0 || blocks === null) return false;
  let max_sack = blocks[0]!.end_seq;
  for (let i = 1; i < tp.rx_opt.num_sacks; i++) {
    if (after(blocks[i]!.end_seq, max_sack)) max_sack = blocks[i]!.end_seq;
  }
  return seq === max_sack;
}

/**
 * Check a segment's timestamp, sequence number, RST and SYN. An unacceptable segment is answered as the RFCs
 * require, and consumed.
 *
 * @param syn_inerr count a SYN as an error (InErrs)
 * @returns true: the caller continues with the segment
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_validate_incoming(sk: sock, skb: sk_buff, th: tcphdr, syn_inerr: boolean): boolean {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  const cb = TCP_SKB_CB(skb);
  const rst = th.rst;

  // RFC 7323 5.3, R1: the timestamp. A RST with an old timestamp still passes to the next checks.
  if (
    tcp_fast_parse_options(net, skb, th, tp) &&
    tp.rx_opt.saw_tstamp &&
    tcp_paws_discard(sk, skb, tp) &&
    !rst
  ) {
    NET_INC_STATS(net, LINUX_MIB_PAWSESTABREJECTED);
    if (!tcp_oow_rate_limited(net, skb, LINUX_MIB_TCPACKSKIPPEDPAWS, tp)) tcp_send_dupack(sk, skb);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_RFC7323_PAWS);
    return false;
  }

  // first: the sequence number
  if (!tcp_sequence(tp, cb.seq, cb.end_seq)) {
    if (!rst) {
      if (th.syn) return syn_challenge(sk, skb, syn_inerr);
      if (!tcp_oow_rate_limited(net, skb, LINUX_MIB_TCPACKSKIPPEDSEQ, tp)) tcp_send_dupack(sk, skb);
    } else if (tcp_reset_check(sk, tp, skb)) {
      return accept_reset(sk, skb);
    }
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_INVALID_SEQUENCE);
    return false;
  }

  // second: RST. RFC 5961 3.2: a RST that is not at rcv_nxt is answered with a challenge ACK.
  if (rst) {
    if (tcp_reset_check(sk, tp, skb) || reset_is_exact(tp, cb.seq)) return accept_reset(sk, skb);
    tcp_send_challenge_ack(sk);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_RESET);
    return false;
  }

  // fourth: SYN. RFC 5961 4.2: answer with a challenge ACK, whatever its sequence number.
  if (th.syn) {
    // Exception: the SYN-ACK of a simultaneous open.
    if (
      sk.sk_state === TCP_SYN_RECV &&
      sk.sk_socket !== null &&
      th.ack &&
      ((cb.seq + 1) | 0) === cb.end_seq &&
      ((cb.seq + 1) | 0) === tp.rcv_nxt &&
      cb.ack_seq === tp.snd_nxt
    ) {
      return true;
    }
    return syn_challenge(sk, skb, syn_inerr);
  }
  return true;
}

function syn_challenge(sk: sock, skb: sk_buff, syn_inerr: boolean): false {
  if (syn_inerr) TCP_INC_STATS(sock_net(sk), TCP_MIB_INERRS);
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPSYNCHALLENGE);
  tcp_send_challenge_ack(sk);
  tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_INVALID_SYN);
  return false;
}
function accept_reset(sk: sock, skb: sk_buff): false {
  tcp_reset(sk, skb, 'reset');
  __kfree_skb(skb);
  return false;
}

/**
 * Whether this is a pure duplicate ACK with a slightly old timestamp: it was reordered, is harmless, and
 * useful for fast retransmit.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_disordered_ack(sk: sock, skb: sk_buff, tp: tcp_sock): boolean {
  const th = tcp_hdr(skb);
  const cb = TCP_SKB_CB(skb);
  return (
    th.ack &&
    cb.seq === cb.end_seq &&
    cb.seq === tp.rcv_nxt &&
    cb.ack_seq === tp.snd_una &&
    !tcp_may_update_window(tp, cb.ack_seq, cb.seq, th.window << tp.rx_opt.snd_wscale) &&
    ((tp.rx_opt.ts_recent - tp.rx_opt.rcv_tsval) | 0) <= (inet_csk(sk).icsk_rto * 1024) / HZ
  );
}

/** Whether PAWS (RFC 7323 section 5) drops the segment. @linux net/ipv4/tcp_input.c */
function tcp_paws_discard(sk: sock, skb: sk_buff, tp: tcp_sock): boolean {
  return (
    !tcp_paws_check(sock_net(sk).machine, tp.rx_opt, TCP_PAWS_WINDOW) && !tcp_disordered_ack(sk, skb, tp)
  );
}

/**
 * Send a challenge ACK, unless the connection or the host has reached its rate limit.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_send_challenge_ack(sk: sock): void {
  const net = sock_net(sk);
  if (__tcp_oow_rate_limited(net, LINUX_MIB_TCPACKSKIPPEDCHALLENGE, tcp_sk(sk))) return;
  if (!tcp_challenge_ack_allowed(net)) return;
  NET_INC_STATS(net, LINUX_MIB_TCPCHALLENGEACK);
  trace.sockscope_send(sk, null, 'ack_challenge');
  tcp_send_ack(sk);
}

/** Send a challenge ACK for a connection request, within the same limits. @linux net/ipv4/tcp_input.c */
export function tcp_reqsk_send_challenge_ack(sk: sock, skb: sk_buff, req: request_sock): void {
  const net = sock_net(sk);
  if (__tcp_oow_rate_limited(net, LINUX_MIB_TCPACKSKIPPEDCHALLENGE, tcp_rsk(req))) return;
  if (!tcp_challenge_ack_allowed(net)) return;
  NET_INC_STATS(net, LINUX_MIB_TCPCHALLENGEACK);
  trace.sockscope_send(sk, skb, 'ack_challenge');
  req.rsk_ops.send_ack(sk, skb, req);
}

/** An object that records when it last sent such an ACK: tcp_sock or tcp_request_sock. */
export interface oow_ack_owner {
  last_oow_ack_time: number;
}

/**
 * Limit ACKs to one per sysctl_tcp_invalid_ratelimit. Counts `mib_idx` when it suppresses one.
 *
 * @returns true: do not send
 * @linux net/ipv4/tcp_input.c
 */
function __tcp_oow_rate_limited(net: net, mib_idx: number, owner: oow_ack_owner): boolean {
  const now = jiffies(net.machine);
  const last = owner.last_oow_ack_time;
  if (last !== 0) {
    const elapsed = now - last;
    if (elapsed >= 0 && elapsed < net.ipv4.sysctl_tcp_invalid_ratelimit) {
      NET_INC_STATS(net, mib_idx);
      return true;
    }
  }
  owner.last_oow_ack_time = now;
  return false;
}

/**
 * Apply the limit to the answer to a given segment. Segments with data are exempt, because only pure ACKs or
 * SYNs can form an ACK loop.
 *
 * @returns true: do not answer
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_oow_rate_limited(net: net, skb: sk_buff, mib_idx: number, owner: oow_ack_owner): boolean {
  const cb = TCP_SKB_CB(skb);
  if (cb.seq !== cb.end_seq && !tcp_hdr(skb).syn) return false;
  return __tcp_oow_rate_limited(net, mib_idx, owner);
}

/**
 * RFC 5961 section 7: a host-wide limit on challenge ACKs, if sysctl_tcp_challenge_ack_limit is set.
 *
 * @linux net/ipv4/tcp_input.c
 */
function tcp_challenge_ack_allowed(net: net): boolean {
  const { ipv4 } = net;
  const ack_limit = ipv4.sysctl_tcp_challenge_ack_limit;
  if (ack_limit === 0x7fffffff) return true;
  const now = Math.floor(jiffies(net.machine) / HZ);
  if (now !== ipv4.tcp_challenge_timestamp) {
    const half = (ack_limit + 1) >>> 1;
    ipv4.tcp_challenge_timestamp = now;
    ipv4.tcp_challenge_count = half + get_random_u32_below(net.machine, ack_limit);
  }
  if (ipv4.tcp_challenge_count <= 0) return false;
  ipv4.tcp_challenge_count--;
  return true;
}
