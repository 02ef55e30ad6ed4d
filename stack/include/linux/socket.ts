/**
 * Socket addresses of any family, as they go through proto_ops. What a family does not know is for its
 * functions to refuse: by the address's size (-EINVAL) or by its family (-EAFNOSUPPORT).
 *
 * @linux include/linux/socket.h
 */
import { SOCKADDR_IN_SIZE, sockaddr_in } from '../uapi/linux/in.ts';
import { SOCKADDR_IN6_SIZE, type sockaddr_in6 } from '../uapi/linux/in6.ts';

/** An address: which struct it is says what it consists of, and its family what it stands for. The two may disagree. */
export type sockaddr = sockaddr_in | sockaddr_in6;

/** Sizes, in bytes: of the family alone, which each address begins with, and of the largest address there is. */
export const SA_FAMILY_SIZE = 2;
export const SOCKADDR_STORAGE_SIZE = 128;

/** AF_… @linux struct sockaddr, sa_family */
export function sa_family(addr: sockaddr): number {
  return addr instanceof sockaddr_in ? addr.sin_family : addr.sin6_family;
}
/** The size of the struct, in bytes: the length that a program gives with it. */
export function sockaddr_size(addr: sockaddr): number {
  return addr instanceof sockaddr_in ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE;
}
/** C's cast to `struct sockaddr_in *`: the first 16 bytes of an IPv6 address are its family, port and flow info. */
export function as_sockaddr_in(addr: sockaddr): sockaddr_in {
  return addr instanceof sockaddr_in
    ? addr
    : new sockaddr_in(addr.sin6_family, addr.sin6_port, addr.sin6_flowinfo);
}
