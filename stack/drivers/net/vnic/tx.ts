/**
 * Sending: describing packets in the TX ring, and freeing them afterwards.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c
 */
import {
  type net_device,
  NETDEV_TX_BUSY,
  NETDEV_TX_OK,
  netif_queue_stopped,
  netif_running,
  netif_stop_queue,
} from '../../../include/linux/netdevice.ts';
import { CHECKSUM_PARTIAL, MAX_SKB_FRAGS, type sk_buff, skb_headlen } from '../../../include/linux/skbuff.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';
import { netif_wake_queue } from '../../../net/core/dev/xmit.ts';
import { consume_skb, kfree_skb } from '../../../net/core/skbuff/alloc.ts';
import { skb_linearize } from '../../../net/core/skbuff/data.ts';
import { type vnic_adapter, vnic_priv, type vnic_tx_ring } from './adapter.ts';
import {
  VNIC_TXD_CMD_EOP,
  VNIC_TXD_CMD_IC,
  VNIC_TXD_CMD_RS,
  VNIC_TXD_CMD_TSE,
  VNIC_TXD_STAT_DD,
} from './desc.ts';
import { TDT } from './registers.ts';
import { ring_next, ring_unused } from './ring.ts';

/** A stopped queue is woken when this many descriptors are free; in a small ring, half of them. */
const TX_WAKE_THRESHOLD = 32;

/**
 * ndo_start_xmit: describe a packet to the hardware and ring the doorbell. The packet stays allocated until
 * the hardware has sent it; vnic_clean_tx_irq() frees it.
 *
 * @returns NETDEV_TX_OK, or NETDEV_TX_BUSY when too few descriptors are free and the caller keeps the packet
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_xmit_frame)
 */
export function vnic_xmit(skb: sk_buff, netdev: net_device): number {
  const adapter = vnic_priv(netdev);
  const { tx_ring } = adapter;
  if (skb.len <= 0) {
    kfree_skb(skb);
    return NETDEV_TX_OK;
  }
  // A packet with more fragments than the ring has descriptors could never be sent.
  if (skb.shinfo.frags.length + 1 > tx_ring.count - 1 && skb_linearize(skb) !== 0) {
    netdev.stats.tx_dropped++;
    kfree_skb(skb);
    return NETDEV_TX_OK;
  }
  if (vnic_maybe_stop_tx(adapter, skb.shinfo.frags.length + 1)) {
    adapter.tx_busy++;
    return NETDEV_TX_BUSY;
  }

  const first = tx_ring.next_to_use;
  const last = vnic_tx_map(tx_ring, skb, first);
  vnic_tx_queue(adapter, skb, first, last);
  // Stop the queue now if it lacks room for another packet with the maximum number of fragments.
  vnic_maybe_stop_tx(adapter, Math.min(MAX_SKB_FRAGS + 2, tx_ring.count >> 1));
  adapter.hw.write(TDT, tx_ring.next_to_use);
  return NETDEV_TX_OK;
}

/**
 * Stop the queue if fewer than `size` descriptors are free.
 *
 * @returns whether it was stopped.
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_maybe_stop_tx)
 */
function vnic_maybe_stop_tx(adapter: vnic_adapter, size: number): boolean {
  const { tx_ring } = adapter;
  if (ring_unused(tx_ring.next_to_clean, tx_ring.next_to_use, tx_ring.count) >= size) return false;
  adapter.tx_stop_queue++;
  netif_stop_queue(adapter.netdev);
  return true;
}

/**
 * Fill a descriptor for each part of a packet: the linear part, then each fragment.
 *
 * @returns the last descriptor
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_tx_map)
 */
function vnic_tx_map(tx_ring: vnic_tx_ring, skb: sk_buff, first: number): number {
  const { desc, buffer_info, count } = tx_ring;
  const { frags } = skb.shinfo;
  let i = first;
  let last = first;
  const headlen = skb_headlen(skb);
  const head_desc = desc[i]!;
  head_desc.buffer_addr = skb.head;
  head_desc.buffer_offset = skb.data;
  head_desc.page = null;
  head_desc.length = headlen;
  head_desc.cmd = 0;
  head_desc.status = 0;
  buffer_info[i]!.length = headlen;
  buffer_info[i]!.mapped_as_page = false;
  for (let f = 0; f < frags.length; f++) {
    const frag = frags[f]!;
    i = ring_next(i, count);
    const frag_desc = desc[i]!;
    frag_desc.buffer_addr = frag.page.bytes;
    frag_desc.buffer_offset = frag.offset;
    frag_desc.page = frag.page;
    frag_desc.length = frag.size;
    frag_desc.cmd = 0;
    frag_desc.status = 0;
    buffer_info[i]!.length = frag.size;
    buffer_info[i]!.mapped_as_page = true;
    last = i;
  }
  return last;
}

