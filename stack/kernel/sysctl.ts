/** Settings by their names under /proc/sys. @linux kernel/sysctl.c, net/ipv4/sysctl_net_ipv4.c, net/core/sysctl_net_core.c */
import type { net } from '../include/net/net_namespace.ts';
import { EACCES, EINVAL, ENOENT, type Errno } from '../include/uapi/asm-generic/errno.ts';

/** Reads and writes one setting as the text that /proc/sys shows. */
export interface ctl_table {
  get(net: net): string;
  /** @returns 0 or -EINVAL */
  set(net: net, text: string): Errno;
}

type NumberKey<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];
type NumbersKey<T> = { [K in keyof T]: T[K] extends number[] ? K : never }[keyof T];

function number<T>(
  where: (net: net) => T,
  field: NumberKey<T>,
  scale = 1,
  min = -Infinity,
  max = Infinity,
): ctl_table {
  return {
    get: (net) => String((where(net)[field] as number) / scale),
    set(net, text) {
      const value = Number(text.trim());
      if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) return -EINVAL;
      (where(net)[field] as number) = value * scale;
      return 0;
    },
  };
}
function vector<T>(where: (net: net) => T, field: NumbersKey<T>): ctl_table {
  return {
    get: (net) => (where(net)[field] as number[]).join('\t'),
    set(net, text) {
      const values = text
        .trim()
        .split(/[\s,]+/)
        .map(Number);
      const current = where(net)[field] as number[];
      if (values.length > current.length || values.some((value) => !Number.isInteger(value))) return -EINVAL;
      values.forEach((value, i) => (current[i] = value));
      return 0;
    },
  };
}
const ipv4 = (net: net) => net.ipv4;
const core = (net: net) => net.core;
const v4 = (field: NumberKey<net['ipv4']>, min?: number, max?: number) => number(ipv4, field, 1, min, max);
/** Settings in seconds that the kernel keeps in jiffies. */
const v4_jiffies = (field: NumberKey<net['ipv4']>) => number(ipv4, field, 1000, 0);

const congestion_control: ctl_table = {
  get: (net) => net.ipv4.sysctl_tcp_congestion_control,
  set(net, text) {
    if (!net.machine.congestion_controls.includes(text.trim())) return -ENOENT;
    net.ipv4.sysctl_tcp_congestion_control = text.trim();
    return 0;
  },
};

const read_only = (get: (net: net) => string): ctl_table => ({ get, set: () => -EACCES });
/** The queueing discipline of devices that are switched on from now on. */
const default_qdisc: ctl_table = {
  get: (net) => net.core.sysctl_default_qdisc,
  set(net, text) {
    if (!net.machine.qdiscs.includes(text.trim())) return -ENOENT;
    net.core.sysctl_default_qdisc = text.trim();
    return 0;
  },
};

