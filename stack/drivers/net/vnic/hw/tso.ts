/** TCP segmentation offload: splits a large packet into frames that fit the wire. */
import { ETH_HLEN } from '../../../../include/linux/netdevice.ts';
import { CHECKSUM_PARTIAL, skb_frag } from '../../../../include/linux/skbuff.ts';
import { tcphdr } from '../../../../include/linux/tcp.ts';
import { iphdr } from '../../../../include/net/ip.ts';
import { TCPHDR_CWR, TCPHDR_FIN, TCPHDR_PSH } from '../../../../include/net/tcp.ts';
import { IPPROTO_TCP } from '../../../../include/uapi/linux/in.ts';
import { type ByteSlab, copy_bytes } from '../../../../lib/byte_slab.ts';
import { csum_fold, csum_tcpudp_nofold, ip_fast_csum } from '../../../../lib/checksum.ts';
import { get_page } from '../../../../net/core/skbuff/alloc.ts';
import { wire_frame } from '../../../../wire/frame.ts';

/**
 * Split a packet into frames with gso_size bytes of payload each; the last one may be shorter. The frames
 * take their own page references; the caller keeps the packet.
 *
 * @param hdr_len bytes of Ethernet, IP and TCP header, copied to each frame
 */
export function tso_segment(packet: wire_frame, hdr_len: number, memory: ByteSlab): wire_frame[] {
  const { gso_size: mss, head, frags } = packet;
  const frames: wire_frame[] = [];
  const payload = packet.length - hdr_len;
  // Position of the next segment's payload: first in the rest of the head, then in the pages.
  let head_at = hdr_len;
  let frag_index = 0;
  let frag_at = 0;

  for (let offset = 0; offset < payload; offset += mss) {
    let missing = Math.min(mss, payload - offset);
    const length = hdr_len + missing;
    const from_head = Math.min(missing, head.length - head_at);
    const own = memory.take(hdr_len + from_head);
    copy_bytes(own, 0, head, 0, hdr_len);
    copy_bytes(own, hdr_len, head, head_at, from_head);
    head_at += from_head;
    missing -= from_head;
    const own_frags: skb_frag[] = [];
    while (missing > 0) {
      const frag = frags[frag_index]!;
      const size = Math.min(missing, frag.size - frag_at);
      get_page(frag.page);
      own_frags.push(new skb_frag(frag.page, frag.offset + frag_at, size));
      missing -= size;
      frag_at += size;
      if (frag_at === frag.size) {
        frag_index++;
        frag_at = 0;
      }
    }
    const frame = new wire_frame(0, 0, length, own, own_frags);
    write_headers(frame, packet, frames.length, offset, offset + mss >= payload);
    frames.push(frame);
  }
  return frames;
}

/** Adapt the copied headers to segment `index`, whose payload begins at `offset` in the packet's payload. */
function write_headers(
  frame: wire_frame,
  packet: wire_frame,
  index: number,
  offset: number,
  last: boolean,
): void {
  const ip = new iphdr(frame.head, ETH_HLEN);
  ip.tot_len = frame.length - ETH_HLEN;
  ip.id = (ip.id + index) & 0xffff;
  ip.check = 0;
  ip.check = ip_fast_csum(frame.head, ETH_HLEN, ip.ihl);

  const tcp = new tcphdr(frame.head, packet.csum_start);
  tcp.seq = (tcp.seq + offset) | 0;
  let { flags } = tcp;
  if (!last) flags &= ~(TCPHDR_FIN | TCPHDR_PSH);
  if (index > 0) flags &= ~TCPHDR_CWR;
  tcp.flags = flags;

  // The checksum field holds the sum of the pseudo header, which includes the length.
  const tcp_len = frame.length - packet.csum_start;
  const pseudo = csum_tcpudp_nofold(ip.saddr, ip.daddr, tcp_len, IPPROTO_TCP, 0);
  tcp.check = ~csum_fold(pseudo) & 0xffff;
  frame.ip_summed = CHECKSUM_PARTIAL;
  frame.csum_start = packet.csum_start;
  frame.csum_offset = packet.csum_offset;
}
