/**
 * The packet buffer: struct sk_buff, its fragments and queues. The functions are in net/core/skbuff/.
 *
 * @linux include/linux/skbuff.h
 */
import type { Machine } from '../../machine.ts';
import type { dst_entry } from '../net/dst.ts';
import type { napi_gro_cb } from '../net/gro.ts';
import type { inet_skb_parm } from '../net/ip.ts';
import type { sock } from '../net/sock.ts';
import { tcp_skb_cb } from '../net/tcp_skb_cb.ts';
import type { net_device } from './netdevice.ts';
import type { be16, ktime_t, u32, wsum } from './types.ts';

/** No checksum was verified; the stack must. */
export const CHECKSUM_NONE = 0;
/** The device (or loopback) has verified the checksum. */
export const CHECKSUM_UNNECESSARY = 1;
/** `csum` holds the sum over the whole packet as computed by the device. */
export const CHECKSUM_COMPLETE = 2;
/** On transmit: the device must compute the checksum, from csum_start, and store it at csum_offset. */
export const CHECKSUM_PARTIAL = 3;

export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;
export const PACKET_LOOPBACK = 5;

/** Checksums of packets up to this length (bytes) are verified at once; longer ones when they are read. */
export const CHECKSUM_BREAK = 76;
export const MAX_SKB_FRAGS = 17;
export const SKB_GSO_TCPV4 = 1 << 0;
export const SKB_GSO_TCP_ECN = 1 << 2;
export const SKB_GSO_UDP_L4 = 1 << 17;

/** Sizes of struct sk_buff and struct skb_shared_info in bytes, as on amd64. */
export const SK_BUFF_SIZE = 256;
export const SKB_SHARED_INFO_SIZE = 320;
/** The overhead of an sk_buff beyond its data, in bytes of truesize. */
export const SKB_TRUESIZE_OVERHEAD = SK_BUFF_SIZE + SKB_SHARED_INFO_SIZE;
/** @returns the truesize of an skb with `size` bytes of linear data. @linux SKB_TRUESIZE */
export function SKB_TRUESIZE(size: number): number {
  return size + SKB_TRUESIZE_OVERHEAD;
}

/** A shared page of payload, to which fragments refer. */
export class page {
  bytes: Uint8Array;
  /** The number of fragments and allocators that refer to it. */
  refcount = 1;
  /** The pool that reuses the page after its last reference is dropped; null: none. */
  pool: page[] | null;
  constructor(bytes: Uint8Array, pool: page[] | null = null) {
    this.bytes = bytes;
    this.pool = pool;
  }
}

/** A page that is filled piece by piece. @linux include/linux/mm_types_task.h */
export class page_frag {
  page: page | null = null;
  /** Offset of the free part. */
  offset = 0;
}

/** A part of a page that holds payload. @linux skb_frag_t */
export class skb_frag {
  page: page;
  offset: number;
  size: number;
  constructor(frag_page: page, offset: number, size: number) {
    this.page = frag_page;
    this.offset = offset;
    this.size = size;
  }
}

/** Data that the clones of a buffer share: fragments and segmentation. */
export class skb_shared_info {
  /** Payload outside the linear part, in order. */
  frags: skb_frag[] = [];
  /** Payload bytes per segment if the packet must be segmented; 0: not a GSO packet. */
  gso_size = 0;
  gso_segs = 0;
  gso_type = 0;
  /** Buffers that continue this one (IP fragments, GRO). */
  frag_list: sk_buff | null = null;
  /** The number of sk_buffs that share this data. */
  dataref = 1;
}

/** A packet in the stack. */
export class sk_buff {
  next: sk_buff | null = null;
  prev: sk_buff | null = null;
  /** The queue it is on, or null. */
  list: sk_buff_head | null = null;
  /** The socket that is charged for the packet, or that receives it. */
  sk: sock | null = null;
  dev: net_device | null = null;
  /** Arrival time, or (skb_mstamp_ns) earliest departure time, in ns. */
  tstamp: ktime_t = 0;
  /** TCP's control block. Use TCP_SKB_CB(). */
  cb = new tcp_skb_cb();
  /** IP's control block. Use IPCB(). */
  ipcb: inet_skb_parm | null = null;
  /** GRO's control block, while the packet can be merged with others. Use NAPI_GRO_CB(). */
  gro_cb: napi_gro_cb | null = null;
  /** The packet's route. */
  _skb_refdst: dst_entry | null = null;
  /** Called when the packet is freed: uncharges its memory from the socket. */
  destructor: ((skb: sk_buff) => void) | null = null;
  /** Total bytes: linear part and fragments. */
  len = 0;
  /** Bytes in the fragments. */
  data_len = 0;
  mac_len = 0;
  /** CHECKSUM_NONE, _UNNECESSARY, _COMPLETE or _PARTIAL. */
  ip_summed = CHECKSUM_NONE;
  csum: wsum = 0;
  /** Start of the checksummed data (offset from head), with CHECKSUM_PARTIAL. */
  csum_start = 0;
  /** Offset of the checksum field from csum_start. */
  csum_offset = 0;
  pkt_type = PACKET_HOST;
  cloned = false;
  peeked = false;
  ignore_df = false;
  ooo_okay = false;
  dst_pending_confirm = false;
  csum_valid = false;
  priority = 0;
  /** Index of the interface on which it arrived. */
  skb_iif = 0;
  hash: u32 = 0;
  mark: u32 = 0;
  napi_id = 0;
  /** EtherType, network order. */
  protocol: be16 = 0;
  /** Offsets from head; -1: not set. */
  transport_header = -1;
  network_header = -1;
  mac_header = -1;
  /** The linear part. */
  head: Uint8Array;
  /** Offset in head where the data begins. */
  data = 0;
  /** Offset in head where the data ends. */
  tail = 0;
  /** The end of head. */
  end: number;
  /** Bytes of memory charged for the packet. */
  truesize: number;
  users = 1;
  shinfo: skb_shared_info;
  machine: Machine;
  /** TCP's list of sent packets in order of send time (tsorted_sent_queue). */
  tcp_tsorted_prev: sk_buff | null = null;
  tcp_tsorted_next: sk_buff | null = null;
  tcp_tsorted_linked = false;
  /** The number of the received frame; -1 for a packet created by this host. */
  frame_number = -1;
  /** The number of the last frame that GRO has merged into it; its own if there is none. */
  last_frame_number = -1;
  /** Why it is sent, for a recorder. Clones do not have it. */
  cause: object | null = null;

