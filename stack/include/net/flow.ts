/** The key of a route lookup. @linux include/net/flow.h */
import { LOOPBACK_IFINDEX } from '../linux/netdevice.ts';
import type { be16, be32 } from '../linux/types.ts';

export const FLOWI_FLAG_ANYSRC = 0x01;
export const FLOWI_FLAG_KNOWN_NH = 0x02;

/** The key of an IPv4 route lookup. @linux struct flowi4 (include/net/flow.h) */
export class flowi4 {
  flowi4_oif = 0;
  flowi4_iif = 0;
  flowi4_mark = 0;
  flowi4_tos = 0;
  flowi4_scope = 0;
  flowi4_proto = 0;
  flowi4_flags = 0;
  flowi4_uid = 0;
  saddr: be32 = 0;
  daddr: be32 = 0;
  fl4_sport = 0;
  fl4_dport = 0;
  fl4_icmp_type = 0;
  fl4_icmp_code = 0;
}

/**
 * The key of a route lookup in any family: TCP passes it back to the family that created it.
 *
 * @linux struct flowi (include/net/flow.h)
 */
export type flowi = flowi4;

export function flowi4_init_output(
  fl4: flowi4,
  oif: number,
  mark: number,
  tos: number,
  scope: number,
  proto: number,
  flags: number,
  daddr: be32,
  saddr: be32,
  dport: be16,
  sport: be16,
  uid: number,
): void {
  fl4.flowi4_oif = oif;
  fl4.flowi4_iif = LOOPBACK_IFINDEX;
  fl4.flowi4_mark = mark;
  fl4.flowi4_tos = tos;
  fl4.flowi4_scope = scope;
  fl4.flowi4_proto = proto;
  fl4.flowi4_flags = flags;
  fl4.flowi4_uid = uid;
  fl4.daddr = daddr;
  fl4.saddr = saddr;
  fl4.fl4_dport = dport;
  fl4.fl4_sport = sport;
}
/** Keep the addresses that a lookup found for the next lookup. */
export function flowi4_update_output(fl4: flowi4, oif: number, daddr: be32, saddr: be32): void {
  fl4.flowi4_oif = oif;
  fl4.daddr = daddr;
  fl4.saddr = saddr;
}
