/** Routes that packets and sockets hold: the next hop and how to reach it. @linux include/net/dst.h */
import { jiffies } from '../../kernel/time/jiffies.ts';
import type { net_device } from '../linux/netdevice.ts';
import type { sk_buff } from '../linux/skbuff.ts';
import type { be32, jiffies_t } from '../linux/types.ts';
import { RTAX_ADVMSS, RTAX_LOCK } from '../uapi/linux/rtnetlink.ts';
import type { neighbour } from './neighbour.ts';
import type { net } from './net_namespace.ts';
import type { sock } from './sock.ts';

export const DST_OBSOLETE_NONE = 0;
export const DST_OBSOLETE_DEAD = 2;
export const DST_OBSOLETE_FORCE_CHK = -1;
export const DST_OBSOLETE_KILL = -2;

export interface dst_ops {
  family: number;
  check(dst: dst_entry, cookie: number): dst_entry | null;
  default_advmss(dst: dst_entry): number;
  mtu(dst: dst_entry): number;
  negative_advice(dst: dst_entry): dst_entry | null;
  link_failure(skb: sk_buff): void;
  update_pmtu(dst: dst_entry, sk: sock | null, skb: sk_buff | null, mtu: number): void;
  /** An ICMP redirect arrived for a packet that used this route. */
  redirect(dst: dst_entry, sk: sock | null, skb: sk_buff): void;
  neigh_lookup(dst: dst_entry, skb: sk_buff | null, daddr: be32): neighbour | null;
  confirm_neigh(dst: dst_entry, daddr: be32): void;
}

/** A packet's next hop, and the functions that deliver or send it. */
export class dst_entry {
  dev: net_device;
  ops: dst_ops;
  /** Metrics by RTAX_… number; 0: not set. */
  _metrics: number[] = [];
  expires: jiffies_t = 0;
  input: (skb: sk_buff) => number;
  output: (net: net, sk: sock | null, skb: sk_buff) => number;
  flags = 0;
  obsolete = DST_OBSOLETE_NONE;
  header_len = 0;
  __refcnt = 1;
  lastuse: jiffies_t = 0;
  error = 0;

  constructor(dev: net_device, ops: dst_ops, input: dst_entry['input'], output: dst_entry['output']) {
    this.dev = dev;
    this.ops = ops;
    this.input = input;
    this.output = output;
  }
}

/** One metric of a route (RTAX_…); 0: not set. @linux include/net/dst.h */
export function dst_metric(dst: dst_entry, metric: number): number {
  return dst._metrics[metric] ?? 0;
}
/** Path MTU in bytes. @linux include/net/dst.h */
export function dst_mtu(dst: dst_entry): number {
  return dst.ops.mtu(dst);
}
/** The MSS to announce on this route, in bytes. @linux include/net/dst.h */
export function dst_metric_advmss(dst: dst_entry): number {
  return dst_metric(dst, RTAX_ADVMSS) || dst.ops.default_advmss(dst);
}
/** Take a reference to a route. @linux include/net/dst.h */
export function dst_hold(dst: dst_entry): void {
  dst.__refcnt++;
}
/** Take a reference to a route, unless it is null. @linux include/net/dst.h */
export function dst_clone<T extends dst_entry | null>(dst: T): T {
  if (dst !== null) dst.__refcnt++;
  return dst;
}
/** Drop a reference to a route. @linux net/core/dst.c, here because structs that hold a route release it */
export function dst_release(dst: dst_entry | null): void {
  if (dst !== null) dst.__refcnt--;
}

/** Whether path MTU discovery must not change this metric. @linux include/net/dst.h */
export function dst_metric_locked(dst: dst_entry, metric: number): boolean {
  return (dst_metric(dst, RTAX_LOCK) & (1 << metric)) !== 0;
}
/** The route if it is still valid, otherwise null: the caller looks up a new one. @linux include/net/dst.h */
export function dst_check(dst: dst_entry, cookie: number): dst_entry | null {
  return dst.obsolete !== 0 ? dst.ops.check(dst, cookie) : dst;
}
/** Let the route expire in `timeout` jiffies, unless it expires sooner. @linux include/net/dst.h */
export function dst_set_expires(dst: dst_entry, timeout: number): void {
  const expires = jiffies(dst.dev.machine) + timeout || 1;
  if (dst.expires === 0 || expires < dst.expires) dst.expires = expires;
}
/** Send a packet along its route. @linux include/net/dst.h */
export function dst_output(net: net, sk: sock | null, skb: sk_buff): number {
  return skb._skb_refdst!.output(net, sk, skb);
}
/** Process a received packet along its route: deliver, forward or reject it. @linux include/net/dst.h */
export function dst_input(skb: sk_buff): number {
  return skb._skb_refdst!.input(skb);
}
/** The neighbour is unreachable: report an error to the packet's sender. @linux include/net/dst.h */
export function dst_link_failure(skb: sk_buff): void {
  const dst = skb._skb_refdst;
  if (dst !== null) dst.ops.link_failure(skb);
}
/** Confirm the neighbour: the peer has answered. @linux include/net/dst.h */
export function dst_confirm_neigh(dst: dst_entry, daddr: be32): void {
  dst.ops.confirm_neigh(dst, daddr);
}
/** The neighbour to which packets for `daddr` are sent. @linux include/net/dst.h */
export function dst_neigh_lookup(dst: dst_entry, daddr: be32): neighbour | null {
  return dst.ops.neigh_lookup(dst, null, daddr);
}
