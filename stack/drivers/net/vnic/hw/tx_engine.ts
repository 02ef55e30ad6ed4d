/**
 * The transmit half: fetches descriptors, gathers packets from memory (DMA), segments them (TSO), and sends
 * them.
 */
import {
  CHECKSUM_PARTIAL,
  skb_frag,
  SKB_GSO_TCP_ECN,
  SKB_GSO_TCPV4,
} from '../../../../include/linux/skbuff.ts';
import { TCPHDR_CWR } from '../../../../include/net/tcp.ts';
import { ByteSlab, copy_bytes } from '../../../../lib/byte_slab.ts';
import { get_page } from '../../../../net/core/skbuff/alloc.ts';
import { frame_complete_checksum, frame_release, wire_frame } from '../../../../wire/frame.ts';
import { change_unsent, type FrameChange } from '../../../../wire/frame_change.ts';
import {
  type vnic_tx_desc,
  VNIC_TXD_CMD_EOP,
  VNIC_TXD_CMD_IC,
  VNIC_TXD_CMD_RS,
  VNIC_TXD_CMD_TSE,
  VNIC_TXD_STAT_DD,
} from '../desc.ts';
import { VNIC_ICR_TXDW } from '../registers.ts';
import { ring_next } from '../ring.ts';
import type { VnicHardware } from './hardware.ts';
import { tso_segment } from './tso.ts';

export class TxEngine {
  ring: readonly vnic_tx_desc[] = [];
  /** Head: the first descriptor not done. Tail: where the driver writes next. */
  tdh = 0;
  tdt = 0;
  enabled = false;
  /** Frames and bytes sent since power-on. */
  frames = 0;
  octets = 0;
  readonly #hw: VnicHardware;
  /** Memory for the linear bytes of frames. */
  readonly #memory = new ByteSlab();
  /** The packet being sent, split into frames; the number of frames sent; and its last descriptor. */
  #packet: wire_frame[] = [];
  #sent = 0;
  #last = 0;
  /** By a packet's first descriptor: what a debugger wants to be done to it. */
  readonly #orders = new Map<number, FrameChange[]>();
  /** A frame is being serialized: the next one must wait. */
  #busy = false;
  /** run() is active, possibly further up the call stack: interrupts wait until it returns. */
  running = false;
  /** Counts calls of enable(): an event from an earlier epoch is stale. */
  #epoch = 0;

  constructor(hw: VnicHardware) {
    this.#hw = hw;
  }

  map_ring(ring: readonly vnic_tx_desc[]): void {
    this.ring = ring;
    this.tdh = 0;
    this.tdt = 0;
  }

