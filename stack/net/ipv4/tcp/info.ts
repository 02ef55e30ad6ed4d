/** TCP_INFO: the state of a connection, for the user. */
import { tcp_sk, type tcp_sock, MINMAX_NONE } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import type { sock } from '../../../include/net/sock.ts';
import {
  TCP_ECN_OK,
  TCP_ECN_SEEN,
  tcp_is_sack,
  tcp_jiffies32,
  tcp_min_rtt,
} from '../../../include/net/tcp.ts';
import { SOCK_STREAM } from '../../../include/uapi/linux/socket.ts';
import { TCP_LISTEN } from '../../../include/uapi/linux/tcp.ts';
import {
  tcp_info,
  TCPI_OPT_ECN,
  TCPI_OPT_ECN_SEEN,
  TCPI_OPT_SACK,
  TCPI_OPT_TIMESTAMPS,
  TCPI_OPT_WSCALE,
} from '../../../include/uapi/linux/tcp_info.ts';
import { jiffies_to_msecs, jiffies_to_usecs } from '../../../kernel/time/jiffies.ts';
import { TCP_CHRONO_BUSY, TCP_CHRONO_RWND_LIMITED, TCP_CHRONO_SNDBUF_LIMITED } from '../tcp_output/xmit.ts';

/** The recent delivery rate in bytes per second; 0: unknown. @linux net/ipv4/tcp.c */
export function tcp_compute_delivery_rate(tp: tcp_sock): number {
  if (tp.rate_delivered === 0 || tp.rate_interval_us === 0) return 0;
  return Math.floor((tp.rate_delivered * tp.mss_cache * 1_000_000) / tp.rate_interval_us);
}

function tcp_get_info_chrono_stats(tp: tcp_sock, info: tcp_info): void {
  const running = tcp_jiffies32(tp) - tp.chrono_start;
  const usecs = (type: number) =>
    jiffies_to_usecs((tp.chrono_stat?.[type - 1] ?? 0) + (tp.chrono_type === type ? running : 0));
  const busy = usecs(TCP_CHRONO_BUSY);
  info.tcpi_rwnd_limited = usecs(TCP_CHRONO_RWND_LIMITED);
  info.tcpi_sndbuf_limited = usecs(TCP_CHRONO_SNDBUF_LIMITED);
  info.tcpi_busy_time = busy + info.tcpi_rwnd_limited + info.tcpi_sndbuf_limited;
}

/** "No limit" as a u64. */
const ULLONG_MAX = 2 ** 64 - 1;

/** Fill in TCP_INFO. For a listener only a few fields are meaningful. @linux net/ipv4/tcp.c */
export function tcp_get_info(sk: sock): tcp_info {
  const info = new tcp_info();
  if (sk.sk_type !== SOCK_STREAM) return info;
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);

  info.tcpi_state = sk.skc_state;
  info.tcpi_pacing_rate = Math.min(sk.sk_pacing_rate, ULLONG_MAX);
  info.tcpi_max_pacing_rate = sk.sk_max_pacing_rate ?? ULLONG_MAX;
  info.tcpi_reordering = tp.reordering;
  info.tcpi_snd_cwnd = tp.snd_cwnd;
  if (sk.skc_state === TCP_LISTEN) {
    info.tcpi_unacked = sk.sk_ack_backlog;
    info.tcpi_sacked = sk.sk_max_ack_backlog;
    return info;
  }

  info.tcpi_ca_state = icsk.icsk_ca_state;
  info.tcpi_retransmits = icsk.icsk_retransmits;
  info.tcpi_probes = icsk.icsk_probes_out;
  info.tcpi_backoff = icsk.icsk_backoff;
  if (tp.rx_opt.tstamp_ok) info.tcpi_options |= TCPI_OPT_TIMESTAMPS;
  if (tcp_is_sack(tp)) info.tcpi_options |= TCPI_OPT_SACK;
  if (tp.rx_opt.wscale_ok) {
    info.tcpi_options |= TCPI_OPT_WSCALE;
    info.tcpi_snd_wscale = tp.rx_opt.snd_wscale;
    info.tcpi_rcv_wscale = tp.rx_opt.rcv_wscale;
  }
  if ((tp.ecn_flags & TCP_ECN_OK) !== 0) info.tcpi_options |= TCPI_OPT_ECN;
  if ((tp.ecn_flags & TCP_ECN_SEEN) !== 0) info.tcpi_options |= TCPI_OPT_ECN_SEEN;

  info.tcpi_rto = jiffies_to_usecs(icsk.icsk_rto);
  info.tcpi_ato = jiffies_to_usecs(icsk.icsk_ack.ato);
  info.tcpi_snd_mss = tp.mss_cache;
  info.tcpi_rcv_mss = icsk.icsk_ack.rcv_mss;
  info.tcpi_unacked = tp.packets_out;
  info.tcpi_sacked = tp.sacked_out;
  info.tcpi_lost = tp.lost_out;
  info.tcpi_retrans = tp.retrans_out;

  const now = tcp_jiffies32(tp);
  info.tcpi_last_data_sent = jiffies_to_msecs(now - tp.lsndtime);
  info.tcpi_last_data_recv = jiffies_to_msecs(now - icsk.icsk_ack.lrcvtime);
  info.tcpi_last_ack_recv = jiffies_to_msecs(now - tp.rcv_tstamp);
  info.tcpi_pmtu = icsk.icsk_pmtu_cookie;
  info.tcpi_rcv_ssthresh = tp.rcv_ssthresh;
  info.tcpi_rtt = tp.srtt_us >>> 3;
  info.tcpi_rttvar = tp.mdev_us >>> 2;
  info.tcpi_snd_ssthresh = tp.snd_ssthresh;
  info.tcpi_advmss = tp.advmss;
  info.tcpi_rcv_rtt = (tp.rcv_rtt_est?.rtt_us ?? 0) >>> 3;
  info.tcpi_rcv_space = tp.rcvq_space_space;
  info.tcpi_total_retrans = tp.total_retrans;
  info.tcpi_bytes_acked = tp.bytes_acked;
  info.tcpi_bytes_received = tp.bytes_received;
  info.tcpi_notsent_bytes = Math.max(0, (tp.write_seq - tp.snd_nxt) | 0);
  tcp_get_info_chrono_stats(tp, info);
  info.tcpi_segs_out = tp.segs_out;
  info.tcpi_segs_in = tp.segs_in;
  info.tcpi_data_segs_in = tp.data_segs_in;
  info.tcpi_data_segs_out = tp.data_segs_out;
  const min_rtt = tcp_min_rtt(tp);
  info.tcpi_min_rtt = min_rtt === MINMAX_NONE ? 0xffffffff : min_rtt;
  info.tcpi_delivery_rate_app_limited = tp.rate_app_limited ? 1 : 0;
  info.tcpi_delivery_rate = tcp_compute_delivery_rate(tp);
  info.tcpi_delivered = tp.delivered;
  info.tcpi_delivered_ce = tp.delivered_ce;
  info.tcpi_bytes_sent = tp.bytes_sent;
  info.tcpi_bytes_retrans = tp.bytes_retrans;
  info.tcpi_dsack_dups = tp.dsack_dups;
  info.tcpi_reord_seen = tp.reord_seen;
  info.tcpi_rcv_ooopack = tp.rcv_ooopack;
  info.tcpi_snd_wnd = tp.snd_wnd;
  return info;
}
