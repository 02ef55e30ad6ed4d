/** Software segmentation: splitting one large packet into many. @linux net/core/skbuff.c */
import {
  skb_frag,
  skb_headlen,
  skb_headroom,
  SKB_TRUESIZE,
  type sk_buff,
} from '../../../include/linux/skbuff.ts';
import { dst_clone } from '../../../include/net/dst.ts';
import { inet_skb_parm_copy } from '../../../include/net/ip.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { EINVAL } from '../../../include/uapi/asm-generic/errno.ts';
import { alloc_skb, get_page, skb_put, skb_reserve } from './alloc.ts';
import { skb_linearize } from './data.ts';

/**
 * Split a packet into segments with gso_size bytes of payload, each with a copy of the headers. Payload in
 * fragments is shared, not copied. The protocols then fix their header fields.
 *
 * @param head_skb data begins at the payload and mac_header at the headers; afterwards data begins at the
 *   headers
 * @returns the segments, linked by `next`, or -EINVAL
 * @linux net/core/skbuff.c
 */
export function skb_segment(head_skb: sk_buff): sk_buff | Errno {
  const mss = head_skb.shinfo.gso_size;
  if (mss <= 0) return -EINVAL;
  if (head_skb.shinfo.frag_list !== null && skb_linearize(head_skb) !== 0) return -EINVAL;

  const payload = head_skb.len;
  const doffset = head_skb.data - head_skb.mac_header;
  const cursor = new payload_cursor(head_skb);
  let segs: sk_buff | null = null;
  let tail: sk_buff | null = null;
  for (let offset = 0; offset < payload; offset += mss) {
    const nskb = one_segment(head_skb, doffset, Math.min(mss, payload - offset), cursor);
    if (tail === null) segs = nskb;
    else tail.next = nskb;
    tail = nskb;
  }
  // As in Linux, the packet's data includes the headers again.
  head_skb.data -= doffset;
  head_skb.len += doffset;
  return segs ?? -EINVAL;
}

/** How much of the payload has been moved into segments. */
class payload_cursor {
  /** Next byte of the linear part, and its end. */
  at: number;
  end: number;
  /** Next fragment, and the bytes of it already used. */
  frag = 0;
  frag_offset = 0;
  constructor(skb: sk_buff) {
    this.at = skb.data;
    this.end = skb.data + skb_headlen(skb);
  }
}

function one_segment(head_skb: sk_buff, doffset: number, len: number, cursor: payload_cursor): sk_buff {
  const headroom = skb_headroom(head_skb) - doffset;
  const linear = Math.min(len, cursor.end - cursor.at);
  const nskb = alloc_skb(head_skb.machine, headroom + doffset + linear);
  skb_reserve(nskb, headroom);
  const header_at = skb_put(nskb, doffset);
  nskb.head.set(head_skb.head.subarray(head_skb.mac_header, head_skb.mac_header + doffset), header_at);
  copy_skb_header(nskb, head_skb, header_at - head_skb.mac_header);

  if (linear > 0) {
    nskb.head.set(head_skb.head.subarray(cursor.at, cursor.at + linear), skb_put(nskb, linear));
    cursor.at += linear;
  }
  let left = len - linear;
  const { frags } = head_skb.shinfo;
  while (left > 0) {
    const frag = frags[cursor.frag]!;
    const size = Math.min(left, frag.size - cursor.frag_offset);
    get_page(frag.page);
    nskb.shinfo.frags.push(new skb_frag(frag.page, frag.offset + cursor.frag_offset, size));
    nskb.data_len += size;
    left -= size;
    cursor.frag_offset += size;
    if (cursor.frag_offset === frag.size) {
      cursor.frag++;
      cursor.frag_offset = 0;
    }
  }
  nskb.len += nskb.data_len;
  nskb.truesize = SKB_TRUESIZE(nskb.end) + nskb.data_len;
  return nskb;
}

/**
 * Copy the header fields that a segment inherits; offsets into head are shifted by `delta`.
 *
 * @linux __copy_skb_header
 */
function copy_skb_header(nskb: sk_buff, skb: sk_buff, delta: number): void {
  nskb.dev = skb.dev;
  nskb.tstamp = skb.tstamp;
  if (skb.ipcb !== null) nskb.ipcb = inet_skb_parm_copy(skb.ipcb);
  nskb._skb_refdst = dst_clone(skb._skb_refdst);
  nskb.mac_len = skb.mac_len;
  nskb.ip_summed = skb.ip_summed;
  nskb.csum_start = skb.csum_start + delta;
  nskb.csum_offset = skb.csum_offset;
  nskb.pkt_type = skb.pkt_type;
  nskb.ignore_df = skb.ignore_df;
  nskb.priority = skb.priority;
  nskb.skb_iif = skb.skb_iif;
  nskb.hash = skb.hash;
  nskb.mark = skb.mark;
  nskb.napi_id = skb.napi_id;
  nskb.protocol = skb.protocol;
  nskb.mac_header = skb.mac_header + delta;
  nskb.network_header = skb.network_header + delta;
  nskb.transport_header = skb.transport_header + delta;
}
