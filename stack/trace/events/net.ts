/** Tracepoints of packets, devices, queues, routes and neighbours. With nobody listening, each is one branch. */
import type { Machine } from '../../machine.ts';
import type { napi_struct, net_device } from '../../include/linux/netdevice.ts';
import type { sk_buff } from '../../include/linux/skbuff.ts';
import type { be32 } from '../../include/linux/types.ts';
import type { flowi4 } from '../../include/net/dst.ts';
import type { neigh_table, neighbour } from '../../include/net/neighbour.ts';
import type { net } from '../../include/net/net_namespace.ts';
import type { Qdisc } from '../../include/net/sch_generic.ts';
import { tracepoint_id } from '../table.ts';

const KFREE_SKB = tracepoint_id('skb:kfree_skb');
const CONSUME_SKB = tracepoint_id('skb:consume_skb');
const SKB_COPY_DATAGRAM_IOVEC = tracepoint_id('skb:skb_copy_datagram_iovec');
const NET_DEV_QUEUE = tracepoint_id('net:net_dev_queue');
const NET_DEV_START_XMIT = tracepoint_id('net:net_dev_start_xmit');
const NET_DEV_XMIT = tracepoint_id('net:net_dev_xmit');
const NETIF_RECEIVE_SKB = tracepoint_id('net:netif_receive_skb');
const NAPI_GRO_RECEIVE_ENTRY = tracepoint_id('net:napi_gro_receive_entry');
const NAPI_GRO_RECEIVE_EXIT = tracepoint_id('net:napi_gro_receive_exit');
const NAPI_POLL = tracepoint_id('napi:napi_poll');
const QDISC_ENQUEUE = tracepoint_id('qdisc:qdisc_enqueue');
const QDISC_DEQUEUE = tracepoint_id('qdisc:qdisc_dequeue');
const FIB_TABLE_LOOKUP = tracepoint_id('fib:fib_table_lookup');
const NEIGH_CREATE = tracepoint_id('neigh:neigh_create');
const NEIGH_UPDATE = tracepoint_id('neigh:neigh_update');
const NEIGH_TIMER_HANDLER = tracepoint_id('neigh:neigh_timer_handler');

export function kfree_skb(skb: sk_buff, reason: number): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[KFREE_SKB] !== 0) tracer.emit(KFREE_SKB, skb, reason);
}
export function consume_skb(skb: sk_buff): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[CONSUME_SKB] !== 0) tracer.emit(CONSUME_SKB, skb);
}
export function skb_copy_datagram_iovec(skb: sk_buff, len: number): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[SKB_COPY_DATAGRAM_IOVEC] !== 0) tracer.emit(SKB_COPY_DATAGRAM_IOVEC, skb, len);
}
export function net_dev_queue(skb: sk_buff): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[NET_DEV_QUEUE] !== 0) tracer.emit(NET_DEV_QUEUE, skb);
}
export function net_dev_start_xmit(skb: sk_buff, dev: net_device): void {
  const { tracer } = dev.machine;
  tracer.event++;
  if (tracer.armed[NET_DEV_START_XMIT] !== 0) tracer.emit(NET_DEV_START_XMIT, skb, dev);
}
export function net_dev_xmit(skb: sk_buff, rc: number, dev: net_device, skb_len: number): void {
  const { tracer } = dev.machine;
  tracer.event++;
  if (tracer.armed[NET_DEV_XMIT] !== 0) tracer.emit(NET_DEV_XMIT, skb, rc, dev, skb_len);
}
export function netif_receive_skb(skb: sk_buff): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[NETIF_RECEIVE_SKB] !== 0) tracer.emit(NETIF_RECEIVE_SKB, skb);
}
export function napi_gro_receive_entry(skb: sk_buff): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[NAPI_GRO_RECEIVE_ENTRY] !== 0) tracer.emit(NAPI_GRO_RECEIVE_ENTRY, skb);
}
export function napi_gro_receive_exit(machine: Machine, ret: number): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[NAPI_GRO_RECEIVE_EXIT] !== 0) tracer.emit(NAPI_GRO_RECEIVE_EXIT, ret);
}
export function napi_poll(napi: napi_struct, work: number, budget: number): void {
  const { tracer } = napi.dev.machine;
  tracer.event++;
  if (tracer.armed[NAPI_POLL] !== 0) tracer.emit(NAPI_POLL, napi, work, budget);
}
export function qdisc_enqueue(qdisc: Qdisc, skb: sk_buff): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[QDISC_ENQUEUE] !== 0) tracer.emit(QDISC_ENQUEUE, qdisc, skb);
}
export function qdisc_dequeue(qdisc: Qdisc, skb: sk_buff): void {
  const { tracer } = skb.machine;
  tracer.event++;
  if (tracer.armed[QDISC_DEQUEUE] !== 0) tracer.emit(QDISC_DEQUEUE, qdisc, skb);
}
export function fib_table_lookup(net: net, tb_id: number, flp: flowi4, err: number): void {
  const { tracer } = net.machine;
  tracer.event++;
  if (tracer.armed[FIB_TABLE_LOOKUP] !== 0) tracer.emit(FIB_TABLE_LOOKUP, tb_id, flp, err);
}
export function neigh_create(tbl: neigh_table, dev: net_device, pkey: be32, n: neighbour | null): void {
  const { tracer } = dev.machine;
  tracer.event++;
  if (tracer.armed[NEIGH_CREATE] !== 0) tracer.emit(NEIGH_CREATE, tbl, dev, pkey, n);
}
export function neigh_update(neigh: neighbour, lladdr: Uint8Array | null, new_state: number): void {
  const { tracer } = neigh.dev.machine;
  tracer.event++;
  if (tracer.armed[NEIGH_UPDATE] !== 0) tracer.emit(NEIGH_UPDATE, neigh, lladdr, new_state);
}
export function neigh_timer_handler(neigh: neighbour, err: number): void {
  const { tracer } = neigh.dev.machine;
  tracer.event++;
  if (tracer.armed[NEIGH_TIMER_HANDLER] !== 0) tracer.emit(NEIGH_TIMER_HANDLER, neigh, err);
}