  enable(on: boolean): void {
    this.enabled = on;
    if (on) return;
    for (const frame of this.#packet.slice(this.#sent)) frame_release(frame);
    this.#packet = [];
    this.#orders.clear();
    this.#sent = 0;
    this.#busy = false;
    this.#epoch++;
  }

  /** The packet at the head has been fetched. */
  get is_sending(): boolean {
    return this.#packet.length > 0;
  }
  /** A packet is to be changed when it is sent. @param first its first descriptor */
  order(first: number, change: FrameChange): void {
    this.#orders.set(first, [...(this.#orders.get(first) ?? []), change]);
  }

  /** Send the descriptors between head and tail, as far as the wire accepts them. */
  run(): void {
    if (this.running || this.#busy || !this.enabled) return;
    this.running = true;
    while (!this.#busy) {
      if (this.#sent === this.#packet.length) {
        if (this.#packet.length > 0) this.#write_back();
        if (this.tdh === this.tdt) break;
        this.#fetch();
      }
      this.#send_next();
    }
    this.running = false;
    this.#hw.assert_irq();
  }

  #send_next(): void {
    const hw = this.#hw;
    const { world } = hw.machine;
    const frame = this.#packet[this.#sent++]!;
    frame.number = ++world.frame_count;
    frame.sent_at = world.now_ns;
    this.frames++;
    this.octets += frame.length;
    world.capture?.sent(frame, hw);
    const busy_ns = hw.wire.transmit(frame);
    if (busy_ns > 0) {
      this.#busy = true;
      world.events.at(world.now_ns + busy_ns, frame_is_out, { engine: this, epoch: this.#epoch });
    }
  }

  /** The last bit of a frame was sent. */
  frame_out(epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#busy = false;
    this.run();
  }

  /** The packet was sent: return its descriptors to the driver. */
  #write_back(): void {
    const last = this.ring[this.#last]!;
    if ((last.cmd & VNIC_TXD_CMD_RS) !== 0) {
      last.status |= VNIC_TXD_STAT_DD;
      this.#hw.set_cause(VNIC_ICR_TXDW);
    }
    this.tdh = ring_next(this.#last, this.ring.length);
    this.#packet = [];
    this.#sent = 0;
  }

  /** Gather the packet at the head: bytes are copied, pages are referenced. */
  #fetch(): void {
    const { ring } = this;
    const first = ring[this.tdh]!;
    let head_length = 0;
    let length = 0;
    let i = this.tdh;
    // Bytes that are not in a page come first; after the first page every piece must be in a page.
    for (;;) {
      const desc = ring[i]!;
      length += desc.length;
      if (desc.page === null) head_length += desc.length;
      this.#last = i;
      if ((desc.cmd & VNIC_TXD_CMD_EOP) !== 0) break;
      i = ring_next(i, ring.length);
    }
    const head = this.#memory.take(head_length);
    const frags: skb_frag[] = [];
    let at = 0;
    for (i = this.tdh; ; i = ring_next(i, ring.length)) {
      const desc = ring[i]!;
      if (desc.page === null) {
        copy_bytes(head, at, desc.buffer_addr!, desc.buffer_offset, desc.length);
        at += desc.length;
      } else {
        get_page(desc.page);
        frags.push(new skb_frag(desc.page, desc.buffer_offset, desc.length));
      }
      if (i === this.#last) break;
    }
    const frame = new wire_frame(0, 0, length, head, frags);
    if ((first.cmd & VNIC_TXD_CMD_IC) !== 0) {
      frame.ip_summed = CHECKSUM_PARTIAL;
      frame.csum_start = first.css;
      frame.csum_offset = first.cso - first.css;
    }
    const segment = (first.cmd & VNIC_TXD_CMD_TSE) !== 0;
    if (segment) {
      frame.gso_size = first.mss;
      frame.gso_segs = Math.ceil((length - first.hdr_len) / first.mss);
      frame.gso_type = SKB_GSO_TCPV4;
      const tcp_flags = head[first.css + 13]!;
      if ((tcp_flags & TCPHDR_CWR) !== 0) frame.gso_type |= SKB_GSO_TCP_ECN;
    }
    if (segment && !(this.#hw.virtual_link && length <= this.#hw.rlpml)) {
      this.#packet = tso_segment(frame, first.hdr_len, this.#memory);
      frame_release(frame);
    } else {
      this.#packet = [frame];
    }
    if (!this.#hw.virtual_link) for (const out of this.#packet) frame_complete_checksum(out);
    if (this.#orders.size > 0) this.#obey();
  }

  /** Bytes are those of a packet's first frame; the rest befalls all of its frames. */
  #obey(): void {
    const orders = this.#orders.get(this.tdh) ?? [];
    this.#orders.delete(this.tdh);
    for (const change of orders) {
      const isBytes = change.how === 'corrupt' || change.how === 'bytes';
      for (const frame of isBytes ? this.#packet.slice(0, 1) : this.#packet) change_unsent(frame, change);
    }
  }
}

function frame_is_out({ engine, epoch }: { readonly engine: TxEngine; readonly epoch: number }): void {
  engine.frame_out(epoch);
}
