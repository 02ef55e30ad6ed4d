/** Filling in what is asked of the routing table. The struct is in dst.ts. @linux include/net/flow.h */
import { LOOPBACK_IFINDEX } from '../linux/netdevice.ts';
import type { be16, be32 } from '../linux/types.ts';
import type { flowi4 } from './dst.ts';

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
/** After one lookup and before the next: keep the addresses that it found. */
export function flowi4_update_output(fl4: flowi4, oif: number, daddr: be32, saddr: be32): void {
  fl4.flowi4_oif = oif;
  fl4.daddr = daddr;
  fl4.saddr = saddr;
}