/**
 * Tell the hardware what to do with the packet, and advance next_to_use past it.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_tso, e1000_tx_csum, e1000_tx_queue)
 */
function vnic_tx_queue(adapter: vnic_adapter, skb: sk_buff, first: number, last: number): void {
  const { tx_ring } = adapter;
  const { gso_size, gso_segs } = skb.shinfo;
  const desc = tx_ring.desc[first]!;
  const transport = skb.csum_start - skb.data;
  let bytecount = skb.len;
  if (skb.ip_summed === CHECKSUM_PARTIAL) {
    desc.cmd |= VNIC_TXD_CMD_IC;
    desc.css = transport;
    desc.cso = transport + skb.csum_offset;
  }
  if (gso_size > 0) {
    // The TCP header follows the Ethernet and IP headers; its length in words is in the upper half of its
    // 13th byte.
    const hdr_len = transport + (skb.head[skb.csum_start + 12]! >>> 4) * 4;
    desc.cmd |= VNIC_TXD_CMD_TSE;
    desc.mss = gso_size;
    desc.hdr_len = hdr_len;
    bytecount += (gso_segs - 1) * hdr_len;
  }
  tx_ring.desc[last]!.cmd |= VNIC_TXD_CMD_EOP | VNIC_TXD_CMD_RS;

  const buffer = tx_ring.buffer_info[last]!;
  buffer.skb = skb;
  buffer.segs = gso_segs || 1;
  buffer.bytecount = bytecount;
  tx_ring.buffer_info[first]!.next_to_watch = last;
  const now = jiffies(adapter.netdev.machine);
  tx_ring.buffer_info[first]!.time_stamp = now;
  adapter.netdev._tx.trans_start = now;
  tx_ring.next_to_use = ring_next(last, tx_ring.count);
}

/**
 * Free the packets that were sent, and wake the queue if it has room again.
 *
 * @returns false when more packets remain to be cleaned
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_clean_tx_irq)
 */
export function vnic_clean_tx_irq(adapter: vnic_adapter): boolean {
  const { netdev, tx_ring } = adapter;
  const { desc, buffer_info, count } = tx_ring;
  let i = tx_ring.next_to_clean;
  let cleaned_count = 0;
  while (i !== tx_ring.next_to_use && cleaned_count < count) {
    const eop = buffer_info[i]!.next_to_watch;
    if ((desc[eop]!.status & VNIC_TXD_STAT_DD) === 0) break;
    for (;;) {
      desc[i]!.status = 0;
      desc[i]!.buffer_addr = null;
      desc[i]!.page = null;
      cleaned_count++;
      if (i === eop) break;
      i = ring_next(i, count);
    }
    const buffer = buffer_info[eop]!;
    netdev.stats.tx_packets += buffer.segs;
    netdev.stats.tx_bytes += buffer.bytecount;
    const skb = buffer.skb;
    buffer.skb = null;
    i = ring_next(eop, count);
    // Set this before freeing the packet, which may wake a sender.
    tx_ring.next_to_clean = i;
    consume_skb(skb);
  }

  if (
    cleaned_count > 0 &&
    netif_queue_stopped(netdev) &&
    netif_running(netdev) &&
    ring_unused(tx_ring.next_to_clean, tx_ring.next_to_use, count) >= Math.min(TX_WAKE_THRESHOLD, count >> 1)
  ) {
    adapter.restart_queue++;
    netif_wake_queue(netdev);
  }
  return cleaned_count < count;
}

/**
 * The device goes down: drop the packets not yet sent.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_clean_tx_ring)
 */
export function vnic_clean_tx_ring(adapter: vnic_adapter): void {
  const { tx_ring } = adapter;
  for (const buffer of tx_ring.buffer_info) {
    kfree_skb(buffer.skb);
    buffer.skb = null;
  }
  for (const desc of tx_ring.desc) {
    desc.status = 0;
    desc.buffer_addr = null;
    desc.page = null;
  }
  tx_ring.next_to_use = 0;
  tx_ring.next_to_clean = 0;
}
