/** Raw sockets. @linux include/net/raw.h, include/linux/icmp.h */
import { inet_sock } from './inet_sock.ts';
import type { sock } from './sock.ts';

export const RAW_HTABLE_SIZE = 256;

/** All raw sockets, by protocol. */
export class raw_hashinfo {
  ht: (sock[] | null)[] = new Array<sock[] | null>(RAW_HTABLE_SIZE).fill(null);
}

export class raw_sock extends inet_sock {
  /** ICMP types below 32 that the socket rejects, one bit each. @linux struct icmp_filter */
  filter = 0;
}
/** Cast a sock to a raw socket. @linux include/net/raw.h */
export function raw_sk(sk: sock): raw_sock {
  return sk as raw_sock;
}
