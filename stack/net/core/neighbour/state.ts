/**
 * The states of a neighbour: incomplete, reachable, stale, delayed, probed, failed (NUD_…).
 *
 * @linux net/core/neighbour.c
 */
import { type sk_buff, skb_dst, skb_peek_tail } from '../../../include/linux/skbuff.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import {
  SKB_DROP_REASON_NEIGH_DEAD,
  SKB_DROP_REASON_NEIGH_FAILED,
  SKB_DROP_REASON_NEIGH_QUEUEFULL,
} from '../../../include/net/dropreason.ts';
import { DST_OBSOLETE_DEAD } from '../../../include/net/dst.ts';
import { ip_hdr } from '../../../include/net/ip.ts';
import {
  type neighbour,
  NUD_CONNECTED,
  NUD_DELAY,
  NUD_FAILED,
  NUD_IN_TIMER,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
  NUD_VALID,
} from '../../../include/net/neighbour.ts';
import { EINVAL, EPERM, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { HZ, jiffies } from '../../../kernel/time/jiffies.ts';
import { del_timer, mod_timer } from '../../../kernel/time/timer.ts';
import { trace } from '../../../trace/events.ts';
import { consume_skb, kfree_skb_reason, skb_clone } from '../skbuff/alloc.ts';
import { __skb_dequeue, __skb_queue_purge, __skb_queue_tail } from '../skbuff/queue.ts';

/** Flags of neigh_update(). @linux include/net/neighbour.h */
export const NEIGH_UPDATE_F_OVERRIDE = 0x00000001;
export const NEIGH_UPDATE_F_WEAK_OVERRIDE = 0x00000002;
export const NEIGH_UPDATE_F_ADMIN = 0x80000000 | 0;

/** The neighbour may be gone: send through the function that checks first. @linux net/core/neighbour.c */
function neigh_suspect(neigh: neighbour): void {
  neigh.output = neigh.ops.output;
}
/** The neighbour is reachable: send through the fast function. @linux net/core/neighbour.c */
function neigh_connect(neigh: neighbour): void {
  neigh.output = neigh.ops.connected_output;
}

function neigh_add_timer(neigh: neighbour, when: jiffies_t): void {
  neigh.refcnt++;
  mod_timer(neigh.dev.machine, neigh.timer, when);
}
/** Stop the timer. @returns whether it was running @linux net/core/neighbour.c */
export function neigh_del_timer(neigh: neighbour): boolean {
  if ((neigh.nud_state & NUD_IN_TIMER) === 0 || !del_timer(neigh.dev.machine, neigh.timer)) return false;
  neigh.refcnt--;
  return true;
}

/** The number of probes before the neighbour counts as failed. @linux net/core/neighbour.c */
function neigh_max_probes(neigh: neighbour): number {
  const p = neigh.parms;
  return (
    p.ucast_probes + p.app_probes + ((neigh.nud_state & NUD_PROBE) !== 0 ? p.mcast_reprobes : p.mcast_probes)
  );
}

/** The interval between probes. */
function retrans_time(neigh: neighbour): jiffies_t {
  return Math.max(neigh.parms.retrans_time, HZ / 100);
}

/**
 * The neighbour did not answer: report an error to the sender of each waiting packet.
 *
 * @linux net/core/neighbour.c
 */
function neigh_invalidate(neigh: neighbour): void {
  neigh.updated = jiffies(neigh.dev.machine);
  // error_report() may send and so re-enter this entry: handle one packet at a time and check the state after
  // each.
  while (neigh.nud_state === NUD_FAILED) {
    const skb = __skb_dequeue(neigh.arp_queue);
    if (skb === null) break;
    neigh.ops.error_report(neigh, skb);
  }
  __skb_queue_purge(neigh.arp_queue);
  neigh.arp_queue_len_bytes = 0;
}

/** Send another solicitation. @linux net/core/neighbour.c */
function neigh_probe(neigh: neighbour): void {
  const last = skb_peek_tail(neigh.arp_queue);
  const skb = last === null ? null : skb_clone(last);
  neigh.ops.solicit(neigh, skb);
  neigh.probes++;
  if (skb !== null) consume_skb(skb);
}

/** The neighbour's timer: REACHABLE ends in STALE or DELAY, DELAY in PROBE, PROBE and INCOMPLETE in FAILED. @linux net/core/neighbour.c */
export function neigh_timer_handler(neigh: neighbour): void {
  const { machine } = neigh.dev;
  const now = jiffies(machine);
  const { parms } = neigh;
  const state = neigh.nud_state;
  let next = now + HZ;

  timer: if ((state & NUD_IN_TIMER) !== 0) {
    if ((state & NUD_REACHABLE) !== 0) {
      if (now <= neigh.confirmed + parms.reachable_time) {
        next = neigh.confirmed + parms.reachable_time;
      } else if (now <= neigh.used + parms.delay_probe_time) {
        set_state(neigh, NUD_DELAY);
        neigh_suspect(neigh);
        next = now + parms.delay_probe_time;
      } else {
        set_state(neigh, NUD_STALE);
        neigh_suspect(neigh);
      }
    } else if ((state & NUD_DELAY) !== 0) {
      if (now <= neigh.confirmed + parms.delay_probe_time) {
        set_state(neigh, NUD_REACHABLE);
        neigh_connect(neigh);
        next = neigh.confirmed + parms.reachable_time;
      } else {
        set_state(neigh, NUD_PROBE);
        neigh.probes = 0;
        next = now + retrans_time(neigh);
      }
    } else {
      next = now + retrans_time(neigh);
    }

    const asking = (neigh.nud_state & (NUD_INCOMPLETE | NUD_PROBE)) !== 0;
    if (asking && neigh.probes >= neigh_max_probes(neigh)) {
      neigh.nud_state = NUD_FAILED;
      neigh_invalidate(neigh);
      break timer;
    }
    if ((neigh.nud_state & NUD_IN_TIMER) !== 0) neigh_add_timer(neigh, Math.max(next, now + HZ / 100));
    if (asking) neigh_probe(neigh);
  }
  trace.neigh_timer_handler(neigh, 0);
  neigh.refcnt--;
}

function set_state(neigh: neighbour, state: number): void {
  neigh.nud_state = state;
  neigh.updated = jiffies(neigh.dev.machine);
}

/**
 * Whether a packet can be sent to the neighbour now. If its address is unknown, the packet is queued and a
 * solicitation sent; a stale entry stays usable for a while (DELAY), so that a higher layer can confirm it.
 *
 * @returns 0: send it; 1: it was queued or dropped
 * @linux net/core/neighbour.c
 */
export function __neigh_event_send(neigh: neighbour, skb: sk_buff | null): number {
  if ((neigh.nud_state & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)) !== 0) return 0;
  if (neigh.dead) {
    if ((neigh.nud_state & NUD_STALE) !== 0) return 0;
    if (skb !== null) kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_DEAD);
    return 1;
  }

  const { parms } = neigh;
  const now = jiffies(neigh.dev.machine);
  let immediate_probe = false;
  if ((neigh.nud_state & (NUD_STALE | NUD_INCOMPLETE)) === 0) {
    if (parms.mcast_probes + parms.app_probes === 0) {
      set_state(neigh, NUD_FAILED);
      if (skb !== null) kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_FAILED);
      return 1;
    }
    neigh.probes = parms.ucast_probes;
    neigh_del_timer(neigh);
    set_state(neigh, NUD_INCOMPLETE);
    immediate_probe = true;
    neigh_add_timer(neigh, now + retrans_time(neigh));
  } else if ((neigh.nud_state & NUD_STALE) !== 0) {
    neigh_del_timer(neigh);
    set_state(neigh, NUD_DELAY);
    neigh_add_timer(neigh, now + parms.delay_probe_time);
  }

  if (neigh.nud_state !== NUD_INCOMPLETE) return 0;
  if (skb !== null) queue_until_resolved(neigh, skb);
  if (immediate_probe) neigh_probe(neigh);
  return 1;
}

