/** What follows from having sent new data: queues, timers, and whether the congestion window was used. @linux net/ipv4/tcp_output.c */
import { SOCK_NOSPACE } from '../../../include/linux/net.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { ICSK_TIME_LOSS_PROBE, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  before,
  tcp_current_ssthresh,
  tcp_is_cwnd_limited,
  tcp_jiffies32,
  tcp_skb_pcount,
  tcp_write_queue_empty,
} from '../../../include/net/tcp.ts';
import { TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { LINUX_MIB_TCPORIGDATASENT } from '../../../include/uapi/linux/snmp.ts';
import { TCP_CA_Open, TCPF_CLOSE_WAIT, TCPF_ESTABLISHED } from '../../../include/uapi/linux/tcp.ts';
import { tcp_rbtree_insert } from '../../../lib/skb_tree.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import { __skb_unlink } from '../../core/skbuff.ts';
import { tcp_init_cwnd, tcp_rearm_rto } from '../tcp_input/rtt.ts';
import { tcp_check_space } from '../tcp_input/space.ts';
import { TCP_CHRONO_SNDBUF_LIMITED, tcp_chrono_start } from './chrono.ts';

/**
 * A segment of new data has left: it moves from the send queue to the retransmit queue, and the retransmission timer
 * runs if nothing was on its way before (RFC 6298 5.1).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_event_new_data_sent(sk: sock, skb: sk_buff): void {
  const tp = tcp_sk(sk);
  const prior_packets = tp.packets_out;
  const pcount = tcp_skb_pcount(skb);

  tp.snd_nxt = TCP_SKB_CB(skb).end_seq;
  __skb_unlink(skb, sk.sk_write_queue);
  tcp_rbtree_insert(tp.tcp_rtx_queue, skb);
  if (tp.highest_sack === null) tp.highest_sack = skb;

  tp.packets_out += pcount;
  if (prior_packets === 0 || inet_csk(sk).icsk_pending === ICSK_TIME_LOSS_PROBE) tcp_rearm_rto(sk);
  NET_ADD_STATS(sock_net(sk), LINUX_MIB_TCPORIGDATASENT, pcount);
  tcp_check_space(sk);
}

/** For an RTO the window was not used up: shrink it half way to what was used (RFC 2861 3.1). @linux net/ipv4/tcp_output.c */
function tcp_cwnd_application_limited(sk: sock): void {
  const tp = tcp_sk(sk);
  if (inet_csk(sk).icsk_ca_state === TCP_CA_Open && sk.sk_socket !== null && !waits_for_space(sk)) {
    // An application that is held up by the send buffer isn't idle.
    const win_used = Math.max(tp.snd_cwnd_used, tcp_init_cwnd(tp, __sk_dst_get(sk)));
    if (win_used < tp.snd_cwnd) {
      tp.snd_ssthresh = tcp_current_ssthresh(sk);
      tp.snd_cwnd = (tp.snd_cwnd + win_used) >> 1;
    }
    tp.snd_cwnd_used = 0;
  }
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
}

function waits_for_space(sk: sock): boolean {
  return sk.sk_socket !== null && (sk.sk_socket.flags & (1 << SOCK_NOSPACE)) !== 0;
}

/** After sending: was the congestion window the limit? It may grow only if so (RFC 7661). @linux net/ipv4/tcp_output.c */
export function tcp_cwnd_validate(sk: sock, is_cwnd_limited: boolean): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);

  // Over one window: the most that was in flight, and whether it was limited at any time.
  if (
    !before(tp.snd_una, tp.cwnd_usage_seq) ||
    is_cwnd_limited ||
    (!tp.is_cwnd_limited && tp.packets_out > tp.max_packets_out)
  ) {
    tp.is_cwnd_limited = is_cwnd_limited;
    tp.max_packets_out = tp.packets_out;
    tp.cwnd_usage_seq = tp.snd_nxt;
  }

  if (tcp_is_cwnd_limited(sk)) {
    tp.snd_cwnd_used = 0;
    tp.snd_cwnd_stamp = tcp_jiffies32(sk);
    return;
  }
  if (tp.packets_out > tp.snd_cwnd_used) tp.snd_cwnd_used = tp.packets_out;
  if (
    sock_net(sk).ipv4.sysctl_tcp_slow_start_after_idle !== 0 &&
    tcp_jiffies32(sk) - tp.snd_cwnd_stamp >= icsk.icsk_rto &&
    icsk.icsk_ca_ops!.cong_control === undefined
  ) {
    tcp_cwnd_application_limited(sk);
  }
  // All is sent, and the writer still waits for room: the send buffer is too small.
  if (
    tcp_write_queue_empty(sk) &&
    waits_for_space(sk) &&
    ((1 << sk.sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)) !== 0
  ) {
    tcp_chrono_start(sk, TCP_CHRONO_SNDBUF_LIMITED);
  }
}
