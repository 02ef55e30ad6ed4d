/**
 * Generic receive offload: the state of a packet that may be merged with others of its flow.
 *
 * @linux include/net/gro.h
 */
import { skb_headlen, type sk_buff } from '../linux/skbuff.ts';
import type { jiffies_t, wsum } from '../linux/types.ts';

/** The result of passing a packet to GRO. @linux enum gro_result (include/linux/netdevice.h) */
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

/** The payload was moved to another packet: free the rest. */
export const NAPI_GRO_FREE = 1;

/** GRO's control block of an skb. */
export class napi_gro_cb {
  /** Offset from skb.data up to which the protocols have parsed. */
  data_offset = 0;
  /** Nonzero: the packet must not be merged. */
  flush = 0;
  /** Nonzero: the IP ids are not consecutive. The transport layer decides what follows from that. */
  flush_id = 0;
  /** Number of segments merged into it. */
  count = 0;
  /** When the packet was held. */
  age: jiffies_t = 0;
  /** Belongs to the flow of the current packet; decided again for each packet. */
  same_flow = false;
  csum_valid = false;
  /** Number of checksums that the device has verified. */
  csum_cnt = 0;
  /** 0, or NAPI_GRO_FREE. */
  free = 0;
  /** The IP id is meaningless, because Don't Fragment is set. */
  is_atomic = false;
  csum: wsum = 0;
  /** The last packet merged. */
  last: sk_buff | null = null;
}

export function NAPI_GRO_CB(skb: sk_buff): napi_gro_cb {
  return (skb.gro_cb ??= new napi_gro_cb());
}
export function skb_gro_offset(skb: sk_buff): number {
  return NAPI_GRO_CB(skb).data_offset;
}
/** Bytes that the protocols have not parsed yet. @linux include/net/gro.h */
export function skb_gro_len(skb: sk_buff): number {
  return skb.len - NAPI_GRO_CB(skb).data_offset;
}
/** Mark `len` more header bytes as parsed. @linux include/net/gro.h */
export function skb_gro_pull(skb: sk_buff, len: number): void {
  NAPI_GRO_CB(skb).data_offset += len;
}
/** Whether `len` bytes from data are in the linear part; other packets are not merged. */
export function skb_gro_may_pull(skb: sk_buff, len: number): boolean {
  return skb_headlen(skb) >= len;
}
/** Whether software must verify a checksum that GRO depends on. */
export function skb_gro_checksum_validate_needed(skb: sk_buff): boolean {
  const cb = NAPI_GRO_CB(skb);
  return cb.csum_cnt === 0 && !cb.csum_valid;
}
/** End of a gro_receive callback. @linux include/net/gro.h */
export function skb_gro_flush_final(skb: sk_buff, _pp: sk_buff | null, flush: number): void {
  NAPI_GRO_CB(skb).flush |= flush;
}
