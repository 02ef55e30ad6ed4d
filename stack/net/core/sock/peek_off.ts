/** SO_PEEK_OFF: where the next MSG_PEEK begins. It moves with what is peeked at and with what is read. @linux include/net/sock.h */
import type { sock } from '../../../include/net/sock.ts';

/** Peek from this byte of the queue on; -1: always from its beginning. @linux net/core/sock.c */
export function sk_set_peek_off(sk: sock, val: number): 0 {
  sk.sk_peek_off = val;
  return 0;
}
/** So many bytes were peeked at. @linux include/net/sock.h */
export function sk_peek_offset_fwd(sk: sock, val: number): void {
  sk_peek_offset_bwd(sk, -val);
}
/** So many bytes were read, and are gone from the queue's beginning. @linux include/net/sock.h */
export function sk_peek_offset_bwd(sk: sock, val: number): void {
  if (sk.sk_peek_off >= 0) sk.sk_peek_off = Math.max(sk.sk_peek_off - val, 0);
}
