/** The remarks of Wireshark's analysis on a TCP segment, as a set of bits. */

/** By the name that follows `tcp.analysis.` in a filter. */
const BITS = {
  retransmission: 0x1,
  fast_retransmission: 0x2,
  spurious_retransmission: 0x4,
  out_of_order: 0x8,
  reused_ports: 0x10,
  lost_segment: 0x20,
  ack_lost_segment: 0x40,
  window_update: 0x80,
  window_full: 0x100,
  keep_alive: 0x200,
  keep_alive_ack: 0x400,
  duplicate_ack: 0x800,
  zero_window_probe: 0x1000,
  zero_window: 0x2000,
  zero_window_probe_ack: 0x4000,
} as const;
export type TcpNote = keyof typeof BITS;

export class TcpNotes {
  private set = 0;
  /** Later segments can still change them. */
  isOpen = false;

  static of(bits: number): TcpNotes {
    const notes = new TcpNotes();
    notes.set = bits;
    return notes;
  }

  get bits(): number {
    return this.set;
  }

  get isEmpty(): boolean {
    return this.set === 0;
  }

  has(note: TcpNote): boolean {
    return (this.set & BITS[note]) !== 0;
  }

  add(note: TcpNote): void {
    this.set |= BITS[note];
  }

  delete(note: TcpNote): void {
    this.set &= ~BITS[note];
  }
}
