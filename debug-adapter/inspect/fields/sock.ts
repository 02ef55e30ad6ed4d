/** Fields of struct sock_common and struct sock. */
import {
  address,
  bytes,
  flags,
  hexadecimal,
  jiffiesSpan,
  oneOf,
  unsigned,
  type FieldKind,
} from '../fieldKind.ts';
import { addressFamilies, protocols, shutdownFlags, sockFlags, socketTypes, tcpStates } from '../names.ts';

export const SOCK_COMMON_FIELDS: Record<string, FieldKind> = {
  skc_daddr: address,
  skc_rcv_saddr: address,
  skc_hash: hexadecimal,
  skc_family: oneOf(addressFamilies),
  skc_state: oneOf(tcpStates),
  skc_flags: flags(sockFlags.asBits),
};
/** Getters that alias fields of sock_common, like Linux's macros. */
export const SOCK_ALIASES: Record<string, FieldKind> = {
  sk_state: oneOf(tcpStates),
  sk_family: oneOf(addressFamilies),
  sk_daddr: address,
  sk_rcv_saddr: address,
  sk_flags: flags(sockFlags.asBits),
  inet_daddr: address,
  inet_rcv_saddr: address,
  ir_loc_addr: address,
  ir_rmt_addr: address,
  tw_daddr: address,
  tw_rcv_saddr: address,
};
export const SOCK_FIELDS: Record<string, FieldKind> = {
  sk_rmem_alloc: bytes,
  sk_forward_alloc: bytes,
  sk_rcvbuf: bytes,
  sk_sndbuf: bytes,
  sk_wmem_queued: bytes,
  sk_wmem_alloc: bytes,
  sk_gso_max_size: bytes,
  sk_sndtimeo: jiffiesSpan,
  sk_rcvtimeo: jiffiesSpan,
  sk_lingertime: jiffiesSpan,
  sk_txhash: hexadecimal,
  sk_route_caps: hexadecimal,
  sk_tsq_flags: hexadecimal,
  sk_type: oneOf(socketTypes),
  sk_protocol: oneOf(protocols),
  sk_shutdown: flags(shutdownFlags),
  sk_mark: unsigned,
};
