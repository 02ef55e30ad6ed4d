/** Allocating and freeing packet buffers, and moving the bounds of their data. @linux net/core/skbuff.c */
import type { DropDetail } from '../../../capture/drop_detail.ts';
import type { Machine } from '../../../machine.ts';
import { page, sk_buff, skb_frag, skb_shared_info, SKB_TRUESIZE } from '../../../include/linux/skbuff.ts';
import type { dst_entry } from '../../../include/net/dst.ts';
import { dst_release } from '../../../include/net/dst.ts';
import { inet_skb_parm_copy } from '../../../include/net/ip.ts';
import { tcp_skb_cb_copy } from '../../../include/net/tcp_skb_cb.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../../include/net/dropreason.ts';
import { trace } from '../../../trace/events.ts';

/**
 * Allocate an empty buffer with room for `size` bytes in its linear part.
 *
 * @linux include/linux/skbuff.h
 */
export function alloc_skb(machine: Machine, size: number): sk_buff {
  return new sk_buff(machine, machine.slab.take(size), new skb_shared_info(), SKB_TRUESIZE(size));
}

/** Build a buffer around existing bytes (a driver's receive buffer). @linux net/core/skbuff.c */
export function build_skb(machine: Machine, bytes: Uint8Array): sk_buff {
  return new sk_buff(machine, bytes, new skb_shared_info(), SKB_TRUESIZE(bytes.length));
}

/** Reserve headroom in an empty buffer. @linux include/linux/skbuff.h */
export function skb_reserve(skb: sk_buff, len: number): void {
  skb.data += len;
  skb.tail += len;
}

/** Append bytes to the linear part. @returns their offset in head. @linux net/core/skbuff.c */
export function skb_put(skb: sk_buff, len: number): number {
  const at = skb.tail;
  skb.tail += len;
  skb.len += len;
  if (skb.tail > skb.end)
    throw new RangeError(`skb_over_panic: ${len} bytes do not fit, ${skb.end - at} are left`);
  return at;
}

/** Prepend bytes. @returns the new start of the data in head. @linux net/core/skbuff.c */
export function skb_push(skb: sk_buff, len: number): number {
  skb.data -= len;
  skb.len += len;
  if (skb.data < 0) throw new RangeError(`skb_under_panic: no room for ${len} bytes in front`);
  return skb.data;
}

/** Remove bytes from the front; they must be in the linear part. @linux include/linux/skbuff.h */
export function __skb_pull(skb: sk_buff, len: number): void {
  skb.len -= len;
  skb.data += len;
}
/**
 * As __skb_pull(), but does nothing and returns false when the linear part is shorter.
 *
 * @linux net/core/skbuff.c
 */
export function skb_pull(skb: sk_buff, len: number): boolean {
  if (len > skb.len) return false;
  __skb_pull(skb, len);
  return true;
}

/**
 * A second sk_buff that shares the data: call skb_cow_head() before writing headers.
 *
 * @linux net/core/skbuff.c
 */
export function skb_clone(skb: sk_buff): sk_buff {
  const n = new sk_buff(skb.machine, skb.head, skb.shinfo, skb.truesize);
  n.dev = skb.dev;
  n.tstamp = skb.tstamp;
  tcp_skb_cb_copy(n.cb, skb.cb);
  if (skb.ipcb !== null) n.ipcb = inet_skb_parm_copy(skb.ipcb);
  if (skb._skb_refdst !== null) {
    skb._skb_refdst.__refcnt++;
    n._skb_refdst = skb._skb_refdst;
  }
  n.len = skb.len;
  n.data_len = skb.data_len;
  n.mac_len = skb.mac_len;
  n.ip_summed = skb.ip_summed;
  n.csum = skb.csum;
  n.csum_start = skb.csum_start;
  n.csum_offset = skb.csum_offset;
  n.pkt_type = skb.pkt_type;
  n.ignore_df = skb.ignore_df;
  n.ooo_okay = skb.ooo_okay;
  n.csum_valid = skb.csum_valid;
  n.priority = skb.priority;
  n.skb_iif = skb.skb_iif;
  n.hash = skb.hash;
  n.mark = skb.mark;
  n.napi_id = skb.napi_id;
  n.protocol = skb.protocol;
  n.transport_header = skb.transport_header;
  n.network_header = skb.network_header;
  n.mac_header = skb.mac_header;
  n.data = skb.data;
  n.tail = skb.tail;
  n.end = skb.end;
  n.frame_number = skb.frame_number;
  n.last_frame_number = skb.last_frame_number;
  n.cloned = true;
  skb.cloned = true;
  skb.shinfo.dataref++;
  return n;
}

