/** Ping sockets: ICMP echo for processes without CAP_NET_RAW. @linux include/net/ping.h */
import type { sock } from './sock.ts';

/** All ping sockets, by identifier: the number that stands in for a port. */
export class ping_table {
  hash = new Map<number, sock[]>();
  /** The identifier given out last. */
  ping_port_rover = 0;
}
