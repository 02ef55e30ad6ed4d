/** What keeps a flow from filling the queues of its own host: pacing and small queues. @linux net/ipv4/tcp_output.c */
import { skb_cloned, type sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { hrtimer_is_queued } from '../../../include/linux/timer.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { SK_PACING_NONE, sock_hold, sock_net, type sock } from '../../../include/net/sock.ts';
import { tcp_needs_internal_pacing, TSQF_THROTTLED } from '../../../include/net/tcp.ts';
import { LINUX_MIB_TCPSPURIOUS_RTX_HOSTQUEUES } from '../../../include/uapi/linux/snmp.ts';
import { hrtimer_start } from '../../../kernel/time/hrtimer.ts';

/** Is it too early for the next packet? Then the pacing timer is armed for it. @linux net/ipv4/tcp_output.c */
export function tcp_pacing_check(sk: sock): boolean {
  if (!tcp_needs_internal_pacing(sk)) return false;
  const tp = tcp_sk(sk);
  if (tp.tcp_wstamp_ns <= tp.tcp_clock_cache) return false;
  const timer = tp.pacing_timer!;
  if (!hrtimer_is_queued(timer)) {
    hrtimer_start(sock_net(sk).machine, timer, tp.tcp_wstamp_ns);
    sock_hold(sk);
  }
  return true;
}

/**
 * Does the socket have enough in the device's queue? About a millisecond's worth, at least two packets: more would only wait
 * there. tcp_wfree() has it go on.
 *
 * @param factor 1: twice as much is allowed
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_small_queue_check(sk: sock, skb: sk_buff, factor: number): boolean {
  let limit = Math.max(2 * skb.truesize, Math.floor(sk.sk_pacing_rate / (1 << sk.sk_pacing_shift)));
  if (sk.sk_pacing_status === SK_PACING_NONE) {
    limit = Math.min(limit, sock_net(sk).ipv4.sysctl_tcp_limit_output_bytes);
  }
  if (sk.sk_wmem_alloc <= limit * (1 << factor)) return false;
  // Always let a packet go when at most one is out: its completion may be what is slow.
  if (tcp_sk(sk).tcp_rtx_queue.length <= 1) return false;
  sk.sk_tsq_flags |= TSQF_THROTTLED;
  return true;
}

/**
 * Has `skb`'s last copy not even left this host? To send it again would be pointless. Linux looks at the clone's half
 * of the buffer; here a clone exists only while it is on its way down.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function skb_still_in_host_queue(sk: sock, skb: sk_buff): boolean {
  if (!skb_cloned(skb)) return false;
  sk.sk_tsq_flags |= TSQF_THROTTLED;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPSPURIOUS_RTX_HOSTQUEUES);
  return true;
}
