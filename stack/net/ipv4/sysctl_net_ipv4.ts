/**
 * The settings under net.ipv4. Those of single interfaces are in devinet.ts.
 *
 * @linux net/ipv4/sysctl_net_ipv4.c
 */
import type { net } from '../../include/net/net_namespace.ts';
import { EINVAL } from '../../include/uapi/asm-generic/errno.ts';
import {
  one_of,
  proc_do_large_bitmap,
  proc_dointvec,
  proc_dointvec_jiffies,
  proc_dointvec_minmax,
  proc_dointvec_ms_jiffies,
  proc_dou8vec_minmax,
  proc_douintvec_minmax,
  proc_doulongvec_minmax,
  proc_intvec,
  read_only,
  type ctl_table,
} from '../../kernel/sysctl.ts';
import { register_net_sysctl } from '../sysctl_net.ts';

const MAX_TCP_SYNCNT = 127;
const TCP_MIN_SND_MSS = 48;
const GID_T_MAX = 0xffffffff;
const ONE_DAY_SECS = 24 * 3600;

/** The lower end must not be below ip_unprivileged_port_start. */
function ipv4_local_port_range({ ipv4 }: net): ctl_table {
  const table = (range: number[]) => proc_intvec(range, 1, 65535);
  return {
    get: () => table(ipv4.ip_local_ports).get(),
    set(text) {
      const range = [...ipv4.ip_local_ports];
      const err = table(range).set(text);
      if (err !== 0) return err;
      if (range[1]! < range[0]! || range[0]! < ipv4.sysctl_ip_prot_sock) return -EINVAL;
      ipv4.ip_local_ports = range;
      return 0;
    },
    takes: () =>
      `the lowest and the highest port, from ${Math.max(1, ipv4.sysctl_ip_prot_sock)} to 65535 (ip_unprivileged_port_start is ${ipv4.sysctl_ip_prot_sock})`,
  };
}
/** Must not exceed the lower end of the ephemeral port range. */
function ipv4_privileged_ports({ ipv4 }: net): ctl_table {
  return {
    get: () => String(ipv4.sysctl_ip_prot_sock),
    set(text) {
      const wanted = { port: 0 };
      const err = proc_dointvec_minmax(wanted, 'port', 0, 65535).set(text);
      if (err !== 0) return err;
      if (ipv4.ip_local_ports[0]! < wanted.port) return -EINVAL;
      ipv4.sysctl_ip_prot_sock = wanted.port;
      return 0;
    },
    takes: () => `a whole number from 0 to ${ipv4.ip_local_ports[0]}, where ip_local_port_range begins`,
  };
}
/** A range whose end is below its start permits no group. */
function ipv4_ping_group_range({ ipv4 }: net): ctl_table {
  const table = (range: number[]) => proc_intvec(range, 0, GID_T_MAX);
  return {
    get: () => table(ipv4.ping_group_range).get(),
    set(text) {
      const range = [...ipv4.ping_group_range];
      const err = table(range).set(text);
      if (err === 0) ipv4.ping_group_range = range[1]! < range[0]! ? [1, 0] : range;
      return err;
    },
    takes: table([0, 0]).takes!,
  };
}

/** ICMP, IP, ping sockets and UDP. */
function ip_table(net: net): Record<string, ctl_table> {
  const { ipv4 } = net;
  return {
    icmp_echo_ignore_all: proc_dou8vec_minmax(ipv4, 'sysctl_icmp_echo_ignore_all', 0, 1),
    icmp_echo_ignore_broadcasts: proc_dou8vec_minmax(ipv4, 'sysctl_icmp_echo_ignore_broadcasts', 0, 1),
    icmp_ignore_bogus_error_responses: proc_dou8vec_minmax(
      ipv4,
      'sysctl_icmp_ignore_bogus_error_responses',
      0,
      1,
    ),
    icmp_errors_use_inbound_ifaddr: proc_dou8vec_minmax(ipv4, 'sysctl_icmp_errors_use_inbound_ifaddr', 0, 1),
    icmp_ratelimit: proc_dointvec_ms_jiffies(ipv4, 'sysctl_icmp_ratelimit'),
    icmp_ratemask: proc_dointvec(ipv4, 'sysctl_icmp_ratemask'),
    icmp_msgs_per_sec: proc_dointvec_minmax(ipv4, 'sysctl_icmp_msgs_per_sec', 0),
    icmp_msgs_burst: proc_dointvec_minmax(ipv4, 'sysctl_icmp_msgs_burst', 0),
    ping_group_range: ipv4_ping_group_range(net),
    ip_dynaddr: proc_dou8vec_minmax(ipv4, 'sysctl_ip_dynaddr'),
    ip_early_demux: proc_dou8vec_minmax(ipv4, 'sysctl_ip_early_demux'),
    udp_early_demux: proc_dou8vec_minmax(ipv4, 'sysctl_udp_early_demux'),
    tcp_early_demux: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_early_demux'),
    ip_default_ttl: proc_dou8vec_minmax(ipv4, 'sysctl_ip_default_ttl', 1, 255),
    ip_local_port_range: ipv4_local_port_range(net),
    ip_local_reserved_ports: proc_do_large_bitmap(ipv4.ip_local_reserved_ports, 65536),
    ip_no_pmtu_disc: proc_dou8vec_minmax(ipv4, 'sysctl_ip_no_pmtu_disc'),
    ip_forward_use_pmtu: proc_dou8vec_minmax(ipv4, 'sysctl_ip_fwd_use_pmtu'),
    ip_nonlocal_bind: proc_dou8vec_minmax(ipv4, 'sysctl_ip_nonlocal_bind'),
    ip_autobind_reuse: proc_dou8vec_minmax(ipv4, 'sysctl_ip_autobind_reuse', 0, 1),
    ip_unprivileged_port_start: ipv4_privileged_ports(net),
    fwmark_reflect: proc_dou8vec_minmax(ipv4, 'sysctl_fwmark_reflect'),
    udp_mem: proc_intvec(ipv4.sysctl_udp_mem, 0),
    udp_rmem_min: proc_dointvec_minmax(ipv4, 'sysctl_udp_rmem_min', 1),
    udp_wmem_min: proc_dointvec_minmax(ipv4, 'sysctl_udp_wmem_min', 1),
  };
}

