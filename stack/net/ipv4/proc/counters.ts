/** /proc/net/snmp, netstat and sockstat: the counters. @linux net/ipv4/proc.c */
import {
  ICMP_MIB_NAMES,
  IPSTATS_MIB_FRAGCREATES,
  IPSTATS_MIB_NAMES,
  LINUX_MIB_NAMES,
  TCP_MIB_MAXCONN,
  TCP_MIB_NAMES,
  TCP_MIB_RTOALGORITHM,
  TCP_MIB_RTOMAX,
  TCP_MIB_RTOMIN,
  UDP_MIB_NAMES,
} from '../../../include/uapi/linux/snmp.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { TCP_RTO_MAX, TCP_RTO_MIN } from '../../../include/net/tcp.ts';

/** A line of names and a line of values. */
function pair(prefix: string, names: readonly string[], values: readonly number[]): string {
  return `${prefix}: ${names.join(' ')}\n${prefix}: ${values.join(' ')}\n`;
}

/** The nonzero message counters by type. @linux net/ipv4/proc.c */
function icmpmsg_put(net: net): string {
  const names: string[] = [];
  const values: number[] = [];
  for (const [prefix, counts] of [
    ['InType', net.ipv4.icmpmsg_in],
    ['OutType', net.ipv4.icmpmsg_out],
  ] as const) {
    for (const [type, count] of counts.entries()) {
      if (count === 0) continue;
      names.push(`${prefix}${type}`);
      values.push(count);
    }
  }
  return names.length === 0 ? '' : pair('IcmpMsg', names, values);
}

/** The counters of the MIBs (RFC 1213, RFC 4022, RFC 4113, RFC 4293). @linux net/ipv4/proc.c */
export function snmp_seq_show(net: net): string {
  const { mib, ipv4 } = net;
  // The first 17 belong to the MIB; netstat shows the others.
  const ip_names = ['Forwarding', 'DefaultTTL', ...IPSTATS_MIB_NAMES.slice(0, IPSTATS_MIB_FRAGCREATES + 1)];
  const forwarding = ipv4.devconf_all.forwarding !== 0 ? 1 : 2;
  const ip_values = mib.ip_statistics.slice(0, IPSTATS_MIB_FRAGCREATES + 1);
  const tcp_values = [...mib.tcp_statistics];
  // Not counters: the RTO algorithm (1: other than those named in RFC 4022), and the RTO's limits in ms.
  tcp_values[TCP_MIB_RTOALGORITHM] = 1;
  tcp_values[TCP_MIB_RTOMIN] = TCP_RTO_MIN;
  tcp_values[TCP_MIB_RTOMAX] = TCP_RTO_MAX;
  tcp_values[TCP_MIB_MAXCONN] = -1;
  return (
    pair('Ip', ip_names, [forwarding, ipv4.sysctl_ip_default_ttl, ...ip_values]) +
    pair('Icmp', ICMP_MIB_NAMES, mib.icmp_statistics) +
    icmpmsg_put(net) +
    pair('Tcp', TCP_MIB_NAMES, tcp_values) +
    pair('Udp', UDP_MIB_NAMES, mib.udp_statistics) +
    pair(
      'UdpLite',
      UDP_MIB_NAMES,
      UDP_MIB_NAMES.map(() => 0),
    )
  );
}

/** Linux's own counters. @linux net/ipv4/proc.c */
export function netstat_seq_show(net: net): string {
  const { mib } = net;
  const extension = IPSTATS_MIB_FRAGCREATES + 1;
  return (
    pair('TcpExt', LINUX_MIB_NAMES, mib.net_statistics) +
    pair('IpExt', IPSTATS_MIB_NAMES.slice(extension), mib.ip_statistics.slice(extension))
  );
}

/** Sockets in use, and their memory in pages. @linux net/ipv4/proc.c */
export function sockstat_seq_show(net: net): string {
  const { ipv4 } = net;
  const { tcp_memory: tcp } = ipv4;
  const { memory: udp } = ipv4.udp_table;
  const raw = ipv4.raw_v4_hashinfo.ht.reduce(
    (count, chain) => count + (chain === null ? 0 : chain.length),
    0,
  );
  const tw = ipv4.tcp_death_row.tw_refcount - 1;
  return (
    `sockets: used ${net.sockets_in_use}\n` +
    `TCP: inuse ${tcp.inuse} orphan ${tcp.orphan_count} tw ${tw} ` +
    `alloc ${tcp.sockets_allocated} mem ${tcp.memory_allocated}\n` +
    `UDP: inuse ${udp.inuse} mem ${udp.memory_allocated}\n` +
    'UDPLITE: inuse 0\n' +
    `RAW: inuse ${raw}\n` +
    `FRAG: inuse ${ipv4.fqdir.rhashtable.size} memory ${ipv4.fqdir.mem}\n`
  );
}
