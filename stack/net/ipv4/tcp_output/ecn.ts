/** ECN in outgoing segments (RFC 3168 6.1). @linux net/ipv4/tcp_output.c */
import { type sk_buff, SKB_GSO_TCP_ECN } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcphdr } from '../../../include/linux/tcp.ts';
import { dst_metric } from '../../../include/net/dst.ts';
import { INET_ECN_dontxmit, INET_ECN_xmit } from '../../../include/net/inet_ecn.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { type sock, sock_net } from '../../../include/net/sock.ts';
import {
  before,
  tcp_ca_needs_ecn,
  TCP_ECN_DEMAND_CWR,
  TCP_ECN_OK,
  TCP_ECN_QUEUE_CWR,
  TCPHDR_CWR,
  TCPHDR_ECE,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { RTAX_FEATURE_ECN, RTAX_FEATURES } from '../../../include/uapi/linux/rtnetlink.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';

/** A SYN-ACK in a simultaneous open: agree to ECN if our SYN asked for it. @linux net/ipv4/tcp_output.c */
export function tcp_ecn_send_synack(sk: sock, skb: sk_buff): void {
  const tcb = TCP_SKB_CB(skb);
  tcb.tcp_flags &= ~TCPHDR_CWR;
  if ((tcp_sk(sk).ecn_flags & TCP_ECN_OK) === 0) tcb.tcp_flags &= ~TCPHDR_ECE;
  else if (tcp_ca_needs_ecn(sk)) INET_ECN_xmit(sk);
}

/**
 * A SYN asks for ECN by ECE and CWR together, if the sysctl, the congestion control or the route enables ECN.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_ecn_send_syn(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const needs_ecn = tcp_ca_needs_ecn(sk);
  let use_ecn = sock_net(sk).ipv4.sysctl_tcp_ecn === 1 || needs_ecn;
  if (!use_ecn) {
    const dst = __sk_dst_get(sk);
    use_ecn = dst !== null && (dst_metric(dst, RTAX_FEATURES) & RTAX_FEATURE_ECN) !== 0;
  }
  tp.ecn_flags = 0;
  if (use_ecn) {
    TCP_SKB_CB(skb).tcp_flags |= TCPHDR_ECE | TCPHDR_CWR;
    tp.ecn_flags = TCP_ECN_OK;
    if (needs_ecn) INET_ECN_xmit(sk);
  }
}

/**
 * A retransmitted SYN no longer asks for ECN, because ECN may be why the first was lost (RFC 3168 6.1.1.1).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_ecn_clear_syn(sk: sock, skb: sk_buff): void {
  if (sock_net(sk).ipv4.sysctl_tcp_ecn_fallback !== 0) {
    TCP_SKB_CB(skb).tcp_flags &= ~(TCPHDR_ECE | TCPHDR_CWR);
  }
}

/** A SYN-ACK agrees to ECN by ECE alone. @linux net/ipv4/tcp_output.c */
export function tcp_ecn_make_synack(req: request_sock, th: tcphdr): void {
  if (inet_rsk(req).ecn_ok) th.flags |= TCPHDR_ECE;
}

/**
 * Set the ECN bits of a segment: new data is marked ECN-capable, and carries CWR once after a reduction; ECE
 * is set until the peer confirms a congestion mark.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_ecn_send(sk: sock, skb: sk_buff, th: tcphdr, seq: number, tcp_header_len: number): void {
  const tp = tcp_sk(sk);
  if ((tp.ecn_flags & TCP_ECN_OK) === 0) return;
  if (skb.len !== tcp_header_len && !before(seq, tp.snd_nxt)) {
    INET_ECN_xmit(sk);
    if ((tp.ecn_flags & TCP_ECN_QUEUE_CWR) !== 0) {
      tp.ecn_flags &= ~TCP_ECN_QUEUE_CWR;
      th.flags |= TCPHDR_CWR;
      skb.shinfo.gso_type |= SKB_GSO_TCP_ECN;
    }
  } else if (!tcp_ca_needs_ecn(sk)) {
    // RFC 3168 6.1.4, 6.1.5: neither pure ACKs nor retransmissions are ECN-capable.
    INET_ECN_dontxmit(sk);
  }
  if ((tp.ecn_flags & TCP_ECN_DEMAND_CWR) !== 0) th.flags |= TCPHDR_ECE;
}
