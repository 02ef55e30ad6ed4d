/**
 * The descriptors through which driver and hardware communicate in memory. Modelled on Intel's e1000.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_hw.h (struct e1000_tx_desc, struct e1000_rx_desc)
 */
import type { page, skb_frag } from '../../../include/linux/skbuff.ts';

/** Commands in a TX descriptor: end of packet; insert a checksum; report when done; segment. */
export const VNIC_TXD_CMD_EOP = 0x01;
export const VNIC_TXD_CMD_IC = 0x04;
export const VNIC_TXD_CMD_RS = 0x08;
export const VNIC_TXD_CMD_TSE = 0x10;
/** Status of a TX descriptor: done. */
export const VNIC_TXD_STAT_DD = 0x01;

/**
 * Status of an RX descriptor: done; end of packet; no checksum was verified; the TCP or UDP checksum was
 * verified.
 */
export const VNIC_RXD_STAT_DD = 0x01;
export const VNIC_RXD_STAT_EOP = 0x02;
export const VNIC_RXD_STAT_IXSM = 0x04;
export const VNIC_RXD_STAT_TCPCS = 0x20;
/** Errors: the TCP or UDP checksum is wrong; the frame is damaged. */
export const VNIC_RXD_ERR_TCPE = 0x20;
export const VNIC_RXD_ERR_RXE = 0x80;

/** One fragment of a packet to send. */
export class vnic_tx_desc {
  /** The memory of the fragment, and the offset in it. */
  buffer_addr: Uint8Array | null = null;
  buffer_offset = 0;
  /** The page, if the memory is one: the hardware then sends a reference and not a copy. */
  page: page | null = null;
  /** Length in bytes. */
  length = 0;
  /** VNIC_TXD_CMD_… */
  cmd = 0;
  /** VNIC_TXD_STAT_…: written by the hardware. */
  status = 0;
  /** With IC: where the checksum starts and where it is stored, as offsets from the start of the packet. */
  css = 0;
  cso = 0;
  /** With TSE: payload bytes per segment, and the length of the headers that each segment gets. */
  mss = 0;
  hdr_len = 0;
}

/** A buffer for a received packet, or for part of one. */
export class vnic_rx_desc {
  /** Memory for the packet's linear bytes. */
  buffer_addr: Uint8Array | null = null;
  /** The number of bytes stored. */
  length = 0;
  /** VNIC_RXD_STAT_… */
  status = 0;
  /** VNIC_RXD_ERR_… */
  errors = 0;
  /** With EOP: the rest of the packet, in pages. The descriptor owns one reference to each. */
  frags: readonly skb_frag[] | null = null;
  /**
   * With EOP: payload bytes per segment of a packet that represents several segments; 0: a single segment.
   */
  mss = 0;
  gso_segs = 0;
  gso_type = 0;
  /** The number of the frame. */
  frame_number = -1;
}
