/** A device's qdisc while it is up and while it is down. @linux net/sched/sch_generic.c */
import { IFF_NO_QUEUE, type net_device, type netdev_queue } from '../../../include/linux/netdevice.ts';
import {
  __QDISC_STATE_DEACTIVATED,
  Qdisc,
  type Qdisc_ops,
  TCQ_F_BUILTIN,
  TCQ_F_NOPARENT,
  TCQ_F_ONETXQUEUE,
} from '../../../include/net/sch_generic.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { __skb_queue_purge } from '../../core/skbuff/queue.ts';
import { bfifo_qdisc_ops, pfifo_qdisc_ops } from '../sch_fifo.ts';
import { noop_qdisc_ops, noqueue_qdisc_ops, pfifo_fast_ops } from './qdiscs.ts';

/** The available qdiscs, by name. */
export const QDISCS: readonly Qdisc_ops[] = [
  pfifo_fast_ops,
  pfifo_qdisc_ops,
  bfifo_qdisc_ops,
  noqueue_qdisc_ops,
];

/** The qdisc named by net.core.default_qdisc. @linux net/sched/sch_generic.c (default_qdisc_ops) */
function default_qdisc_ops(dev: net_device): Qdisc_ops {
  const name = dev.nd_net.core.sysctl_default_qdisc;
  return QDISCS.find((ops) => ops.id === name) ?? pfifo_fast_ops;
}

/** Create a qdisc with default parameters. @linux net/sched/sch_generic.c */
export function qdisc_create_dflt(dev_queue: netdev_queue, ops: Qdisc_ops): Qdisc {
  const sch = new Qdisc(ops, dev_queue);
  ops.init(sch);
  return sch;
}

/** Drop all packets in a qdisc. @linux net/sched/sch_generic.c */
export function qdisc_reset(qdisc: Qdisc): void {
  qdisc.ops.reset(qdisc);
  __skb_queue_purge(qdisc.gso_skb);
  qdisc.qlen = 0;
  qdisc.backlog = 0;
}

/** Initialize a new device: it has no qdisc yet and drops all packets. @linux net/sched/sch_generic.c */
export function dev_init_scheduler(dev: net_device): void {
  const noop_qdisc = new Qdisc(noop_qdisc_ops, dev._tx);
  noop_qdisc.flags |= TCQ_F_BUILTIN;
  dev._tx.noop_qdisc = noop_qdisc;
  dev._tx.qdisc = noop_qdisc;
  dev._tx.qdisc_sleeping = noop_qdisc;
}

/** Replace a queue's qdisc. @returns the old one @linux net/sched/sch_generic.c */
export function dev_graft_qdisc(dev_queue: netdev_queue, qdisc: Qdisc | null): Qdisc {
  const oqdisc = dev_queue.qdisc_sleeping;
  dev_queue.qdisc_sleeping = qdisc ?? dev_queue.noop_qdisc;
  dev_queue.qdisc = dev_queue.noop_qdisc;
  return oqdisc;
}

/** The device comes up: activate its qdisc. @linux net/sched/sch_generic.c */
export function dev_activate(dev: net_device): void {
  const txq = dev._tx;
  if (txq.qdisc_sleeping === txq.noop_qdisc) {
    const ops = (dev.priv_flags & IFF_NO_QUEUE) !== 0 ? noqueue_qdisc_ops : default_qdisc_ops(dev);
    const qdisc = qdisc_create_dflt(txq, ops);
    qdisc.flags |= TCQ_F_ONETXQUEUE | TCQ_F_NOPARENT;
    txq.qdisc_sleeping = qdisc;
  }
  txq.qdisc_sleeping.state &= ~(1 << __QDISC_STATE_DEACTIVATED);
  txq.qdisc = txq.qdisc_sleeping;
  txq.trans_start = jiffies(dev.machine);
}

/** The device goes down: drop the queued packets. @linux net/sched/sch_generic.c */
export function dev_deactivate(dev: net_device): void {
  const txq = dev._tx;
  const { qdisc } = txq;
  txq.qdisc = txq.noop_qdisc;
  if ((qdisc.flags & TCQ_F_BUILTIN) !== 0) return;
  qdisc.state |= 1 << __QDISC_STATE_DEACTIVATED;
  qdisc_reset(qdisc);
}