export function get_page(p: page): void {
  p.refcount++;
}
/** Drop a reference. The last one makes the page available for reuse. */
export function put_page(p: page): void {
  if (--p.refcount > 0 || p.pool === null) return;
  if (p.pool.length < PAGE_POOL_SIZE) p.pool.push(p);
}
/** Allocate a page of `size` bytes with undefined contents: a free one from the pool, or a new one. */
export function alloc_page(pool: page[], size: number): page {
  const free = pool.pop();
  if (free === undefined) return new page(new Uint8Array(size), pool);
  free.refcount = 1;
  return free;
}
/** Maximum number of free pages kept for reuse. */
const PAGE_POOL_SIZE = 1024;

/** Set fragment `i`; takes over the caller's reference to the page. @linux include/linux/skbuff.h */
export function skb_fill_page_desc(skb: sk_buff, i: number, p: page, off: number, size: number): void {
  const { frags } = skb.shinfo;
  const frag = frags[i];
  // Most packets have one fragment; push() would allocate room for many.
  if (frags.length === 0) skb.shinfo.frags = [new skb_frag(p, off, size)];
  else if (frag === undefined) frags.push(new skb_frag(p, off, size));
  else {
    frag.page = p;
    frag.offset = off;
    frag.size = size;
  }
}
/** Append a received fragment and update the packet's length. @linux net/core/skbuff.c */
export function skb_add_rx_frag(
  skb: sk_buff,
  i: number,
  p: page,
  off: number,
  size: number,
  truesize: number,
): void {
  skb_fill_page_desc(skb, i, p, off, size);
  skb.len += size;
  skb.data_len += size;
  skb.truesize += truesize;
}

/** Detach the buffer from its socket and uncharge its memory now. @linux include/linux/skbuff.h */
export function skb_orphan(skb: sk_buff): void {
  if (skb.destructor !== null) {
    skb.destructor(skb);
    skb.destructor = null;
    skb.sk = null;
  }
}

/** Takes over the caller's reference. @linux include/linux/skbuff.h */
export function skb_dst_set(skb: sk_buff, dst: dst_entry | null): void {
  skb._skb_refdst = dst;
}
/**
 * Linux borrows the reference here. This takes a reference, because borrowed and owned ones are dropped in
 * the same way.
 *
 * @linux include/linux/skbuff.h
 */
export function skb_dst_set_noref(skb: sk_buff, dst: dst_entry): void {
  dst.__refcnt++;
  skb._skb_refdst = dst;
}
/**
 * Drop the packet's route.
 *
 * @linux include/net/dst.h, here because it handles one of the packet's references
 */
export function skb_dst_drop(skb: sk_buff): void {
  if (skb._skb_refdst !== null) {
    dst_release(skb._skb_refdst);
    skb._skb_refdst = null;
  }
}

/** Take a reference to the packet; the last one to be dropped frees it. @linux include/linux/skbuff.h */
export function skb_get(skb: sk_buff): sk_buff {
  skb.users++;
  return skb;
}

function skb_release_head_state(skb: sk_buff): void {
  skb_dst_drop(skb);
  if (skb.destructor !== null) {
    skb.destructor(skb);
    skb.destructor = null;
  }
}
function skb_release_data(skb: sk_buff): void {
  const { shinfo } = skb;
  if (--shinfo.dataref > 0) return;
  for (const frag of shinfo.frags) put_page(frag.page);
  if (shinfo.frag_list !== null) {
    kfree_skb_list(shinfo.frag_list);
    shinfo.frag_list = null;
  }
}
/** Free a buffer. @linux net/core/skbuff.c */
export function __kfree_skb(skb: sk_buff): void {
  skb_release_head_state(skb);
  skb_release_data(skb);
}

/**
 * Drop a packet for the given reason.
 *
 * @param detail what exactly is wrong, where the reason leaves that open; Linux does not tell
 * @linux net/core/skbuff.c
 */
export function kfree_skb_reason(
  skb: sk_buff | null,
  reason: number,
  detail: DropDetail | null = null,
): void {
  if (skb === null || --skb.users > 0) return;
  trace.kfree_skb(skb, reason, detail);
  __kfree_skb(skb);
}
/** Drop a packet without a specific reason. @linux include/linux/skbuff.h */
export function kfree_skb(skb: sk_buff | null): void {
  kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
}
/** Free a packet that was processed successfully. @linux net/core/skbuff.c */
export function consume_skb(skb: sk_buff | null): void {
  if (skb === null || --skb.users > 0) return;
  trace.consume_skb(skb);
  __kfree_skb(skb);
}
/** Free a chain linked by next. @linux include/linux/skbuff.h */
export function kfree_skb_list(segs: sk_buff | null): void {
  kfree_skb_list_reason(segs, SKB_DROP_REASON_NOT_SPECIFIED);
}
/** Drop a chain of packets linked by next. @linux net/core/skbuff.c */
export function kfree_skb_list_reason(segs: sk_buff | null, reason: number): void {
  while (segs !== null) {
    const next: sk_buff | null = segs.next;
    segs.next = null;
    kfree_skb_reason(segs, reason);
    segs = next;
  }
}
