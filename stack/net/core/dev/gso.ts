/**
 * Software fallback for missing device features: segmenting a large packet, and computing checksums.
 *
 * @linux net/core/dev.c
 */
import {
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  CHECKSUM_UNNECESSARY,
  type sk_buff,
} from '../../../include/linux/skbuff.ts';
import type { be16 } from '../../../include/linux/types.ts';
import { type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import { pr_warn } from '../../../kernel/printk.ts';
import { csum_fold } from '../../../lib/checksum.ts';
import { skb_mac_gso_segment } from '../gro.ts';
import { skb_checksum, skb_cow_head, skb_ensure_writable } from '../skbuff/data.ts';

/** The EtherType of a packet's payload. @linux net/core/dev.c */
export function skb_network_protocol(skb: sk_buff): be16 {
  return skb.protocol;
}

/** Whether the segments' checksums are computed from the packet's checksum field. @linux net/core/dev.c */
function skb_needs_check(skb: sk_buff, tx_path: boolean): boolean {
  if (tx_path) return skb.ip_summed !== CHECKSUM_PARTIAL && skb.ip_summed !== CHECKSUM_UNNECESSARY;
  return skb.ip_summed === CHECKSUM_NONE;
}

/** Warn that a packet requests an offload that the device does not support. @linux net/core/dev.c */
export function skb_warn_bad_offload(skb: sk_buff): void {
  pr_warn(
    skb.machine,
    `${skb.dev?.name ?? '?'}: caps=(${skb.dev?.features ?? 0}) len=${skb.len} data_len=${skb.data_len} ` +
      `gso_size=${skb.shinfo.gso_size} gso_type=${skb.shinfo.gso_type} ip_summed=${skb.ip_summed}`,
  );
}

/**
 * Split a GSO packet into segments, linked by `next`. Work covered by `features` is left to the device.
 *
 * @returns the segments; null when the headers were only checked; or an errno. The caller keeps the packet.
 * @linux net/core/dev.c
 */
export function __skb_gso_segment(skb: sk_buff, features: number, tx_path: boolean): sk_buff | null | Errno {
  if (skb_needs_check(skb, tx_path)) {
    // The checksum field of the TCP or UDP header will be written.
    const err = skb_cow_head(skb, 0);
    if (err < 0) return err;
  }
  skb.mac_header = skb.data;
  skb.mac_len = skb.network_header - skb.mac_header;

  const segs = skb_mac_gso_segment(skb, features);
  if (segs !== null && !IS_ERR(segs) && segs !== skb && skb_needs_check(skb, tx_path))
    skb_warn_bad_offload(skb);
  return segs;
}
/** On transmit. @linux include/linux/netdevice.h */
export function skb_gso_segment(skb: sk_buff, features: number): sk_buff | null | Errno {
  return __skb_gso_segment(skb, features, true);
}

/** Compute a checksum that was left to the device. @returns 0 or -ENOMEM. @linux net/core/dev.c */
export function skb_checksum_help(skb: sk_buff): Errno {
  const offset = skb.csum_start - skb.data;
  const err = skb_ensure_writable(skb, offset + skb.csum_offset + 2);
  if (err !== 0) return err;
  const csum = csum_fold(skb_checksum(skb, offset, skb.len - offset, 0)) || 0xffff;
  const at = skb.csum_start + skb.csum_offset;
  skb.head[at] = csum >> 8;
  skb.head[at + 1] = csum;
  skb.ip_summed = CHECKSUM_NONE;
  return 0;
}
