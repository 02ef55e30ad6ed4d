/** /proc/net/route, arp and dev. @linux net/ipv4/fib_trie.c, net/ipv4/arp.c, net/core/net-procfs.c */
import type { net_device } from '../../../include/linux/netdevice.ts';
import type { be32 } from '../../../include/linux/types.ts';
import type { fib_alias, fib_prefixes } from '../../../include/net/ip_fib.ts';
import { NUD_NOARP, NUD_PERMANENT, NUD_VALID } from '../../../include/net/neighbour.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import {
  RTAX_ADVMSS,
  RTAX_RTT,
  RTAX_WINDOW,
  RTN_BROADCAST,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_UNREACHABLE,
} from '../../../include/uapi/linux/rtnetlink.ts';
import { formatAddress } from '../../../lib/format_address.ts';
import { hex } from './sockets.ts';

/** Flags of a route. @linux include/uapi/linux/route.h */
const RTF_UP = 0x0001;
const RTF_GATEWAY = 0x0002;
const RTF_HOST = 0x0004;
const RTF_REJECT = 0x0200;

function route_line(prefix: be32, prefixes: fib_prefixes, fa: fib_alias): string {
  const fi = fa.fa_info;
  const nhc = fi.fib_nh[0]!;
  let flags = RTF_UP;
  if (fa.fa_type === RTN_UNREACHABLE || fa.fa_type === RTN_PROHIBIT) flags = RTF_REJECT;
  if (nhc.nhc_gw !== 0) flags |= RTF_GATEWAY;
  if (prefixes.length === 32) flags |= RTF_HOST;
  const advmss = fi.fib_metrics[RTAX_ADVMSS] ?? 0;
  return [
    nhc.nhc_dev === null ? '*' : nhc.nhc_dev.name,
    hex(prefix, 8),
    hex(nhc.nhc_gw, 8),
    hex(flags, 4),
    0,
    0,
    fi.fib_priority,
    hex(prefixes.mask, 8),
    advmss === 0 ? 0 : advmss + 40,
    fi.fib_metrics[RTAX_WINDOW] ?? 0,
    (fi.fib_metrics[RTAX_RTT] ?? 0) >> 3,
  ].join('\t');
}

/** The main table. @linux net/ipv4/fib_trie.c, here because all of /proc/net is in one folder */
export function fib_route_seq_show(net: net): string {
  const lines = ['Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'];
  for (const prefixes of [...net.ipv4.fib_main.tb_data].reverse()) {
    for (const [prefix, leaf] of prefixes.leaves) {
      for (const fa of leaf) {
        if (fa.fa_type !== RTN_BROADCAST && fa.fa_type !== RTN_MULTICAST)
          lines.push(route_line(prefix, prefixes, fa));
      }
    }
  }
  return lines.map((line) => `${line.padEnd(127)}\n`).join('');
}

/** The neighbours resolved by ARP. @linux net/ipv4/arp.c, here because all of /proc/net is in one folder */
export function arp_seq_show(net: net): string {
  let text = 'IP address       HW type     Flags       HW address            Mask     Device\n';
  for (const n of net.ipv4.arp_tbl.entries.values()) {
    if ((n.nud_state & ~NUD_NOARP) === 0) continue;
    const flags = (n.nud_state & NUD_PERMANENT) !== 0 ? 0x6 : (n.nud_state & NUD_VALID) !== 0 ? 0x2 : 0;
    const mac = Array.from(n.ha, (byte) => byte.toString(16).padStart(2, '0')).join(':');
    const type = n.dev.type.toString(16).padEnd(10);
    text += `${formatAddress(n.primary_key).padEnd(16)} 0x${type}0x${flags.toString(16).padEnd(10)}${mac.padEnd(17)}     *        ${n.dev.name}\n`;
  }
  return text;
}

function dev_line(dev: net_device): string {
  const s = dev.stats;
  const values: [value: number, width: number][] = [
    [s.rx_bytes, 7],
    [s.rx_packets, 7],
    [s.rx_errors, 4],
    [s.rx_dropped + s.rx_missed_errors, 4],
    [0, 4],
    [s.rx_over_errors + s.rx_crc_errors, 5],
    [0, 10],
    [0, 9],
    [s.tx_bytes, 8],
    [s.tx_packets, 7],
    [s.tx_errors, 4],
    [s.tx_dropped, 4],
    [0, 4],
    [0, 5],
    [0, 7],
    [0, 10],
  ];
  return `${dev.name.padStart(6)}: ${values.map(([value, width]) => String(value).padStart(width)).join(' ')}\n`;
}

/** The devices' counters. @linux net/core/net-procfs.c */
export function dev_seq_show(net: net): string {
  const header =
    'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';
  return header + [...net.dev_base.values()].map(dev_line).join('');
}
