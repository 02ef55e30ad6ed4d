/** The built-in queueing disciplines: pfifo_fast, noqueue and noop. @linux net/sched/sch_generic.c */
import { NET_XMIT_CN, NET_XMIT_SUCCESS } from '../../../include/linux/netdevice.ts';
import { type sk_buff, sk_buff_head } from '../../../include/linux/skbuff.ts';
import {
  type Qdisc,
  qdisc_bstats_update,
  qdisc_dev,
  type Qdisc_ops,
  TCQ_F_CAN_BYPASS,
} from '../../../include/net/sch_generic.ts';
import { trace } from '../../../trace/events.ts';
import { __skb_dequeue, __skb_queue_purge, __skb_queue_tail } from '../../core/skbuff/queue.ts';
import { qdisc_drop } from './run.ts';

const PFIFO_FAST_BANDS = 3;
const TC_PRIO_MAX = 15;
/** The band of each priority: interactive traffic (6, 7) is first, bulk (2) last. */
const prio2band = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] as const;

/** Each band holds tx_queue_len packets; further packets are dropped. @linux net/sched/sch_generic.c */
function pfifo_fast_enqueue(skb: sk_buff, qdisc: Qdisc): number {
  const band = qdisc.bands[prio2band[skb.priority & TC_PRIO_MAX]!]!;
  if (band.qlen >= qdisc.limit) {
    trace.sockscope_queue_full(skb, 'qdisc', band.qlen, qdisc.limit);
    return qdisc_drop(skb, qdisc);
  }
  __skb_queue_tail(band, skb);
  qdisc.qlen++;
  qdisc.backlog += skb.len;
  return NET_XMIT_SUCCESS;
}

/** @linux net/sched/sch_generic.c */
function pfifo_fast_dequeue(qdisc: Qdisc): sk_buff | null {
  for (let band = 0; band < PFIFO_FAST_BANDS; band++) {
    const skb = __skb_dequeue(qdisc.bands[band]!);
    if (skb === null) continue;
    qdisc.qlen--;
    qdisc.backlog -= skb.len;
    qdisc_bstats_update(qdisc, skb);
    return skb;
  }
  return null;
}

/** @linux net/sched/sch_generic.c */
function pfifo_fast_peek(qdisc: Qdisc): sk_buff | null {
  for (const band of qdisc.bands) if (band.next !== null) return band.next;
  return null;
}

/** @linux net/sched/sch_generic.c */
function pfifo_fast_init(qdisc: Qdisc): void {
  qdisc.bands = [new sk_buff_head(), new sk_buff_head(), new sk_buff_head()];
  qdisc.limit = qdisc_dev(qdisc).tx_queue_len;
  qdisc.flags |= TCQ_F_CAN_BYPASS;
}

/** @linux net/sched/sch_generic.c */
function pfifo_fast_reset(qdisc: Qdisc): void {
  for (const band of qdisc.bands) __skb_queue_purge(band);
}

/** Three bands by priority, each in first-in, first-out order. @linux net/sched/sch_generic.c */
export const pfifo_fast_ops: Qdisc_ops = {
  id: 'pfifo_fast',
  enqueue: pfifo_fast_enqueue,
  dequeue: pfifo_fast_dequeue,
  peek: pfifo_fast_peek,
  init: pfifo_fast_init,
  reset: pfifo_fast_reset,
};

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

/** The qdisc of a device that is down. @linux net/sched/sch_generic.c */
export const noop_qdisc_ops: Qdisc_ops = {
  id: 'noop',
  enqueue: noop_enqueue,
  dequeue: noop_dequeue,
  peek: noop_dequeue,
  init: nothing,
  reset: nothing,
};

/** __dev_queue_xmit() bypasses a qdisc without an enqueue operation. @linux net/sched/sch_generic.c */
function noqueue_init(qdisc: Qdisc): void {
  qdisc.enqueue = null;
}
/**
 * The qdisc of a virtual device, whose driver accepts every packet at once.
 *
 * @linux net/sched/sch_generic.c
 */
export const noqueue_qdisc_ops: Qdisc_ops = {
  id: 'noqueue',
  enqueue: noop_enqueue,
  dequeue: noop_dequeue,
  peek: noop_dequeue,
  init: noqueue_init,
  reset: nothing,
};
