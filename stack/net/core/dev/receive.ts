/**
 * The receive path from the driver or GRO to the protocol of the packet's EtherType.
 *
 * @linux net/core/dev.c
 */
import {
  ETH_P_ALL,
  type net_device,
  NET_RX_DROP,
  NET_RX_SUCCESS,
  type packet_type,
  type softnet_data,
} from '../../../include/linux/netdevice.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_UNNECESSARY,
  PACKET_LOOPBACK,
  type sk_buff,
} from '../../../include/linux/skbuff.ts';
import {
  SKB_DROP_REASON_CPU_BACKLOG,
  SKB_DROP_REASON_UNHANDLED_PROTO,
} from '../../../include/net/dropreason.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import type { sock } from '../../../include/net/sock.ts';
import { NET_RX_SOFTIRQ, raise_softirq_irqoff } from '../../../kernel/softirq.ts';
import { trace } from '../../../trace/events.ts';
import { __skb_pull, kfree_skb_reason, skb_get } from '../skbuff/alloc.ts';
import { __skb_dequeue, __skb_queue_tail } from '../skbuff/queue.ts';

/**
 * Register a handler for an EtherType, or for ETH_P_ALL to receive every packet.
 *
 * @linux net/core/dev.c
 */
export function dev_add_pack(net: net, pt: packet_type): void {
  if (pt.type === ETH_P_ALL) {
    net.ptype_all.unshift(pt);
    return;
  }
  const list = net.ptype_base.get(pt.type);
  if (list === undefined) net.ptype_base.set(pt.type, [pt]);
  else list.unshift(pt);
}
/** Unregister the handler of a packet type. @linux net/core/dev.c */
export function dev_remove_pack(net: net, pt: packet_type): void {
  const list = pt.type === ETH_P_ALL ? net.ptype_all : net.ptype_base.get(pt.type);
  const at = list?.indexOf(pt) ?? -1;
  if (at >= 0) list!.splice(at, 1);
}

/**
 * Process a received packet through the protocols now. Consumes the packet. Softirq context.
 *
 * @returns NET_RX_SUCCESS or NET_RX_DROP; callers should not depend on it
 * @linux net/core/dev.c
 */
export function netif_receive_skb(skb: sk_buff): number {
  return __netif_receive_skb(skb);
}

/**
 * Queue a packet for reception: it waits in the CPU's backlog until NET_RX_SOFTIRQ runs. For packets from
 * devices without NAPI.
 *
 * @returns NET_RX_SUCCESS, or NET_RX_DROP when net.core.netdev_max_backlog packets are already waiting
 * @linux net/core/dev.c
 */
export function netif_rx(skb: sk_buff): number {
  const { machine, nd_net } = skb.dev!;
  const sd = machine.softnet;
  if (sd.input_pkt_queue.qlen >= nd_net.core.sysctl_netdev_max_backlog) {
    sd.dropped++;
    skb.dev!.stats.rx_dropped++;
    trace.sockscope_queue_full(skb, 'cpu', sd.input_pkt_queue.qlen, nd_net.core.sysctl_netdev_max_backlog);
    kfree_skb_reason(skb, SKB_DROP_REASON_CPU_BACKLOG);
    return NET_RX_DROP;
  }
  __skb_queue_tail(sd.input_pkt_queue, skb);
  raise_softirq_irqoff(machine, NET_RX_SOFTIRQ);
  return NET_RX_SUCCESS;
}

/** Receive packets from the backlog, at most `quota`. @returns how many @linux net/core/dev.c */
export function process_backlog(sd: softnet_data, quota: number): number {
  let work = 0;
  for (let skb; work < quota && (skb = __skb_dequeue(sd.input_pkt_queue)) !== null; work++)
    __netif_receive_skb(skb);
  return work;
}

/**
 * Receive a copy of a packet sent to a broadcast address, or to a multicast group that this host has joined.
 *
 * @linux net/core/dev.c
 */
export function dev_loopback_xmit(_net: net, _sk: sock | null, skb: sk_buff): number {
  skb.mac_header = skb.data;
  __skb_pull(skb, skb.network_header - skb.data);
  skb.pkt_type = PACKET_LOOPBACK;
  if (skb.ip_summed === CHECKSUM_NONE) skb.ip_summed = CHECKSUM_UNNECESSARY;
  netif_rx(skb);
  return 0;
}

/** Receive the packets collected in one poll, in order. @linux net/core/dev.c */
export function netif_receive_skb_list_internal(list: readonly sk_buff[]): void {
  for (const skb of list) __netif_receive_skb(skb);
}

function __netif_receive_skb(skb: sk_buff): number {
  return __netif_receive_skb_core(skb);
}

/**
 * Deliver a packet: first to the taps that receive everything, then to the handler of its protocol.
 *
 * The last receiver consumes the packet; each one before it gets a reference.
 *
 * @linux net/core/dev.c
 */
function __netif_receive_skb_core(skb: sk_buff): number {
  trace.netif_receive_skb(skb);
  const dev = skb.dev!;
  const net = dev.nd_net;
  skb.network_header = skb.data;
  if (skb.transport_header < 0) skb.transport_header = skb.data;
  skb.mac_len = skb.network_header - skb.mac_header;
  skb.skb_iif = dev.ifindex;
  dev.machine.softnet.processed++;

  let pt_prev: packet_type | null = null;
  const { ptype_all } = net;
  for (let i = 0; i < ptype_all.length; i++) {
    if (pt_prev !== null) deliver_skb(skb, pt_prev, dev);
    pt_prev = ptype_all[i]!;
  }
  const list = net.ptype_base.get(skb.protocol);
  if (list !== undefined) {
    for (let i = 0; i < list.length; i++) {
      if (pt_prev !== null) deliver_skb(skb, pt_prev, dev);
      pt_prev = list[i]!;
    }
  }
  if (pt_prev === null) {
    dev.stats.rx_dropped++;
    kfree_skb_reason(skb, SKB_DROP_REASON_UNHANDLED_PROTO);
    return NET_RX_DROP;
  }
  return pt_prev.func(skb, dev, pt_prev, dev);
}

function deliver_skb(skb: sk_buff, pt_prev: packet_type, orig_dev: net_device): number {
  return pt_prev.func(skb_get(skb), skb.dev!, pt_prev, orig_dev);
}
