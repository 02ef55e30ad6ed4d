/** The driver's state of a NIC. @linux drivers/net/ethernet/intel/e1000/e1000.h */
import type { napi_struct, net_device } from '../../../include/linux/netdevice.ts';
import type { page, sk_buff } from '../../../include/linux/skbuff.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import { ByteSlab } from '../../../lib/byte_slab.ts';
import { vnic_rx_desc, vnic_tx_desc } from './desc.ts';
import type { VnicHardware } from './hw/hardware.ts';

/** Received packets up to this length are copied, so that their buffer can be reused. */
export const VNIC_RX_COPYBREAK = 256;
/** Size of a receive buffer in bytes. */
export const VNIC_RXBUFFER = 2048;
/** Used buffers are replaced in batches of this size. */
export const VNIC_RX_BUFFER_WRITE = 16;

/** The driver's side of a TX descriptor. @linux struct e1000_tx_buffer */
export class vnic_tx_buffer {
  /** Only in a packet's last descriptor: the packet, which is freed when it has been sent. */
  skb: sk_buff | null = null;
  time_stamp: jiffies_t = 0;
  length = 0;
  /** Only in a packet's first descriptor: the index of its last one, whose DD bit covers the whole packet. */
  next_to_watch = 0;
  mapped_as_page = false;
  segs = 0;
  bytecount = 0;
}
/** The driver's side of the TX ring. @linux struct e1000_tx_ring */
export class vnic_tx_ring {
  desc: vnic_tx_desc[] = [];
  /** Descriptors in the ring: a power of two. */
  count: number;
  /** Index for the next packet. */
  next_to_use = 0;
  /** The first descriptor not known to be done. */
  next_to_clean = 0;
  buffer_info: vnic_tx_buffer[] = [];
  constructor(count: number) {
    this.count = count;
    for (let i = 0; i < count; i++) {
      this.desc.push(new vnic_tx_desc());
      this.buffer_info.push(new vnic_tx_buffer());
    }
  }
}

/** The driver's side of an RX descriptor. @linux struct e1000_rx_buffer */
export class vnic_rx_buffer {
  /** The receive buffer; null after it was passed up with a packet. */
  page: page | null = null;
}
/** The driver's side of the RX ring. @linux struct e1000_rx_ring */
export class vnic_rx_ring {
  desc: vnic_rx_desc[] = [];
  count: number;
  /** The first descriptor without a buffer for the hardware. */
  next_to_use = 0;
  /** The descriptor that the hardware fills next, as known to the driver. */
  next_to_clean = 0;
  buffer_info: vnic_rx_buffer[] = [];
  /** The beginning of a packet whose end has not arrived. */
  rx_skb_top: sk_buff | null = null;
  constructor(count: number) {
    this.count = count;
    for (let i = 0; i < count; i++) {
      this.desc.push(new vnic_rx_desc());
      this.buffer_info.push(new vnic_rx_buffer());
    }
  }
}

/** The driver's private data: net_device.priv. @linux struct e1000_adapter */
export class vnic_adapter {
  netdev: net_device;
  hw: VnicHardware;
  napi!: napi_struct;
  irq: number;
  tx_ring: vnic_tx_ring;
  rx_ring: vnic_rx_ring;
  rx_buffer_len = VNIC_RXBUFFER;
  /** How often the queue was stopped because descriptors ran out, and how often it was woken. */
  tx_stop_queue = 0;
  restart_queue = 0;
  /** Packets that the driver did not accept (NETDEV_TX_BUSY). */
  tx_busy = 0;
  /** Packets whose checksum the hardware found correct, or wrong. */
  hw_csum_good = 0;
  hw_csum_err = 0;
  /** Memory for copied packets. @linux page_frag_cache of napi_alloc_skb() */
  frag_cache = new ByteSlab();

  constructor(netdev: net_device, hw: VnicHardware, ring_size: number) {
    this.netdev = netdev;
    this.hw = hw;
    this.irq = hw.irq;
    this.tx_ring = new vnic_tx_ring(ring_size);
    this.rx_ring = new vnic_rx_ring(ring_size);
  }
}

/** The adapter behind a device. @linux include/linux/netdevice.h (netdev_priv) */
export function vnic_priv(netdev: net_device): vnic_adapter {
  return netdev.priv as vnic_adapter;
}
