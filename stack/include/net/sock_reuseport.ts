/** A group of sockets that share a port by SO_REUSEPORT. The functions are in net/core/sock_reuseport.ts. @linux include/net/sock_reuseport.h */
import type { sock } from './sock.ts';

export class sock_reuseport {
  /** The members that receive. */
  socks: sock[] = [];
  /** Listeners that were closed while their requests still live (with net.ipv4.tcp_migrate_req). */
  closed_socks: sock[] = [];
  reuseport_id = 0;
  /** A member is bound to any address. */
  bind_inany = false;
  /** A member (UDP) is connected. */
  has_conns = false;
  /** When the SYN queue of the group overflowed last, in jiffies. */
  synq_overflow_ts = 0;

  get num_socks(): number {
    return this.socks.length;
  }
  get num_closed_socks(): number {
    return this.closed_socks.length;
  }
}
