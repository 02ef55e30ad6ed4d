/** Per-host state, and the generators of IP ids. @linux include/net/inetpeer.h, net/ipv4/route.c */
import type { be32, jiffies_t } from '../linux/types.ts';

/** A token bucket that limits the ICMP errors sent to one host. */
export class inet_peer {
  daddr: be32;
  rate_tokens = 0;
  /** When a token was last used, in jiffies. */
  rate_last: jiffies_t = 0;
  n_redirects = 0;
  dtime: jiffies_t = 0;
  constructor(daddr: be32) {
    this.daddr = daddr;
  }
}
/** All peers, least recently used first. */
export class inet_peer_base {
  peers = new Map<be32, inet_peer>();
}
/**
 * Maximum number of peers; beyond it the least recently used one is removed.
 *
 * @linux net/ipv4/inetpeer.c, inet_peer_threshold
 */
export const inet_peer_threshold = 65536 + 128;

/** Counters for IP ids, selected by a hash of addresses and protocol. */
export class ip_ident_table {
  mask: number;
  idents: Int32Array;
  /** When each counter was last used, in jiffies. */
  tstamps: Int32Array;
  /** Size is a power of two. */
  constructor(size: number) {
    this.mask = size - 1;
    this.idents = new Int32Array(size);
    this.tstamps = new Int32Array(size);
  }
}
