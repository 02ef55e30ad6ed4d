/** Explicit Congestion Notification (RFC 3168), receive side. @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_sk, type tcp_sock, type tcphdr } from '../../../include/linux/tcp.ts';
import { ICSK_ACK_NOW, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { INET_ECN_CE, INET_ECN_MASK, INET_ECN_NOT_ECT } from '../../../include/net/inet_ecn.ts';
import type { sock } from '../../../include/net/sock.ts';
import {
  tcp_ca_event,
  tcp_ca_needs_ecn,
  TCP_ECN_DEMAND_CWR,
  TCP_ECN_OK,
  TCP_ECN_QUEUE_CWR,
  TCP_ECN_SEEN,
} from '../../../include/net/tcp.ts';
import { CA_EVENT_ECN_IS_CE, CA_EVENT_ECN_NO_CE } from '../../../include/net/tcp_congestion_ops.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { tcp_enter_quickack_mode } from './snd_check.ts';

/** Set CWR on the next new data, to tell the peer that cwnd was reduced. @linux net/ipv4/tcp_input.c */
export function tcp_ecn_queue_cwr(tp: tcp_sock): void {
  if ((tp.ecn_flags & TCP_ECN_OK) !== 0) tp.ecn_flags |= TCP_ECN_QUEUE_CWR;
}
/** The reduction was undone: cancel the pending CWR. @linux net/ipv4/tcp_input.c */
export function tcp_ecn_withdraw_cwr(tp: tcp_sock): void {
  tp.ecn_flags &= ~TCP_ECN_QUEUE_CWR;
}

/**
 * The peer has reduced its window: stop echoing congestion. Its window may now be a single segment, so
 * acknowledge data at once.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_ecn_accept_cwr(sk: sock, skb: sk_buff): void {
  if (!tcp_hdr(skb).cwr) return;
  tcp_sk(sk).ecn_flags &= ~TCP_ECN_DEMAND_CWR;
  const cb = TCP_SKB_CB(skb);
  if (cb.seq !== cb.end_seq) inet_csk(sk).icsk_ack.pending |= ICSK_ACK_NOW;
}

/** Check the congestion mark in a data segment's IP header. @linux net/ipv4/tcp_input.c */
export function tcp_ecn_check_ce(sk: sock, skb: sk_buff): void {
  if ((tcp_sk(sk).ecn_flags & TCP_ECN_OK) !== 0) __tcp_ecn_check_ce(sk, skb);
}

function __tcp_ecn_check_ce(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  switch (TCP_SKB_CB(skb).ip_dsfield & INET_ECN_MASK) {
    case INET_ECN_NOT_ECT:
      // This segment is not ECN-capable although earlier ones were: it is probably a retransmission (RFC 3168
      // 6.1.5).
      if ((tp.ecn_flags & TCP_ECN_SEEN) !== 0) tcp_enter_quickack_mode(sk, 2);
      break;
    case INET_ECN_CE:
      if (tcp_ca_needs_ecn(sk)) tcp_ca_event(sk, CA_EVENT_ECN_IS_CE);
      if ((tp.ecn_flags & TCP_ECN_DEMAND_CWR) === 0) {
        tcp_enter_quickack_mode(sk, 2);
        tp.ecn_flags |= TCP_ECN_DEMAND_CWR;
      }
      tp.ecn_flags |= TCP_ECN_SEEN;
      break;
    default:
      if (tcp_ca_needs_ecn(sk)) tcp_ca_event(sk, CA_EVENT_ECN_NO_CE);
      tp.ecn_flags |= TCP_ECN_SEEN;
      break;
  }
}

/** Keep ECN on only if the SYN-ACK agrees (ECE without CWR). @linux net/ipv4/tcp_input.c */
export function tcp_ecn_rcv_synack(tp: tcp_sock, th: tcphdr): void {
  if ((tp.ecn_flags & TCP_ECN_OK) !== 0 && (!th.ece || th.cwr)) tp.ecn_flags &= ~TCP_ECN_OK;
}
/**
 * Keep ECN on only if the SYN of a simultaneous open asks for it (ECE and CWR).
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_ecn_rcv_syn(tp: tcp_sock, th: tcphdr): void {
  if ((tp.ecn_flags & TCP_ECN_OK) !== 0 && (!th.ece || !th.cwr)) tp.ecn_flags &= ~TCP_ECN_OK;
}
/** Whether this ACK echoes a congestion mark. @linux net/ipv4/tcp_input.c */
export function tcp_ecn_rcv_ecn_echo(tp: tcp_sock, th: tcphdr): boolean {
  return th.ece && !th.syn && (tp.ecn_flags & TCP_ECN_OK) !== 0;
}
