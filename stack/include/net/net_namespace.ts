/**
 * A network namespace: devices, tables, settings, counters. Each machine has one.
 *
 * @linux include/net/net_namespace.h
 */
import type { Machine } from '../../machine.ts';
import type { net_device, netdev_notifier, packet_offload, packet_type } from '../linux/netdevice.ts';
import type { be16 } from '../linux/types.ts';
import {
  ICMP_MIB_NAMES,
  IPSTATS_MIB_NAMES,
  LINUX_MIB_NAMES,
  TCP_MIB_NAMES,
  UDP_MIB_NAMES,
} from '../uapi/linux/snmp.ts';
import { netns_core, netns_ipv4 } from './netns_ipv4.ts';
import type { ctl_table } from '../../kernel/sysctl.ts';
import type { inet_hashinfo } from './inet_hashtables.ts';

/** The counters, by LINUX_MIB_… and similar numbers. @linux include/net/netns/mib.h */
export class netns_mib {
  ip_statistics: number[] = IPSTATS_MIB_NAMES.map(() => 0);
  icmp_statistics: number[] = ICMP_MIB_NAMES.map(() => 0);
  tcp_statistics: number[] = TCP_MIB_NAMES.map(() => 0);
  udp_statistics: number[] = UDP_MIB_NAMES.map(() => 0);
  net_statistics: number[] = LINUX_MIB_NAMES.map(() => 0);
}

export class net {
  machine: Machine;
  loopback_dev: net_device | null = null;
  /** Devices by index. */
  dev_base = new Map<number, net_device>();
  core = new netns_core();
  ipv4: netns_ipv4;
  mib = new netns_mib();
  /** The settings by name: 'net.ipv4.tcp_sack'. @linux include/linux/sysctl.h */
  sysctls = new Map<string, ctl_table>();
  cookie_gen = 0;
  /**
   * Incremented when a socket is bound to another device, which invalidates what is remembered about ports in
   * use.
   */
  bound_dev_genid = 0;
  /** Existing protocol sockets of processes: the first line of /proc/net/sockstat. */
  sockets_in_use = 0;
  /** Receivers by EtherType, and receivers of all packets. */
  ptype_base = new Map<be16, packet_type[]>();
  ptype_all: packet_type[] = [];
  /** GSO and GRO callbacks by EtherType. */
  offload_base: packet_offload[] = [];
  /**
   * Called when a device is registered, goes up or goes down (NETDEV_…).
   *
   * @linux register_netdevice_notifier
   */
  netdev_chain: netdev_notifier[] = [];

  constructor(machine: Machine, hashinfo: inet_hashinfo) {
    this.machine = machine;
    this.ipv4 = new netns_ipv4(hashinfo);
  }
}

export function NET_INC_STATS(net: net, field: number): void {
  net.mib.net_statistics[field]!++;
}
export function NET_ADD_STATS(net: net, field: number, value: number): void {
  net.mib.net_statistics[field]! += value;
}
export function TCP_INC_STATS(net: net, field: number): void {
  net.mib.tcp_statistics[field]!++;
}
export function TCP_DEC_STATS(net: net, field: number): void {
  net.mib.tcp_statistics[field]!--;
}
export function TCP_ADD_STATS(net: net, field: number, value: number): void {
  net.mib.tcp_statistics[field]! += value;
}
export function IP_INC_STATS(net: net, field: number): void {
  net.mib.ip_statistics[field]!++;
}
export function IP_ADD_STATS(net: net, field: number, value: number): void {
  net.mib.ip_statistics[field]! += value;
}
export function UDP_INC_STATS(net: net, field: number): void {
  net.mib.udp_statistics[field]!++;
}
export function ICMP_INC_STATS(net: net, field: number): void {
  net.mib.icmp_statistics[field]!++;
}
