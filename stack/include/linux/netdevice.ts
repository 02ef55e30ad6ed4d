/** Network devices, their queues and NAPI. @linux include/linux/netdevice.h */
import type { Machine } from '../../machine.ts';
import type { net } from '../net/net_namespace.ts';
import type { neighbour } from '../net/neighbour.ts';
import type { Qdisc } from '../net/sch_generic.ts';
import {
  CHECKSUM_PARTIAL,
  CHECKSUM_UNNECESSARY,
  SKB_GSO_TCPV4,
  SKB_GSO_TCP_ECN,
  SKB_GSO_UDP_L4,
  sk_buff_head,
  type sk_buff,
} from './skbuff.ts';
import type { Errno } from '../uapi/asm-generic/errno.ts';
import type { be16, be32 } from './types.ts';
import type { ipv4_devconf } from './inetdevice.ts';

export const IFF_UP = 1 << 0;
export const IFF_BROADCAST = 1 << 1;
export const IFF_LOOPBACK = 1 << 3;
export const IFF_POINTOPOINT = 1 << 4;
export const IFF_RUNNING = 1 << 6;
export const IFF_NOARP = 1 << 7;
export const IFF_PROMISC = 1 << 8;
export const IFF_MULTICAST = 1 << 12;

export const ARPHRD_ETHER = 1;
export const ARPHRD_LOOPBACK = 772;
export const ETH_ALEN = 6;
export const ETH_HLEN = 14;
export const ETH_P_IP: be16 = 0x0800;
export const ETH_P_ARP: be16 = 0x0806;
export const ETH_P_ALL: be16 = 0x0003;

export const NETIF_F_SG = 1 << 0;
export const NETIF_F_HW_CSUM = 1 << 3;
export const NETIF_F_TSO = 1 << 16;
export const NETIF_F_RXCSUM = 1 << 17;
export const NETIF_F_LOOPBACK = 1 << 18;
export const NETIF_F_GRO = 1 << 14;
/** TSO may set ECN's CWR flag, in the first segment only. */
export const NETIF_F_TSO_ECN = 1 << 19;
export const NETIF_F_GSO_UDP_L4 = 1 << 20;
/** The device accepts packets with a frag_list. */
export const NETIF_F_FRAGLIST = 1 << 6;
export const NETIF_F_GSO_MASK = NETIF_F_TSO | NETIF_F_TSO_ECN | NETIF_F_GSO_UDP_L4;

/**
 * Bits of priv_flags: the packet's route may be dropped before the driver sees it; the driver needs no queue.
 */
export const IFF_XMIT_DST_RELEASE = 1 << 10;
export const IFF_NO_QUEUE = 1 << 21;
/** The loopback device is the first device of every namespace. */
export const LOOPBACK_IFINDEX = 1;

/** Results of a driver's transmit function. */
export const NETDEV_TX_OK = 0x00;
export const NETDEV_TX_BUSY = 0x10;
export const NET_XMIT_SUCCESS = 0x00;
export const NET_XMIT_DROP = 0x01;
export const NET_XMIT_CN = 0x02;
export const NET_XMIT_MASK = 0x0f;
export const NET_RX_SUCCESS = 0;
export const NET_RX_DROP = 1;

export const __QUEUE_STATE_DRV_XOFF = 0;
export const __QUEUE_STATE_STACK_XOFF = 1;
export const __QUEUE_STATE_FROZEN = 2;

export const NAPI_STATES = {
  NAPI_STATE_SCHED: 0,
  NAPI_STATE_MISSED: 1,
  NAPI_STATE_DISABLE: 2,
} as const;
export const NAPIF_STATE_SCHED = 1 << NAPI_STATES.NAPI_STATE_SCHED;
export const NAPIF_STATE_MISSED = 1 << NAPI_STATES.NAPI_STATE_MISSED;
export const NAPIF_STATE_DISABLE = 1 << NAPI_STATES.NAPI_STATE_DISABLE;
export const NAPI_POLL_WEIGHT = 64;

/** A device's poll context. */
export class napi_struct {
  /** NAPIF_STATE_… bits. */
  state = 0;
  weight = NAPI_POLL_WEIGHT;
  /** The driver's poll function: handles at most `budget` packets and returns their number. */
  poll: (napi: napi_struct, budget: number) => number;
  dev: net_device;
  /** Packets held for merging (GRO). */
  gro_list: sk_buff[] = [];
  /** Packets to be passed up in one batch. */
  rx_list: sk_buff[] = [];
  rx_count = 0;
  napi_id: number;

  constructor(dev: net_device, poll: napi_struct['poll'], napi_id: number) {
    this.dev = dev;
    this.poll = poll;
    this.napi_id = napi_id;
  }
}

