/** The congestion-notification bits of the IP header's tos field (RFC 3168). @linux include/net/inet_ecn.h */
import { inet_sk } from './inet_sock.ts';
import type { sock } from './sock.ts';

/** The sender does not support ECN. */
export const INET_ECN_NOT_ECT = 0;
export const INET_ECN_ECT_1 = 1;
export const INET_ECN_ECT_0 = 2;
/** Congestion experienced: set by a router. */
export const INET_ECN_CE = 3;
export const INET_ECN_MASK = 3;

/** Whether the packet's sender does not support ECN. @linux include/net/inet_ecn.h */
export function INET_ECN_is_not_ect(dsfield: number): boolean {
  return (dsfield & INET_ECN_MASK) === INET_ECN_NOT_ECT;
}
/** Whether the packet's sender supports ECN. @linux include/net/inet_ecn.h */
export function INET_ECN_is_capable(dsfield: number): boolean {
  return (dsfield & INET_ECN_ECT_0) !== 0;
}
/** Mark this socket's packets as ECN-capable. @linux include/net/inet_ecn.h */
export function INET_ECN_xmit(sk: sock): void {
  inet_sk(sk).tos |= INET_ECN_ECT_0;
}
/** Do not mark this socket's packets as ECN-capable. @linux include/net/inet_ecn.h */
export function INET_ECN_dontxmit(sk: sock): void {
  inet_sk(sk).tos &= ~INET_ECN_MASK;
}
