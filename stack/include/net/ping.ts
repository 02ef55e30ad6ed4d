/** Ping sockets: ICMP echo for processes without CAP_NET_RAW. @linux include/net/ping.h */
import type { sock } from './sock.ts';

/** All ping sockets by identifier, which takes the place of a port. */
export class ping_table {
  hash = new Map<number, sock[]>();
  /** The last identifier assigned. */
  ping_port_rover = 0;
}
