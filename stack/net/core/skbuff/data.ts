/** The bytes of a packet: copying, pulling from fragments, trimming, checksums. @linux net/core/skbuff.c */
import {
  CHECKSUM_COMPLETE,
  CHECKSUM_PARTIAL,
  skb_cloned,
  SKB_TRUESIZE,
  skb_frag,
  skb_headlen,
  skb_headroom,
  skb_shared_info,
  sk_buff,
} from '../../../include/linux/skbuff.ts';
import type { wsum } from '../../../include/linux/types.ts';
import { ENOMEM, EFAULT, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { csum_block_add, csum_block_sub, csum_fold, csum_partial } from '../../../lib/checksum.ts';
import { get_page, kfree_skb_list, put_page, skb_clone, __skb_pull } from './alloc.ts';

/**
 * Copy bytes out of a packet, from the linear part and the fragments.
 *
 * @returns 0, or -EFAULT when the packet is too short
 * @linux net/core/skbuff.c
 */
export function skb_copy_bits(skb: sk_buff, offset: number, to: Uint8Array, at: number, len: number): Errno {
  if (offset < 0 || offset + len > skb.len) return -EFAULT;
  let left = len;
  const headlen = skb_headlen(skb);
  if (offset < headlen) {
    const copy = Math.min(left, headlen - offset);
    to.set(skb.head.subarray(skb.data + offset, skb.data + offset + copy), at);
    at += copy;
    offset += copy;
    left -= copy;
  }
  let start = headlen;
  for (const frag of skb.shinfo.frags) {
    if (left === 0) return 0;
    const end = start + frag.size;
    if (offset < end) {
      const from = frag.offset + offset - start;
      const copy = Math.min(left, end - offset);
      to.set(frag.page.bytes.subarray(from, from + copy), at);
      at += copy;
      offset += copy;
      left -= copy;
    }
    start = end;
  }
  for (let frag = skb.shinfo.frag_list; frag !== null && left > 0; frag = frag.next) {
    const end = start + frag.len;
    if (offset < end) {
      const copy = Math.min(left, end - offset);
      skb_copy_bits(frag, offset - start, to, at, copy);
      at += copy;
      offset += copy;
      left -= copy;
    }
    start = end;
  }
  return 0;
}

/** Write bytes into a packet's linear part and fragments. @returns 0 or -EFAULT. @linux net/core/skbuff.c */
export function skb_store_bits(skb: sk_buff, offset: number, from: Uint8Array, len: number): Errno {
  if (offset < 0 || offset + len > skb.len) return -EFAULT;
  let done = 0;
  const headlen = skb_headlen(skb);
  if (offset < headlen) {
    done = Math.min(len, headlen - offset);
    skb.head.set(from.subarray(0, done), skb.data + offset);
  }
  let start = headlen;
  for (const frag of skb.shinfo.frags) {
    if (done === len) break;
    const end = start + frag.size;
    if (offset + done < end) {
      const copy = Math.min(len - done, end - offset - done);
      frag.page.bytes.set(from.subarray(done, done + copy), frag.offset + offset + done - start);
      done += copy;
    }
    start = end;
  }
  for (let frag = skb.shinfo.frag_list; frag !== null && done < len; frag = frag.next) {
    const end = start + frag.len;
    if (offset + done < end) {
      const copy = Math.min(len - done, end - offset - done);
      skb_store_bits(frag, offset + done - start, from.subarray(done), copy);
      done += copy;
    }
    start = end;
  }
  return 0;
}

/**
 * Reallocate the packet's linear part with more room, no longer shared with its clones.
 *
 * @returns 0
 * @linux net/core/skbuff.c
 */
export function pskb_expand_head(skb: sk_buff, nhead: number, ntail: number): Errno {
  const size = skb.end + nhead + ntail;
  const head = new Uint8Array(size);
  head.set(skb.head.subarray(0, skb.tail), nhead);
  if (skb_cloned(skb)) {
    const shared = skb.shinfo;
    const own = new skb_shared_info();
    own.frags = shared.frags.map((frag) => {
      get_page(frag.page);
      return new skb_frag(frag.page, frag.offset, frag.size);
    });
    own.gso_size = shared.gso_size;
    own.gso_segs = shared.gso_segs;
    own.gso_type = shared.gso_type;
    own.frag_list = shared.frag_list;
    for (let frag = own.frag_list; frag !== null; frag = frag.next) frag.users++;
    shared.dataref--;
    skb.shinfo = own;
  }
  skb.cloned = false;
  skb.head = head;
  skb.end = size;
  skb.data += nhead;
  skb.tail += nhead;
  if (skb.transport_header >= 0) skb.transport_header += nhead;
  if (skb.network_header >= 0) skb.network_header += nhead;
  if (skb.mac_header >= 0) skb.mac_header += nhead;
  if (skb.ip_summed === CHECKSUM_PARTIAL) skb.csum_start += nhead;
  return 0;
}

/** Make the linear data exclusive to this packet. @linux include/linux/skbuff.h */
export function skb_unclone(skb: sk_buff): Errno {
  return skb_cloned(skb) ? pskb_expand_head(skb, 0, 0) : 0;
}
/** Ensure headroom and a writable linear part. @linux include/linux/skbuff.h */
export function skb_cow_head(skb: sk_buff, headroom: number): Errno {
  const delta = Math.max(headroom - skb_headroom(skb), 0);
  return delta > 0 || skb_cloned(skb) ? pskb_expand_head(skb, delta, 0) : 0;
}
/**
 * Ensure headroom and exclusive bytes before the packet's headers are written.
 *
 * @linux include/linux/skbuff.h
 */
export function skb_cow(skb: sk_buff, headroom: number): Errno {
  return skb_cow_head(skb, headroom);
}
/** Make bytes at the front writable. @linux net/core/skbuff.c */
export function skb_ensure_writable(skb: sk_buff, write_len: number): Errno {
  if (!pskb_may_pull(skb, write_len)) return -ENOMEM;
  return skb_cloned(skb) ? pskb_expand_head(skb, 0, 0) : 0;
}

/** A copy with its own linear part; the fragments are shared. @linux include/linux/skbuff.h */
export function __pskb_copy(skb: sk_buff, headroom: number): sk_buff {
  const n = skb_clone(skb);
  pskb_expand_head(n, Math.max(headroom - skb_headroom(skb), 0), 0);
  return n;
}
/** Copy the linear part; the pages are shared. @linux include/linux/skbuff.h */
export function pskb_copy(skb: sk_buff): sk_buff {
  return __pskb_copy(skb, skb_headroom(skb));
}
/** A copy that shares nothing, all of it linear. @linux net/core/skbuff.c */
export function skb_copy(skb: sk_buff): sk_buff {
  const n = skb_clone(skb);
  const headroom = skb_headroom(skb);
  const head = new Uint8Array(headroom + skb.len);
  head.set(skb.head.subarray(0, headroom));
  skb_copy_bits(skb, 0, head, headroom, skb.len);
  skb.shinfo.dataref--;
  const own = new skb_shared_info();
  own.gso_size = skb.shinfo.gso_size;
  own.gso_segs = skb.shinfo.gso_segs;
  own.gso_type = skb.shinfo.gso_type;
  n.shinfo = own;
  n.cloned = false;
  n.head = head;
  n.end = head.length;
  n.tail = head.length;
  n.data_len = 0;
  return n;
}

/**
 * Pull `delta` more bytes from the fragments into the linear part.
 *
 * @returns whether the packet had that many
 * @linux net/core/skbuff.c
 */
export function __pskb_pull_tail(skb: sk_buff, delta: number): boolean {
  const missing = skb.tail + delta - skb.end;
  if (missing > 0 || skb_cloned(skb)) pskb_expand_head(skb, 0, missing > 0 ? missing + 128 : 0);
  if (skb_copy_bits(skb, skb_headlen(skb), skb.head, skb.tail, delta) !== 0) return false;
  let eat = delta;
  const { shinfo } = skb;
  while (eat > 0 && shinfo.frags.length > 0) {
    const frag = shinfo.frags[0]!;
    if (frag.size <= eat) {
      eat -= frag.size;
      put_page(frag.page);
      shinfo.frags.shift();
    } else {
      frag.offset += eat;
      frag.size -= eat;
      eat = 0;
    }
  }
  while (eat > 0 && shinfo.frag_list !== null) {
    const list = shinfo.frag_list;
    if (list.len <= eat) {
      eat -= list.len;
      shinfo.frag_list = list.next;
      list.next = null;
      kfree_skb_list(list);
    } else {
      if (!pskb_may_pull(list, eat)) return false;
      __skb_pull(list, eat);
      eat = 0;
    }
  }
  skb.tail += delta;
  skb.data_len -= delta;
  return true;
}

/**
 * Ensure that the first `len` bytes are in the linear part; false when the packet is shorter.
 *
 * @linux include/linux/skbuff.h
 */
export function pskb_may_pull(skb: sk_buff, len: number): boolean {
  if (len <= skb.len - skb.data_len) return true;
  if (len > skb.len) return false;
  return __pskb_pull_tail(skb, len - skb_headlen(skb));
}
/** Remove bytes from the front, from the linear part or the fragments. @linux include/linux/skbuff.h */
export function pskb_pull(skb: sk_buff, len: number): boolean {
  if (!pskb_may_pull(skb, len)) return false;
  __skb_pull(skb, len);
  return true;
}
/** Pull all data into the linear part. @linux include/linux/skbuff.h */
export function skb_linearize(skb: sk_buff): Errno {
  return skb.data_len === 0 || __pskb_pull_tail(skb, skb.data_len) ? 0 : -ENOMEM;
}

/** Trim a packet to `len` bytes. @linux net/core/skbuff.c */
export function ___pskb_trim(skb: sk_buff, len: number): Errno {
  if (skb_cloned(skb)) pskb_expand_head(skb, 0, 0);
  const headlen = skb_headlen(skb);
  if (len <= headlen) {
    for (const frag of skb.shinfo.frags) put_page(frag.page);
    skb.shinfo.frags.length = 0;
    if (skb.shinfo.frag_list !== null) kfree_skb_list(skb.shinfo.frag_list);
    skb.shinfo.frag_list = null;
    skb.len = len;
    skb.data_len = 0;
    skb.tail = skb.data + len;
    if (skb.sk === null) skb_condense(skb);
    return 0;
  }
  let keep = len - headlen;
  const { frags } = skb.shinfo;
  let count = 0;
  for (; count < frags.length && keep > 0; count++) {
    const frag = frags[count]!;
    if (frag.size > keep) frag.size = keep;
    keep -= frag.size;
  }
  for (const frag of frags.splice(count)) put_page(frag.page);
  let last: sk_buff | null = null;
  let list = skb.shinfo.frag_list;
  for (; list !== null && keep > 0; list = list.next) {
    if (list.len > keep) ___pskb_trim(list, keep);
    keep -= list.len;
    last = list;
  }
  if (last !== null) last.next = null;
  else skb.shinfo.frag_list = null;
  if (list !== null) kfree_skb_list(list);
  skb.data_len -= skb.len - len;
  skb.len = len;
  if (skb.sk === null) skb_condense(skb);
  return 0;
}
/**
 * Reduce a packet's memory: copy its fragments into the linear part if they fit, and set truesize to that of
 * the linear part. Must not be used on a packet that is charged to a socket.
 *
 * @linux net/core/skbuff.c
 */
export function skb_condense(skb: sk_buff): void {
  if (skb.data_len > 0) {
    if (skb.data_len > skb.end - skb.tail || skb_cloned(skb)) return;
    __pskb_pull_tail(skb, skb.data_len);
  }
  skb.truesize = SKB_TRUESIZE(skb.end);
}
/** Trim a packet to `len` bytes, if it is longer. 0, or -ENOMEM. @linux include/linux/skbuff.h */
export function pskb_trim(skb: sk_buff, len: number): Errno {
  return len < skb.len ? ___pskb_trim(skb, len) : 0;
}
/** Trim a packet that is known to be longer than `len`. @linux include/linux/skbuff.h */
export function __pskb_trim(skb: sk_buff, len: number): Errno {
  return pskb_trim(skb, len);
}
/** Trim a linear packet to `len` bytes. @linux net/core/skbuff.c */
export function skb_trim(skb: sk_buff, len: number): void {
  if (skb.len > len) {
    skb.len = len;
    skb.tail = skb.data + len;
  }
}
/** Trim a packet and keep its CHECKSUM_COMPLETE sum valid. @linux include/linux/skbuff.h */
export function pskb_trim_rcsum(skb: sk_buff, len: number): Errno {
  if (len >= skb.len) return 0;
  if (skb.ip_summed === CHECKSUM_COMPLETE) {
    skb.csum = csum_block_sub(skb.csum, skb_checksum(skb, len, skb.len - len, 0), len);
  }
  return pskb_trim(skb, len);
}

/** The checksum of part of a packet, not folded. @linux net/core/skbuff.c */
export function skb_checksum(skb: sk_buff, offset: number, len: number, csum: wsum): wsum {
  let left = len;
  let pos = 0;
  const headlen = skb_headlen(skb);
  if (offset < headlen) {
    const copy = Math.min(left, headlen - offset);
    csum = csum_partial(skb.head, skb.data + offset, copy, csum);
    offset += copy;
    left -= copy;
    pos = copy;
  }
  let start = headlen;
  for (const frag of skb.shinfo.frags) {
    if (left === 0) return csum;
    const end = start + frag.size;
    if (offset < end) {
      const copy = Math.min(left, end - offset);
      csum = csum_block_add(csum, csum_partial(frag.page.bytes, frag.offset + offset - start, copy, 0), pos);
      offset += copy;
      left -= copy;
      pos += copy;
    }
    start = end;
  }
  for (let frag = skb.shinfo.frag_list; frag !== null && left > 0; frag = frag.next) {
    const end = start + frag.len;
    if (offset < end) {
      const copy = Math.min(left, end - offset);
      csum = csum_block_add(csum, skb_checksum(frag, offset - start, copy, 0), pos);
      offset += copy;
      left -= copy;
      pos += copy;
    }
    start = end;
  }
  return csum;
}

/**
 * Verify a packet whose pseudo-header sum is in skb.csum.
 *
 * @returns 0 if the checksum is correct.
 * @linux net/core/skbuff.c
 */
export function __skb_checksum_complete(skb: sk_buff): number {
  const csum = skb_checksum(skb, 0, skb.len, 0);
  const sum = csum_fold(csum_block_add(skb.csum, csum, 0));
  skb.csum = csum;
  skb.ip_summed = CHECKSUM_COMPLETE;
  skb.csum_valid = sum === 0;
  return sum;
}
/** Verify the checksum, unless it is already verified. 0: correct. @linux include/linux/skbuff.h */
export function skb_checksum_complete(skb: sk_buff): number {
  return skb.csum_valid ? 0 : __skb_checksum_complete(skb);
}

/**
 * Make a segment's data exclusive before it changes, so that no clone in flight sees the change. truesize
 * stays the same.
 *
 * @linux include/linux/skbuff.h
 */
export function skb_unclone_keeptruesize(skb: sk_buff): Errno {
  if (!skb_cloned(skb)) return 0;
  const truesize = skb.truesize;
  const err = skb_unclone(skb);
  skb.truesize = truesize;
  return err;
}
