/** pfifo: a single queue with a limit in packets. bfifo: a limit in bytes. @linux net/sched/sch_fifo.c */
import { NET_XMIT_SUCCESS, type net_device } from '../../include/linux/netdevice.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import {
  type Qdisc,
  qdisc_bstats_update,
  qdisc_dev,
  type Qdisc_ops,
  TCQ_F_CAN_BYPASS,
} from '../../include/net/sch_generic.ts';
import { trace } from '../../trace/events.ts';
import { __skb_dequeue, __skb_queue_purge, __skb_queue_tail } from '../core/skbuff/queue.ts';
import { qdisc_drop } from './sch_generic/run.ts';

/** Append a packet to the queue. @linux include/net/sch_generic.h */
function qdisc_enqueue_tail(skb: sk_buff, sch: Qdisc): number {
  __skb_queue_tail(sch.bands[0]!, skb);
  sch.qlen++;
  sch.backlog += skb.len;
  return NET_XMIT_SUCCESS;
}
/** @linux include/net/sch_generic.h */
function qdisc_dequeue_head(sch: Qdisc): sk_buff | null {
  const skb = __skb_dequeue(sch.bands[0]!);
  if (skb === null) return null;
  sch.qlen--;
  sch.backlog -= skb.len;
  qdisc_bstats_update(sch, skb);
  return skb;
}
/** @linux include/net/sch_generic.h */
function qdisc_peek_head(sch: Qdisc): sk_buff | null {
  return sch.bands[0]!.next;
}
/** @linux include/net/sch_generic.h */
function qdisc_reset_queue(sch: Qdisc): void {
  __skb_queue_purge(sch.bands[0]!);
}

/** @linux net/sched/sch_fifo.c */
function pfifo_enqueue(skb: sk_buff, sch: Qdisc): number {
  const { qlen } = sch.bands[0]!;
  return qlen < sch.limit ? qdisc_enqueue_tail(skb, sch) : drop_when_full(skb, sch, qlen);
}
/** @linux net/sched/sch_fifo.c */
function bfifo_enqueue(skb: sk_buff, sch: Qdisc): number {
  const { backlog, limit } = sch;
  return backlog + skb.len <= limit ? qdisc_enqueue_tail(skb, sch) : drop_when_full(skb, sch, backlog);
}
function drop_when_full(skb: sk_buff, sch: Qdisc, length: number): number {
  trace.sockscope_queue_full(skb, 'qdisc', length, sch.limit);
  return qdisc_drop(skb, sch);
}
/** The largest packet of a device with its header, in bytes. @linux include/net/pkt_sched.h */
function psched_mtu(dev: net_device): number {
  return dev.mtu + dev.hard_header_len;
}
/** @linux net/sched/sch_fifo.c */
function fifo_init(sch: Qdisc): void {
  const dev = qdisc_dev(sch);
  // What one packet counts against the limit.
  const one = sch.ops === bfifo_qdisc_ops ? psched_mtu(dev) : 1;
  sch.limit = dev.tx_queue_len * one;
  // A queue that cannot hold a packet must not be bypassed either.
  if (sch.limit >= one) sch.flags |= TCQ_F_CAN_BYPASS;
  else sch.flags &= ~TCQ_F_CAN_BYPASS;
}

/** First in, first out; the limit counts packets. @linux net/sched/sch_fifo.c */
export const pfifo_qdisc_ops: Qdisc_ops = {
  id: 'pfifo',
  enqueue: pfifo_enqueue,
  dequeue: qdisc_dequeue_head,
  peek: qdisc_peek_head,
  init: fifo_init,
  reset: qdisc_reset_queue,
};
/** First in, first out; the limit counts bytes. @linux net/sched/sch_fifo.c */
export const bfifo_qdisc_ops: Qdisc_ops = {
  id: 'bfifo',
  enqueue: bfifo_enqueue,
  dequeue: qdisc_dequeue_head,
  peek: qdisc_peek_head,
  init: fifo_init,
  reset: qdisc_reset_queue,
};
