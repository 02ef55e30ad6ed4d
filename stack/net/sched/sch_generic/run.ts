/** Dequeuing packets from a qdisc to its driver. @linux net/sched/sch_generic.c, include/net/pkt_sched.h */
import {
  type net_device,
  NET_XMIT_DROP,
  type netdev_queue,
  netif_xmit_frozen_or_stopped,
} from '../../../include/linux/netdevice.ts';
import { type sk_buff, skb_queue_empty } from '../../../include/linux/skbuff.ts';
import { SKB_DROP_REASON_QDISC_DROP } from '../../../include/net/dropreason.ts';
import {
  type Qdisc,
  qdisc_dev,
  qdisc_run_begin,
  qdisc_run_end,
  TCQ_F_ONETXQUEUE,
} from '../../../include/net/sch_generic.ts';
import { trace } from '../../../trace/events.ts';
import { dev_hard_start_xmit, validate_xmit_skb_list } from '../../core/dev/hard_xmit.ts';
import { __netif_schedule } from '../../core/dev/xmit.ts';
import { kfree_skb_reason } from '../../core/skbuff/alloc.ts';
import { __skb_dequeue, __skb_queue_tail } from '../../core/skbuff/queue.ts';

/**
 * Keep packets that the driver did not accept. They are already validated and are sent first when the driver
 * has room.
 *
 * @linux net/sched/sch_generic.c
 */
function dev_requeue_skb(left: sk_buff, q: Qdisc): void {
  let skb: sk_buff | null = left;
  while (skb !== null) {
    const next: sk_buff | null = skb.next;
    skb.next = null;
    __skb_queue_tail(q.gso_skb, skb);
    q.requeues++;
    q.backlog += skb.len;
    q.qlen++;
    skb = next;
  }
  __netif_schedule(q);
}

/**
 * The next packet, if the driver has room: packets kept for a retry come first.
 *
 * @linux net/sched/sch_generic.c
 */
function dequeue_skb(q: Qdisc): sk_buff | null {
  const stopped = netif_xmit_frozen_or_stopped(q.dev_queue);
  if (stopped && (q.flags & TCQ_F_ONETXQUEUE) !== 0) return null;
  const skb = q.ops.dequeue(q);
  if (skb !== null) trace.qdisc_dequeue(q, skb);
  return skb;
}
function dequeue_refused_skb(q: Qdisc): sk_buff | null {
  if (netif_xmit_frozen_or_stopped(q.dev_queue)) return null;
  const skb = __skb_dequeue(q.gso_skb)!;
  q.backlog -= skb.len;
  q.qlen--;
  trace.qdisc_dequeue(q, skb);
  return skb;
}

/**
 * Pass packets to the driver; the qdisc keeps those that it does not accept.
 *
 * @param validate the packets have not been adapted to the device yet
 * @returns false when the driver has no room: try again later
 * @linux net/sched/sch_generic.c
 */
export function sch_direct_xmit(
  skb: sk_buff,
  q: Qdisc,
  dev: net_device,
  txq: netdev_queue,
  validate: boolean,
): boolean {
  let left = validate ? validate_xmit_skb_list(skb, dev) : skb;
  if (left === null) return true;
  if (!netif_xmit_frozen_or_stopped(txq)) left = dev_hard_start_xmit(left, dev, txq);
  if (left === null) return true;
  dev_requeue_skb(left, q);
  return false;
}

/**
 * Send one packet.
 *
 * @returns whether to continue: false when the queue is empty or the driver is full
 * @linux net/sched/sch_generic.c
 */
function qdisc_restart(q: Qdisc): boolean {
  const validate = skb_queue_empty(q.gso_skb);
  const skb = validate ? dequeue_skb(q) : dequeue_refused_skb(q);
  if (skb === null) return false;
  return sch_direct_xmit(skb, q, qdisc_dev(q), q.dev_queue, validate);
}

/**
 * Send queued packets, at most dev_weight in one run: a softirq sends the rest.
 *
 * @linux net/sched/sch_generic.c
 */
export function __qdisc_run(q: Qdisc): void {
  let quota = qdisc_dev(q).nd_net.core.sysctl_dev_weight;
  while (qdisc_restart(q)) {
    if (--quota <= 0) {
      __netif_schedule(q);
      break;
    }
  }
}

/** Run the qdisc, unless another context is running it. @linux include/net/pkt_sched.h */
export function qdisc_run(q: Qdisc): void {
  if (!qdisc_run_begin(q)) return;
  __qdisc_run(q);
  qdisc_run_end(q);
}

/** Drop a packet that is being enqueued, and count it. @linux include/net/sch_generic.h */
export function qdisc_drop(skb: sk_buff, sch: Qdisc): number {
  sch.drops++;
  kfree_skb_reason(skb, SKB_DROP_REASON_QDISC_DROP);
  return NET_XMIT_DROP;
}
