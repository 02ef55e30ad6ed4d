/**
 * From the neighbour layer through the qdisc to the driver; stopping and waking a driver's queue.
 *
 * @linux net/core/dev.c
 */
import {
  __QUEUE_STATE_DRV_XOFF,
  IFF_UP,
  IFF_XMIT_DST_RELEASE,
  type net_device,
  NET_XMIT_DROP,
  NET_XMIT_MASK,
  NET_XMIT_SUCCESS,
  type netdev_queue,
  NETDEV_TX_OK,
  netif_tx_queue_stopped,
  netif_xmit_stopped,
} from '../../../include/linux/netdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { SKB_DROP_REASON_QDISC_DROP } from '../../../include/net/dropreason.ts';
import {
  __QDISC_STATE_DEACTIVATED,
  __QDISC_STATE_SCHED,
  type Qdisc,
  qdisc_bstats_update,
  qdisc_dev,
  qdisc_run_begin,
  qdisc_run_end,
  TCQ_F_CAN_BYPASS,
} from '../../../include/net/sch_generic.ts';
import { ENETDOWN } from '../../../include/uapi/asm-generic/errno.ts';
import { net_warn_ratelimited } from '../../../kernel/printk.ts';
import {
  local_bh_disable,
  local_bh_enable,
  NET_TX_SOFTIRQ,
  raise_softirq_irqoff,
} from '../../../kernel/softirq.ts';
import type { Machine } from '../../../machine.ts';
import { trace } from '../../../trace/events.ts';
import { __qdisc_run, qdisc_run, sch_direct_xmit } from '../../sched/sch_generic/run.ts';
import { kfree_skb_list, kfree_skb_reason, skb_dst_drop } from '../skbuff/alloc.ts';
import { dev_hard_start_xmit, validate_xmit_skb } from './hard_xmit.ts';

/** Maximum nesting of transmissions through stacked devices. @linux include/linux/netdevice.h */
const XMIT_RECURSION_LIMIT = 8;

/**
 * Send a packet through skb.dev; its data begins with the link-layer header. Consumes the packet.
 *
 * @returns 0 (NET_XMIT_SUCCESS), NET_XMIT_DROP or NET_XMIT_CN, or a negative errno: -ENETDOWN
 * @linux include/linux/netdevice.h
 */
export function dev_queue_xmit(skb: sk_buff): number {
  return __dev_queue_xmit(skb);
}

/**
 * The transmit path from the protocol to the qdisc. Softirqs are disabled: events that the transmission
 * causes at once (its completion, on a wire without delay even the reply) are processed afterwards.
 *
 * @linux net/core/dev.c
 */
export function __dev_queue_xmit(skb: sk_buff): number {
  const dev = skb.dev!;
  const { machine } = dev;
  skb.mac_header = skb.data;

  local_bh_disable(machine); // rcu_read_lock_bh()
  // The device does not need the route: drop the reference while the route is still in the CPU cache.
  if ((dev.priv_flags & IFF_XMIT_DST_RELEASE) !== 0) skb_dst_drop(skb);

  const txq = dev._tx;
  const q = txq.qdisc;
  trace.net_dev_queue(skb);
  const rc = q.enqueue !== null ? __dev_xmit_skb(skb, q, dev, txq) : xmit_without_queue(skb, dev, txq);
  local_bh_enable(machine); // rcu_read_unlock_bh()
  return rc;
}

/**
 * Send through a qdisc: bypass it when it is empty and idle, otherwise enqueue.
 *
 * @linux net/core/dev.c
 */
function __dev_xmit_skb(skb: sk_buff, q: Qdisc, dev: net_device, txq: netdev_queue): number {
  if ((q.state & (1 << __QDISC_STATE_DEACTIVATED)) !== 0) {
    q.drops++;
    kfree_skb_reason(skb, SKB_DROP_REASON_QDISC_DROP);
    return NET_XMIT_DROP;
  }
  if ((q.flags & TCQ_F_CAN_BYPASS) !== 0 && q.qlen === 0 && qdisc_run_begin(q)) {
    qdisc_bstats_update(q, skb);
    if (sch_direct_xmit(skb, q, dev, txq, true) && q.qlen > 0) __qdisc_run(q);
    qdisc_run_end(q);
    return NET_XMIT_SUCCESS;
  }
  const rc = dev_qdisc_enqueue(skb, q);
  qdisc_run(q);
  return rc;
}

function dev_qdisc_enqueue(skb: sk_buff, q: Qdisc): number {
  const rc = q.ops.enqueue(skb, q) & NET_XMIT_MASK;
  if (rc === NET_XMIT_SUCCESS) trace.qdisc_enqueue(q, skb);
  return rc;
}

/** The device has no queue (noqueue): the driver sends the packet now, or it is dropped. */
function xmit_without_queue(skb: sk_buff, dev: net_device, txq: netdev_queue): number {
  const { machine } = dev;
  let rc = -ENETDOWN;
  let left: sk_buff | null = skb;
  if ((dev.flags & IFF_UP) !== 0) {
    if (machine.softnet.xmit_recursion > XMIT_RECURSION_LIMIT) {
      net_warn_ratelimited(machine, `Dead loop on virtual device ${dev.name}, fix it urgently!`);
    } else {
      left = validate_xmit_skb(skb, dev);
      if (left === null) return rc;
      // If some segments of a GSO packet were sent, the sender sees success.
      const is_list = left.next !== null;
      if (!netif_xmit_stopped(txq)) {
        machine.softnet.xmit_recursion++;
        left = dev_hard_start_xmit(left, dev, txq);
        machine.softnet.xmit_recursion--;
        if (is_list) rc = NETDEV_TX_OK;
      }
      if (left === null) return NETDEV_TX_OK;
      net_warn_ratelimited(machine, `Virtual device ${dev.name} asks to queue packet!`);
    }
  }
  dev.stats.tx_dropped++;
  kfree_skb_list(left);
  return rc;
}

/**
 * NET_TX_SOFTIRQ: run the qdiscs whose driver queue has room again.
 *
 * @linux net/core/dev.c
 */
export function net_tx_action(machine: Machine): void {
  const sd = machine.softnet;
  if (sd.output_queue.length === 0) return;
  const list = sd.output_queue;
  sd.output_queue = [];
  for (const q of list) {
    q.state &= ~(1 << __QDISC_STATE_SCHED);
    if ((q.state & (1 << __QDISC_STATE_DEACTIVATED)) === 0) qdisc_run(q);
  }
}

/**
 * Schedule net_tx_action() to run a qdisc.
 *
 * @linux net/core/dev.c
 */
export function __netif_schedule(q: Qdisc): void {
  if ((q.state & (1 << __QDISC_STATE_SCHED)) !== 0) return;
  q.state |= 1 << __QDISC_STATE_SCHED;
  const { machine } = qdisc_dev(q);
  machine.softnet.output_queue.push(q);
  raise_softirq_irqoff(machine, NET_TX_SOFTIRQ);
}

/**
 * The driver queue has room again: schedule the qdisc to send its waiting packets.
 *
 * @linux net/core/dev.c
 */
export function netif_tx_wake_queue(dev_queue: netdev_queue): void {
  if (!netif_tx_queue_stopped(dev_queue)) return;
  dev_queue.state &= ~(1 << __QUEUE_STATE_DRV_XOFF);
  __netif_schedule(dev_queue.qdisc);
}
/** As netif_tx_wake_queue(), for a device with one queue. @linux include/linux/netdevice.h */
export function netif_wake_queue(dev: net_device): void {
  netif_tx_wake_queue(dev._tx);
}
