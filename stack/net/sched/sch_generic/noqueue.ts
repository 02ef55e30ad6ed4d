/** The qdiscs that hold nothing: noop drops all, noqueue lets all pass. @linux net/sched/sch_generic.c */
import { NET_XMIT_CN } from '../../../include/linux/netdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import type { Qdisc, Qdisc_ops } from '../../../include/net/sch_generic.ts';
import { qdisc_drop } from './drop.ts';

/** @linux net/sched/sch_generic.c */
function noop_enqueue(skb: sk_buff, qdisc: Qdisc): number {
  qdisc_drop(skb, qdisc);
  return NET_XMIT_CN;
}
/** @linux net/sched/sch_generic.c */
function noop_dequeue(_qdisc: Qdisc): sk_buff | null {
  return null;
}
function nothing(_qdisc: Qdisc): void {}

/** Of a device that is down. @linux net/sched/sch_generic.c */
export const noop_qdisc_ops: Qdisc_ops = {
  id: 'noop',
  enqueue: noop_enqueue,
  dequeue: noop_dequeue,
  peek: noop_dequeue,
  init: nothing,
  reset: nothing,
};

/** __dev_queue_xmit() goes past a qdisc without enqueue. @linux net/sched/sch_generic.c */
function noqueue_init(qdisc: Qdisc): void {
  qdisc.enqueue = null;
}
/** Of a virtual device: its driver takes everything at once. @linux net/sched/sch_generic.c */
export const noqueue_qdisc_ops: Qdisc_ops = {
  id: 'noqueue',
  enqueue: noop_enqueue,
  dequeue: noop_dequeue,
  peek: noop_dequeue,
  init: noqueue_init,
  reset: nothing,
};
