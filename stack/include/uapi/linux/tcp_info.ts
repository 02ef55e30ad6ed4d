/** The result of TCP_INFO. @linux include/uapi/linux/tcp.h */

/** Bits of tcpi_options. */
export const TCPI_OPT_TIMESTAMPS = 1;
export const TCPI_OPT_SACK = 2;
export const TCPI_OPT_WSCALE = 4;
export const TCPI_OPT_ECN = 8;
export const TCPI_OPT_ECN_SEEN = 16;
export const TCPI_OPT_SYN_DATA = 32;

/** The state of a connection as `ss -i` shows it. */
export class tcp_info {
  /** TCP_ESTABLISHED, … */
  tcpi_state = 0;
  /** TCP_CA_Open, … */
  tcpi_ca_state = 0;
  tcpi_retransmits = 0;
  tcpi_probes = 0;
  tcpi_backoff = 0;
  /** TCPI_OPT_… bits. */
  tcpi_options = 0;
  tcpi_snd_wscale = 0;
  tcpi_rcv_wscale = 0;
  tcpi_delivery_rate_app_limited = 0;
  tcpi_fastopen_client_fail = 0;
  /** In µs. */
  tcpi_rto = 0;
  tcpi_ato = 0;
  /** In bytes. */
  tcpi_snd_mss = 0;
  tcpi_rcv_mss = 0;
  /** Segments sent and unacknowledged; for a listener: length of the accept queue. */
  tcpi_unacked = 0;
  /** SACKed segments; for a listener: limit of the accept queue. */
  tcpi_sacked = 0;
  tcpi_lost = 0;
  tcpi_retrans = 0;
  tcpi_fackets = 0;
  /** How long ago, in ms. */
  tcpi_last_data_sent = 0;
  tcpi_last_ack_sent = 0;
  tcpi_last_data_recv = 0;
  tcpi_last_ack_recv = 0;
  tcpi_pmtu = 0;
  tcpi_rcv_ssthresh = 0;
  /** Round-trip time and its variation, in µs. */
  tcpi_rtt = 0;
  tcpi_rttvar = 0;
  /** In segments. */
  tcpi_snd_ssthresh = 0;
  tcpi_snd_cwnd = 0;
  tcpi_advmss = 0;
  tcpi_reordering = 0;
  tcpi_rcv_rtt = 0;
  tcpi_rcv_space = 0;
  tcpi_total_retrans = 0;
  /** Bytes per second; Infinity: no limit. */
  tcpi_pacing_rate = 0;
  tcpi_max_pacing_rate = 0;
  tcpi_bytes_acked = 0;
  tcpi_bytes_received = 0;
  tcpi_segs_out = 0;
  tcpi_segs_in = 0;
  tcpi_notsent_bytes = 0;
  tcpi_min_rtt = 0;
  tcpi_data_segs_in = 0;
  tcpi_data_segs_out = 0;
  /** Bytes per second. */
  tcpi_delivery_rate = 0;
  /** Time busy sending, and the parts of it limited by the peer's window and by the send buffer; in µs. */
  tcpi_busy_time = 0;
  tcpi_rwnd_limited = 0;
  tcpi_sndbuf_limited = 0;
  tcpi_delivered = 0;
  tcpi_delivered_ce = 0;
  tcpi_bytes_sent = 0;
  tcpi_bytes_retrans = 0;
  tcpi_dsack_dups = 0;
  tcpi_reord_seen = 0;
  tcpi_rcv_ooopack = 0;
  /** The peer's window, in bytes. */
  tcpi_snd_wnd = 0;
}
