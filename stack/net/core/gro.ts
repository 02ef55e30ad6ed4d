/**
 * Generic receive offload: packets of a flow that arrive together are passed up as one. Also the table of the
 * protocols' offload functions, which GRO and GSO share.
 *
 * @linux net/core/gro.c, include/net/gro.h
 */
import { type napi_struct, netif_elide_gro, type packet_offload } from '../../include/linux/netdevice.ts';
import {
  CHECKSUM_COMPLETE,
  CHECKSUM_UNNECESSARY,
  MAX_SKB_FRAGS,
  type sk_buff,
  SKB_GSO_TCPV4,
  skb_headlen,
  SKB_TRUESIZE,
} from '../../include/linux/skbuff.ts';
import type { be16 } from '../../include/linux/types.ts';
import {
  GRO_HELD,
  GRO_MERGED,
  GRO_MERGED_FREE,
  GRO_NORMAL,
  type gro_result,
  NAPI_GRO_CB,
  NAPI_GRO_FREE,
  skb_gro_len,
  skb_gro_offset,
} from '../../include/net/gro.ts';
import type { net } from '../../include/net/net_namespace.ts';
import { E2BIG, EPROTONOSUPPORT, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';
import { trace } from '../../trace/events.ts';
import { netif_receive_skb_list_internal } from './dev/receive.ts';
import { __kfree_skb, __skb_pull, kfree_skb, skb_push } from './skbuff/alloc.ts';

/** Maximum number of packets held by one poll context. */
const MAX_GRO_SKBS = 8;
/** A merged packet is smaller than this, in bytes. @linux include/linux/netdevice.h */
const GRO_LEGACY_MAX_SIZE = 65536;

/**
 * Register the functions that segment and merge packets of an EtherType.
 *
 * @linux net/core/gro.c
 */
export function dev_add_offload(net: net, po: packet_offload): void {
  const { offload_base } = net;
  let at = 0;
  while (at < offload_base.length && offload_base[at]!.priority <= po.priority) at++;
  offload_base.splice(at, 0, po);
}

/**
 * Segment a packet whose data begins with the link-layer header, with the function registered for its
 * EtherType.
 *
 * @returns the segments; null when the packet needs no segmentation; or an errno
 * @linux net/core/gro.c
 */
export function skb_mac_gso_segment(skb: sk_buff, features: number): sk_buff | null | Errno {
  const ptype = offload_with(skb, skb.protocol, 'gso_segment');
  __skb_pull(skb, skb.mac_len);
  const segs = ptype === null ? -EPROTONOSUPPORT : ptype.callbacks.gso_segment!(skb, features);
  skb_push(skb, skb.data - skb.mac_header);
  return segs;
}

function offload_with(
  skb: sk_buff,
  type: be16,
  callback: keyof packet_offload['callbacks'],
): packet_offload | null {
  for (const ptype of skb.dev!.nd_net.offload_base) {
    if (ptype.type === type && ptype.callbacks[callback] !== undefined) return ptype;
  }
  return null;
}

/**
 * Merge a packet's payload into another packet of its flow: its fragments if they fit, otherwise the whole
 * packet as an entry of the frag_list.
 *
 * @returns 0; -E2BIG when the other packet is full
 * @linux net/core/gro.c
 */
export function skb_gro_receive(p: sk_buff, skb: sk_buff): Errno {
  const cb = NAPI_GRO_CB(skb);
  const p_cb = NAPI_GRO_CB(p);
  const len = skb_gro_len(skb);
  if (p.len + len >= GRO_LEGACY_MAX_SIZE || cb.flush !== 0) return -E2BIG;

  let offset = skb_gro_offset(skb);
  const headlen = skb_headlen(skb);
  const skbinfo = skb.shinfo;
  let lp = p_cb.last ?? p;
  const pinfo = lp.shinfo;
  let delta_truesize: number;

  if (headlen <= offset && pinfo.frags.length + skbinfo.frags.length <= MAX_SKB_FRAGS) {
    offset -= headlen;
    skbinfo.frags[0]!.offset += offset;
    skbinfo.frags[0]!.size -= offset;
    pinfo.frags.push(...skbinfo.frags);
    skbinfo.frags.length = 0;
    // The fragments are charged to the other packet; this one keeps only its head and sk_buff.
    const new_truesize = SKB_TRUESIZE(skb.end);
    delta_truesize = skb.truesize - new_truesize;
    skb.truesize = new_truesize;
    skb.len -= skb.data_len;
    skb.data_len = 0;
    cb.free = NAPI_GRO_FREE;
  } else {
    delta_truesize = skb.truesize;
    if (offset > headlen) {
      const eat = offset - headlen;
      skbinfo.frags[0]!.offset += eat;
      skbinfo.frags[0]!.size -= eat;
      skb.data_len -= eat;
      skb.len -= eat;
      offset = headlen;
    }
    __skb_pull(skb, offset);
    if (lp === p) p.shinfo.frag_list = skb;
    else lp.next = skb;
    p_cb.last = skb;
    lp = p;
  }

  p_cb.count += cb.count;
  p.last_frame_number = skb.frame_number;
  p.data_len += len;
  p.truesize += delta_truesize;
  p.len += len;
  if (lp !== p) {
    lp.data_len += len;
    lp.truesize += delta_truesize;
    lp.len += len;
  }
  cb.same_flow = true;
  return 0;
}

/**
 * Drivers pass received packets here from their poll: some are merged, some are held for later merges, the
 * rest are passed up.
 *
 * @linux net/core/gro.c
 */
export function napi_gro_receive(napi: napi_struct, skb: sk_buff): gro_result {
  skb.napi_id = napi.napi_id;
  trace.napi_gro_receive_entry(skb);
  const ret = napi_skb_finish(napi, skb, dev_gro_receive(napi, skb));
  trace.napi_gro_receive_exit(napi.dev.machine, ret);
  return ret;
}

function napi_skb_finish(napi: napi_struct, skb: sk_buff, ret: gro_result): gro_result {
  if (ret === GRO_NORMAL) gro_normal_one(napi, skb, 1);
  else if (ret === GRO_MERGED_FREE) __kfree_skb(skb);
  return ret;
}

/** Compare a packet with the held packets, layer by layer. @linux net/core/gro.c */
function dev_gro_receive(napi: napi_struct, skb: sk_buff): gro_result {
  if (netif_elide_gro(skb.dev!)) return GRO_NORMAL;
  const ptype = offload_with(skb, skb.protocol, 'gro_receive');
  if (ptype === null) return GRO_NORMAL;

  const held = napi.gro_list;
  gro_list_prepare(held, skb);
  skb.network_header = skb.data;
  skb.mac_len = skb.network_header - skb.mac_header;
  const cb = NAPI_GRO_CB(skb);
  cb.flush = skb.shinfo.frag_list !== null ? 1 : 0;
  cb.is_atomic = true;
  cb.count = 1;
  if (skb.shinfo.gso_size > 0) {
    cb.count = skb.shinfo.gso_segs;
    if ((skb.shinfo.gso_type & SKB_GSO_TCPV4) === 0) cb.flush = 1;
  }
  if (skb.ip_summed === CHECKSUM_COMPLETE) {
    cb.csum = skb.csum;
    cb.csum_valid = true;
  } else if (skb.ip_summed === CHECKSUM_UNNECESSARY) {
    cb.csum_cnt = 1;
  }

  const pp = ptype.callbacks.gro_receive!(held, skb);

  if (pp !== null) {
    held.splice(held.indexOf(pp), 1);
    napi_gro_complete(napi, pp);
  }
  if (cb.same_flow) return cb.free !== 0 ? GRO_MERGED_FREE : GRO_MERGED;
  if (cb.flush !== 0) return GRO_NORMAL;

  if (held.length >= MAX_GRO_SKBS) napi_gro_complete(napi, held.shift()!);
  cb.age = jiffies(napi.dev.machine);
  cb.last = skb;
  if (skb.shinfo.gso_size === 0) skb.shinfo.gso_size = skb_gro_len(skb);
  held.push(skb);
  return GRO_HELD;
}

/**
 * Mark the held packets with the same link-layer addresses; the protocols narrow the selection.
 *
 * @linux net/core/gro.c
 */
function gro_list_prepare(held: readonly sk_buff[], skb: sk_buff): void {
  const maclen = skb.dev!.hard_header_len;
  for (const p of held) {
    const cb = NAPI_GRO_CB(p);
    cb.flush = 0;
    let same = p.hash === skb.hash && p.dev === skb.dev;
    for (let i = 0; same && i < maclen; i++) same = p.head[p.mac_header + i] === skb.head[skb.mac_header + i];
    cb.same_flow = same;
  }
}

/** Complete a held packet: fix its headers for the merged data, and pass it up. @linux net/core/gro.c */
function napi_gro_complete(napi: napi_struct, skb: sk_buff): void {
  const cb = NAPI_GRO_CB(skb);
  if (cb.count === 1) {
    skb.shinfo.gso_size = 0;
  } else {
    const ptype = offload_with(skb, skb.protocol, 'gro_complete');
    if (ptype === null || ptype.callbacks.gro_complete!(skb, 0) !== 0) {
      kfree_skb(skb);
      return;
    }
  }
  gro_normal_one(napi, skb, cb.count);
}

/**
 * Complete the held packets.
 *
 * @param flush_old keep the packets that arrived in the current jiffy
 * @linux net/core/gro.c
 */
export function napi_gro_flush(napi: napi_struct, flush_old: boolean): void {
  const held = napi.gro_list;
  const now = jiffies(napi.dev.machine);
  while (held.length > 0 && !(flush_old && NAPI_GRO_CB(held[0]!).age === now)) {
    napi_gro_complete(napi, held.shift()!);
  }
}

/**
 * Pass a packet up with the next batch.
 *
 * @param segs the number of frames merged into it
 * @linux include/net/gro.h
 */
export function gro_normal_one(napi: napi_struct, skb: sk_buff, segs: number): void {
  skb.gro_cb = null;
  if (napi.rx_list.length === 0) napi.rx_list = [skb];
  else napi.rx_list.push(skb);
  napi.rx_count += segs;
  if (napi.rx_count >= napi.dev.nd_net.core.sysctl_gro_normal_batch) gro_normal_list(napi);
}
/** Pass the batch up now. @linux include/net/gro.h */
export function gro_normal_list(napi: napi_struct): void {
  if (napi.rx_count === 0) return;
  const list = napi.rx_list;
  napi.rx_list = [];
  napi.rx_count = 0;
  netif_receive_skb_list_internal(list);
}
