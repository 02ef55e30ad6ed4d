/** A group of sockets that share a port by SO_REUSEPORT. The functions are in net/core/sock_reuseport.ts. @linux include/net/sock_reuseport.h */
import type { sock } from './sock.ts';

export class sock_reuseport {
  /** The active members. */
  socks: sock[] = [];
  /** Closed listeners whose requests still exist (with net.ipv4.tcp_migrate_req). */
  closed_socks: sock[] = [];
  reuseport_id = 0;
  /** A member is bound to any address. */
  bind_inany = false;
  /** A member (UDP) is connected. */
  has_conns = false;
  /** When the group's SYN queue last overflowed, in jiffies. */
  synq_overflow_ts = 0;

  get num_socks(): number {
    return this.socks.length;
  }
  get num_closed_socks(): number {
    return this.closed_socks.length;
  }
}
