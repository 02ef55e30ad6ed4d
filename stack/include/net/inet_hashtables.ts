/**
 * The hash tables of connections, listeners and bound ports: data structures. The functions are in
 * net/ipv4/inet_hashtables/.
 *
 * @linux include/net/inet_hashtables.h
 */
import type { be16, be32, u32 } from '../linux/types.ts';
import { AF_INET6 } from '../uapi/linux/socket.ts';
import { ipv6_v4mapped } from './ipv6.ts';
import type { net } from './net_namespace.ts';
import type { sock_common } from './sock.ts';

/**
 * FASTREUSEPORT_ANY: all owners of the port have SO_REUSEPORT and the same user. FASTREUSEPORT_STRICT: this
 * was once not so, so addresses must be compared too.
 */
export const FASTREUSEPORT_ANY = 1;
export const FASTREUSEPORT_STRICT = 2;

/** The addresses of a connection that already uses a port. */
export interface taken_addresses {
  dport: be16;
  daddr: be32;
  rcv_saddr: be32;
  /** The value of net.bound_dev_genid when the entry was recorded. */
  genid: number;
}

/** A local port in use, and the sockets that own it. */
export class inet_bind_bucket {
  ib_net: net;
  l3mdev = 0;
  port: number;
  /** 1: all owners have SO_REUSEADDR and none is listening; 0: otherwise; -1: connect() chose the port. */
  fastreuse = 0;
  /** FASTREUSEPORT_…; 0: not all owners have SO_REUSEPORT; -1: connect() chose the port. */
  fastreuseport = 0;
  fastuid = 0;
  fast_rcv_saddr: be32 = 0;
  fast_sk_family = 0;
  fast_ipv6_only = false;
  /** Neighbours in the chain of the hash bucket. */
  node_next: inet_bind_bucket | null = null;
  node_prev: inet_bind_bucket | null = null;
  /** The sockets that own the port, including time-wait socks, chained by skc_bind_node_next. */
  owners: sock_common | null = null;
  /**
   * The addresses of a connection from this port that connect() found during a search. While that connection
   * exists, the next search for the same destination skips this port without a lookup. null: none is known.
   */
  taken: taken_addresses | null = null;

  constructor(ib_net: net, port: number) {
    this.ib_net = ib_net;
    this.port = port;
  }
}

/** A local port and address in use. */
export class inet_bind2_bucket {
  ib_net: net;
  l3mdev = 0;
  port: number;
  family = 0;
  rcv_saddr: be32;
  /** Neighbours in the chain of the hash bucket. */
  node_next: inet_bind2_bucket | null = null;
  node_prev: inet_bind2_bucket | null = null;
  /** Chained by skc_bind2_node_next. */
  owners: sock_common | null = null;
  /** Time-wait socks, chained in the same way. */
  deathrow: sock_common | null = null;

  constructor(ib_net: net, port: number, rcv_saddr: be32) {
    this.ib_net = ib_net;
    this.port = port;
    this.rcv_saddr = rcv_saddr;
  }
}

/** A chain of the established hash: connections, requests and time-wait socks. */
export class inet_ehash_bucket {
  chain: sock_common | null = null;
}
export class inet_listen_hashbucket {
  nulls_head: sock_common | null = null;
}
export class inet_bind_hashbucket {
  /** Chained by node_next. */
  chain: inet_bind_bucket | null = null;
}
export class inet_bind2_hashbucket {
  /** Chained by node_next. */
  chain: inet_bind2_bucket | null = null;
}

export class inet_hashinfo {
  ehash: inet_ehash_bucket[];
  ehash_mask: number;
  bhash: inet_bind_hashbucket[];
  bhash2: inet_bind2_hashbucket[];
  bhash_size: number;
  lhash2: inet_listen_hashbucket[];
  lhash2_mask: number;
  /** Secret of the connection hash; chosen on first use, 0 until then. */
  inet_ehash_secret: u32 = 0;
  /** How far each slot of RFC 6056's table has advanced; a slot is initialized on first use. */
  table_perturb = new Map<number, number>();

  /** Sizes are powers of two. */
  constructor(ehash_size: number, bhash_size: number, lhash2_size: number) {
    this.ehash = Array.from({ length: ehash_size }, () => new inet_ehash_bucket());
    this.ehash_mask = ehash_size - 1;
    this.bhash = Array.from({ length: bhash_size }, () => new inet_bind_hashbucket());
    this.bhash2 = Array.from({ length: bhash_size }, () => new inet_bind2_hashbucket());
    this.bhash_size = bhash_size;
    this.lhash2 = Array.from({ length: lhash2_size }, () => new inet_listen_hashbucket());
    this.lhash2_mask = lhash2_size - 1;
  }
}

/**
 * Set the remote address; for an AF_INET6 socket also the mapped one.
 *
 * @linux include/net/inet_hashtables.h
 */
export function sk_daddr_set(sk: sock_common, addr: be32): void {
  sk.skc_daddr = addr;
  if (sk.skc_family === AF_INET6) sk.skc_v6_daddr = ipv6_v4mapped(addr);
}
/**
 * Set the local address on which it receives; for an AF_INET6 socket also the mapped one.
 *
 * @linux include/net/inet_hashtables.h
 */
export function sk_rcv_saddr_set(sk: sock_common, addr: be32): void {
  sk.skc_rcv_saddr = addr;
  if (sk.skc_family === AF_INET6) sk.skc_v6_rcv_saddr = ipv6_v4mapped(addr);
}
