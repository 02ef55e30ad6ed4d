/** Generic receive offload: what is known about a packet while it may be merged with others of its flow. @linux include/net/gro.h */
import { skb_headlen, type sk_buff } from '../linux/skbuff.ts';
import type { jiffies_t, wsum } from '../linux/types.ts';

/** What became of a packet that was given to GRO. @linux enum gro_result (include/linux/netdevice.h) */
export const GRO_RESULTS = {
  GRO_MERGED: 0,
  GRO_MERGED_FREE: 1,
  GRO_HELD: 2,
  GRO_NORMAL: 3,
  GRO_CONSUMED: 4,
} as const;
export const GRO_MERGED = GRO_RESULTS.GRO_MERGED;
export const GRO_MERGED_FREE = GRO_RESULTS.GRO_MERGED_FREE;
export const GRO_HELD = GRO_RESULTS.GRO_HELD;
export const GRO_NORMAL = GRO_RESULTS.GRO_NORMAL;
export const GRO_CONSUMED = GRO_RESULTS.GRO_CONSUMED;
export type gro_result = (typeof GRO_RESULTS)[keyof typeof GRO_RESULTS];

/** The payload went over to another packet: what is left is to be freed. */
export const NAPI_GRO_FREE = 1;

/** GRO's control block of an skb. */
export class napi_gro_cb {
  /** How far the protocols have read, from skb.data. */
  data_offset = 0;
  /** Not 0: the packet must not be merged with another. */
  flush = 0;
  /** Not 0: the IP ids do not follow on each other. The transport layer decides what that means. */
  flush_id = 0;
  /** Segments merged in it. */
  count = 0;
  /** When it was put aside. */
  age: jiffies_t = 0;
  /** Of the flow of the packet that came in; decided again for each. */
  same_flow = false;
  csum_valid = false;
  /** Checksums that the device vouches for. */
  csum_cnt = 0;
  /** 0, or NAPI_GRO_FREE. */
  free = 0;
  /** IP ids mean nothing: Don't Fragment is set. */
  is_atomic = false;
  csum: wsum = 0;
  /** The last packet of the merged ones. */
  last: sk_buff | null = null;
}

export function NAPI_GRO_CB(skb: sk_buff): napi_gro_cb {
  return (skb.gro_cb ??= new napi_gro_cb());
}
export function skb_gro_offset(skb: sk_buff): number {
  return NAPI_GRO_CB(skb).data_offset;
}
/** Bytes behind what the protocols have read. @linux include/net/gro.h */
export function skb_gro_len(skb: sk_buff): number {
  return skb.len - NAPI_GRO_CB(skb).data_offset;
}
/** GRO is done with `len` more bytes of header. @linux include/net/gro.h */
export function skb_gro_pull(skb: sk_buff, len: number): void {
  NAPI_GRO_CB(skb).data_offset += len;
}
/** Is there a header of `len` bytes from data in the linear part? Packets of which it is not are not merged. */
export function skb_gro_may_pull(skb: sk_buff, len: number): boolean {
  return skb_headlen(skb) >= len;
}
/** Must the software check a checksum that GRO depends on? */
export function skb_gro_checksum_validate_needed(skb: sk_buff): boolean {
  const cb = NAPI_GRO_CB(skb);
  return cb.csum_cnt === 0 && !cb.csum_valid;
}
/** End of a gro_receive callback. @linux include/net/gro.h */
export function skb_gro_flush_final(skb: sk_buff, _pp: sk_buff | null, flush: number): void {
  NAPI_GRO_CB(skb).flush |= flush;
}
