/**
 * Receiving: turning filled RX descriptors into packets, and supplying new buffers.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c
 */
import { NETIF_F_RXCSUM } from '../../../include/linux/netdevice.ts';
import { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, page, type sk_buff } from '../../../include/linux/skbuff.ts';
import { copy_bytes } from '../../../lib/byte_slab.ts';
import { napi_gro_receive } from '../../../net/core/gro.ts';
import {
  build_skb,
  kfree_skb,
  put_page,
  skb_add_rx_frag,
  skb_put,
  skb_reserve,
} from '../../../net/core/skbuff/alloc.ts';
import { eth_type_trans } from '../../../net/ethernet/eth.ts';
import {
  type vnic_adapter,
  type vnic_rx_buffer,
  type vnic_rx_ring,
  VNIC_RX_BUFFER_WRITE,
  VNIC_RX_COPYBREAK,
} from './adapter.ts';
import {
  type vnic_rx_desc,
  VNIC_RXD_ERR_RXE,
  VNIC_RXD_ERR_TCPE,
  VNIC_RXD_STAT_DD,
  VNIC_RXD_STAT_EOP,
  VNIC_RXD_STAT_TCPCS,
} from './desc.ts';
import { RDT } from './registers.ts';
import { ring_next, ring_unused } from './ring.ts';

/** Headroom of a copied packet. @linux include/linux/skbuff.h */
const NET_SKB_PAD = 64;

/**
 * Receive up to `budget` packets from the ring, then supply new buffers to the hardware.
 *
 * @returns the number of packets
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_clean_rx_irq)
 */
export function vnic_clean_rx_irq(adapter: vnic_adapter, budget: number): number {
  const { netdev, rx_ring } = adapter;
  const { stats } = netdev;
  let work_done = 0;
  let cleaned_count = 0;
  while (work_done < budget) {
    const i = rx_ring.next_to_clean;
    const desc = rx_ring.desc[i]!;
    const { status } = desc;
    if ((status & VNIC_RXD_STAT_DD) === 0) break;
    rx_ring.next_to_clean = ring_next(i, rx_ring.count);
    cleaned_count++;
    desc.status = 0;

    const eop = (status & VNIC_RXD_STAT_EOP) !== 0;
    if ((desc.errors & VNIC_RXD_ERR_RXE) !== 0) {
      if (eop) stats.rx_errors++;
      vnic_rx_discard(rx_ring, desc);
      continue;
    }
    const skb = vnic_rx_bytes(adapter, rx_ring.buffer_info[i]!, desc, eop);
    if (eop) {
      rx_ring.rx_skb_top = null;
      vnic_rx_pages(skb, desc);
      vnic_rx_checksum(adapter, status, desc.errors, skb);
      stats.rx_packets += skb.shinfo.gso_segs || 1;
      stats.rx_bytes += skb.len;
      skb.frame_number = desc.frame_number;
      skb.last_frame_number = desc.frame_number;
      skb.protocol = eth_type_trans(skb, netdev);
      work_done++;
      napi_gro_receive(adapter.napi, skb);
    } else {
      rx_ring.rx_skb_top = skb;
    }
    if (cleaned_count >= VNIC_RX_BUFFER_WRITE) {
      vnic_alloc_rx_buffers(adapter, cleaned_count);
      cleaned_count = 0;
    }
  }
  cleaned_count = ring_unused(rx_ring.next_to_clean, rx_ring.next_to_use, rx_ring.count);
  if (cleaned_count > 0) vnic_alloc_rx_buffers(adapter, cleaned_count);
  return work_done;
}

/** A damaged frame: the buffer stays in the ring, and what of the frame was taken before is freed. */
function vnic_rx_discard(rx_ring: vnic_rx_ring, desc: vnic_rx_desc): void {
  if (desc.frags !== null) for (const { page } of desc.frags) put_page(page);
  desc.frags = null;
  kfree_skb(rx_ring.rx_skb_top);
  rx_ring.rx_skb_top = null;
}

