/** Is a segment acceptable? (RFC 9293 3.10.7.4, first to fourth; RFC 5961; RFC 7323) @linux net/ipv4/tcp_input.c */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock, type tcphdr } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_TCP_INVALID_SEQUENCE,
  SKB_DROP_REASON_TCP_INVALID_SYN,
  SKB_DROP_REASON_TCP_RESET,
  SKB_DROP_REASON_TCP_RFC7323_PAWS,
} from '../../../include/net/dropreason.ts';
import { NET_INC_STATS, TCP_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { after, before, tcp_is_sack, tcp_receive_window } from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import {
  LINUX_MIB_PAWSESTABREJECTED,
  LINUX_MIB_TCPACKSKIPPEDPAWS,
  LINUX_MIB_TCPACKSKIPPEDSEQ,
  LINUX_MIB_TCPSYNCHALLENGE,
  TCP_MIB_INERRS,
} from '../../../include/uapi/linux/snmp.ts';
import {
  TCP_SYN_RECV,
  TCPF_CLOSE_WAIT,
  TCPF_CLOSING,
  TCPF_LAST_ACK,
} from '../../../include/uapi/linux/tcp.ts';
import { __kfree_skb } from '../../core/skbuff.ts';
import { tcp_send_challenge_ack } from './challenge.ts';
import { tcp_drop_reason } from './coalesce.ts';
import { tcp_reset } from './fin.ts';
import { tcp_fast_parse_options, tcp_paws_discard } from './options.ts';
import { tcp_oow_rate_limited } from './ratelimit.ts';
import { tcp_send_dupack } from './sack_send.ts';

/** Does any of the segment lie in the window? The left edge is what was acknowledged last, not rcv_nxt. */
function tcp_sequence(tp: tcp_sock, seq: u32, end_seq: u32): boolean {
  return !before(end_seq, tp.rcv_wup) && !after(seq, (tp.rcv_nxt + tcp_receive_window(tp)) | 0);
}

/** Some peers send a RST one below rcv_nxt after their FIN: accept that. */
function tcp_reset_check(sk: sock, tp: tcp_sock, skb: sk_buff): boolean {
  return (
    TCP_SKB_CB(skb).seq === ((tp.rcv_nxt - 1) | 0) &&
    ((1 << sk.sk_state) & (TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSING)) !== 0
  );
}

/** Is it exactly at the end of what was received, in order or reported by SACK? (RFC 5961 3.2, and what Linux adds) */
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
 * Check timestamp, sequence number, RST and SYN of a segment. What is not acceptable is answered as the RFCs demand,
 * and consumed.
 *
 * @param syn_inerr count a SYN as an error (InErrs)
 * @returns true: go on with it
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_validate_incoming(sk: sock, skb: sk_buff, th: tcphdr, syn_inerr: boolean): boolean {
  const tp = tcp_sk(sk);
  const net = sock_net(sk);
  const cb = TCP_SKB_CB(skb);
  const rst = th.rst;

  // RFC 7323 5.3, R1: the timestamp. A RST with an old one is looked at further.
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

  // second: RST. RFC 5961 3.2: anywhere but at rcv_nxt it is answered with a challenge ACK.
  if (rst) {
    if (tcp_reset_check(sk, tp, skb) || reset_is_exact(tp, cb.seq)) return accept_reset(sk, skb);
    tcp_send_challenge_ack(sk);
    tcp_drop_reason(sk, skb, SKB_DROP_REASON_TCP_RESET);
    return false;
  }

  // fourth: SYN. RFC 5961 4.2: a challenge ACK, whatever its sequence number.
  if (th.syn) {
    // But for the SYN-ACK of a simultaneous open.
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
  tcp_reset(sk, skb);
  __kfree_skb(skb);
  return false;
}
