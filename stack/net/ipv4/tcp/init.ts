/** Initial values of a TCP socket, and TCP's boot code. */
import { tcp_sk, MINMAX_NONE } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { type sock, sock_net, sock_set_flag, SOCK_USE_WRITE_QUEUE } from '../../../include/net/sock.ts';
import {
  TCP_DELACK_MAX,
  TCP_INFINITE_SSTHRESH,
  TCP_INIT_CWND,
  tcp_jiffies32,
  TCP_MSS_DEFAULT,
  TCP_RTO_MIN,
  tcp_snd_cwnd_set,
  TCP_TIMEOUT_INIT,
} from '../../../include/net/tcp.ts';
import { pr_info } from '../../../kernel/printk.ts';
import { jiffies_to_usecs } from '../../../kernel/time/jiffies.ts';
import { minmax_reset } from '../../../lib/win_minmax.ts';
import { sk_sockets_allocated_inc } from '../../core/sock/memory.ts';
import { sk_stream_write_space } from '../../core/stream.ts';
import { tcp_assign_congestion_control } from '../tcp_cong.ts';
import { tcp_sync_mss } from '../tcp_output/mss.ts';
import { tcp_tasklet_init } from '../tcp_output/tsq.ts';
import { tcp_init_xmit_timers } from '../tcp_timer/timers.ts';

/**
 * Initialize a new TCP socket, whatever its address family. Fields whose initial value is 0 are already 0.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_init_sock(sk: sock): void {
  const icsk = inet_csk(sk);
  const tp = tcp_sk(sk);
  const { ipv4 } = sock_net(sk);
  tcp_init_xmit_timers(sk);
  icsk.icsk_rto = TCP_TIMEOUT_INIT;
  icsk.icsk_rto_min = TCP_RTO_MIN;
  icsk.icsk_delack_max = TCP_DELACK_MAX;
  tp.mdev_us = jiffies_to_usecs(TCP_TIMEOUT_INIT);
  minmax_reset(tp.rtt_min, tcp_jiffies32(sk), MINMAX_NONE);

  // RFC 6928: ten segments.
  tcp_snd_cwnd_set(tp, TCP_INIT_CWND);
  // Before the first ACK, rate samples underestimate the path: treat them as limited by the application.
  tp.app_limited = -1;
  tp.rate_app_limited = true;
  tp.snd_ssthresh = TCP_INFINITE_SSTHRESH;
  // No limit. Linux uses ~0; V8 would box that value.
  tp.snd_cwnd_clamp = 0x7fffffff;
  tp.mss_cache = TCP_MSS_DEFAULT;
  tp.reordering = ipv4.sysctl_tcp_reordering;
  tcp_assign_congestion_control(sk);
  tp.tsoffset = 0;
  tp.rack.reo_wnd_steps = 1;

  sk.sk_write_space = sk_stream_write_space;
  sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
  icsk.icsk_sync_mss = tcp_sync_mss;
  sk.sk_sndbuf = ipv4.sysctl_tcp_wmem[1]!;
  sk.sk_rcvbuf = ipv4.sysctl_tcp_rmem[1]!;
  sk_sockets_allocated_inc(sk);
}

/** Initialize TCP at boot. @linux net/ipv4/tcp.c */
export function tcp_init(net: net): void {
  const { hashinfo } = net.ipv4;
  pr_info(
    net.machine,
    `TCP: Hash tables configured (established ${hashinfo.ehash.length} bind ${hashinfo.bhash_size})`,
  );
  tcp_tasklet_init(net);
}