/** Queue the packet; if there are too many, drop the oldest. */
function queue_until_resolved(neigh: neighbour, skb: sk_buff): void {
  while (neigh.arp_queue_len_bytes + skb.truesize > neigh.parms.queue_len_bytes) {
    const oldest = __skb_dequeue(neigh.arp_queue);
    if (oldest === null) break;
    trace.sockscope_queue_full(oldest, 'neighbour', neigh.arp_queue_len_bytes, neigh.parms.queue_len_bytes);
    neigh.arp_queue_len_bytes -= oldest.truesize;
    kfree_skb_reason(oldest, SKB_DROP_REASON_NEIGH_QUEUEFULL);
  }
  trace.sockscope_neigh_queue(skb);
  __skb_queue_tail(neigh.arp_queue, skb);
  neigh.arp_queue_len_bytes += skb.truesize;
}

/**
 * Prepare the neighbour for sending a packet.
 *
 * @returns 0: send it; 1: it was queued or dropped.
 * @linux include/net/neighbour.h
 */
export function neigh_event_send(neigh: neighbour, skb: sk_buff | null): number {
  neigh.used = jiffies(neigh.dev.machine);
  if ((neigh.nud_state & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)) === 0)
    return __neigh_event_send(neigh, skb);
  return 0;
}

