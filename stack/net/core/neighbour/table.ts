/**
 * The neighbour table: lookup, creation and removal of entries, and sending through them.
 *
 * @linux net/core/neighbour.c
 */
import { dev_hard_header, type net_device } from '../../../include/linux/netdevice.ts';
import { type sk_buff, skb_network_offset } from '../../../include/linux/skbuff.ts';
import type { be32 } from '../../../include/linux/types.ts';
import {
  type neigh_ops,
  type neigh_table,
  neighbour,
  NUD_FAILED,
  NUD_NOARP,
  NUD_NONE,
  NUD_PERMANENT,
  NUD_STALE,
  NUD_VALID,
} from '../../../include/net/neighbour.ts';
import { EINVAL, ENETDOWN, ENOBUFS, type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import { net_info_ratelimited } from '../../../kernel/printk.ts';
import { HZ, jiffies } from '../../../kernel/time/jiffies.ts';
import { get_random_u32_below } from '../../../lib/random.ts';
import type { Machine } from '../../../machine.ts';
import { trace } from '../../../trace/events.ts';
import { dev_queue_xmit } from '../dev/xmit.ts';
import { __skb_pull, kfree_skb } from '../skbuff/alloc.ts';
import { __skb_queue_purge } from '../skbuff/queue.ts';
import {
  neigh_del_timer,
  neigh_event_send,
  neigh_timer_handler,
  neigh_update,
  NEIGH_UPDATE_F_OVERRIDE,
} from './state.ts';

/**
 * Limits at which creating an entry first frees old ones: from the second only at intervals, from the third
 * always.
 */
const GC_THRESH2 = 512;
const GC_THRESH3 = 1024;

function entry_name(dev: net_device, key: be32): string {
  return `${dev.ifindex}:${key >>> 24}.${(key >>> 16) & 0xff}.${(key >>> 8) & 0xff}.${key & 0xff}`;
}

/** The entry for an address on a device, or null. @linux net/core/neighbour.c */
export function neigh_lookup(_tbl: neigh_table, pkey: be32, dev: net_device): neighbour | null {
  return dev.neighbours.get(pkey) ?? null;
}

/** The entry for an address on a device, created if it does not exist. @linux include/net/neighbour.h */
export function __neigh_lookup(
  tbl: neigh_table,
  pkey: be32,
  dev: net_device,
  creat: boolean,
): neighbour | null {
  const n = neigh_lookup(tbl, pkey, dev);
  if (n !== null || !creat) return n;
  const created = __neigh_create(tbl, pkey, dev);
  return IS_ERR(created) ? null : created;
}

/** The operations of an entry before its protocol has initialized it. */
const neigh_no_ops: neigh_ops = {
  family: 0,
  solicit() {},
  error_report(_neigh, skb) {
    kfree_skb(skb);
  },
  output: neigh_blackhole,
  connected_output: neigh_blackhole,
};

function neigh_blackhole(_neigh: neighbour, skb: sk_buff): number {
  kfree_skb(skb);
  return -ENETDOWN;
}

/**
 * Create an entry; no solicitation is sent yet.
 *
 * @returns the entry, -ENOBUFS (the table is full), or the protocol's error (-EINVAL: the device has no IP
 *   configuration)
 * @linux net/core/neighbour.c
 */
export function __neigh_create(tbl: neigh_table, pkey: be32, dev: net_device): neighbour | Errno {
  const { machine } = dev;
  const entries = tbl.entries.size;
  if (entries >= GC_THRESH3 || (entries >= GC_THRESH2 && jiffies(machine) > tbl.last_flush + 5 * HZ)) {
    if (!neigh_forced_gc(tbl, machine) && entries >= GC_THRESH3) {
      net_info_ratelimited(machine, `${tbl.id}: neighbor table overflow!`);
      return -ENOBUFS;
    }
  }
  const n = new neighbour(tbl, dev, pkey, neigh_no_ops, neigh_blackhole, neigh_timer_handler);
  n.used = jiffies(machine);
  n.updated = n.used;
  trace.neigh_create(tbl, dev, pkey, n);

  const error = tbl.constructor_(n);
  if (IS_ERR(error)) return error;
  n.confirmed = jiffies(machine) - n.parms.base_reachable_time * 2;

  // The protocol may have changed the key: on loopback all addresses share one neighbour.
  const existing = dev.neighbours.get(n.primary_key);
  if (existing !== undefined) return existing;
  dev.neighbours.set(n.primary_key, n);
  tbl.entries.set(entry_name(dev, n.primary_key), n);
  return n;
}

/** Free unused entries: failed and old ones. @returns whether any was freed @linux net/core/neighbour.c */
function neigh_forced_gc(tbl: neigh_table, machine: Machine): boolean {
  const max_clean = tbl.entries.size - GC_THRESH2;
  const tref = jiffies(machine) - 5 * HZ;
  let shrunk = 0;
  for (const n of tbl.entries.values()) {
    if (shrunk >= max_clean) break;
    const unused = n.nud_state === NUD_FAILED || n.nud_state === NUD_NOARP || n.updated < tref;
    if (n.refcnt !== 1 || (n.nud_state & NUD_PERMANENT) !== 0 || !unused) continue;
    neigh_remove_one(n);
    shrunk++;
  }
  tbl.last_flush = jiffies(machine);
  return shrunk > 0;
}

/** Remove an entry from the table. @linux net/core/neighbour.c */
export function neigh_remove_one(n: neighbour): void {
  n.dev.neighbours.delete(n.primary_key);
  n.tbl.entries.delete(entry_name(n.dev, n.primary_key));
  n.dead = true;
  neigh_del_timer(n);
  __skb_queue_purge(n.arp_queue);
  n.arp_queue_len_bytes = 0;
  n.output = neigh_blackhole;
  n.nud_state = (n.nud_state & NUD_VALID) !== 0 ? 0 : NUD_NONE;
}

/** A device went down or lost its addresses: remove its neighbours. @linux net/core/neighbour.c */
export function neigh_ifdown(_tbl: neigh_table, dev: net_device): void {
  for (const n of [...dev.neighbours.values()]) neigh_remove_one(n);
}

/**
 * The neighbour's link-layer address was seen in a packet that it sent: it exists, but is not confirmed.
 *
 * @linux net/core/neighbour.c
 */
export function neigh_event_ns(
  tbl: neigh_table,
  lladdr: Uint8Array | null,
  saddr: be32,
  dev: net_device,
): neighbour | null {
  const neigh = __neigh_lookup(tbl, saddr, dev, lladdr !== null || dev.addr_len === 0);
  if (neigh !== null) neigh_update(neigh, lladdr, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
  return neigh;
}

/** Send to a neighbour. @linux include/net/neighbour.h */
export function neigh_output(n: neighbour, skb: sk_buff): number {
  return n.output(n, skb);
}

/** Send to a neighbour that may not be reachable: resolve or confirm it first. @linux net/core/neighbour.c */
export function neigh_resolve_output(neigh: neighbour, skb: sk_buff): number {
  if (neigh_event_send(neigh, skb) !== 0) return 0;
  return neigh_connected_output(neigh, skb);
}

/**
 * Send to a neighbour whose address is known. -EINVAL: the device could not build its header.
 *
 * @linux net/core/neighbour.c
 */
export function neigh_connected_output(neigh: neighbour, skb: sk_buff): number {
  const { dev } = neigh;
  __skb_pull(skb, skb_network_offset(skb));
  const err = dev_hard_header(skb, dev, skb.protocol, neigh.ha, null, skb.len);
  if (err >= 0) return dev_queue_xmit(skb);
  kfree_skb(skb);
  return -EINVAL;
}

/** Send through a device that has no link-layer header. @linux net/core/neighbour.c */
export function neigh_direct_output(_neigh: neighbour, skb: sk_buff): number {
  return dev_queue_xmit(skb);
}

/**
 * Choose a random reachable time, so that neighbours are not all probed at once.
 *
 * @linux net/core/neighbour.c
 */
export function neigh_rand_reach_time(machine: Machine, base: number): number {
  return base === 0 ? 0 : get_random_u32_below(machine, base) + (base >> 1);
}

/**
 * Initialize an empty table and choose a random reachable time for its entries.
 *
 * @linux net/core/neighbour.c
 */
export function neigh_table_init(tbl: neigh_table, machine: Machine): void {
  tbl.parms.reachable_time = neigh_rand_reach_time(machine, tbl.parms.base_reachable_time);
  tbl.last_flush = jiffies(machine);
}
