/**
 * IPv6 addresses, which sockets of either family compare. An IPv4 address in an AF_INET6 socket is mapped:
 * ::ffff:127.0.0.1.
 *
 * @linux include/net/ipv6.h
 */
import type { be32 } from '../linux/types.ts';
import { in6_addr } from '../uapi/linux/in6.ts';
import type { sock_common } from './sock.ts';

/** Whether this is the unspecified address (`::`). @linux include/net/ipv6.h */
export function ipv6_addr_any({ s6_addr32: [a, b, c, d] }: in6_addr): boolean {
  return (a | b | c | d) === 0;
}
/** @linux include/net/ipv6.h */
export function ipv6_addr_equal({ s6_addr32: one }: in6_addr, { s6_addr32: other }: in6_addr): boolean {
  return one[0] === other[0] && one[1] === other[1] && one[2] === other[2] && one[3] === other[3];
}
/** Whether the address is a mapped IPv4 address. @linux include/net/ipv6.h */
export function ipv6_addr_v4mapped({ s6_addr32: [a, b, c] }: in6_addr): boolean {
  return (a | b) === 0 && c === 0xffff;
}
/** Map an IPv4 address. @linux ipv6_addr_set_v4mapped (include/net/ipv6.h) */
export function ipv6_v4mapped(addr: be32): in6_addr {
  return new in6_addr(0, 0, 0xffff, addr);
}

/** Whether an AF_INET6 socket excludes IPv4 (IPV6_V6ONLY). @linux include/linux/ipv6.h */
export function ipv6_only_sock(sk: sock_common): boolean {
  return sk.skc_ipv6only;
}
