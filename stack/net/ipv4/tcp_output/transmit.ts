/**
 * Transmit one segment: build the header, account for the transmission, and pass the packet to IP. xmit.ts
 * and retransmit.ts decide which segment is sent, and when.
 *
 * @linux net/ipv4/tcp_output.c
 */
import { NET_XMIT_CN } from '../../../include/linux/netdevice.ts';
import {
  CHECKSUM_PARTIAL,
  type sk_buff,
  skb_cloned,
  skb_reset_transport_header,
  SKB_TRUESIZE,
} from '../../../include/linux/skbuff.ts';
import { tcp_hdr, tcp_sk, type tcp_sock, type tcphdr, TCPHDR_LEN } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import {
  ICSK_TIME_DACK,
  inet_csk,
  inet_csk_enter_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS, TCP_ADD_STATS } from '../../../include/net/net_namespace.ts';
import {
  __sock_put,
  SK_PACING_NONE,
  sk_wmem_alloc_get,
  type sock,
  sock_net,
} from '../../../include/net/sock.ts';
import {
  after,
  before,
  tcp_ca_event,
  tcp_current_ssthresh,
  tcp_dec_quickack_mode,
  tcp_jiffies32,
  tcp_packets_in_flight,
  tcp_skb_mss,
  tcp_skb_pcount,
  tcp_skb_pcount_set,
  TCPHDR_ACK,
  TCPHDR_FIN,
  TCPHDR_PSH,
  TCPHDR_SYN,
  TCPHDR_URG,
} from '../../../include/net/tcp.ts';
import { CA_EVENT_CWND_RESTART, CA_EVENT_TX_START } from '../../../include/net/tcp_congestion_ops.ts';
import { skb_is_tcp_pure_ack, TCP_SKB_CB } from '../../../include/net/tcp_skb_cb.ts';
import { ENOBUFS, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { LINUX_MIB_TCPACKCOMPRESSED, TCP_MIB_OUTSEGS } from '../../../include/uapi/linux/snmp.ts';
import { hrtimer_try_to_cancel } from '../../../kernel/time/hrtimer.ts';
import { ktime_get_ns } from '../../../kernel/time/timekeeping.ts';
import { skb_clone, skb_orphan, skb_push } from '../../core/skbuff/alloc.ts';
import { pskb_copy } from '../../core/skbuff/data.ts';
import { __sk_dst_get } from '../../core/sock/dst.ts';
import { __sock_wfree } from '../../core/sock/memory.ts';
import { inet_csk_clear_xmit_timer } from '../inet_connection_sock/xmit_timers.ts';
import { tcp_tsorted_add_tail, tcp_tsorted_del } from '../tcp/queue.ts';
import { tcp_enter_cwr, tcp_init_cwnd } from '../tcp_input/cwnd.ts';
import { tcp_rate_skb_sent } from '../tcp_rate.ts';
import { tcp_ecn_send } from './ecn.ts';
import { tcp_established_options, tcp_options_write, tcp_out_options, tcp_syn_options } from './options.ts';
import { tcp_wfree } from './tsq.ts';
import { tcp_select_window } from './window.ts';
import { trace } from '../../../trace/events.ts';

/**
 * Read the clock once per packet or event, so that everything computed for it uses the same time.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_mstamp_refresh(tp: tcp_sock): void {
  const now = ktime_get_ns(sock_net(tp).machine);
  tp.tcp_clock_cache = now;
  tp.tcp_mstamp = Math.floor(now / 1000);
}

/**
 * Initialize `skb` as a segment without data; SYN and FIN occupy one sequence number.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_init_nondata_skb(skb: sk_buff, seq: u32, flags: number): void {
  const tcb = TCP_SKB_CB(skb);
  skb.ip_summed = CHECKSUM_PARTIAL;
  tcb.tcp_flags = flags;
  tcp_skb_pcount_set(skb, 1);
  tcb.seq = seq;
  tcb.end_seq = (flags & (TCPHDR_SYN | TCPHDR_FIN)) !== 0 ? (seq + 1) | 0 : seq;
}

/**
 * Send one segment, or one GSO packet of several: choose its options, write the TCP header in front of the
 * data, advertise a window, and pass it to IP.
 *
 * @param skb the segment, without headers
 * @param clone_it send a clone, because `skb` stays in the retransmit queue
 * @param rcv_nxt the sequence number to acknowledge
 * @returns 0 or a negative errno: -ENOBUFS, or IP's
 * @linux net/ipv4/tcp_output.c
 */
export function __tcp_transmit_skb(sk: sock, skb: sk_buff, clone_it: boolean, rcv_nxt: u32): Errno {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const oskb = skb;
  const tcb = TCP_SKB_CB(skb);
  const pcount = tcp_skb_pcount(skb);
  const gso_size = tcp_skb_mss(skb);
  const seq = tcb.seq;
  let flags = tcb.tcp_flags;

  // The earliest departure time: pacing may have set it in the future.
  const prior_wstamp = tp.tcp_wstamp_ns;
  tp.tcp_wstamp_ns = Math.max(prior_wstamp, tp.tcp_clock_cache);
  skb.tstamp = tp.tcp_wstamp_ns;
  if (clone_it) {
    // A clone still in flight shares the header's bytes: then this packet needs a copy.
    const copy = skb_cloned(oskb) ? pskb_copy(oskb) : skb_clone(oskb);
    if (copy === null) return -ENOBUFS;
    skb = copy;
    skb.dev = null;
  }

  const opts = new tcp_out_options();
  let tcp_options_size;
  if ((flags & TCPHDR_SYN) !== 0) {
    tcp_options_size = tcp_syn_options(sk, skb, opts);
  } else {
    tcp_options_size = tcp_established_options(sk, skb, opts);
    // The receiver's GRO passes up a segment with PSH at once.
    if (pcount > 1) flags |= TCPHDR_PSH;
  }
  const tcp_header_size = tcp_options_size + TCPHDR_LEN;

  skb.ooo_okay = sk_wmem_alloc_get(sk) < SKB_TRUESIZE(1);
  skb_push(skb, tcp_header_size);
  skb_reset_transport_header(skb);

  skb_orphan(skb);
  skb.sk = sk;
  skb.destructor = skb_is_tcp_pure_ack(skb) ? __sock_wfree : tcp_wfree;
  sk.sk_wmem_alloc += skb.truesize;
  skb.dst_pending_confirm = sk.sk_dst_pending_confirm;

  const th = tcp_hdr(skb);
  th.source = tp.inet_sport;
  th.dest = tp.inet_dport;
  th.seq = seq;
  th.ack_seq = rcv_nxt;
  th.bytes[th.at + 12] = (tcp_header_size >> 2) << 4;
  th.flags = flags;
  th.check = 0;
  th.urg_ptr = 0;
  if (tcp_urg_mode(tp) && before(seq, tp.snd_up)) set_urgent_pointer(tp, th, seq);

  const shinfo = skb.shinfo;
  shinfo.gso_type = sk.sk_gso_type;
  if ((flags & TCPHDR_SYN) === 0) {
    th.window = tcp_select_window(sk);
    tcp_ecn_send(sk, skb, th, seq, tcp_header_size);
  } else {
    // RFC 7323 2.2: the window of a SYN is never scaled.
    th.window = Math.min(tp.rcv_wnd, 65535);
  }
  tcp_options_write(th.bytes, th.at + TCPHDR_LEN, tp, opts);
  icsk.icsk_af_ops.send_check(sk, skb);

  if ((flags & TCPHDR_ACK) !== 0) tcp_event_ack_sent(sk, rcv_nxt);
  if (skb.len !== tcp_header_size) {
    tcp_event_data_sent(tp, sk);
    tp.data_segs_out += pcount;
    tp.bytes_sent += skb.len - tcp_header_size;
  }
  if (after(tcb.end_seq, tp.snd_nxt) || seq === tcb.end_seq)
    TCP_ADD_STATS(sock_net(sk), TCP_MIB_OUTSEGS, pcount);
  tp.segs_out += pcount;
  skb.hash = sk.sk_txhash;
  shinfo.gso_segs = pcount;
  shinfo.gso_size = gso_size;

  let err = icsk.icsk_af_ops.queue_xmit(sk, skb);
  if (err > 0) {
    // The qdisc is full: this host is the bottleneck.
    tcp_enter_cwr(sk, 'local_congestion');
    err = err === NET_XMIT_CN ? 0 : err;
  }
  if (err === 0 && clone_it) {
    tcp_update_skb_after_send(sk, oskb, prior_wstamp);
    tcp_rate_skb_sent(sk, oskb);
  }
  return err;
}

/** Send one segment that acknowledges all in-order data. @linux net/ipv4/tcp_output.c */
export function tcp_transmit_skb(sk: sock, skb: sk_buff, clone_it: boolean): Errno {
  return __tcp_transmit_skb(sk, skb, clone_it, tcp_sk(sk).rcv_nxt);
}

/** Point to the urgent data ahead (RFC 9293 3.8.5), as far as 16 bits reach. */
function set_urgent_pointer(tp: tcp_sock, th: tcphdr, seq: u32): void {
  if (before(tp.snd_up, (seq + 0x10000) | 0)) {
    th.urg_ptr = (tp.snd_up - seq) & 0xffff;
    th.flags |= TCPHDR_URG;
  } else if (after((seq + 0xffff) | 0, tp.snd_nxt)) {
    th.urg_ptr = 0xffff;
    th.flags |= TCPHDR_URG;
  }
}

/**
 * Record when `skb` was sent and, with pacing, when the next packet may be sent.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_update_skb_after_send(sk: sock, skb: sk_buff, prior_wstamp: number): void {
  const tp = tcp_sk(sk);
  if (sk.sk_pacing_status !== SK_PACING_NONE) {
    const rate = sk.sk_pacing_rate;
    // The first ten segments are not paced.
    if (rate !== Infinity && rate !== 0 && tp.data_segs_out >= 10) {
      let len_ns = Math.floor((skb.len * 1e9) / rate);
      const credit = tp.tcp_wstamp_ns - prior_wstamp;
      len_ns -= Math.min(Math.floor(len_ns / 2), credit);
      tp.tcp_wstamp_ns += len_ns;
    }
  }
  tcp_tsorted_del(tp, skb);
  tcp_tsorted_add_tail(tp, skb);
}

/** An ACK was sent: cancel delayed and compressed ACKs. @linux net/ipv4/tcp_output.c */
function tcp_event_ack_sent(sk: sock, rcv_nxt: u32): void {
  const tp = tcp_sk(sk);
  if (tp.compressed_ack !== 0) {
    const net = sock_net(sk);
    NET_ADD_STATS(net, LINUX_MIB_TCPACKCOMPRESSED, tp.compressed_ack);
    tp.compressed_ack = 0;
    if (tp.compressed_ack_timer !== null && hrtimer_try_to_cancel(net.machine, tp.compressed_ack_timer))
      __sock_put(sk);
  }
  // The caller deliberately acknowledged an older state (DCTCP).
  if (rcv_nxt !== tp.rcv_nxt) return;
  tcp_dec_quickack_mode(sk);
  inet_csk_clear_xmit_timer(sk, ICSK_TIME_DACK);
}

/**
 * Data was sent. A reply within the delayed-ACK interval indicates an interactive connection.
 *
 * @linux net/ipv4/tcp_output.c
 */
function tcp_event_data_sent(tp: tcp_sock, sk: sock): void {
  const icsk = inet_csk(sk);
  const now = tcp_jiffies32(sk);
  if (tcp_packets_in_flight(tp) === 0) tcp_ca_event(sk, CA_EVENT_TX_START);
  tp.lsndtime = now;
  if (now - icsk.icsk_ack.lrcvtime < icsk.icsk_ack.ato) inet_csk_enter_pingpong_mode(sk);
}

/**
 * The connection was idle for `delta` jiffies: halve cwnd for each RTO of idle time, but not below the
 * initial window (RFC 2861).
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_cwnd_restart(sk: sock, delta: number): void {
  const tp = tcp_sk(sk);
  const rto = inet_csk(sk).icsk_rto;
  let cwnd = tp.snd_cwnd;
  const restart_cwnd = Math.min(tcp_init_cwnd(tp, __sk_dst_get(sk)), cwnd);

  tcp_ca_event(sk, CA_EVENT_CWND_RESTART);
  tp.snd_ssthresh = tcp_current_ssthresh(sk);
  trace.sockscope_value_set(tp, 'snd_ssthresh', 'idle_restart');
  while ((delta -= rto) > 0 && cwnd > restart_cwnd) cwnd >>= 1;
  tp.snd_cwnd = Math.max(cwnd, restart_cwnd);
  trace.sockscope_value_set(tp, 'snd_cwnd', 'idle_restart');
  tp.snd_cwnd_stamp = tcp_jiffies32(sk);
  tp.snd_cwnd_used = 0;
}

/** Before new data after a pause: reset cwnd if it is no longer valid. @linux include/net/tcp.h */
export function tcp_slow_start_after_idle_check(sk: sock): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  if (
    tp.packets_out !== 0 ||
    sock_net(sk).ipv4.sysctl_tcp_slow_start_after_idle === 0 ||
    icsk.icsk_ca_ops!.cong_control !== undefined
  ) {
    return;
  }
  const delta = tcp_jiffies32(sk) - tp.lsndtime;
  if (delta > icsk.icsk_rto) tcp_cwnd_restart(sk, delta);
}

/** Whether urgent data is still unacknowledged. @linux net/ipv4/tcp_output.c */
export function tcp_urg_mode(tp: tcp_sock): boolean {
  return tp.snd_una !== tp.snd_up;
}