/** Reassembly. @linux net/ipv4/ip_fragment.c */
function ip4_frags_ns_table({ ipv4 }: net): Record<string, ctl_table> {
  return {
    ipfrag_high_thresh: proc_doulongvec_minmax(ipv4, 'ipfrag_high_thresh'),
    ipfrag_time: proc_dointvec_jiffies(ipv4, 'ipfrag_time'),
    ipfrag_max_dist: proc_dointvec_minmax(ipv4, 'ipfrag_max_dist', 0),
  };
}

/** TCP connections: retries, keepalive, limits. */
function tcp_connection_table(net: net): Record<string, ctl_table> {
  const { ipv4 } = net;
  return {
    tcp_abort_on_overflow: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_abort_on_overflow'),
    tcp_ehash_entries: read_only(() => String(ipv4.hashinfo.ehash_mask + 1)),
    tcp_fastopen: proc_dointvec(ipv4, 'sysctl_tcp_fastopen'),
    tcp_fin_timeout: proc_dointvec_jiffies(ipv4, 'sysctl_tcp_fin_timeout'),
    tcp_fwmark_accept: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_fwmark_accept'),
    tcp_keepalive_time: proc_dointvec_jiffies(ipv4, 'sysctl_tcp_keepalive_time'),
    tcp_keepalive_probes: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_keepalive_probes'),
    tcp_keepalive_intvl: proc_dointvec_jiffies(ipv4, 'sysctl_tcp_keepalive_intvl'),
    tcp_max_orphans: proc_dointvec(ipv4, 'sysctl_tcp_max_orphans'),
    tcp_max_syn_backlog: proc_dointvec(ipv4, 'sysctl_max_syn_backlog'),
    tcp_max_tw_buckets: proc_dointvec(ipv4.tcp_death_row, 'sysctl_max_tw_buckets'),
    tcp_migrate_req: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_migrate_req', 0, 1),
    tcp_orphan_retries: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_orphan_retries'),
    tcp_retries1: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_retries1', 0, 255),
    tcp_retries2: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_retries2'),
    tcp_rfc1337: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_rfc1337'),
    tcp_syn_retries: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_syn_retries', 1, MAX_TCP_SYNCNT),
    tcp_synack_retries: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_synack_retries'),
    tcp_syncookies: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_syncookies'),
    tcp_tw_reuse: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_tw_reuse', 0, 2),
  };
}

