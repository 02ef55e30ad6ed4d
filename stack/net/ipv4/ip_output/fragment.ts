/** Fragmenting a datagram (RFC 791 3.2). @linux net/ipv4/ip_output.c */
import {
  CHECKSUM_NONE,
  CHECKSUM_PARTIAL,
  type sk_buff,
  skb_cloned,
  skb_headlen,
  skb_headroom,
  skb_reset_network_header,
  skb_reset_transport_header,
  skb_shared,
} from '../../../include/linux/skbuff.ts';
import {
  IP_DF,
  ip_hdr,
  ip_is_fragment,
  IP_MF,
  IP_OFFSET,
  ip_skb_dst_mtu,
  IPCB,
  IPSKB_FRAG_COMPLETE,
  IPSKB_FRAG_PMTU,
} from '../../../include/net/ip.ts';
import { IP_INC_STATS, type net } from '../../../include/net/net_namespace.ts';
import { skb_rtable } from '../../../include/net/route.ts';
import type { sock } from '../../../include/net/sock.ts';
import { EINVAL, EMSGSIZE } from '../../../include/uapi/asm-generic/errno.ts';
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED } from '../../../include/uapi/linux/icmp.ts';
import {
  IPSTATS_MIB_FRAGCREATES,
  IPSTATS_MIB_FRAGFAILS,
  IPSTATS_MIB_FRAGOKS,
} from '../../../include/uapi/linux/snmp.ts';
import { ip_fast_csum } from '../../../lib/checksum.ts';
import { skb_checksum_help } from '../../core/dev/gso.ts';
import {
  alloc_skb,
  consume_skb,
  kfree_skb,
  kfree_skb_list,
  skb_dst_drop,
  skb_dst_set,
  skb_push,
  skb_put,
  skb_reserve,
} from '../../core/skbuff/alloc.ts';
import { skb_copy_bits } from '../../core/skbuff/data.ts';
import { skb_set_owner_w, sock_wfree } from '../../core/sock/memory.ts';
import { icmp_send } from '../icmp/send.ts';
import { ip_options_fragment } from '../ip_options.ts';

/** Sends one fragment. */
type output_t = (net: net, sk: sock | null, skb: sk_buff) => number;

/** Copy the metadata that a fragment inherits. @linux net/ipv4/ip_output.c */
function ip_copy_metadata(to: sk_buff, from: sk_buff): void {
  to.pkt_type = from.pkt_type;
  to.priority = from.priority;
  to.protocol = from.protocol;
  to.skb_iif = from.skb_iif;
  skb_dst_drop(to);
  const dst = from._skb_refdst;
  if (dst !== null) {
    dst.__refcnt++;
    skb_dst_set(to, dst);
  }
  to.dev = from.dev;
  to.mark = from.mark;
  to.hash = from.hash;
  to.tstamp = from.tstamp;
}

/** Write a fragment's length, offset and checksum into its header. */
function set_fragment_header(skb: sk_buff, frag_off: number): void {
  const iph = ip_hdr(skb);
  iph.tot_len = skb.len;
  iph.frag_off = frag_off;
  iph.check = 0;
  iph.check = ip_fast_csum(iph.bytes, iph.at, iph.ihl);
}

/**
 * A packet is longer than the MTU: fragment it, or notify the sender if DF forbids that. -EMSGSIZE.
 *
 * @linux net/ipv4/ip_output.c
 */
export function ip_fragment(net: net, sk: sock | null, skb: sk_buff, mtu: number, output: output_t): number {
  if ((ip_hdr(skb).frag_off & IP_DF) === 0) return ip_do_fragment(net, sk, skb, output);
  const { frag_max_size } = IPCB(skb);
  if (!skb.ignore_df || (frag_max_size !== 0 && frag_max_size > mtu)) {
    IP_INC_STATS(net, IPSTATS_MIB_FRAGFAILS);
    icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
    kfree_skb(skb);
    return -EMSGSIZE;
  }
  return ip_do_fragment(net, sk, skb, output);
}

/**
 * Send a datagram in fragments no longer than the MTU. If it consists of buffers that fit (frag_list), these
 * become the fragments; otherwise it is copied piece by piece.
 *
 * @linux net/ipv4/ip_output.c
 */
export function ip_do_fragment(net: net, sk: sock | null, skb: sk_buff, output: output_t): number {
  if (skb.ip_summed === CHECKSUM_PARTIAL) {
    // The device could compute the checksum only over the whole datagram.
    const hdrlen = ip_hdr(skb).ihl * 4;
    const err = skb.csum_start < skb.network_header + hdrlen ? -EINVAL : skb_checksum_help(skb);
    if (err !== 0) return fail(net, skb, err);
  }
  const parm = IPCB(skb);
  const hlen = ip_hdr(skb).ihl * 4;
  let mtu = ip_skb_dst_mtu(sk, skb);
  if (parm.frag_max_size !== 0 && parm.frag_max_size < mtu) mtu = parm.frag_max_size;
  if (mtu < hlen + 8) return fail(net, skb, -EMSGSIZE);
  mtu -= hlen;
  parm.flags |= IPSKB_FRAG_COMPLETE;

  const { dev } = skb_rtable(skb);
  const ll_rs = ((dev.hard_header_len + dev.needed_headroom) & ~15) + 16;
  if (skb.shinfo.frag_list !== null && frag_list_fits(skb, hlen, mtu, ll_rs)) {
    return send_frag_list(net, sk, skb, hlen, output);
  }
  return copy_fragments(net, sk, skb, hlen, mtu, ll_rs, output);
}

