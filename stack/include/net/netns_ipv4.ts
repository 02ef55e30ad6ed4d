/** IPv4's settings and tables in a network namespace. @linux include/net/netns/ipv4.h */
import type { siphash_key } from '../../lib/siphash.ts';
import type { tsq_tasklet } from '../../net/ipv4/tcp_output/tsq.ts';
import { ipv4_devconf, type inetaddr_notifier } from '../linux/inetdevice.ts';
import type { in_ifaddr } from '../linux/netdevice.ts';
import type { be32 } from '../linux/types.ts';
import type { udp_table } from '../linux/udp.ts';
import type { fqdir } from './inet_frag.ts';
import type { inet_hashinfo } from './inet_hashtables.ts';
import { inet_timewait_death_row } from './inet_timewait_sock.ts';
import type { inet_peer_base, ip_ident_table } from './inetpeer.ts';
import type { fib_table } from './ip_fib.ts';
import type { neigh_table } from './neighbour.ts';
import type { ping_table } from './ping.ts';
import type { net_offload, net_protocol } from './protocol.ts';
import type { raw_hashinfo } from './raw.ts';
import { proto_memory, type sock } from './sock.ts';

/**
 * The settings under net.ipv4 and net.core, under the names of the kernel's variables and with Linux's
 * defaults. Times are in jiffies where the kernel uses jiffies.
 */
export class netns_ipv4 {
  tcp_death_row = new inet_timewait_death_row();
  hashinfo: inet_hashinfo;

  /** The settings for all devices, and for new ones: net.ipv4.conf. */
  devconf_all = new ipv4_devconf();
  devconf_dflt = new ipv4_devconf();

  sysctl_tcp_ecn = 2;
  sysctl_tcp_ecn_fallback = 1;
  sysctl_ip_default_ttl = 64;
  sysctl_ip_no_pmtu_disc = 0;
  sysctl_ip_fwd_use_pmtu = 0;
  sysctl_ip_nonlocal_bind = 0;
  sysctl_ip_autobind_reuse = 0;
  sysctl_ip_dynaddr = 0;
  sysctl_ip_early_demux = 1;
  sysctl_tcp_early_demux = 1;
  sysctl_udp_early_demux = 1;
  sysctl_fwmark_reflect = 0;
  sysctl_tcp_fwmark_accept = 0;
  sysctl_tcp_mtu_probing = 0;
  sysctl_tcp_mtu_probe_floor = 48;
  sysctl_tcp_base_mss = 1024;
  sysctl_tcp_min_snd_mss = 48;
  sysctl_tcp_probe_threshold = 8;
  sysctl_tcp_probe_interval = 600;
  sysctl_tcp_keepalive_time = 7_200_000;
  sysctl_tcp_keepalive_intvl = 75_000;
  sysctl_tcp_keepalive_probes = 9;
  sysctl_tcp_syn_retries = 6;
  sysctl_tcp_synack_retries = 5;
  sysctl_tcp_syncookies = 1;
  sysctl_tcp_migrate_req = 0;
  sysctl_tcp_comp_sack_nr = 44;
  sysctl_tcp_comp_sack_delay_ns = 1_000_000;
  sysctl_tcp_comp_sack_slack_ns = 100_000;
  sysctl_tcp_reordering = 3;
  sysctl_tcp_retries1 = 3;
  sysctl_tcp_retries2 = 15;
  sysctl_tcp_orphan_retries = 0;
  sysctl_tcp_tw_reuse = 2;
  sysctl_tcp_fin_timeout = 60_000;
  sysctl_tcp_notsent_lowat = 0xffffffff;
  sysctl_tcp_sack = 1;
  sysctl_tcp_window_scaling = 1;
  sysctl_tcp_timestamps = 1;
  sysctl_tcp_early_retrans = 3;
  sysctl_tcp_recovery = 1;
  sysctl_tcp_thin_linear_timeouts = 0;
  sysctl_tcp_slow_start_after_idle = 1;
  sysctl_tcp_retrans_collapse = 1;
  sysctl_tcp_stdurg = 0;
  sysctl_tcp_rfc1337 = 0;
  sysctl_tcp_abort_on_overflow = 0;
  sysctl_tcp_max_reordering = 300;
  sysctl_tcp_dsack = 1;
  sysctl_tcp_app_win = 31;
  sysctl_tcp_adv_win_scale = 1;
  sysctl_tcp_frto = 2;
  sysctl_tcp_nometrics_save = 0;
  sysctl_tcp_no_ssthresh_metrics_save = 1;
  sysctl_tcp_moderate_rcvbuf = 1;
  sysctl_tcp_tso_win_divisor = 3;
  sysctl_tcp_workaround_signed_windows = 0;
  sysctl_tcp_limit_output_bytes = 1_048_576;
  sysctl_tcp_challenge_ack_limit = 0x7fffffff;
  sysctl_tcp_min_rtt_wlen = 300;
  sysctl_tcp_min_tso_segs = 2;
  sysctl_tcp_tso_rtt_log = 9;
  sysctl_tcp_autocorking = 1;
  sysctl_tcp_reflect_tos = 0;
  sysctl_tcp_invalid_ratelimit = 500;
  sysctl_tcp_pacing_ss_ratio = 200;
  sysctl_tcp_pacing_ca_ratio = 120;
  /** min, default, max: in bytes. */
  sysctl_tcp_wmem = [4096, 16384, 4_194_304];
  sysctl_tcp_rmem = [4096, 131_072, 6_291_456];
  /** low, pressure, high: in pages of 4096 bytes. */
  sysctl_tcp_mem = [190_500, 254_000, 381_000];
  sysctl_tcp_max_orphans = 131_072;
  sysctl_max_syn_backlog = 2048;
  sysctl_tcp_fastopen = 1;
  sysctl_tcp_congestion_control = 'cubic';
  sysctl_udp_rmem_min = 4096;
  sysctl_udp_wmem_min = 4096;
  sysctl_udp_mem = [381_000, 508_000, 762_000];
  sysctl_icmp_echo_ignore_all = 0;
  sysctl_icmp_echo_ignore_broadcasts = 1;
  sysctl_icmp_ignore_bogus_error_responses = 1;
  sysctl_icmp_ratelimit = 1000;
  sysctl_icmp_ratemask = 0x1818;
  sysctl_icmp_msgs_per_sec = 1000;
  sysctl_icmp_msgs_burst = 50;
  sysctl_icmp_errors_use_inbound_ifaddr = 0;
  /** Lowest and highest group; 1 0 permits no group. */
  ping_group_range = [1, 0];
  ip_local_ports = [32768, 60999];
  ip_local_reserved_ports = new Set<number>();
  sysctl_ip_prot_sock = 1024;
  ip_id_seed = 0;
  rt_genid = 0;
  /** Reassembly limits: bytes, and seconds times HZ. */
  ipfrag_high_thresh = 4_194_304;
  ipfrag_time = 30_000;
  ipfrag_max_dist = 64;
  /** Token bucket that limits ICMP errors of the whole host. */
  icmp_global_credit = 0;
  icmp_global_stamp = 0;
  /** Sockets that wait to send more (TCP small queues). */
  tsq_tasklet: tsq_tasklet | null = null;

