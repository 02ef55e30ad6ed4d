/** A driver's queue that is full or has room again, and the qdiscs that wait for it. @linux net/core/dev.c, include/linux/netdevice.h */
import {
  __QUEUE_STATE_DRV_XOFF,
  netif_tx_queue_stopped,
  type net_device,
  type netdev_queue,
} from '../../../include/linux/netdevice.ts';
import { __QDISC_STATE_SCHED, qdisc_dev, type Qdisc } from '../../../include/net/sch_generic.ts';
import { NET_TX_SOFTIRQ, raise_softirq_irqoff } from '../../../kernel/softirq.ts';

/**
 * Have net_tx_action() run a qdisc.
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
 * The driver has room again: packets that wait in the qdisc may come.
 *
 * @linux net/core/dev.c
 */
export function netif_tx_wake_queue(dev_queue: netdev_queue): void {
  if (!netif_tx_queue_stopped(dev_queue)) return;
  dev_queue.state &= ~(1 << __QUEUE_STATE_DRV_XOFF);
  __netif_schedule(dev_queue.qdisc);
}
/** The same for a device with one queue. @linux include/linux/netdevice.h */
export function netif_wake_queue(dev: net_device): void {
  netif_tx_wake_queue(dev._tx);
}
