/**
 * Neighbours: hosts on the link and their link-layer addresses. The functions are in net/core/neighbour/.
 *
 * @linux include/net/neighbour.h
 */
import type { net_device } from '../linux/netdevice.ts';
import { sk_buff_head, type sk_buff } from '../linux/skbuff.ts';
import { timer_list } from '../linux/timer.ts';
import type { be32, jiffies_t } from '../linux/types.ts';

export const NUD_STATES = {
  NUD_NONE: 0x00,
  NUD_INCOMPLETE: 0x01,
  NUD_REACHABLE: 0x02,
  NUD_STALE: 0x04,
  NUD_DELAY: 0x08,
  NUD_PROBE: 0x10,
  NUD_FAILED: 0x20,
  NUD_NOARP: 0x40,
  NUD_PERMANENT: 0x80,
} as const;
export const NUD_NONE = NUD_STATES.NUD_NONE;
export const NUD_INCOMPLETE = NUD_STATES.NUD_INCOMPLETE;
export const NUD_REACHABLE = NUD_STATES.NUD_REACHABLE;
export const NUD_STALE = NUD_STATES.NUD_STALE;
export const NUD_DELAY = NUD_STATES.NUD_DELAY;
export const NUD_PROBE = NUD_STATES.NUD_PROBE;
export const NUD_FAILED = NUD_STATES.NUD_FAILED;
export const NUD_NOARP = NUD_STATES.NUD_NOARP;
export const NUD_PERMANENT = NUD_STATES.NUD_PERMANENT;
export const NUD_IN_TIMER = NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE;
export const NUD_VALID = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;
export const NUD_CONNECTED = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE;

export interface neigh_ops {
  family: number;
  solicit(neigh: neighbour, skb: sk_buff | null): void;
  error_report(neigh: neighbour, skb: sk_buff): void;
  output(neigh: neighbour, skb: sk_buff): number;
  connected_output(neigh: neighbour, skb: sk_buff): number;
}

/** Times in jiffies, and numbers of probes. */
export class neigh_parms {
  base_reachable_time = 30_000;
  reachable_time: jiffies_t = 30_000;
  retrans_time: jiffies_t = 1_000;
  delay_probe_time: jiffies_t = 5_000;
  gc_staletime: jiffies_t = 60_000;
  ucast_probes = 3;
  mcast_probes = 3;
  /** Number of broadcasts after the unicast probes to a known address have failed. */
  mcast_reprobes = 0;
  app_probes = 0;
  /** Limit of the packets that wait for one resolution, in bytes. */
  queue_len_bytes = 212_992;
  /** How long a learned address is protected from replacement, in jiffies. */
  locktime: jiffies_t = 1_000;
}

export interface neigh_table {
  family: number;
  id: string;
  entries: Map<string, neighbour>;
  parms: neigh_parms;
  constructor_(neigh: neighbour): number;
  proxy_redo(skb: sk_buff): void;
  /** When old entries were last freed, in jiffies. */
  last_flush: jiffies_t;
}

/** One neighbour. */
export class neighbour {
  tbl: neigh_table;
  parms: neigh_parms;
  dev: net_device;
  confirmed: jiffies_t = 0;
  updated: jiffies_t = 0;
  used: jiffies_t = 0;
  refcnt = 1;
  arp_queue_len_bytes = 0;
  /** Packets that wait for the address to be resolved. */
  arp_queue = new sk_buff_head();
  timer: timer_list<neighbour>;
  probes = 0;
  nud_state: number = NUD_NONE;
  type = 0;
  dead = false;
  flags = 0;
  /** Its link-layer address. */
  ha = new Uint8Array(6);
  output: (neigh: neighbour, skb: sk_buff) => number;
  ops: neigh_ops;
  /** The IPv4 address. */
  primary_key: be32;

  constructor(
    tbl: neigh_table,
    dev: net_device,
    primary_key: be32,
    ops: neigh_ops,
    output: neighbour['output'],
    timer_handler: (neigh: neighbour) => void,
  ) {
    this.tbl = tbl;
    this.parms = tbl.parms;
    this.dev = dev;
    this.primary_key = primary_key;
    this.ops = ops;
    this.output = output;
    this.timer = new timer_list<neighbour>(timer_handler, this);
  }
}
