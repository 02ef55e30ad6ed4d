/**
 * TCP offload in software: segmenting large packets (GSO) and merging received ones (GRO).
 *
 * @linux net/ipv4/tcp_offload.c
 */
import { NETIF_F_HW_CSUM, skb_gso_ok } from '../../include/linux/netdevice.ts';
import {
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  CHECKSUM_UNNECESSARY,
  type sk_buff,
  SKB_GSO_TCP_ECN,
  SKB_GSO_TCPV4,
} from '../../include/linux/skbuff.ts';
import { tcp_hdr, TCPHDR_CHECK_OFFSET, TCPHDR_LEN } from '../../include/linux/tcp.ts';
import {
  NAPI_GRO_CB,
  skb_gro_checksum_validate_needed,
  skb_gro_len,
  skb_gro_may_pull,
  skb_gro_offset,
  skb_gro_pull,
} from '../../include/net/gro.ts';
import { ip_hdr, read_be32 } from '../../include/net/ip.ts';
import type { net } from '../../include/net/net_namespace.ts';
import type { net_offload } from '../../include/net/protocol.ts';
import {
  TCPHDR_CWR,
  TCPHDR_FIN,
  TCPHDR_PSH,
  TCPHDR_RST,
  TCPHDR_SYN,
  TCPHDR_URG,
} from '../../include/net/tcp.ts';
import { EINVAL, type Errno, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { IPPROTO_TCP } from '../../include/uapi/linux/in.ts';
import { csum_add, csum_fold, csum_tcpudp_magic, csum_tcpudp_nofold } from '../../lib/checksum.ts';
import { skb_checksum_help } from '../core/dev/gso.ts';
import { skb_gro_receive } from '../core/gro.ts';
import { __skb_pull } from '../core/skbuff/alloc.ts';
import { pskb_may_pull, skb_checksum } from '../core/skbuff/data.ts';
import { skb_segment } from '../core/skbuff/segment.ts';
import { inet_add_offload } from './protocol.ts';
import { tcp_wfree } from './tcp_output/tsq.ts';

/** The checksum field as left to the device: the sum of the pseudo header only. */
function pseudo_check(skb: sk_buff, tcp_len: number): number {
  const iph = ip_hdr(skb);
  return ~csum_tcpudp_magic(iph.saddr, iph.daddr, tcp_len, IPPROTO_TCP, 0) & 0xffff;
}

/**
 * Split a TCP packet on IPv4 into segments.
 *
 * @param skb data begins at the TCP header
 * @returns the segments; null when the packet was only checked and the device segments it; or -EINVAL
 * @linux net/ipv4/tcp_offload.c
 */
export function tcp4_gso_segment(skb: sk_buff, features: number): sk_buff | null | Errno {
  if ((skb.shinfo.gso_type & SKB_GSO_TCPV4) === 0) return -EINVAL;
  if (!pskb_may_pull(skb, TCPHDR_LEN)) return -EINVAL;
  if (skb.ip_summed !== CHECKSUM_PARTIAL) {
    skb.ip_summed = CHECKSUM_PARTIAL;
    skb.csum_start = skb.transport_header;
    skb.csum_offset = TCPHDR_CHECK_OFFSET;
    tcp_hdr(skb).check = pseudo_check(skb, skb.len);
  }
  return tcp_gso_segment(skb, features);
}

/** As tcp4_gso_segment(), for any IP version. @linux net/ipv4/tcp_offload.c */
export function tcp_gso_segment(skb: sk_buff, features: number): sk_buff | null | Errno {
  const thlen = tcp_hdr(skb).doff * 4;
  if (thlen < TCPHDR_LEN) return -EINVAL;
  if (skb.csum_start !== skb.transport_header) return -EINVAL;
  if (!pskb_may_pull(skb, thlen)) return -EINVAL;
  __skb_pull(skb, thlen);
  const mss = skb.shinfo.gso_size;
  if (skb.len <= mss) return -EINVAL;
  if (skb_gso_ok(skb, features)) {
    skb.shinfo.gso_segs = Math.ceil(skb.len / mss);
    return null;
  }

  const { ooo_okay } = skb;
  skb.ooo_okay = false;
  const segs = skb_segment(skb);
  if (IS_ERR(segs)) return segs;
  // Only the first segment may use another transmit queue: the others must follow it.
  segs.ooo_okay = ooo_okay;
  finish_headers(segs, mss, (features & NETIF_F_HW_CSUM) !== 0);
  if (skb.destructor === tcp_wfree) charge_segments(skb, segs);
  return segs;
}

/** Fix the fields that differ between segments: sequence number, flags, checksum. */
function finish_headers(segs: sk_buff, mss: number, device_checksums: boolean): void {
  let seq = tcp_hdr(segs).seq;
  for (let seg: sk_buff | null = segs; seg !== null; seg = seg.next) {
    const th = tcp_hdr(seg);
    th.seq = seq;
    seq = (seq + mss) | 0;
    // FIN and PSH belong to the last byte, CWR to the first (RFC 3168 6.1.2).
    let { flags } = th;
    if (seg.next !== null) flags &= ~(TCPHDR_FIN | TCPHDR_PSH);
    if (seg !== segs) flags &= ~TCPHDR_CWR;
    th.flags = flags;
    th.check = pseudo_check(seg, seg.len - (seg.transport_header - seg.data));
    if (!device_checksums) skb_checksum_help(seg);
  }
}

/** Charge the socket for the segments and not for the packet, so that TCP small queues continues to work. */
function charge_segments(gso_skb: sk_buff, segs: sk_buff): void {
  const sk = gso_skb.sk!;
  let sum_truesize = 0;
  for (let seg: sk_buff | null = segs; seg !== null; seg = seg.next) {
    seg.destructor = gso_skb.destructor;
    seg.sk = sk;
    sum_truesize += seg.truesize;
  }
  sk.sk_wmem_alloc += sum_truesize - gso_skb.truesize;
  gso_skb.sk = null;
  gso_skb.destructor = null;
}

/** Flags that must be equal in merged packets. */
const SAME_FLAGS = 0xff & ~(TCPHDR_CWR | TCPHDR_FIN | TCPHDR_PSH);
/** Flags that end the merging of a packet. */
const FLUSH_FLAGS = TCPHDR_URG | TCPHDR_PSH | TCPHDR_RST | TCPHDR_SYN | TCPHDR_FIN;

/**
 * Merge a TCP segment with the held packet of its connection, if it directly follows it and has the same
 * flags, acknowledgement and options.
 *
 * @returns the packet to pass up now; null: none
 * @linux net/ipv4/tcp_offload.c
 */
export function tcp_gro_receive(head: sk_buff[], skb: sk_buff): sk_buff | null {
  const cb = NAPI_GRO_CB(skb);
  const off = skb_gro_offset(skb);
  const bytes = skb.head;
  const th = skb.data + off;
  const thlen = skb_gro_may_pull(skb, off + TCPHDR_LEN) ? (bytes[th + 12]! >>> 4) * 4 : 0;
  if (thlen < TCPHDR_LEN || !skb_gro_may_pull(skb, off + thlen)) {
    cb.flush |= 1;
    return null;
  }
  skb_gro_pull(skb, thlen);
  const len = skb_gro_len(skb);
  const flags = bytes[th + 13]!;

  const p = find_flow(head, read_be32(bytes, th));
  // The first packet of a flow is held for more of its size, whatever that is.
  let mss = 1;
  if (p !== null) {
    const p_mss = p.shinfo.gso_size;
    const flush = differs(p, skb, th, thlen, flags, len, p_mss);
    if (!flush && skb_gro_receive(p, skb) === 0) {
      p.head[p.transport_header + 13]! |= flags & (TCPHDR_FIN | TCPHDR_PSH);
      mss = p_mss;
    }
  }

  // A segment smaller than the full size ends a packet.
  const { gso_size } = skb.shinfo;
  let flush = gso_size > 0 ? len !== cb.count * gso_size : len < mss;
  if ((flags & FLUSH_FLAGS) !== 0) flush = true;
  if (flush) cb.flush |= 1;
  return p !== null && (!cb.same_flow || flush) ? p : null;
}

/** The held packet with the same ports; the others belong to other flows. */
function find_flow(head: readonly sk_buff[], ports: number): sk_buff | null {
  for (const p of head) {
    const cb = NAPI_GRO_CB(p);
    if (!cb.same_flow) continue;
    if (read_be32(p.head, p.transport_header) === ports) return p;
    cb.same_flow = false;
  }
  return null;
}

/** Whether `skb` cannot be merged into `p`. */
function differs(
  p: sk_buff,
  skb: sk_buff,
  th: number,
  thlen: number,
  flags: number,
  len: number,
  mss: number,
): boolean {
  const cb = NAPI_GRO_CB(p);
  const bytes = skb.head;
  const p_bytes = p.head;
  const th2 = p.transport_header;
  if (cb.flush !== 0 || (flags & TCPHDR_CWR) !== 0) return true;
  if (((flags ^ p_bytes[th2 + 13]!) & SAME_FLAGS) !== 0) return true;
  // Header length, window and acknowledgement.
  if (bytes[th + 12] !== p_bytes[th2 + 12]) return true;
  if (bytes[th + 14] !== p_bytes[th2 + 14] || bytes[th + 15] !== p_bytes[th2 + 15]) return true;
  if (read_be32(bytes, th + 8) !== read_be32(p_bytes, th2 + 8)) return true;
  for (let i = TCPHDR_LEN; i < thlen; i++) {
    if (bytes[th + i] !== p_bytes[th2 + i]) return true;
  }
  // The IP ids must be consecutive or all equal: the second packet determines which.
  if (cb.flush_id !== 1 || cb.count !== 1 || !cb.is_atomic) {
    if (cb.flush_id !== 0) return true;
  } else {
    cb.is_atomic = false;
  }
  if (skb.shinfo.gso_size > 0 ? mss !== skb.shinfo.gso_size : len === 0 || len - 1 >= mss) return true;
  return ((read_be32(p_bytes, th2 + 4) + skb_gro_len(p)) | 0) !== read_be32(bytes, th + 4);
}

/** Packets were merged: mark the result as a GSO packet. @linux net/ipv4/tcp_offload.c */
export function tcp_gro_complete(skb: sk_buff): number {
  skb.csum_start = skb.transport_header;
  skb.csum_offset = TCPHDR_CHECK_OFFSET;
  skb.ip_summed = CHECKSUM_PARTIAL;
  skb.shinfo.gso_segs = NAPI_GRO_CB(skb).count;
  if (tcp_hdr(skb).cwr) skb.shinfo.gso_type |= SKB_GSO_TCP_ECN;
  return 0;
}

/** Check a segment's checksum, then try to merge it. @linux net/ipv4/tcp_offload.c */
export function tcp4_gro_receive(head: sk_buff[], skb: sk_buff): sk_buff | null {
  // Skip the checksum if the packet is not merged anyway; one with a wrong checksum is passed up, where it is
  // counted.
  if (NAPI_GRO_CB(skb).flush === 0 && !gro_checksum_valid(skb)) {
    NAPI_GRO_CB(skb).flush = 1;
    return null;
  }
  return tcp_gro_receive(head, skb);
}

/** @linux skb_gro_checksum_validate (include/net/gro.h) */
function gro_checksum_valid(skb: sk_buff): boolean {
  const cb = NAPI_GRO_CB(skb);
  if (!skb_gro_checksum_validate_needed(skb)) {
    if (cb.csum_cnt > 0) cb.csum_cnt--;
    return true;
  }
  const iph = ip_hdr(skb);
  const len = skb_gro_len(skb);
  const pseudo = csum_tcpudp_nofold(iph.saddr, iph.daddr, len, IPPROTO_TCP, 0);
  if (csum_fold(csum_add(skb_checksum(skb, skb_gro_offset(skb), len, 0), pseudo)) !== 0) return false;
  cb.csum_valid = true;
  if (skb.ip_summed === CHECKSUM_NONE) skb.ip_summed = CHECKSUM_UNNECESSARY;
  return true;
}

/** Complete a merged packet: its pseudo-header sum and GSO type. @linux net/ipv4/tcp_offload.c */
export function tcp4_gro_complete(skb: sk_buff, thoff: number): number {
  tcp_hdr(skb).check = pseudo_check(skb, skb.len - thoff);
  skb.shinfo.gso_type |= SKB_GSO_TCPV4;
  return tcp_gro_complete(skb);
}

export const tcpv4_offload: net_offload = {
  callbacks: {
    gso_segment: tcp4_gso_segment,
    gro_receive: tcp4_gro_receive,
    gro_complete: tcp4_gro_complete,
  },
};

/** Register TCP with GSO and GRO. @linux net/ipv4/tcp_offload.c */
export function tcpv4_offload_init(net: net): number {
  return inet_add_offload(net, tcpv4_offload, IPPROTO_TCP);
}