  constructor(machine: Machine, head: Uint8Array, shinfo: skb_shared_info, truesize: number) {
    this.machine = machine;
    this.head = head;
    this.end = head.length;
    this.shinfo = shinfo;
    this.truesize = truesize;
  }
}

/** A doubly linked queue of packets. */
export class sk_buff_head {
  /** First packet, or null. */
  next: sk_buff | null = null;
  /** Last packet, or null. */
  prev: sk_buff | null = null;
  qlen = 0;
}

export function skb_shinfo(skb: sk_buff): skb_shared_info {
  return skb.shinfo;
}
/** Bytes in the linear part. @linux include/linux/skbuff.h */
export function skb_headlen(skb: sk_buff): number {
  return skb.len - skb.data_len;
}
/** Whether part of the packet is in page fragments. @linux include/linux/skbuff.h */
export function skb_is_nonlinear(skb: sk_buff): boolean {
  return skb.data_len > 0;
}
/** Whether the packet is a large one that is segmented later. @linux include/linux/skbuff.h */
export function skb_is_gso(skb: sk_buff): boolean {
  return skb.shinfo.gso_size > 0;
}
/** Bytes before the data, for headers. @linux include/linux/skbuff.h */
export function skb_headroom(skb: sk_buff): number {
  return skb.data;
}
/** Room after the data in the linear part; 0 once there are fragments. @linux include/linux/skbuff.h */
export function skb_tailroom(skb: sk_buff): number {
  return skb.data_len > 0 ? 0 : skb.end - skb.tail;
}
/** The packet's route; null: not looked up yet. @linux include/linux/skbuff.h */
export function skb_dst(skb: sk_buff): dst_entry | null {
  return skb._skb_refdst;
}
/** Set the link-layer header to the current start of the data. @linux include/linux/skbuff.h */
export function skb_reset_mac_header(skb: sk_buff): void {
  skb.mac_header = skb.data;
}
/** Set the IP header to the current start of the data. @linux include/linux/skbuff.h */
export function skb_reset_network_header(skb: sk_buff): void {
  skb.network_header = skb.data;
}
/** Set the TCP, UDP or ICMP header to the current start of the data. @linux include/linux/skbuff.h */
export function skb_reset_transport_header(skb: sk_buff): void {
  skb.transport_header = skb.data;
}
/**
 * Set the TCP, UDP or ICMP header to `offset` bytes after the start of the data.
 *
 * @linux include/linux/skbuff.h
 */
export function skb_set_transport_header(skb: sk_buff, offset: number): void {
  skb.transport_header = skb.data + offset;
}
/** Offset of the transport header from the data. @linux include/linux/skbuff.h */
export function skb_transport_offset(skb: sk_buff): number {
  return skb.transport_header - skb.data;
}
/** Offset of the IP header from the data, in bytes. @linux include/linux/skbuff.h */
export function skb_network_offset(skb: sk_buff): number {
  return skb.network_header - skb.data;
}
/** Length of the IP header with its options, in bytes. @linux include/linux/skbuff.h */
export function skb_network_header_len(skb: sk_buff): number {
  return skb.transport_header - skb.network_header;
}
/** Whether a clone shares the data and would see it change. @linux include/linux/skbuff.h */
export function skb_cloned(skb: sk_buff): boolean {
  return skb.cloned && skb.shinfo.dataref > 1;
}
/** Whether the packet has other references. @linux include/linux/skbuff.h */
export function skb_shared(skb: sk_buff): boolean {
  return skb.users !== 1;
}
/** Whether the checksum is verified, or left to the device. @linux include/linux/skbuff.h */
export function skb_csum_unnecessary(skb: sk_buff): boolean {
  return skb.ip_summed === CHECKSUM_UNNECESSARY || skb.csum_valid || skb.ip_summed === CHECKSUM_PARTIAL;
}
/** The number of packets in a queue. @linux include/linux/skbuff.h */
export function skb_queue_len(list: sk_buff_head): number {
  return list.qlen;
}
/** Whether the queue is empty. @linux include/linux/skbuff.h */
export function skb_queue_empty(list: sk_buff_head | null): boolean {
  return list === null || list.next === null;
}
/** The first packet, without removing it; null: none. @linux include/linux/skbuff.h */
export function skb_peek(list: sk_buff_head): sk_buff | null {
  return list.next;
}
/** The last packet, without removing it; null: none. @linux include/linux/skbuff.h */
export function skb_peek_tail(list: sk_buff_head): sk_buff | null {
  return list.prev;
}
/** Whether `skb` is the last packet of the queue. @linux include/linux/skbuff.h */
export function skb_queue_is_last(list: sk_buff_head, skb: sk_buff): boolean {
  return list.prev === skb;
}
