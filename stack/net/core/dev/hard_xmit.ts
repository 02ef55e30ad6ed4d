/**
 * The last steps before the driver: a packet is adapted to the device's features, taps receive a copy, and
 * ndo_start_xmit sends it. xmit.ts has the earlier steps.
 *
 * @linux net/core/dev.c
 */
import {
  dev_xmit_complete,
  type net_device,
  type netdev_queue,
  NETIF_F_FRAGLIST,
  NETIF_F_GSO_MASK,
  NETIF_F_HW_CSUM,
  NETIF_F_SG,
  netif_needs_gso,
  netif_tx_queue_stopped,
} from '../../../include/linux/netdevice.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  PACKET_OUTGOING,
  type sk_buff,
} from '../../../include/linux/skbuff.ts';
import { type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import { trace } from '../../../trace/events.ts';
import { consume_skb, kfree_skb, skb_clone } from '../skbuff/alloc.ts';
import { skb_linearize } from '../skbuff/data.ts';
import { skb_checksum_help, skb_gso_segment, skb_warn_bad_offload } from './gso.ts';

/** The device's GSO features that apply to this packet. @linux net/core/dev.c */
function gso_features_check(skb: sk_buff, dev: net_device, features: number): number {
  const { shinfo } = skb;
  if (shinfo.gso_segs > dev.gso_max_segs) return features & ~NETIF_F_GSO_MASK;
  if (skb.len >= dev.gso_max_size) return features & ~NETIF_F_GSO_MASK;
  if (shinfo.gso_type === 0) {
    skb_warn_bad_offload(skb);
    return features & ~NETIF_F_GSO_MASK;
  }
  return features;
}

/** The device features usable for this packet: NETIF_F_… @linux net/core/dev.c */
export function netif_skb_features(skb: sk_buff): number {
  const dev = skb.dev!;
  let features = dev.features;
  if (skb.shinfo.gso_size > 0) features = gso_features_check(skb, dev, features);
  // harmonize_features(): segmentation needs a device that can compute checksums.
  if (skb.ip_summed !== CHECKSUM_NONE && (features & NETIF_F_HW_CSUM) === 0) features &= ~NETIF_F_GSO_MASK;
  return features;
}

/**
 * Whether the device needs the packet as one linear buffer.
 *
 * @linux include/linux/skbuff.h, here because only transmission uses it
 */
function skb_needs_linearize(skb: sk_buff, features: number): boolean {
  return (
    (skb.data_len > 0 && skb.shinfo.frag_list !== null && (features & NETIF_F_FRAGLIST) === 0) ||
    (skb.shinfo.frags.length > 0 && (features & NETIF_F_SG) === 0)
  );
}

/**
 * Compute the checksum now if the device cannot do it.
 *
 * @returns 0 or a negative errno.
 * @linux net/core/dev.c
 */
export function skb_csum_hwoffload_help(skb: sk_buff, features: number): Errno {
  return (features & NETIF_F_HW_CSUM) !== 0 ? 0 : skb_checksum_help(skb);
}

/**
 * Do in software what the device cannot do for a packet: segmentation, linearization, checksum.
 *
 * @returns the packet, or its segments linked by `next`; null when it was dropped
 * @linux net/core/dev.c
 */
export function validate_xmit_skb(skb: sk_buff, dev: net_device): sk_buff | null {
  const features = netif_skb_features(skb);
  if (netif_needs_gso(skb, features)) {
    const segs = skb_gso_segment(skb, features);
    if (IS_ERR(segs)) return drop_invalid(skb, dev);
    if (segs === null) return skb;
    trace.sockscope_gso_segment(skb, segs);
    consume_skb(skb);
    // Linux's skb_segment() copies the payload for a device without scatter-gather; this one shares it.
    if ((features & NETIF_F_SG) === 0)
      for (let seg: sk_buff | null = segs; seg !== null; seg = seg.next) skb_linearize(seg);
    return segs;
  }
  if (skb_needs_linearize(skb, features) && skb_linearize(skb) !== 0) return drop_invalid(skb, dev);
  if (skb.ip_summed === CHECKSUM_PARTIAL) {
    skb.transport_header = skb.csum_start;
    if (skb_csum_hwoffload_help(skb, features) !== 0) return drop_invalid(skb, dev);
  }
  return skb;
}
function drop_invalid(skb: sk_buff, dev: net_device): null {
  kfree_skb(skb);
  dev.stats.tx_dropped++;
  return null;
}

/** As validate_xmit_skb(), for a list of packets linked by `next`. @linux net/core/dev.c */
export function validate_xmit_skb_list(skb: sk_buff | null, dev: net_device): sk_buff | null {
  if (skb !== null && skb.next === null) return validate_xmit_skb(skb, dev);
  let head: sk_buff | null = null;
  let tail: sk_buff | null = null;
  while (skb !== null) {
    const next: sk_buff | null = skb.next;
    skb.next = null;
    const valid = validate_xmit_skb(skb, dev);
    skb = next;
    if (valid === null) continue;
    if (tail === null) head = valid;
    else tail.next = valid;
    for (tail = valid; tail.next !== null;) tail = tail.next;
  }
  return head;
}

/** Deliver a copy of an outgoing packet to packet sockets and other taps. @linux net/core/dev.c */
export function dev_queue_xmit_nit(skb: sk_buff, dev: net_device): void {
  for (const ptype of dev.nd_net.ptype_all) {
    const copy = skb_clone(skb);
    copy.mac_header = copy.data;
    copy.pkt_type = PACKET_OUTGOING;
    ptype.func(copy, dev, ptype, dev);
  }
}

function xmit_one(skb: sk_buff, dev: net_device): number {
  if (dev.nd_net.ptype_all.length > 0) dev_queue_xmit_nit(skb, dev);
  const { len } = skb;
  trace.net_dev_start_xmit(skb, dev);
  const rc = dev.netdev_ops.ndo_start_xmit(skb, dev);
  trace.net_dev_xmit(skb, rc, dev, len);
  return rc;
}

/**
 * Pass packets linked by `next` to the driver until its queue is full.
 *
 * @returns the packets not sent (the driver returned NETDEV_TX_BUSY); null: all were sent
 * @linux net/core/dev.c
 */
export function dev_hard_start_xmit(first: sk_buff, dev: net_device, txq: netdev_queue): sk_buff | null {
  let skb: sk_buff | null = first;
  while (skb !== null) {
    const next: sk_buff | null = skb.next;
    skb.next = null;
    if (!dev_xmit_complete(xmit_one(skb, dev))) {
      skb.next = next;
      return skb;
    }
    skb = next;
    if (skb !== null && netif_tx_queue_stopped(txq)) return skb;
  }
  return null;
}
