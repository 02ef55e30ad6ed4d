/** The NIC's registers and their bits. @linux drivers/net/ethernet/intel/e1000/e1000_hw.h */

/** Register addresses. */
export const VNIC_REGISTERS = {
  /** Interrupt cause, cleared by reading. */
  ICR: 0x000c0,
  /** Interrupt mask: set bits, clear bits. */
  IMS: 0x000d0,
  IMC: 0x000d8,
  /** Receive and transmit control. */
  RCTL: 0x00100,
  TCTL: 0x00400,
  /** Ring sizes in descriptors; head (set by the hardware) and tail (set by the driver) of each ring. */
  RDLEN: 0x02808,
  RDH: 0x02810,
  RDT: 0x02818,
  TDLEN: 0x03808,
  TDH: 0x03810,
  TDT: 0x03818,
  /** Frames without a buffer, cleared by reading. */
  MPC: 0x04010,
  /** Longest frame, in bytes. */
  RLPML: 0x05004,
} as const;
export const { ICR, IMS, IMC, RCTL, TCTL, RDLEN, RDH, RDT, TDLEN, TDH, TDT, MPC, RLPML } = VNIC_REGISTERS;

/**
 * Interrupt causes: TX descriptors were written back; few RX descriptors are left; RX overrun; frames
 * arrived.
 */
export const VNIC_INTERRUPTS = { TXDW: 0x01, RXDMT0: 0x10, RXO: 0x40, RXT0: 0x80 } as const;
export const VNIC_ICR_TXDW = VNIC_INTERRUPTS.TXDW;
export const VNIC_ICR_RXDMT0 = VNIC_INTERRUPTS.RXDMT0;
export const VNIC_ICR_RXO = VNIC_INTERRUPTS.RXO;
export const VNIC_ICR_RXT0 = VNIC_INTERRUPTS.RXT0;
/** The causes that the driver enables. */
export const IMS_ENABLE_MASK = VNIC_ICR_TXDW | VNIC_ICR_RXDMT0 | VNIC_ICR_RXO | VNIC_ICR_RXT0;

/** Enable bits of TCTL and RCTL. */
export const VNIC_TCTL_EN = 0x02;
export const VNIC_RCTL_EN = 0x02;
