/** IP protocol numbers, well-known addresses, options of SOL_IP. @linux include/uapi/linux/in.h */
import type { be16, be32 } from '../../linux/types.ts';

export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_RAW = 255;
/** One more than the largest protocol number that socket() accepts (IPPROTO_MPTCP is 262). */
export const IPPROTO_MAX = 263;

export const INADDR_ANY: be32 = 0;
export const INADDR_BROADCAST: be32 = -1;
export const INADDR_NONE: be32 = -1;
export const INADDR_LOOPBACK: be32 = 0x7f000001;

/** Options of SOL_IP, by number. */
export const IP_OPTIONS = {
  IP_TOS: 1,
  IP_TTL: 2,
  IP_HDRINCL: 3,
  IP_OPTIONS: 4,
  IP_RECVOPTS: 6,
  IP_RETOPTS: 7,
  IP_PKTINFO: 8,
  IP_MTU_DISCOVER: 10,
  IP_RECVERR: 11,
  IP_RECVTTL: 12,
  IP_RECVTOS: 13,
  IP_MTU: 14,
  IP_FREEBIND: 15,
  IP_TRANSPARENT: 19,
  IP_MINTTL: 21,
  IP_NODEFRAG: 22,
  IP_BIND_ADDRESS_NO_PORT: 24,
  IP_MULTICAST_TTL: 33,
  IP_MULTICAST_LOOP: 34,
  IP_LOCAL_PORT_RANGE: 51,
} as const;

export const IP_PMTUDISC_DONT = 0;
export const IP_PMTUDISC_WANT = 1;
export const IP_PMTUDISC_DO = 2;
export const IP_PMTUDISC_PROBE = 3;
export const IP_PMTUDISC_INTERFACE = 4;
export const IP_PMTUDISC_OMIT = 5;

/** An IPv4 socket address as system calls use it. */
export class sockaddr_in {
  /** AF_INET, unless the program makes a mistake; AF_UNSPEC disconnects. */
  sin_family: number;
  /** Port, network order. */
  sin_port: be16;
  sin_addr: be32;

  constructor(sin_family: number, sin_port: be16, sin_addr: be32) {
    this.sin_family = sin_family;
    this.sin_port = sin_port;
    this.sin_addr = sin_addr;
  }
}
/** Its size, in bytes. */
export const SOCKADDR_IN_SIZE = 16;

export function ipv4_is_loopback(addr: be32): boolean {
  return addr >>> 24 === 127;
}
export function ipv4_is_multicast(addr: be32): boolean {
  return addr >>> 28 === 0xe;
}
export function ipv4_is_lbcast(addr: be32): boolean {
  return addr === INADDR_BROADCAST;
}
export function ipv4_is_zeronet(addr: be32): boolean {
  return addr >>> 24 === 0;
}