function same_address(a: Uint8Array, b: Uint8Array, len: number): boolean {
  for (let i = 0; i < len; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Update a neighbour with new information.
 *
 * @param lladdr its link-layer address; null: unknown
 * @param state the new NUD_… state
 * @param flags NEIGH_UPDATE_F_…: whether a different address overrides the known one, and whether the
 *   administrator requests the change
 * @returns 0, -EPERM (dead, or set by the administrator), -EINVAL (no address)
 * @linux net/core/neighbour.c
 */
export function neigh_update(
  neigh: neighbour,
  lladdr: Uint8Array | null,
  state: number,
  flags: number,
): Errno {
  trace.neigh_update(neigh, lladdr, state);
  const { dev } = neigh;
  const now = jiffies(dev.machine);
  const old = neigh.nud_state;
  let next = state;
  if (neigh.dead) return -EPERM;
  if ((flags & NEIGH_UPDATE_F_ADMIN) === 0 && (old & (NUD_NOARP | NUD_PERMANENT)) !== 0) return -EPERM;

  if ((next & NUD_VALID) === 0) {
    neigh_del_timer(neigh);
    if ((old & NUD_CONNECTED) !== 0) neigh_suspect(neigh);
    neigh.nud_state = next;
    if ((old & (NUD_INCOMPLETE | NUD_PROBE)) !== 0 && (next & NUD_FAILED) !== 0) neigh_invalidate(neigh);
    return 0;
  }

  // Choose the entry's new address.
  let address: Uint8Array = neigh.ha;
  if (dev.addr_len !== 0) {
    if (lladdr !== null) {
      if ((old & NUD_VALID) === 0 || !same_address(lladdr, neigh.ha, dev.addr_len)) address = lladdr;
    } else if ((old & NUD_VALID) === 0) {
      return -EINVAL;
    }
  }
  if ((next & NUD_CONNECTED) !== 0) neigh.confirmed = now;

  if ((old & NUD_VALID) !== 0) {
    if (address !== neigh.ha && (flags & NEIGH_UPDATE_F_OVERRIDE) === 0) {
      if ((flags & NEIGH_UPDATE_F_WEAK_OVERRIDE) === 0 || (old & NUD_CONNECTED) === 0) return 0;
      address = neigh.ha;
      next = NUD_STALE;
    } else if (address === neigh.ha && next === NUD_STALE && (flags & NEIGH_UPDATE_F_ADMIN) === 0) {
      // Nothing changed: hearing the same address again does not turn a valid entry STALE.
      next = old;
    }
  }

  if (next !== old || address !== neigh.ha) neigh.updated = now;
  if (next !== old) {
    neigh_del_timer(neigh);
    if ((next & NUD_PROBE) !== 0) neigh.probes = 0;
    if ((next & NUD_IN_TIMER) !== 0) {
      neigh_add_timer(neigh, now + ((next & NUD_REACHABLE) !== 0 ? neigh.parms.reachable_time : 0));
    }
    neigh.nud_state = next;
  }
  if (address !== neigh.ha) {
    neigh.ha.set(address.subarray(0, dev.addr_len));
    if ((next & NUD_CONNECTED) === 0) neigh.confirmed = now - neigh.parms.base_reachable_time * 2;
  }
  if (next === old) return 0;
  if ((next & NUD_CONNECTED) !== 0) neigh_connect(neigh);
  else neigh_suspect(neigh);
  if ((old & NUD_VALID) === 0) send_arp_queue(neigh);
  return 0;
}

/** The address is known: send the waiting packets, each through the neighbour of its current route. */
function send_arp_queue(neigh: neighbour): void {
  while ((neigh.nud_state & NUD_VALID) !== 0) {
    const skb = __skb_dequeue(neigh.arp_queue);
    if (skb === null) break;
    const dst = skb_dst(skb);
    let n1 = neigh;
    if (dst !== null && dst.obsolete !== DST_OBSOLETE_DEAD) {
      n1 = dst.ops.neigh_lookup(dst, skb, ip_hdr(skb).daddr) ?? neigh;
    }
    n1.output(n1, skb);
  }
  __skb_queue_purge(neigh.arp_queue);
  neigh.arp_queue_len_bytes = 0;
}
