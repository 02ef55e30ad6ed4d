/** IPv6 addresses. @linux include/uapi/linux/in6.h, include/linux/in6.h */
import type { be16, be32, in6_addr_words } from '../../linux/types.ts';

/** An IPv6 address. It is immutable and can be shared. */
export class in6_addr {
  /** The address as four ints. */
  readonly s6_addr32: in6_addr_words;

  constructor(...words: in6_addr_words) {
    this.s6_addr32 = words;
  }
}
export const in6addr_any = new in6_addr(0, 0, 0, 0);
export const in6addr_loopback = new in6_addr(0, 0, 0, 1);

/** An IPv6 socket address as system calls use it. */
export class sockaddr_in6 {
  /** AF_INET6. */
  sin6_family: number;
  /** Port, network order. */
  sin6_port: be16;
  sin6_flowinfo: be32 = 0;
  sin6_addr: in6_addr;
  /** The index of the interface for a link-local address. */
  sin6_scope_id = 0;

  constructor(sin6_family: number, sin6_port: be16, sin6_addr: in6_addr) {
    this.sin6_family = sin6_family;
    this.sin6_port = sin6_port;
    this.sin6_addr = sin6_addr;
  }
}
/** Its size, in bytes. */
export const SOCKADDR_IN6_SIZE = 28;
