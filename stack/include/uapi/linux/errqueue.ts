/** Errors on a socket's error queue. @linux include/uapi/linux/errqueue.h, include/linux/errqueue.h */
import type { be16, be32 } from '../../linux/types.ts';

export const SO_EE_ORIGIN_NONE = 0;
export const SO_EE_ORIGIN_LOCAL = 1;
export const SO_EE_ORIGIN_ICMP = 2;

/** The result of recvmsg(MSG_ERRQUEUE). */
export interface sock_extended_err {
  /** Positive errno. */
  ee_errno: number;
  /** SO_EE_ORIGIN_…: the origin of the error. */
  ee_origin: number;
  /** Type and code of the ICMP message. */
  ee_type: number;
  ee_code: number;
  /** The MTU, for EMSGSIZE. */
  ee_info: number;
  ee_data: number;
}
/** The extended error and the packet's destination. */
export interface sock_exterr_skb {
  ee: sock_extended_err;
  /** The destination of the failed packet. */
  addr: be32;
  port: be16;
}
