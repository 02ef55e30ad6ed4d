/** Queueing disciplines. The functions are in net/sched/. @linux include/net/sch_generic.h */
import type { net_device, netdev_queue } from '../linux/netdevice.ts';
import { sk_buff_head, type sk_buff } from '../linux/skbuff.ts';

/** Static, never destroyed. */
export const TCQ_F_BUILTIN = 1;
/** A packet may bypass the empty queue. */
export const TCQ_F_CAN_BYPASS = 4;
/** The qdisc serves a single transmit queue: it need not run while that queue is stopped. */
export const TCQ_F_ONETXQUEUE = 0x10;
export const TCQ_F_NOPARENT = 0x40;
export const __QDISC_STATE_SCHED = 0;
export const __QDISC_STATE_DEACTIVATED = 1;

export interface Qdisc_ops {
  id: string;
  /** Queue a packet: NET_XMIT_SUCCESS, or NET_XMIT_DROP after freeing it. */
  enqueue(skb: sk_buff, sch: Qdisc): number;
  dequeue(sch: Qdisc): sk_buff | null;
  peek(sch: Qdisc): sk_buff | null;
  init(sch: Qdisc): void;
  reset(sch: Qdisc): void;
}

export class Qdisc {
  /** ops.enqueue; null when packets go directly to the driver (noqueue). */
  enqueue: Qdisc_ops['enqueue'] | null;
  ops: Qdisc_ops;
  dev_queue: netdev_queue;
  flags = 0;
  /** __QDISC_STATE_… bits. */
  state = 0;
  running = false;
  limit = 0;
  /** The queue, or its bands. */
  bands: sk_buff_head[] = [new sk_buff_head()];
  /** Packets that the driver did not accept. */
  gso_skb = new sk_buff_head();
  qlen = 0;
  /** Bytes queued. */
  backlog = 0;
  packets = 0;
  bytes = 0;
  drops = 0;
  requeues = 0;
  overlimits = 0;

  constructor(ops: Qdisc_ops, dev_queue: netdev_queue) {
    this.enqueue = ops.enqueue;
    this.ops = ops;
    this.dev_queue = dev_queue;
  }
}

/** The qdisc's device. @linux include/net/sch_generic.h */
export function qdisc_dev(sch: Qdisc): net_device {
  return sch.dev_queue.dev;
}

/**
 * Become the context that runs the qdisc; false: another context is running it.
 *
 * @linux include/net/sch_generic.h
 */
export function qdisc_run_begin(qdisc: Qdisc): boolean {
  if (qdisc.running) return false;
  qdisc.running = true;
  return true;
}
/** The qdisc is no longer running. @linux include/net/sch_generic.h */
export function qdisc_run_end(qdisc: Qdisc): void {
  qdisc.running = false;
}
/** Count a dequeued packet. @linux include/net/sch_generic.h */
export function qdisc_bstats_update(sch: Qdisc, skb: sk_buff): void {
  sch.bytes += skb.len;
  sch.packets += skb.shinfo.gso_size > 0 ? skb.shinfo.gso_segs : 1;
}
