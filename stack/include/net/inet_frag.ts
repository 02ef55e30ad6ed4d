/**
 * Datagrams being reassembled from fragments. The functions are in net/ipv4/inet_fragment.ts.
 *
 * @linux include/net/inet_frag.h
 */
import type { sk_buff } from '../linux/skbuff.ts';
import { timer_list } from '../linux/timer.ts';
import type { be16, be32, jiffies_t, ktime_t } from '../linux/types.ts';
import type { net } from './net_namespace.ts';

/** Bits of inet_frag_queue.flags. */
export const INET_FRAG_FIRST_IN = 1 << 0;
export const INET_FRAG_LAST_IN = 1 << 1;
export const INET_FRAG_COMPLETE = 1 << 2;

/** Adjacent fragments without a gap, in order of arrival. @linux struct ipfrag_skb_cb */
export class frag_run {
  /** Offset in the datagram's payload, in bytes. */
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

/** An incomplete datagram. @linux struct inet_frag_queue, struct ipq (net/ipv4/ip_fragment.c) */
export class inet_frag_queue {
  fqdir: fqdir;
  /** The key that its fragments share. */
  key: string;
  saddr: be32;
  daddr: be32;
  id: be16;
  protocol: number;
  /** The user of the reassembly: IP_DEFRAG_… */
  user: number;
  /** Ends the reassembly when it takes too long. */
  timer: timer_list<inet_frag_queue>;
  /** Runs in order of offset. Linux uses a red-black tree. */
  rb_fragments: frag_run[] = [];
  stamp: ktime_t = 0;
  /** Length of the datagram's payload as known so far, and the bytes received. */
  len = 0;
  meat = 0;
  /** INET_FRAG_… bits. */
  flags = 0;
  /** The longest fragment with its header, in bytes. */
  max_size = 0;
  /** The longest fragment with DF set. */
  max_df_size = 0;
  /** ECN codepoints seen, one bit each (RFC 3168 5.3). */
  ecn = 0;
  iif = 0;
  /** The sender's fragment counter at the last fragment. */
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

/** All incomplete datagrams of a namespace, and their limits. */
export class fqdir {
  net: net;
  /** Called when a reassembly times out. @linux struct inet_frags, frag_expire */
  frag_expire: (queue: inet_frag_queue) => void;
  /** By key. */
  rhashtable = new Map<string, inet_frag_queue>();
  /** Bytes of truesize in use. */
  mem = 0;
  /** The number of fragments received from each sender, for max_dist. */
  peer_rid = new Map<be32, number>();
  constructor(net: net, frag_expire: (queue: inet_frag_queue) => void) {
    this.net = net;
    this.frag_expire = frag_expire;
  }
  /** Limit of the memory in use, in bytes. */
  get high_thresh(): number {
    return this.net.ipv4.ipfrag_high_thresh;
  }
  /** Time limit of a reassembly, in jiffies. */
  get timeout(): jiffies_t {
    return this.net.ipv4.ipfrag_time;
  }
  get max_dist(): number {
    return this.net.ipv4.ipfrag_max_dist;
  }
}