  /** Receivers by IP protocol number. */
  inet_protos: (net_protocol | null)[] = [];
  /** Segmentation and merge functions of the transport protocols, by protocol number. */
  inet_offloads = new Map<number, net_offload>();
  /** The routing tables for local addresses and for everything else. Created by ip_fib_init(). */
  fib_local!: fib_table;
  fib_main!: fib_table;
  /** Called when an interface gets or loses an address. */
  inetaddr_chain: inetaddr_notifier[] = [];
  /** Interface addresses, by address. */
  inet_addr_lst = new Map<be32, in_ifaddr>();
  /** Incremented whenever an interface address is added or removed. */
  dev_addr_genid = 0;
  /** Smaller path MTUs are not accepted, in bytes. */
  ip_rt_min_pmtu = 552;
  /** How long a learned path MTU is valid, in jiffies. */
  ip_rt_mtu_expires = 600_000;
  ip_rt_min_advmss = 256;
  /** Incremented to invalidate learned path MTUs and redirects. */
  fnhe_genid = 0;
  /** Rate limits of the ICMP errors sent to each host, by address. Created by ip_rt_init(). */
  peers!: inet_peer_base;
  /** The generators of IP ids. */
  ip_idents!: ip_ident_table;
  /** The link-layer addresses of neighbours. Created by arp_init(). */
  arp_tbl!: neigh_table;
  /** Datagrams being reassembled. Created by ipfrag_init(). */
  fqdir!: fqdir;
  /** The socket that sends the kernel's ICMP messages. Created by icmp_init(). */
  icmp_sk: sock | null = null;
  /** The UDP sockets by port. Created by udp_init(). */
  udp_table!: udp_table;
  /** Raw sockets by protocol. Created by raw_init(). */
  raw_v4_hashinfo!: raw_hashinfo;
  /** Ping sockets by identifier. Created by ping_init(). */
  ping_table!: ping_table;
  /** ICMP messages by type, received and sent. */
  icmpmsg_in: number[] = new Array<number>(256).fill(0);
  icmpmsg_out: number[] = new Array<number>(256).fill(0);
  /** Host-wide limit on challenge ACKs (RFC 5961): the current second, and how many remain in it. */
  tcp_challenge_timestamp = 0;
  tcp_challenge_count = 0;
  /** Key of initial sequence numbers, timestamp offsets and ephemeral ports; created on first use. */
  net_secret: siphash_key | null = null;
  /** Keys of SYN cookies; created on first use. */
  syncookie_secret: siphash_key[] | null = null;
  /** Memory accounting shared by all TCP sockets. */
  tcp_memory = new proto_memory();
  /** The control socket that sends RSTs and ACKs for segments without a connection. */
  tcp_sk: sock | null = null;

  constructor(hashinfo: inet_hashinfo) {
    this.hashinfo = hashinfo;
    this.devconf_dflt.accept_source_route = 1;
    this.tcp_memory.sysctl_mem = this.sysctl_tcp_mem;
  }
}

/** The settings of net.core. @linux include/net/netns/core.h, net/core/sysctl_net_core.c */
export class netns_core {
  sysctl_somaxconn = 4096;
  sysctl_optmem_max = 20_480;
  sysctl_rmem_default = 212_992;
  sysctl_rmem_max = 212_992;
  sysctl_wmem_default = 212_992;
  sysctl_wmem_max = 212_992;
  sysctl_txrehash = 1;
  sysctl_netdev_budget = 300;
  /** In µs. */
  sysctl_netdev_budget_usecs = 2000;
  sysctl_netdev_max_backlog = 1000;
  sysctl_dev_weight = 64;
  sysctl_tstamp_allow_data = 1;
  sysctl_gro_normal_batch = 8;
  sysctl_max_skb_frags = 17;
  sysctl_default_qdisc = 'pfifo_fast';
}
