/** Splitting and merging packets. @linux net/core/skbuff.c */
import {
  skb_cloned,
  skb_frag,
  skb_headlen,
  skb_tailroom,
  MAX_SKB_FRAGS,
  SKB_TRUESIZE_OVERHEAD,
  type sk_buff,
} from '../../../include/linux/skbuff.ts';
import { get_page, put_page, skb_put } from './alloc.ts';
import { skb_copy_bits } from './data.ts';

/**
 * Move all data after the first `len` bytes into the empty skb1.
 *
 * @linux net/core/skbuff.c
 */
export function skb_split(skb: sk_buff, skb1: sk_buff, len: number): void {
  const headlen = skb_headlen(skb);
  if (len < headlen) skb_split_inside_header(skb, skb1, len, headlen);
  else skb_split_no_header(skb, skb1, len, headlen);
}
function skb_split_inside_header(skb: sk_buff, skb1: sk_buff, len: number, pos: number): void {
  const at = skb_put(skb1, pos - len);
  skb1.head.set(skb.head.subarray(skb.data + len, skb.data + pos), at);
  skb1.shinfo.frags = skb.shinfo.frags;
  skb.shinfo.frags = [];
  skb1.data_len = skb.data_len;
  skb1.len += skb1.data_len;
  skb.data_len = 0;
  skb.len = len;
  skb.tail = skb.data + len;
}
function skb_split_no_header(skb: sk_buff, skb1: sk_buff, len: number, pos: number): void {
  const frags = skb.shinfo.frags;
  const moved: skb_frag[] = [];
  let kept = 0;
  skb.data_len = len - pos;
  skb1.len = skb1.data_len = skb.len - len;
  skb.len = len;
  for (const frag of frags) {
    const { size } = frag;
    if (pos + size > len) {
      if (pos < len) {
        // The split is within this fragment: both packets refer to its page.
        moved.push(new skb_frag(frag.page, frag.offset + len - pos, size - (len - pos)));
        get_page(frag.page);
        frag.size = len - pos;
        kept++;
      } else {
        moved.push(frag);
      }
    } else {
      kept++;
    }
    pos += size;
  }
  frags.length = kept;
  skb1.shinfo.frags = moved;
}

/**
 * Move up to `shiftlen` bytes from the front of skb to the end of tgt; both must have all data in fragments.
 *
 * @returns bytes moved; 0 when the data cannot be moved
 * @linux net/core/skbuff.c
 */
export function skb_shift(tgt: sk_buff, skb: sk_buff, shiftlen: number): number {
  if (skb_headlen(skb) > 0) return 0;
  if (skb_cloned(tgt) || skb_cloned(skb)) return 0;
  const from = skb.shinfo.frags;
  const to = tgt.shinfo.frags;
  let todo = shiftlen;
  if (to.length + from.length > MAX_SKB_FRAGS && shiftlen !== skb.len) return 0;
  let taken = 0;
  while (todo > 0 && taken < from.length) {
    const frag = from[taken]!;
    const last = to[to.length - 1];
    const size = Math.min(frag.size, todo);
    if (last !== undefined && last.page === frag.page && last.offset + last.size === frag.offset) {
      last.size += size;
      if (size === frag.size) put_page(frag.page);
    } else {
      if (to.length === MAX_SKB_FRAGS) break;
      to.push(new skb_frag(frag.page, frag.offset, size));
      if (size < frag.size) get_page(frag.page);
    }
    todo -= size;
    if (size === frag.size) taken++;
    else {
      frag.offset += size;
      frag.size -= size;
    }
  }
  from.splice(0, taken);
  const moved = shiftlen - todo;
  skb.len -= moved;
  skb.data_len -= moved;
  skb.truesize -= moved;
  tgt.len += moved;
  tgt.data_len += moved;
  tgt.truesize += moved;
  return moved;
}

/**
 * Merge a received packet into another: copy its bytes if they fit into the tailroom, otherwise take over its
 * fragments.
 *
 * @returns the growth of `to`'s truesize, and whether the fragments of `from` were taken over; null when they
 *   cannot be merged
 * @linux net/core/skbuff.c
 */
export function skb_try_coalesce(to: sk_buff, from: sk_buff): { delta: number; fragstolen: boolean } | null {
  if (skb_cloned(to)) return null;
  const len = from.len;
  if (len <= skb_tailroom(to)) {
    if (len > 0) {
      const at = skb_put(to, len);
      skb_copy_bits(from, 0, to.head, at, len);
    }
    return { delta: 0, fragstolen: false };
  }
  if (to.shinfo.frag_list !== null || from.shinfo.frag_list !== null) return null;
  if (skb_headlen(from) > 0) return null;
  const target = to.shinfo.frags;
  const source = from.shinfo.frags;
  if (target.length + source.length > MAX_SKB_FRAGS) return null;
  const delta = from.truesize - SKB_TRUESIZE_OVERHEAD;
  const cloned = skb_cloned(from);
  for (const frag of source) {
    const last = target[target.length - 1];
    if (last !== undefined && last.page === frag.page && last.offset + last.size === frag.offset) {
      last.size += frag.size;
      if (!cloned) put_page(frag.page);
      continue;
    }
    target.push(cloned ? new skb_frag(frag.page, frag.offset, frag.size) : frag);
    if (cloned) get_page(frag.page);
  }
  if (!cloned) from.shinfo.frags = [];
  to.truesize += Math.max(delta, 0);
  to.len += len;
  to.data_len += len;
  return { delta: Math.max(delta, 0), fragstolen: !cloned };
}