/**
 * The bytes in the buffer: a small packet is copied and the buffer reused; a larger one is passed up with its
 * buffer; a continuation is appended.
 */
function vnic_rx_bytes(
  adapter: vnic_adapter,
  buffer: vnic_rx_buffer,
  desc: vnic_rx_desc,
  eop: boolean,
): sk_buff {
  const { machine } = adapter.netdev;
  const { length } = desc;
  const top = adapter.rx_ring.rx_skb_top;
  const buffer_page = buffer.page!;
  if (top !== null) {
    skb_add_rx_frag(top, top.shinfo.frags.length, buffer_page, 0, length, adapter.rx_buffer_len);
    buffer.page = null;
    return top;
  }
  if (eop && length <= VNIC_RX_COPYBREAK) {
    const skb = build_skb(machine, adapter.frag_cache.take(NET_SKB_PAD + length));
    skb_reserve(skb, NET_SKB_PAD);
    copy_bytes(skb.head, skb_put(skb, length), buffer_page.bytes, 0, length);
    return skb;
  }
  const skb = build_skb(machine, buffer_page.bytes);
  skb_put(skb, length);
  buffer.page = null;
  return skb;
}

/** Payload in the sender's pages: the packet takes over the descriptor's references. */
function vnic_rx_pages(skb: sk_buff, desc: vnic_rx_desc): void {
  const { frags } = desc;
  desc.frags = null;
  if (frags !== null) {
    for (let f = 0; f < frags.length; f++) {
      const frag = frags[f]!;
      skb_add_rx_frag(skb, skb.shinfo.frags.length, frag.page, frag.offset, frag.size, frag.size);
    }
  }
  if (desc.mss > 0) {
    skb.shinfo.gso_size = desc.mss;
    skb.shinfo.gso_segs = desc.gso_segs;
    skb.shinfo.gso_type = desc.gso_type;
  }
}

/**
 * Trust the hardware if it found the checksum correct; if it found an error, let the stack verify it.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_rx_checksum)
 */
function vnic_rx_checksum(adapter: vnic_adapter, status: number, errors: number, skb: sk_buff): void {
  skb.ip_summed = CHECKSUM_NONE;
  if ((adapter.netdev.features & NETIF_F_RXCSUM) === 0 || (status & VNIC_RXD_STAT_TCPCS) === 0) return;
  if ((errors & VNIC_RXD_ERR_TCPE) !== 0) {
    adapter.hw_csum_err++;
    return;
  }
  skb.ip_summed = CHECKSUM_UNNECESSARY;
  adapter.hw_csum_good++;
}

/**
 * Supply buffers for `cleaned_count` descriptors and write the tail register.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_alloc_rx_buffers)
 */
export function vnic_alloc_rx_buffers(adapter: vnic_adapter, cleaned_count: number): void {
  const { rx_ring } = adapter;
  let i = rx_ring.next_to_use;
  while (cleaned_count-- > 0) {
    const buffer = rx_ring.buffer_info[i]!;
    buffer.page ??= new page(new Uint8Array(adapter.rx_buffer_len));
    const desc = rx_ring.desc[i]!;
    desc.buffer_addr = buffer.page.bytes;
    desc.status = 0;
    i = ring_next(i, rx_ring.count);
  }
  rx_ring.next_to_use = i;
  adapter.hw.write(RDT, i);
}

/**
 * The device goes down: free the buffers and the received packets.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_clean_rx_ring)
 */
export function vnic_clean_rx_ring(adapter: vnic_adapter): void {
  const { rx_ring } = adapter;
  for (const desc of rx_ring.desc) {
    if (desc.frags !== null) for (const frag of desc.frags) put_page(frag.page);
    desc.frags = null;
    desc.buffer_addr = null;
    desc.status = 0;
  }
  for (const buffer of rx_ring.buffer_info) buffer.page = null;
  kfree_skb(rx_ring.rx_skb_top);
  rx_ring.rx_skb_top = null;
  rx_ring.next_to_use = 0;
  rx_ring.next_to_clean = 0;
}