/** One transmit queue. */
export class netdev_queue {
  dev: net_device;
  qdisc!: Qdisc;
  /** The qdisc to use when the device is up. */
  qdisc_sleeping!: Qdisc;
  /** Replaces the qdisc while the device is down: drops everything. */
  noop_qdisc!: Qdisc;
  /** __QUEUE_STATE_… bits. */
  state = 0;
  trans_start = 0;
  constructor(dev: net_device) {
    this.dev = dev;
  }
}

export class net_device_stats {
  rx_packets = 0;
  tx_packets = 0;
  rx_bytes = 0;
  tx_bytes = 0;
  rx_errors = 0;
  tx_errors = 0;
  rx_dropped = 0;
  tx_dropped = 0;
  rx_crc_errors = 0;
  rx_missed_errors = 0;
  rx_over_errors = 0;
}

export interface net_device_ops {
  ndo_open(dev: net_device): number;
  ndo_stop(dev: net_device): number;
  /** Pass a packet to the hardware: NETDEV_TX_OK, or NETDEV_TX_BUSY (the caller keeps it). */
  ndo_start_xmit(skb: sk_buff, dev: net_device): number;
  /** Change the MTU: 0 or a negative errno. */
  ndo_change_mtu?(dev: net_device, new_mtu: number): number;
}

export interface header_ops {
  /** Write the link-layer header in front of the data. @returns its length, or negative when `daddr` is unknown. */
  create(
    skb: sk_buff,
    dev: net_device,
    type: be16,
    daddr: Uint8Array | null,
    saddr: Uint8Array | null,
    len: number,
  ): number;
}

/** An address of an interface. @linux struct in_ifaddr (include/linux/inetdevice.h) */
export class in_ifaddr {
  ifa_dev: in_device | null = null;
  ifa_local: be32 = 0;
  /** The peer's address on a point-to-point link; otherwise equal to ifa_local. */
  ifa_address: be32 = 0;
  ifa_mask: be32 = 0;
  ifa_broadcast: be32 = 0;
  ifa_prefixlen = 0;
  ifa_scope = 0;
  /** IFA_F_… bits. */
  ifa_flags = 0;
  ifa_label = '';
}
/** A device's IPv4 configuration. @linux struct in_device */
export class in_device {
  dev: net_device;
  ifa_list: in_ifaddr[] = [];
  /** The settings under net.ipv4.conf.DEVICE. */
  cnf: ipv4_devconf;
  constructor(dev: net_device, cnf: ipv4_devconf) {
    this.dev = dev;
    this.cnf = cnf;
  }
}

export class net_device {
  name: string;
  ifindex = 0;
  /** IFF_… flags. */
  flags = 0;
  /** Internal flags: IFF_NO_QUEUE and others. */
  priv_flags = 0;
  mtu = 1500;
  type = ARPHRD_ETHER;
  hard_header_len = ETH_HLEN;
  needed_headroom = 0;
  needed_tailroom = 0;
  addr_len = ETH_ALEN;
  dev_addr = new Uint8Array(ETH_ALEN);
  broadcast = new Uint8Array(ETH_ALEN).fill(0xff);
  /** NETIF_F_… features. */
  features = 0;
  gso_max_size = 65536;
  gso_max_segs = 65535;
  tso_max_size = 65536;
  tx_queue_len = 1000;
  netdev_ops: net_device_ops;
  header_ops: header_ops | null = null;
  stats = new net_device_stats();
  ip_ptr: in_device | null = null;
  /** The only transmit queue. */
  _tx: netdev_queue;
  napi_list: napi_struct[] = [];
  nd_net: net;
  machine: Machine;
  /** The driver's private data: netdev_priv(). */
  priv: unknown = null;
  neighbours = new Map<be32, neighbour>();

  constructor(nd_net: net, name: string, netdev_ops: net_device_ops) {
    this.nd_net = nd_net;
    this.machine = nd_net.machine;
    this.name = name;
    this.netdev_ops = netdev_ops;
    this._tx = new netdev_queue(this);
  }
}

/** A receiver of packets of one protocol. @linux struct packet_type */
export interface packet_type {
  type: be16;
  func(skb: sk_buff, dev: net_device, pt: packet_type, orig_dev: net_device): number;
}

/**
 * How a protocol segments large packets (GSO) and merges small ones (GRO).
 *
 * @linux struct offload_callbacks
 */
export interface offload_callbacks {
  /** Split a packet into segments linked by `next`. */
  gso_segment?(skb: sk_buff, features: number): sk_buff | null | Errno;
  /** Compare with the packets held in `head`; @returns one of them that must be passed up now, or null. */
  gro_receive?(head: sk_buff[], skb: sk_buff): sk_buff | null;
  /** Fix the headers of a merged packet; `nhoff` is the offset of this protocol's header. */
  gro_complete?(skb: sk_buff, nhoff: number): number;
}
/** The offload callbacks of an EtherType. @linux struct packet_offload */
export interface packet_offload {
  type: be16;
  priority: number;
  callbacks: offload_callbacks;
}

/**
 * Called for device events: NETDEV_UP and others (inetdevice.ts).
 *
 * @linux struct notifier_block on netdev_chain
 */
