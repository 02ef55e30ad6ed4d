/** IPv4's part in segmenting large packets (GSO) and merging small ones (GRO). @linux net/ipv4/af_inet.c */
import { ETH_P_IP, type packet_offload } from '../../../include/linux/netdevice.ts';
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import {
  NAPI_GRO_CB,
  skb_gro_len,
  skb_gro_may_pull,
  skb_gro_offset,
  skb_gro_pull,
} from '../../../include/net/gro.ts';
import { IP_DF, ip_hdr, IP_MF, IP_OFFSET, iphdr, read_be32 } from '../../../include/net/ip.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import {
  EINVAL,
  ENOSYS,
  EPROTONOSUPPORT,
  type Errno,
  IS_ERR,
} from '../../../include/uapi/asm-generic/errno.ts';
import { csum_replace2, ip_fast_csum } from '../../../lib/checksum.ts';
import { dev_add_offload } from '../../core/gro.ts';
import { __skb_pull } from '../../core/skbuff/alloc.ts';
import { pskb_may_pull } from '../../core/skbuff/data.ts';
import { tcpv4_offload_init } from '../tcp_offload.ts';

const IP_HEADER_BYTES = 20;

/**
 * Segment a packet: the transport protocol splits it, then each segment gets its length, id and header
 * checksum.
 *
 * @param skb data begins at the IP header
 * @returns the segments; null when the packet was only checked; or a negative errno
 * @linux net/ipv4/af_inet.c
 */
export function inet_gso_segment(skb: sk_buff, features: number): sk_buff | null | Errno {
  skb.network_header = skb.data;
  const nhoff = skb.network_header - skb.mac_header;
  if (!pskb_may_pull(skb, IP_HEADER_BYTES)) return -EINVAL;
  const iph = ip_hdr(skb);
  const ihl = iph.ihl * 4;
  if (ihl < IP_HEADER_BYTES || !pskb_may_pull(skb, ihl)) return -EINVAL;
  let { id } = iph;
  const { protocol } = iph;
  __skb_pull(skb, ihl);
  skb.transport_header = skb.data;

  const gso_segment = skb.dev!.nd_net.ipv4.inet_offloads.get(protocol)?.callbacks.gso_segment;
  if (gso_segment === undefined) return -EPROTONOSUPPORT;
  const segs = gso_segment(skb, features);
  if (segs === null || IS_ERR(segs)) return segs;

  for (let seg: sk_buff | null = segs; seg !== null; seg = seg.next) {
    const at = seg.mac_header + nhoff;
    const header = new iphdr(seg.head, at);
    header.id = id;
    id = (id + 1) & 0xffff;
    header.tot_len = seg.len - nhoff;
    header.check = 0;
    header.check = ip_fast_csum(seg.head, at, header.ihl);
    seg.network_header = at;
    seg.mac_len = nhoff;
  }
  return segs;
}

/**
 * Mark the held packets that have the same two addresses, and let the transport protocol merge.
 *
 * @returns the packet to pass up now; null: none
 * @linux net/ipv4/af_inet.c
 */
export function inet_gro_receive(head: sk_buff[], skb: sk_buff): sk_buff | null {
  const cb = NAPI_GRO_CB(skb);
  const off = skb_gro_offset(skb);
  const bytes = skb.head;
  const at = skb.data + off;
  const gro_receive = skb_gro_may_pull(skb, off + IP_HEADER_BYTES)
    ? skb.dev!.nd_net.ipv4.inet_offloads.get(bytes[at + 9]!)?.callbacks.gro_receive
    : undefined;
  // Only packets without options, not fragmented, and with a correct checksum are merged.
  if (gro_receive === undefined || bytes[at] !== 0x45) return not_merged(skb);
  const iph = new iphdr(bytes, at);
  const { frag_off, id } = iph;
  if ((frag_off & (IP_MF | IP_OFFSET)) !== 0 || ip_fast_csum(bytes, at, 5) !== 0) return not_merged(skb);

  const dont_fragment = (frag_off & IP_DF) !== 0;
  // The packet is padded, or a reserved flag is set.
  const flush = iph.tot_len !== skb_gro_len(skb) || (frag_off & ~IP_DF) !== 0 ? 1 : 0;
  for (const p of head) {
    const p_cb = NAPI_GRO_CB(p);
    if (!p_cb.same_flow) continue;
    const at2 = p.data + off;
    const bytes2 = p.head;
    if (
      bytes[at + 9] !== bytes2[at2 + 9] ||
      read_be32(bytes, at + 12) !== read_be32(bytes2, at2 + 12) ||
      read_be32(bytes, at + 16) !== read_be32(bytes2, at2 + 16)
    ) {
      p_cb.same_flow = false;
      continue;
    }
    const iph2 = new iphdr(bytes2, at2);
    // All fields except length, id and checksum must be equal.
    if (iph.ttl !== iph2.ttl || iph.tos !== iph2.tos || ((frag_off ^ iph2.frag_off) & IP_DF) !== 0)
      p_cb.flush |= 1;
    p_cb.flush |= flush;

    let flush_id = (id - iph2.id) & 0xffff;
    // With DF set the ids may also be constant; otherwise they must count up.
    if (!p_cb.is_atomic || !dont_fragment) flush_id = flush_id !== p_cb.count ? 0xffff : 0;
    if (cb.is_atomic) p_cb.flush_id = flush_id;
    else p_cb.flush_id |= flush_id;
  }

  cb.is_atomic = dont_fragment;
  cb.flush |= flush;
  skb.network_header = at;
  skb_gro_pull(skb, IP_HEADER_BYTES);
  skb.transport_header = skb.data + skb_gro_offset(skb);
  const pp = gro_receive(head, skb);
  cb.flush |= flush;
  return pp;
}

function not_merged(skb: sk_buff): null {
  NAPI_GRO_CB(skb).flush |= 1;
  return null;
}

/** Packets were merged: fix the IP header. @linux net/ipv4/af_inet.c */
export function inet_gro_complete(skb: sk_buff, nhoff: number): number {
  const iph = new iphdr(skb.head, skb.data + nhoff);
  const newlen = skb.len - nhoff;
  iph.check = csum_replace2(iph.check, iph.tot_len, newlen);
  iph.tot_len = newlen;
  const gro_complete = skb.dev!.nd_net.ipv4.inet_offloads.get(iph.protocol)?.callbacks.gro_complete;
  return gro_complete === undefined ? -ENOSYS : gro_complete(skb, nhoff + IP_HEADER_BYTES);
}

const ip_packet_offload: packet_offload = {
  type: ETH_P_IP,
  priority: 0,
  callbacks: {
    gso_segment: inet_gso_segment,
    gro_receive: inet_gro_receive,
    gro_complete: inet_gro_complete,
  },
};

/** Register IPv4 and its transport protocols for GSO and GRO. @linux net/ipv4/af_inet.c */
export function ipv4_offload_init(net: net): void {
  tcpv4_offload_init(net);
  dev_add_offload(net, ip_packet_offload);
}
