/** Checksums in software, for devices that cannot. @linux net/core/dev.c */
import { CHECKSUM_NONE, sk_buff } from '../../../include/linux/skbuff.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { csum_fold } from '../../../lib/checksum.ts';
import { skb_checksum, skb_ensure_writable } from '../skbuff/data.ts';

/** Fill in the checksum that a device was to fill in. @returns 0 or -ENOMEM. @linux net/core/dev.c */
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