/** TCP segments: sizes, options, memory. */
function tcp_segment_table(net: net): Record<string, ctl_table> {
  const { ipv4 } = net;
  return {
    tcp_adv_win_scale: proc_dointvec_minmax(ipv4, 'sysctl_tcp_adv_win_scale', -31, 31),
    tcp_app_win: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_app_win', 0, 31),
    tcp_autocorking: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_autocorking', 0, 1),
    tcp_base_mss: proc_dointvec(ipv4, 'sysctl_tcp_base_mss'),
    tcp_dsack: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_dsack'),
    tcp_ecn: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_ecn', 0, 2),
    tcp_ecn_fallback: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_ecn_fallback', 0, 1),
    tcp_limit_output_bytes: proc_dointvec(ipv4, 'sysctl_tcp_limit_output_bytes'),
    tcp_mem: proc_intvec(ipv4.sysctl_tcp_mem, 0),
    tcp_min_snd_mss: proc_dointvec_minmax(ipv4, 'sysctl_tcp_min_snd_mss', TCP_MIN_SND_MSS, 65535),
    tcp_min_tso_segs: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_min_tso_segs', 1),
    tcp_moderate_rcvbuf: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_moderate_rcvbuf'),
    tcp_mtu_probe_floor: proc_dointvec_minmax(ipv4, 'sysctl_tcp_mtu_probe_floor', TCP_MIN_SND_MSS, 65535),
    tcp_mtu_probing: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_mtu_probing'),
    tcp_notsent_lowat: proc_douintvec_minmax(ipv4, 'sysctl_tcp_notsent_lowat'),
    tcp_probe_interval: proc_douintvec_minmax(ipv4, 'sysctl_tcp_probe_interval', 0, 4_294_967),
    tcp_probe_threshold: proc_dointvec(ipv4, 'sysctl_tcp_probe_threshold'),
    tcp_reflect_tos: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_reflect_tos', 0, 1),
    tcp_retrans_collapse: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_retrans_collapse'),
    tcp_rmem: proc_intvec(ipv4.sysctl_tcp_rmem, 1),
    tcp_sack: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_sack'),
    tcp_stdurg: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_stdurg'),
    tcp_timestamps: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_timestamps'),
    tcp_tso_rtt_log: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_tso_rtt_log'),
    tcp_tso_win_divisor: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_tso_win_divisor'),
    tcp_window_scaling: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_window_scaling'),
    tcp_wmem: proc_intvec(ipv4.sysctl_tcp_wmem, 1),
    tcp_workaround_signed_windows: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_workaround_signed_windows'),
  };
}

/** TCP loss recovery and pacing. */
function tcp_recovery_table(net: net): Record<string, ctl_table> {
  const { ipv4, machine } = net;
  return {
    tcp_available_congestion_control: read_only(() => machine.congestion_controls.join(' ')),
    tcp_challenge_ack_limit: proc_dointvec(ipv4, 'sysctl_tcp_challenge_ack_limit'),
    tcp_comp_sack_delay_ns: proc_doulongvec_minmax(ipv4, 'sysctl_tcp_comp_sack_delay_ns'),
    tcp_comp_sack_slack_ns: proc_doulongvec_minmax(ipv4, 'sysctl_tcp_comp_sack_slack_ns'),
    tcp_comp_sack_nr: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_comp_sack_nr'),
    tcp_congestion_control: one_of(ipv4, 'sysctl_tcp_congestion_control', () => machine.congestion_controls),
    tcp_early_retrans: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_early_retrans', 0, 4),
    tcp_frto: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_frto'),
    tcp_invalid_ratelimit: proc_dointvec_ms_jiffies(ipv4, 'sysctl_tcp_invalid_ratelimit'),
    tcp_max_reordering: proc_dointvec_minmax(ipv4, 'sysctl_tcp_max_reordering', 1),
    tcp_min_rtt_wlen: proc_dointvec_minmax(ipv4, 'sysctl_tcp_min_rtt_wlen', 0, ONE_DAY_SECS),
    tcp_no_metrics_save: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_nometrics_save'),
    tcp_no_ssthresh_metrics_save: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_no_ssthresh_metrics_save', 0, 1),
    tcp_pacing_ca_ratio: proc_dointvec_minmax(ipv4, 'sysctl_tcp_pacing_ca_ratio', 0, 1000),
    tcp_pacing_ss_ratio: proc_dointvec_minmax(ipv4, 'sysctl_tcp_pacing_ss_ratio', 0, 1000),
    tcp_recovery: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_recovery'),
    tcp_reordering: {
      get: () => String(ipv4.sysctl_tcp_reordering),
      set: (text) =>
        proc_dointvec_minmax(ipv4, 'sysctl_tcp_reordering', 1, ipv4.sysctl_tcp_max_reordering).set(text),
      takes: () => `a whole number from 1 to ${ipv4.sysctl_tcp_max_reordering}, which is tcp_max_reordering`,
    },
    tcp_slow_start_after_idle: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_slow_start_after_idle'),
    tcp_thin_linear_timeouts: proc_dou8vec_minmax(ipv4, 'sysctl_tcp_thin_linear_timeouts'),
  };
}

/** Register the settings of a namespace. @linux net/ipv4/sysctl_net_ipv4.c */
export function ipv4_sysctl_init_net(net: net): void {
  for (const table of [
    ip_table,
    ip4_frags_ns_table,
    tcp_connection_table,
    tcp_segment_table,
    tcp_recovery_table,
  ]) {
    register_net_sysctl(net, 'net.ipv4', table(net));
  }
}
