/**
 * The files of /proc/net, as functions that return their text, with Linux's columns. Addresses are printed as
 * on a big-endian machine.
 *
 * @linux net/ipv4/proc.c
 */
import type { net } from '../../include/net/net_namespace.ts';
import { netstat_seq_show, snmp_seq_show, sockstat_seq_show } from './proc/counters.ts';
import { ping_v4_seq_show, raw_seq_show, tcp4_seq_show, udp4_seq_show } from './proc/sockets.ts';
import { arp_seq_show, dev_seq_show, fib_route_seq_show } from './proc/tables.ts';

/** The files under /proc/net, by name. */
export const PROC_NET = {
  tcp: tcp4_seq_show,
  udp: udp4_seq_show,
  raw: raw_seq_show,
  icmp: ping_v4_seq_show,
  snmp: snmp_seq_show,
  netstat: netstat_seq_show,
  sockstat: sockstat_seq_show,
  route: fib_route_seq_show,
  arp: arp_seq_show,
  dev: dev_seq_show,
} as const;
export type ProcNetName = keyof typeof PROC_NET;

/** The text of /proc/net/NAME; null: no such file. */
export function proc_net(net: net, name: string): string | null {
  return Object.hasOwn(PROC_NET, name) ? PROC_NET[name as ProcNetName](net) : null;
}