export type netdev_notifier = (event: number, dev: net_device) => void;

/** The packet queues of one CPU. */
export class softnet_data {
  /** NAPI contexts waiting for net_rx_action. */
  poll_list: napi_struct[] = [];
  /** Qdiscs waiting for net_tx_action. */
  output_queue: Qdisc[] = [];
  /** Transmitted packets waiting to be freed. */
  completion_queue: sk_buff[] = [];
  /** Received packets of devices without NAPI: see netif_rx(). */
  input_pkt_queue = new sk_buff_head();
  processed = 0;
  time_squeeze = 0;
  dropped = 0;
  /** Nesting depth of __dev_queue_xmit. */
  xmit_recursion = 0;
  /** The last id given to a NAPI context. */
  napi_gen_id = 0;
}

/** Whether the device is up. @linux include/linux/netdevice.h */
export function netif_running(dev: net_device): boolean {
  return (dev.flags & IFF_UP) !== 0;
}
/** Whether this queue currently accepts no packets. @linux include/linux/netdevice.h */
export function netif_xmit_stopped(queue: netdev_queue): boolean {
  return queue.state !== 0;
}
/** The driver has no room: send nothing until it wakes the queue. @linux include/linux/netdevice.h */
export function netif_tx_stop_queue(queue: netdev_queue): void {
  queue.state |= 1 << __QUEUE_STATE_DRV_XOFF;
}
/** The driver's ring is full: stop sending. @linux include/linux/netdevice.h */
export function netif_stop_queue(dev: net_device): void {
  netif_tx_stop_queue(dev._tx);
}
/** The driver accepts packets again. @linux include/linux/netdevice.h */
export function netif_tx_start_queue(queue: netdev_queue): void {
  queue.state &= ~(1 << __QUEUE_STATE_DRV_XOFF);
}
/** The driver accepts packets. @linux include/linux/netdevice.h */
export function netif_start_queue(dev: net_device): void {
  netif_tx_start_queue(dev._tx);
}
/** Whether the driver has stopped this queue. @linux include/linux/netdevice.h */
export function netif_tx_queue_stopped(queue: netdev_queue): boolean {
  return (queue.state & (1 << __QUEUE_STATE_DRV_XOFF)) !== 0;
}
/** Whether the driver has stopped the device's queue. @linux include/linux/netdevice.h */
export function netif_queue_stopped(dev: net_device): boolean {
  return netif_tx_queue_stopped(dev._tx);
}
/** Whether this queue currently accepts no packets, for whatever reason. @linux include/linux/netdevice.h */
export function netif_xmit_frozen_or_stopped(queue: netdev_queue): boolean {
  return queue.state !== 0;
}
/**
 * Whether the driver (or qdisc) consumed the packet. With NETDEV_TX_BUSY the caller keeps it.
 *
 * @linux include/linux/netdevice.h
 */
export function dev_xmit_complete(rc: number): boolean {
  return rc < NET_XMIT_MASK;
}
/** Let the device build the link-layer header. @linux include/linux/netdevice.h */
export function dev_hard_header(
  skb: sk_buff,
  dev: net_device,
  type: be16,
  daddr: Uint8Array | null,
  saddr: Uint8Array | null,
  len: number,
): number {
  return dev.header_ops === null ? 0 : dev.header_ops.create(skb, dev, type, daddr, saddr, len);
}
/** Whether the device segments packets of this kind. @linux include/linux/netdevice.h */
export function net_gso_ok(features: number, gso_type: number): boolean {
  let needed = 0;
  if ((gso_type & SKB_GSO_TCPV4) !== 0) needed |= NETIF_F_TSO;
  if ((gso_type & SKB_GSO_TCP_ECN) !== 0) needed |= NETIF_F_TSO_ECN;
  if ((gso_type & SKB_GSO_UDP_L4) !== 0) needed |= NETIF_F_GSO_UDP_L4;
  return (features & needed) === needed;
}
/** Whether the device can segment this packet. @linux include/linux/netdevice.h */
export function skb_gso_ok(skb: sk_buff, features: number): boolean {
  return (
    net_gso_ok(features, skb.shinfo.gso_type) &&
    (skb.shinfo.frag_list === null || (features & NETIF_F_FRAGLIST) !== 0)
  );
}
/** Whether a packet must be segmented before the driver gets it. @linux include/linux/netdevice.h */
export function netif_needs_gso(skb: sk_buff, features: number): boolean {
  return (
    skb.shinfo.gso_size > 0 &&
    (!skb_gso_ok(skb, features) ||
      (skb.ip_summed !== CHECKSUM_PARTIAL && skb.ip_summed !== CHECKSUM_UNNECESSARY))
  );
}
/** Whether packets of this device bypass GRO. @linux include/linux/netdevice.h */
export function netif_elide_gro(dev: net_device): boolean {
  return (dev.features & NETIF_F_GRO) === 0;
}