/** Every setting, by name. */
export const SYSCTLS: Readonly<Record<string, ctl_table>> = {
  'net.core.somaxconn': number(core, 'sysctl_somaxconn', 1, 0),
  'net.core.optmem_max': number(core, 'sysctl_optmem_max', 1, 0),
  'net.core.rmem_default': number(core, 'sysctl_rmem_default', 1, 2304),
  'net.core.rmem_max': number(core, 'sysctl_rmem_max', 1, 2304),
  'net.core.wmem_default': number(core, 'sysctl_wmem_default', 1, 4608),
  'net.core.wmem_max': number(core, 'sysctl_wmem_max', 1, 4608),
  'net.core.txrehash': number(core, 'sysctl_txrehash', 1, 0, 1),
  'net.core.netdev_budget': number(core, 'sysctl_netdev_budget', 1, 1),
  'net.core.netdev_budget_usecs': number(core, 'sysctl_netdev_budget_usecs', 1, 0),
  'net.core.netdev_max_backlog': number(core, 'sysctl_netdev_max_backlog', 1, 0),
  'net.core.default_qdisc': default_qdisc,
  'net.core.dev_weight': number(core, 'sysctl_dev_weight', 1, 1),
  'net.core.tstamp_allow_data': number(core, 'sysctl_tstamp_allow_data', 1, 0, 1),
  'net.core.gro_normal_batch': number(core, 'sysctl_gro_normal_batch', 1, 1),
  'net.core.max_skb_frags': number(core, 'sysctl_max_skb_frags', 1, 1, 17),
  'net.ipv4.icmp_echo_ignore_all': v4('sysctl_icmp_echo_ignore_all', 0, 1),
  'net.ipv4.icmp_echo_ignore_broadcasts': v4('sysctl_icmp_echo_ignore_broadcasts', 0, 1),
  'net.ipv4.icmp_errors_use_inbound_ifaddr': v4('sysctl_icmp_errors_use_inbound_ifaddr', 0, 1),
  'net.ipv4.icmp_ignore_bogus_error_responses': v4('sysctl_icmp_ignore_bogus_error_responses', 0, 1),
  'net.ipv4.icmp_msgs_burst': v4('sysctl_icmp_msgs_burst', 0),
  'net.ipv4.icmp_msgs_per_sec': v4('sysctl_icmp_msgs_per_sec', 0),
  'net.ipv4.icmp_ratelimit': v4('sysctl_icmp_ratelimit', 0),
  'net.ipv4.icmp_ratemask': v4('sysctl_icmp_ratemask', 0),
  'net.ipv4.ip_autobind_reuse': v4('sysctl_ip_autobind_reuse', 0, 1),
  'net.ipv4.ip_default_ttl': v4('sysctl_ip_default_ttl', 1, 255),
  'net.ipv4.ip_dynaddr': v4('sysctl_ip_dynaddr'),
  'net.ipv4.ip_early_demux': v4('sysctl_ip_early_demux', 0, 1),
  'net.ipv4.ip_forward': v4('sysctl_ip_forward', 0, 1),
  'net.ipv4.ip_forward_use_pmtu': v4('sysctl_ip_fwd_use_pmtu', 0, 1),
  'net.ipv4.ip_local_port_range': vector(ipv4, 'ip_local_ports'),
  'net.ipv4.ip_no_pmtu_disc': v4('sysctl_ip_no_pmtu_disc', 0, 3),
  'net.ipv4.ip_nonlocal_bind': v4('sysctl_ip_nonlocal_bind', 0, 1),
  'net.ipv4.ip_unprivileged_port_start': v4('sysctl_ip_prot_sock', 0, 65535),
  'net.ipv4.ipfrag_high_thresh': v4('ipfrag_high_thresh', 0),
  'net.ipv4.ipfrag_time': v4_jiffies('ipfrag_time'),
  'net.ipv4.ipfrag_max_dist': v4('ipfrag_max_dist', 0),
  'net.ipv4.fwmark_reflect': v4('sysctl_fwmark_reflect', 0, 1),
  'net.ipv4.ping_group_range': vector(ipv4, 'ping_group_range'),
  'net.ipv4.tcp_abort_on_overflow': v4('sysctl_tcp_abort_on_overflow', 0, 1),
  'net.ipv4.tcp_adv_win_scale': v4('sysctl_tcp_adv_win_scale', -31, 31),
  'net.ipv4.tcp_app_win': v4('sysctl_tcp_app_win', 0, 31),
  'net.ipv4.tcp_autocorking': v4('sysctl_tcp_autocorking', 0, 1),
  'net.ipv4.tcp_base_mss': v4('sysctl_tcp_base_mss', 0),
  'net.ipv4.tcp_challenge_ack_limit': v4('sysctl_tcp_challenge_ack_limit', 0),
  'net.ipv4.tcp_comp_sack_delay_ns': v4('sysctl_tcp_comp_sack_delay_ns', 0),
  'net.ipv4.tcp_comp_sack_nr': v4('sysctl_tcp_comp_sack_nr', 0, 255),
  'net.ipv4.tcp_comp_sack_slack_ns': v4('sysctl_tcp_comp_sack_slack_ns', 0),
  'net.ipv4.tcp_congestion_control': congestion_control,
  'net.ipv4.tcp_available_congestion_control': read_only((net) => net.machine.congestion_controls.join(' ')),
  'net.ipv4.tcp_dsack': v4('sysctl_tcp_dsack', 0, 1),
  'net.ipv4.tcp_early_demux': v4('sysctl_tcp_early_demux', 0, 1),
  'net.ipv4.tcp_early_retrans': v4('sysctl_tcp_early_retrans', 0, 4),
  'net.ipv4.tcp_ecn': v4('sysctl_tcp_ecn', 0, 2),
  'net.ipv4.tcp_ecn_fallback': v4('sysctl_tcp_ecn_fallback', 0, 1),
  'net.ipv4.tcp_ehash_entries': read_only((net) => String(net.ipv4.hashinfo.ehash_mask + 1)),
  'net.ipv4.tcp_fastopen': v4('sysctl_tcp_fastopen', 0),
  'net.ipv4.tcp_fin_timeout': v4_jiffies('sysctl_tcp_fin_timeout'),
  'net.ipv4.tcp_frto': v4('sysctl_tcp_frto', 0),
  'net.ipv4.tcp_fwmark_accept': v4('sysctl_tcp_fwmark_accept', 0, 1),
  'net.ipv4.tcp_invalid_ratelimit': v4('sysctl_tcp_invalid_ratelimit', 0),
  'net.ipv4.tcp_keepalive_intvl': v4_jiffies('sysctl_tcp_keepalive_intvl'),
  'net.ipv4.tcp_keepalive_probes': v4('sysctl_tcp_keepalive_probes', 0, 255),
  'net.ipv4.tcp_keepalive_time': v4_jiffies('sysctl_tcp_keepalive_time'),
  'net.ipv4.tcp_limit_output_bytes': v4('sysctl_tcp_limit_output_bytes', 0),
  'net.ipv4.tcp_max_orphans': v4('sysctl_tcp_max_orphans', 0),
  'net.ipv4.tcp_max_reordering': v4('sysctl_tcp_max_reordering', 0),
  'net.ipv4.tcp_max_syn_backlog': v4('sysctl_max_syn_backlog', 0),
  'net.ipv4.tcp_max_tw_buckets': number((net) => net.ipv4.tcp_death_row, 'sysctl_max_tw_buckets', 1, 0),
  'net.ipv4.tcp_mem': vector(ipv4, 'sysctl_tcp_mem'),
  'net.ipv4.tcp_min_rtt_wlen': v4('sysctl_tcp_min_rtt_wlen', 0, 86400),
  'net.ipv4.tcp_min_snd_mss': v4('sysctl_tcp_min_snd_mss', 48, 65535),
  'net.ipv4.tcp_min_tso_segs': v4('sysctl_tcp_min_tso_segs', 1, 255),
  'net.ipv4.tcp_moderate_rcvbuf': v4('sysctl_tcp_moderate_rcvbuf', 0, 1),
  'net.ipv4.tcp_mtu_probe_floor': v4('sysctl_tcp_mtu_probe_floor', 48, 65535),
  'net.ipv4.tcp_mtu_probing': v4('sysctl_tcp_mtu_probing', 0, 2),
  'net.ipv4.tcp_no_metrics_save': v4('sysctl_tcp_nometrics_save', 0, 1),
  'net.ipv4.tcp_no_ssthresh_metrics_save': v4('sysctl_tcp_no_ssthresh_metrics_save', 0, 1),
  'net.ipv4.tcp_notsent_lowat': v4('sysctl_tcp_notsent_lowat', 0),
  'net.ipv4.tcp_orphan_retries': v4('sysctl_tcp_orphan_retries', 0, 255),
  'net.ipv4.tcp_pacing_ca_ratio': v4('sysctl_tcp_pacing_ca_ratio', 0, 1000),
  'net.ipv4.tcp_pacing_ss_ratio': v4('sysctl_tcp_pacing_ss_ratio', 0, 1000),
  'net.ipv4.tcp_probe_interval': v4('sysctl_tcp_probe_interval', 0),
  'net.ipv4.tcp_probe_threshold': v4('sysctl_tcp_probe_threshold', 0),
  'net.ipv4.tcp_recovery': v4('sysctl_tcp_recovery', 0, 7),
  'net.ipv4.tcp_reflect_tos': v4('sysctl_tcp_reflect_tos', 0, 1),
  'net.ipv4.tcp_reordering': v4('sysctl_tcp_reordering', 1),
  'net.ipv4.tcp_retrans_collapse': v4('sysctl_tcp_retrans_collapse', 0, 1),
  'net.ipv4.tcp_retries1': v4('sysctl_tcp_retries1', 0, 255),
  'net.ipv4.tcp_retries2': v4('sysctl_tcp_retries2', 0, 255),
  'net.ipv4.tcp_rfc1337': v4('sysctl_tcp_rfc1337', 0, 1),
  'net.ipv4.tcp_rmem': vector(ipv4, 'sysctl_tcp_rmem'),
  'net.ipv4.tcp_sack': v4('sysctl_tcp_sack', 0, 1),
  'net.ipv4.tcp_slow_start_after_idle': v4('sysctl_tcp_slow_start_after_idle', 0, 1),
  'net.ipv4.tcp_stdurg': v4('sysctl_tcp_stdurg', 0, 1),
  'net.ipv4.tcp_syn_retries': v4('sysctl_tcp_syn_retries', 1, 127),
  'net.ipv4.tcp_synack_retries': v4('sysctl_tcp_synack_retries', 0, 255),
  'net.ipv4.tcp_syncookies': v4('sysctl_tcp_syncookies', 0, 2),
  'net.ipv4.tcp_thin_linear_timeouts': v4('sysctl_tcp_thin_linear_timeouts', 0, 1),
  'net.ipv4.tcp_timestamps': v4('sysctl_tcp_timestamps', 0, 2),
  'net.ipv4.tcp_tso_rtt_log': v4('sysctl_tcp_tso_rtt_log', 0, 255),
  'net.ipv4.tcp_tso_win_divisor': v4('sysctl_tcp_tso_win_divisor', 0),
  'net.ipv4.tcp_tw_reuse': v4('sysctl_tcp_tw_reuse', 0, 2),
  'net.ipv4.tcp_window_scaling': v4('sysctl_tcp_window_scaling', 0, 1),
  'net.ipv4.tcp_wmem': vector(ipv4, 'sysctl_tcp_wmem'),
  'net.ipv4.tcp_workaround_signed_windows': v4('sysctl_tcp_workaround_signed_windows', 0, 1),
  'net.ipv4.udp_early_demux': v4('sysctl_udp_early_demux', 0, 1),
  'net.ipv4.udp_mem': vector(ipv4, 'sysctl_udp_mem'),
  'net.ipv4.udp_rmem_min': v4('sysctl_udp_rmem_min', 1),
  'net.ipv4.udp_wmem_min': v4('sysctl_udp_wmem_min', 1),
};

/** @returns the setting's text, or -ENOENT */
export function sysctl_get(net: net, name: string): string | Errno {
  return SYSCTLS[name.replaceAll('/', '.')]?.get(net) ?? -ENOENT;
}
/** @returns 0, -ENOENT (no such setting), -EINVAL (not such a value) */
export function sysctl_set(net: net, name: string, text: string): Errno {
  return SYSCTLS[name.replaceAll('/', '.')]?.set(net, text) ?? -ENOENT;
}
