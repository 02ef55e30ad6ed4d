/** Datagrams being put together of fragments. The functions are in net/ipv4/inet_fragment.ts. @linux include/net/inet_frag.h */
import type { sk_buff } from '../linux/skbuff.ts';
import { timer_list } from '../linux/timer.ts';
import type { be16, be32, jiffies_t, ktime_t } from '../linux/types.ts';
import type { net } from './net_namespace.ts';

/** Bits of inet_frag_queue.flags. */
export const INET_FRAG_FIRST_IN = 1 << 0;
export const INET_FRAG_LAST_IN = 1 << 1;
export const INET_FRAG_COMPLETE = 1 << 2;

/** Fragments that follow each other without a gap, as they came. @linux struct ipfrag_skb_cb */
export class frag_run {
  /** Where it begins in the datagram's payload, in bytes. */
  ip_defrag_offset: number;
  /** Its length, in bytes. */
  frag_run_len: number;
  skbs: sk_buff[];
  constructor(offset: number, skb: sk_buff) {
    this.ip_defrag_offset = offset;
    this.frag_run_len = skb.len;
    this.skbs = [skb];
  }
}

/** One datagram of which something is missing yet. @linux struct inet_frag_queue, struct ipq (net/ipv4/ip_fragment.c) */
export class inet_frag_queue {
  fqdir: fqdir;
  /** What its fragments have in common. */
  key: string;
  saddr: be32;
  daddr: be32;
  id: be16;
  protocol: number;
  /** Who collects: IP_DEFRAG_… */
  user: number;
  /** Gives it up in the end. */
  timer: timer_list<inet_frag_queue>;
  /** Runs in order of offset. Linux has a red-black tree of them. */
  rb_fragments: frag_run[] = [];
  stamp: ktime_t = 0;
  /** Length of the datagram's payload as far as is known, and how much of it is there; in bytes. */
  len = 0;
  meat = 0;
  /** INET_FRAG_… bits. */
  flags = 0;
  /** The longest fragment with its header, in bytes. */
  max_size = 0;
  /** The same among those with DF. */
  max_df_size = 0;
  /** Which ECN codepoints were seen, one bit each (RFC 3168 5.3). */
  ecn = 0;
  iif = 0;
  /** Fragments of its sender that came meanwhile. */
  rid = 0;

  constructor(fqdir: fqdir, key: string, saddr: be32, daddr: be32, id: be16, protocol: number, user: number) {
    this.fqdir = fqdir;
    this.key = key;
    this.saddr = saddr;
    this.daddr = daddr;
    this.id = id;
    this.protocol = protocol;
    this.user = user;
    this.timer = new timer_list<inet_frag_queue>(fqdir.frag_expire, this);
  }
}

/** All of them, and their limits. */
export class fqdir {
  net: net;
  /** Called when one took too long. @linux struct inet_frags, frag_expire */
  frag_expire: (queue: inet_frag_queue) => void;
  /** By key. */
  rhashtable = new Map<string, inet_frag_queue>();
  /** Bytes of truesize that are kept. */
  mem = 0;
  /** How many fragments each sender has sent, for max_dist. */
  peer_rid = new Map<be32, number>();
  constructor(net: net, frag_expire: (queue: inet_frag_queue) => void) {
    this.net = net;
    this.frag_expire = frag_expire;
  }
  /** More than so many bytes are not kept. */
  get high_thresh(): number {
    return this.net.ipv4.ipfrag_high_thresh;
  }
  /** How long a datagram may take, in jiffies. */
  get timeout(): jiffies_t {
    return this.net.ipv4.ipfrag_time;
  }
  get max_dist(): number {
    return this.net.ipv4.ipfrag_max_dist;
  }
}
