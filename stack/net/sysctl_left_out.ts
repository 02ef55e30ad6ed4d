/** Settings that Linux 6.1 has and this stack does not: what they are about is left out. */

/** By what they are about, with `*` for any ending. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  'IPv6 is left out': ['net.ipv6.*'],
  'Unix sockets are left out': ['net.unix.*'],
  'netfilter is left out': ['net.netfilter.*', 'net.nf_conntrack_max'],
  'BPF is left out': ['net.core.bpf_jit_*'],
  'busy polling is left out': ['net.core.busy_poll', 'net.core.busy_read'],
  'there is one CPU': [
    'net.core.flow_limit_*',
    'net.core.mem_pcpu_rsv',
    'net.core.rps_sock_flow_entries',
    'net.core.netdev_rss_key',
    'net.core.skb_defer_max',
  ],
  'there is one network namespace': [
    'net.core.devconf_inherit_init_net',
    'net.core.fb_tunnels_only_for_init_net',
    'net.ipv4.tcp_child_ehash_entries',
  ],
  'devices have one receive queue and one transmit queue': [
    'net.core.dev_weight_rx_bias',
    'net.core.dev_weight_tx_bias',
  ],
  'devices are not unregistered': ['net.core.netdev_unregister_timeout_secs'],
  'packets are stamped when they are captured': ['net.core.netdev_tstamp_prequeue'],
  'pages are of one size': ['net.core.high_order_alloc_disable'],
  'each message of the kernel is shown': [
    'net.core.message_burst',
    'net.core.message_cost',
    'net.core.warnings',
    'net.ipv4.conf.*.log_martians',
  ],
  'CIPSO labels are left out': ['net.ipv4.cipso_*'],
  'multipath and nexthop objects are left out': ['net.ipv4.fib_*', 'net.ipv4.nexthop_compat_mode'],
  'probes of interfaces (RFC 8335) are left out': ['net.ipv4.icmp_echo_enable_probe'],
  'multicast groups are left out': [
    'net.ipv4.igmp_*',
    'net.ipv4.conf.*.force_igmp_version',
    'net.ipv4.conf.*.igmpv2_unsolicited_report_interval',
    'net.ipv4.conf.*.igmpv3_unsolicited_report_interval',
    'net.ipv4.conf.*.mc_forwarding',
  ],
  'its limits are constants': [
    'net.ipv4.inet_peer_*',
    'net.ipv4.neigh.*',
    'net.ipv4.route.*',
    'net.ipv4.ipfrag_low_thresh',
    'net.ipv4.ipfrag_secret_interval',
  ],
  'packets that are forwarded keep their priority': ['net.ipv4.ip_forward_update_priority'],
  'VRFs (L3 master devices) are left out': [
    'net.ipv4.raw_l3mdev_accept',
    'net.ipv4.tcp_l3mdev_accept',
    'net.ipv4.udp_l3mdev_accept',
  ],
  'root may use every congestion control that there is': ['net.ipv4.tcp_allowed_congestion_control'],
  'ULPs are left out': ['net.ipv4.tcp_available_ulp'],
  'it has no effect on Linux either': ['net.ipv4.tcp_fack', 'net.ipv4.tcp_low_latency'],
  'Fast Open is left out': ['net.ipv4.tcp_fastopen_*'],
  'it is of a later kernel': ['net.ipv4.tcp_shrink_window'],
  'XFRM (IPsec) is left out': ['net.ipv4.conf.*.disable_policy', 'net.ipv4.conf.*.disable_xfrm'],
  'a device keeps its carrier': [
    'net.ipv4.conf.*.arp_evict_nocarrier',
    'net.ipv4.conf.*.ignore_routes_with_linkdown',
  ],
  'addresses are not announced, and requests for them not relayed': [
    'net.ipv4.conf.*.arp_notify',
    'net.ipv4.conf.*.bootp_relay',
    'net.ipv4.conf.*.medium_id',
    'net.ipv4.conf.*.proxy_arp_pvlan',
    'net.ipv4.conf.*.tag',
  ],
  'routes are not looked up by mark': ['net.ipv4.conf.*.src_valid_mark'],
};

const PATTERNS = Object.entries(LEFT_OUT).flatMap(([reason, names]) =>
  names.map((name) => ({
    reason,
    pattern: new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.+')}$`),
  })),
);

/** Why a setting of Linux is not here; null: Linux has no such setting, or it is here. */
export function sysctl_left_out(name: string): string | null {
  const dotted = name.replaceAll('/', '.');
  return PATTERNS.find(({ pattern }) => pattern.test(dotted))?.reason ?? null;
}
