/** ICMP's types and codes, and a view of its header. @linux include/uapi/linux/icmp.h */
import type { be16, be32 } from '../../linux/types.ts';
import { read_be16, read_be32, write_be16, write_be32 } from '../../net/ip.ts';

export const ICMP_TYPES = {
  ICMP_ECHOREPLY: 0,
  ICMP_DEST_UNREACH: 3,
  ICMP_SOURCE_QUENCH: 4,
  ICMP_REDIRECT: 5,
  ICMP_ECHO: 8,
  ICMP_TIME_EXCEEDED: 11,
  ICMP_PARAMETERPROB: 12,
  ICMP_TIMESTAMP: 13,
  ICMP_TIMESTAMPREPLY: 14,
  ICMP_INFO_REQUEST: 15,
  ICMP_INFO_REPLY: 16,
  ICMP_ADDRESS: 17,
  ICMP_ADDRESSREPLY: 18,
} as const;
export const ICMP_ECHOREPLY = ICMP_TYPES.ICMP_ECHOREPLY;
export const ICMP_DEST_UNREACH = ICMP_TYPES.ICMP_DEST_UNREACH;
export const ICMP_SOURCE_QUENCH = ICMP_TYPES.ICMP_SOURCE_QUENCH;
export const ICMP_REDIRECT = ICMP_TYPES.ICMP_REDIRECT;
export const ICMP_ECHO = ICMP_TYPES.ICMP_ECHO;
export const ICMP_TIME_EXCEEDED = ICMP_TYPES.ICMP_TIME_EXCEEDED;
export const ICMP_PARAMETERPROB = ICMP_TYPES.ICMP_PARAMETERPROB;
export const ICMP_TIMESTAMP = ICMP_TYPES.ICMP_TIMESTAMP;
export const ICMP_TIMESTAMPREPLY = ICMP_TYPES.ICMP_TIMESTAMPREPLY;
export const ICMP_ADDRESS = ICMP_TYPES.ICMP_ADDRESS;
export const ICMP_ADDRESSREPLY = ICMP_TYPES.ICMP_ADDRESSREPLY;
export const NR_ICMP_TYPES = 18;

/** Codes of ICMP_DEST_UNREACH. */
export const ICMP_NET_UNREACH = 0;
export const ICMP_HOST_UNREACH = 1;
export const ICMP_PROT_UNREACH = 2;
export const ICMP_PORT_UNREACH = 3;
export const ICMP_FRAG_NEEDED = 4;
export const ICMP_SR_FAILED = 5;
export const ICMP_NET_UNKNOWN = 6;
export const ICMP_HOST_UNKNOWN = 7;
export const ICMP_HOST_ISOLATED = 8;
export const ICMP_NET_ANO = 9;
export const ICMP_HOST_ANO = 10;
export const ICMP_NET_UNR_TOS = 11;
export const ICMP_HOST_UNR_TOS = 12;
export const ICMP_PKT_FILTERED = 13;
export const ICMP_PREC_VIOLATION = 14;
export const ICMP_PREC_CUTOFF = 15;
export const NR_ICMP_UNREACH = 15;
/** Codes of ICMP_REDIRECT. */
export const ICMP_REDIR_NET = 0;
export const ICMP_REDIR_HOST = 1;
export const ICMP_REDIR_NETTOS = 2;
export const ICMP_REDIR_HOSTTOS = 3;
/** Codes of ICMP_TIME_EXCEEDED. */
export const ICMP_EXC_TTL = 0;
export const ICMP_EXC_FRAGTIME = 1;

/** Option of SOL_RAW: the types that the socket rejects, one bit each. */
export const ICMP_FILTER = 1;
/** Size of the header, in bytes. */
export const ICMPHDR_LEN = 8;

/** A view of an ICMP header in a buffer. @linux struct icmphdr */
export class icmphdr {
  bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  get type(): number {
    return this.bytes[this.at]!;
  }
  set type(value: number) {
    this.bytes[this.at] = value;
  }
  get code(): number {
    return this.bytes[this.at + 1]!;
  }
  set code(value: number) {
    this.bytes[this.at + 1] = value;
  }
  get checksum(): be16 {
    return read_be16(this.bytes, this.at + 2);
  }
  set checksum(value: be16) {
    write_be16(this.bytes, this.at + 2, value);
  }
  /** Identifier of an echo. */
  get id(): be16 {
    return read_be16(this.bytes, this.at + 4);
  }
  set id(value: be16) {
    write_be16(this.bytes, this.at + 4, value);
  }
  get sequence(): be16 {
    return read_be16(this.bytes, this.at + 6);
  }
  set sequence(value: be16) {
    write_be16(this.bytes, this.at + 6, value);
  }
  /** The gateway of a redirect, or the pointer of a parameter problem (its first byte). */
  get gateway(): be32 {
    return read_be32(this.bytes, this.at + 4);
  }
  set gateway(value: be32) {
    write_be32(this.bytes, this.at + 4, value);
  }
  /** MTU of "fragmentation needed", in bytes. */
  get mtu(): be16 {
    return read_be16(this.bytes, this.at + 6);
  }
  set mtu(value: be16) {
    write_be16(this.bytes, this.at + 6, value);
  }
}