function fail(net: net, skb: sk_buff, err: number): number {
  kfree_skb(skb);
  IP_INC_STATS(net, IPSTATS_MIB_FRAGFAILS);
  return err;
}

/**
 * Bytes in the linear part and the page fragments, without the frag_list.
 *
 * @linux include/linux/skbuff.h, here because only fragmentation uses it
 */
function skb_pagelen(skb: sk_buff): number {
  let len = skb_headlen(skb);
  for (const frag of skb.shinfo.frags) len += frag.size;
  return len;
}

/** Whether the buffers of the frag_list can be sent unchanged. */
function frag_list_fits(skb: sk_buff, hlen: number, mtu: number, ll_rs: number): boolean {
  const first_len = skb_pagelen(skb);
  if (first_len - hlen > mtu || ((first_len - hlen) & 7) !== 0) return false;
  if (ip_is_fragment(ip_hdr(skb)) || skb_cloned(skb) || skb_headroom(skb) < ll_rs) return false;
  for (let frag = skb.shinfo.frag_list; frag !== null; frag = frag.next) {
    if (frag.len > mtu || ((frag.len & 7) !== 0 && frag.next !== null)) return false;
    if (skb_headroom(frag) < hlen + ll_rs || skb_shared(frag)) return false;
  }
  return true;
}

/** Give each buffer of the list its own header, and send it. */
function send_frag_list(net: net, sk: sock | null, skb: sk_buff, hlen: number, output: output_t): number {
  let frag = skb.shinfo.frag_list;
  for (let member = frag; member !== null; member = member.next) {
    if (skb.sk !== null) {
      member.sk = skb.sk;
      member.destructor = sock_wfree;
    }
    skb.truesize -= member.truesize;
  }
  const first_len = skb_pagelen(skb);
  const parm = IPCB(skb);
  skb.shinfo.frag_list = null;
  skb.data_len = first_len - skb_headlen(skb);
  skb.len = first_len;
  set_fragment_header(skb, IP_MF);

  let current = skb;
  let offset = 0;
  for (;;) {
    const upcoming = frag;
    if (upcoming !== null) {
      // Build the next header before the current fragment is sent, because it is the template.
      const first = offset === 0;
      offset += current.len - hlen;
      prepare_list_fragment(upcoming, current, hlen);
      IPCB(upcoming).flags = parm.flags;
      if (first && parm.opt !== null && parm.opt.optlen !== 0) {
        IPCB(upcoming).opt = parm.opt;
        ip_options_fragment(upcoming);
      }
      set_fragment_header(upcoming, (offset >> 3) | (upcoming.next !== null ? IP_MF : 0));
    }
    const err = output(net, sk, current);
    if (err !== 0) {
      kfree_skb_list(upcoming);
      IP_INC_STATS(net, IPSTATS_MIB_FRAGFAILS);
      return err;
    }
    IP_INC_STATS(net, IPSTATS_MIB_FRAGCREATES);
    if (upcoming === null) break;
    frag = upcoming.next;
    upcoming.next = null;
    current = upcoming;
  }
  IP_INC_STATS(net, IPSTATS_MIB_FRAGOKS);
  return 0;
}

function prepare_list_fragment(frag: sk_buff, pattern: sk_buff, hlen: number): void {
  frag.ip_summed = CHECKSUM_NONE;
  skb_reset_transport_header(frag);
  skb_push(frag, hlen);
  skb_reset_network_header(frag);
  const from = pattern.network_header;
  frag.head.set(pattern.head.subarray(from, from + hlen), frag.network_header);
  ip_copy_metadata(frag, pattern);
}

/** Copy the datagram into pieces that fit; all but the last end at a multiple of eight bytes. */
function copy_fragments(
  net: net,
  sk: sock | null,
  skb: sk_buff,
  hlen: number,
  mtu: number,
  ll_rs: number,
  output: output_t,
): number {
  const parm = IPCB(skb);
  const { frag_off } = ip_hdr(skb);
  const not_last_frag = (frag_off & IP_MF) !== 0;
  const df = (parm.flags & IPSKB_FRAG_PMTU) !== 0 ? IP_DF : 0;
  let offset = (frag_off & IP_OFFSET) << 3;
  let left = skb.len - hlen;
  let ptr = hlen;
  while (left > 0) {
    let len = Math.min(left, mtu);
    if (len < left) len &= ~7;
    const skb2 = alloc_skb(skb.machine, len + hlen + ll_rs);
    ip_copy_metadata(skb2, skb);
    skb_reserve(skb2, ll_rs);
    skb_put(skb2, len + hlen);
    skb_reset_network_header(skb2);
    skb2.transport_header = skb2.network_header + hlen;
    if (skb.sk !== null) skb_set_owner_w(skb2, skb.sk);
    skb_copy_bits(skb, 0, skb2.head, skb2.network_header, hlen);
    skb_copy_bits(skb, ptr, skb2.head, skb2.transport_header, len);
    left -= len;
    const more = left > 0 || not_last_frag ? IP_MF : 0;
    set_fragment_header(skb2, (offset >> 3) | df | more);
    IPCB(skb2).flags = parm.flags;
    // Options that only the first fragment carries are blanked once in the template.
    if (offset === 0 && parm.opt !== null && parm.opt.optlen !== 0) ip_options_fragment(skb);
    ptr += len;
    offset += len;

    const err = output(net, sk, skb2);
    if (err !== 0) return fail(net, skb, err);
    IP_INC_STATS(net, IPSTATS_MIB_FRAGCREATES);
  }
  consume_skb(skb);
  IP_INC_STATS(net, IPSTATS_MIB_FRAGOKS);
  return 0;
}
