/**
 * Socket addresses of any family, as passed through proto_ops. A family's functions reject an address that
 * they do not support: by its size (-EINVAL) or by its family (-EAFNOSUPPORT).
 *
 * @linux include/linux/socket.h
 */
import { SOCKADDR_IN_SIZE, sockaddr_in } from '../uapi/linux/in.ts';
import { SOCKADDR_IN6_SIZE, type sockaddr_in6 } from '../uapi/linux/in6.ts';

/** An address. The struct determines its contents and the family its meaning; the two may disagree. */
export type sockaddr = sockaddr_in | sockaddr_in6;

/** Sizes in bytes: of the family field, with which every address begins, and of the largest address. */
export const SA_FAMILY_SIZE = 2;
export const SOCKADDR_STORAGE_SIZE = 128;

/** AF_… @linux struct sockaddr, sa_family */
export function sa_family(addr: sockaddr): number {
  return addr instanceof sockaddr_in ? addr.sin_family : addr.sin6_family;
}
/** The size of the struct, in bytes, which a program passes with the address. */
export function sockaddr_size(addr: sockaddr): number {
  return addr instanceof sockaddr_in ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE;
}
/** C's cast to `struct sockaddr_in *`: the first 16 bytes of an IPv6 address are its family, port and flow info. */
export function as_sockaddr_in(addr: sockaddr): sockaddr_in {
  return addr instanceof sockaddr_in
    ? addr
    : new sockaddr_in(addr.sin6_family, addr.sin6_port, addr.sin6_flowinfo);
}
