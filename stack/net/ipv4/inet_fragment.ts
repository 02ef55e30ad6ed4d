/**
 * Storing fragments until a datagram is complete: the code that Linux's IPv4 and IPv6 share.
 *
 * @linux net/ipv4/inet_fragment.c
 */
import type { DropDetail } from '../../capture/drop_detail.ts';
import { CHECKSUM_COMPLETE, CHECKSUM_NONE, type sk_buff } from '../../include/linux/skbuff.ts';
import type { be16, be32 } from '../../include/linux/types.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../include/net/dropreason.ts';
import { type fqdir, frag_run, INET_FRAG_COMPLETE, inet_frag_queue } from '../../include/net/inet_frag.ts';
import { jiffies } from '../../kernel/time/jiffies.ts';
import { del_timer, mod_timer } from '../../kernel/time/timer.ts';
import { csum_add } from '../../lib/checksum.ts';
import { consume_skb, kfree_skb_reason, skb_push } from '../core/skbuff/alloc.ts';
import { skb_unclone } from '../core/skbuff/data.ts';
import { skb_try_coalesce } from '../core/skbuff/split.ts';

/** Results of inet_frag_queue_insert(): inserted, duplicate, overlap. */
export const IPFRAG_OK = 0;
export const IPFRAG_DUP = 1;
export const IPFRAG_OVERLAP = 2;

/** The memory charged for a queue itself, in bytes. */
const FRAG_QUEUE_TRUESIZE = 200;

/**
 * Find a datagram by the key of its fragments, or create it. null: the memory limit is exceeded.
 *
 * @linux net/ipv4/inet_fragment.c
 */
export function inet_frag_find(
  fqdir: fqdir,
  saddr: be32,
  daddr: be32,
  id: be16,
  protocol: number,
  user: number,
): inet_frag_queue | null {
  if (fqdir.high_thresh === 0 || fqdir.mem > fqdir.high_thresh) return null;
  const key = `${saddr} ${daddr} ${id} ${protocol} ${user}`;
  const found = fqdir.rhashtable.get(key);
  if (found !== undefined) return found;
  const q = new inet_frag_queue(fqdir, key, saddr, daddr, id, protocol, user);
  fqdir.mem += FRAG_QUEUE_TRUESIZE;
  fqdir.rhashtable.set(key, q);
  const { machine } = fqdir.net;
  mod_timer(machine, q.timer, jiffies(machine) + fqdir.timeout);
  return q;
}

/**
 * Stop accepting fragments: the datagram is complete or abandoned. inet_frag_destroy() frees the remaining
 * fragments.
 *
 * @linux net/ipv4/inet_fragment.c
 */
export function inet_frag_kill(q: inet_frag_queue): void {
  del_timer(q.fqdir.net.machine, q.timer);
  if ((q.flags & INET_FRAG_COMPLETE) !== 0) return;
  q.flags |= INET_FRAG_COMPLETE;
  q.fqdir.rhashtable.delete(q.key);
  q.fqdir.mem -= FRAG_QUEUE_TRUESIZE;
}

/** Free all fragments. @param detail why they are of no use @linux net/ipv4/inet_fragment.c */
export function inet_frag_rbtree_purge(q: inet_frag_queue, detail: DropDetail): void {
  for (const run of q.rb_fragments) {
    for (const skb of run.skbs) {
      q.fqdir.mem -= skb.truesize;
      kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED, detail);
    }
  }
  q.rb_fragments = [];
}

/** Free a datagram with all its fragments. @linux net/ipv4/inet_fragment.c */
export function inet_frag_destroy(q: inet_frag_queue, detail: DropDetail): void {
  inet_frag_kill(q);
  inet_frag_rbtree_purge(q, detail);
}

/**
 * Insert a fragment (bytes `offset` to `end` of the payload). An overlap invalidates the datagram (RFC 5722);
 * a fragment whose bytes are all present is a duplicate.
 *
 * @returns IPFRAG_OK, IPFRAG_DUP, IPFRAG_OVERLAP
 * @linux net/ipv4/inet_fragment.c
 */
export function inet_frag_queue_insert(
  q: inet_frag_queue,
  skb: sk_buff,
  offset: number,
  end: number,
): number {
  const runs = q.rb_fragments;
  const last = runs[runs.length - 1];
  if (last === undefined) {
    runs.push(new frag_run(offset, skb));
    return IPFRAG_OK;
  }
  const last_end = last.ip_defrag_offset + last.frag_run_len;
  if (last_end < end) {
    if (offset < last_end) return IPFRAG_OVERLAP;
    if (offset === last_end) {
      last.skbs.push(skb);
      last.frag_run_len += skb.len;
    } else {
      runs.push(new frag_run(offset, skb));
    }
    return IPFRAG_OK;
  }

  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const run = runs[middle]!;
    const run_end = run.ip_defrag_offset + run.frag_run_len;
    if (end <= run.ip_defrag_offset) high = middle;
    else if (offset >= run_end) low = middle + 1;
    else return offset >= run.ip_defrag_offset && end <= run_end ? IPFRAG_DUP : IPFRAG_OVERLAP;
  }
  runs.splice(low, 0, new frag_run(offset, skb));
  return IPFRAG_OK;
}

/**
 * Join all fragments to the first one.
 *
 * @param try_coalesce move bytes and pages where possible instead of chaining the buffers
 * @returns the datagram: data begins at the first fragment's IP header
 * @linux inet_frag_reasm_prepare, inet_frag_reasm_finish
 */
export function inet_frag_reasm(q: inet_frag_queue, try_coalesce: boolean): sk_buff {
  const head = q.rb_fragments[0]!.skbs[0]!;
  let tail: sk_buff | null = head.shinfo.frag_list;
  while (tail !== null && tail.next !== null) tail = tail.next;
  q.fqdir.mem -= head.truesize;
  skb_unclone(head);
  skb_push(head, head.data - head.network_header);
  for (const run of q.rb_fragments) {
    for (const fp of run.skbs) {
      if (fp === head) continue;
      q.fqdir.mem -= fp.truesize;
      if (head.ip_summed !== fp.ip_summed) head.ip_summed = CHECKSUM_NONE;
      else if (head.ip_summed === CHECKSUM_COMPLETE) head.csum = csum_add(head.csum, fp.csum);
      if (try_coalesce && tail === null && skb_try_coalesce(head, fp) !== null) {
        consume_skb(fp);
        continue;
      }
      fp.sk = null;
      head.len += fp.len;
      head.data_len += fp.len;
      head.truesize += fp.truesize;
      if (tail === null) head.shinfo.frag_list = fp;
      else tail.next = fp;
      tail = fp;
    }
  }
  q.rb_fragments = [];
  head.next = null;
  head.prev = null;
  head.tstamp = q.stamp;
  return head;
}

/** Remove the first fragment, which an ICMP error quotes. @linux net/ipv4/inet_fragment.c */
export function inet_frag_pull_head(q: inet_frag_queue): sk_buff | null {
  const run = q.rb_fragments[0];
  const head = run?.skbs.shift() ?? null;
  if (run !== undefined && run.skbs.length === 0) q.rb_fragments.shift();
  if (head !== null) q.fqdir.mem -= head.truesize;
  return head;
}
