/** The receive half: stores frames from the wire in the ring's buffers (DMA) and raises interrupts. */
import { CHECKSUM_PARTIAL } from '../../../../include/linux/skbuff.ts';
import { ETH_HLEN, ETH_P_IP } from '../../../../include/linux/netdevice.ts';
import { IP_MF, IP_OFFSET, iphdr, read_be16 } from '../../../../include/net/ip.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../../../../include/uapi/linux/in.ts';
import { csum_fold, csum_tcpudp_nofold } from '../../../../lib/checksum.ts';
import { copy_bytes } from '../../../../lib/byte_slab.ts';
import { frame_csum, frame_release, type wire_frame } from '../../../../wire/frame.ts';
import {
  VNIC_RXD_ERR_TCPE,
  VNIC_RXD_STAT_DD,
  VNIC_RXD_STAT_EOP,
  VNIC_RXD_STAT_IXSM,
  VNIC_RXD_STAT_TCPCS,
  type vnic_rx_desc,
} from '../desc.ts';
import { VNIC_ICR_RXDMT0, VNIC_ICR_RXO, VNIC_ICR_RXT0 } from '../registers.ts';
import { ring_next, ring_used } from '../ring.ts';
import type { VnicHardware } from './hardware.ts';

export class RxEngine {
  ring: readonly vnic_rx_desc[] = [];
  /** Head: the buffer to fill next. Tail: the end of the buffers that the driver has supplied. */
  rdh = 0;
  rdt = 0;
  enabled = false;
  /** Frames for which no buffer was available, since the driver last read the counter. */
  missed = 0;
  /** Frames and bytes received since power-on. */
  frames = 0;
  octets = 0;
  readonly #hw: VnicHardware;

  constructor(hw: VnicHardware) {
    this.#hw = hw;
  }

  map_ring(ring: readonly vnic_rx_desc[]): void {
    this.ring = ring;
    this.rdh = 0;
    this.rdt = 0;
  }

  /**
   * A frame arrives.
   *
   * @param more another frame follows at once: one interrupt is enough for both
   */
  receive(frame: wire_frame, more: boolean): void {
    const hw = this.#hw;
    if (!this.enabled || !this.#store(frame)) {
      this.#tell_lost(frame);
      frame_release(frame);
      if (!this.enabled) return;
      this.missed++;
      hw.set_cause(VNIC_ICR_RXO);
    } else {
      hw.set_cause(VNIC_ICR_RXT0);
    }
    // When few buffers are left the driver must run at once, even if more frames follow.
    const low = this.#is_low();
    if (low) hw.set_cause(VNIC_ICR_RXDMT0);
    if (!more || low) hw.assert_irq();
  }

  #tell_lost(frame: wire_frame): void {
    const { machine } = this.#hw;
    const { capture } = machine.world;
    if (capture === null) return;
    const limit = this.ring.length;
    if (!this.enabled) capture.lost(frame, 'interface down');
    else
      capture.lost(frame, 'no buffer', {
        port: this.#hw,
        length: limit - ring_used(this.rdh, this.rdt, limit),
        limit,
      });
  }

  /**
   * Whether fewer than an eighth of the buffers are left. The threshold is a multiple of eight, as the ring's
   * length is, so rings of fewer than 64 descriptors have none.
   */
  #is_low(): boolean {
    const count = this.ring.length;
    const threshold = (count >> 3) & ~7;
    return threshold > 0 && ring_used(this.rdh, this.rdt, count) < threshold;
  }

  /**
   * Store the frame's linear bytes in as many buffers as needed.
   *
   * @returns false when too few buffers are left
   */
  #store(frame: wire_frame): boolean {
    const { ring } = this;
    const { head } = frame;
    let available = ring_used(this.rdh, this.rdt, ring.length);
    if (available === 0) return false;
    for (let need = head.length, i = this.rdh; need > 0; i = ring_next(i, ring.length)) {
      if (available-- === 0) return false;
      need -= ring[i]!.buffer_addr!.length;
    }
    this.frames++;
    this.octets += frame.length;
    this.#hw.machine.world.capture?.received(frame, this.#hw);

    let at = 0;
    for (;;) {
      const desc = ring[this.rdh]!;
      const buffer = desc.buffer_addr!;
      const length = Math.min(buffer.length, head.length - at);
      copy_bytes(buffer, 0, head, at, length);
      at += length;
      desc.length = length;
      desc.errors = 0;
      desc.frame_number = frame.number;
      this.rdh = ring_next(this.rdh, ring.length);
      if (at < head.length) {
        desc.status = VNIC_RXD_STAT_DD;
        continue;
      }
      // The descriptor takes over the frame's page references.
      desc.frags = frame.frags;
      desc.mss = frame.gso_size;
      desc.gso_segs = frame.gso_segs;
      desc.gso_type = frame.gso_type;
      this.#check(frame, desc);
      desc.status |= VNIC_RXD_STAT_DD | VNIC_RXD_STAT_EOP;
      return true;
    }
  }

  /** Store in the descriptor what is known about the TCP or UDP checksum. */
  #check(frame: wire_frame, desc: vnic_rx_desc): void {
    desc.status = VNIC_RXD_STAT_IXSM;
    if (frame.ip_summed === CHECKSUM_PARTIAL) {
      // The checksum was never computed, so it cannot be wrong: the sender is a NIC of this kind.
      desc.status = VNIC_RXD_STAT_TCPCS;
      return;
    }
    if (this.#hw.virtual_link || frame.head.length < ETH_HLEN + 20) return;
    if (read_be16(frame.head, 12) !== ETH_P_IP) return;
    const ip = new iphdr(frame.head, ETH_HLEN);
    if (ip.protocol !== IPPROTO_TCP && ip.protocol !== IPPROTO_UDP) return;
    if ((ip.frag_off & (IP_MF | IP_OFFSET)) !== 0) return;
    const start = ETH_HLEN + ip.ihl * 4;
    const length = ip.tot_len - ip.ihl * 4;
    // A short frame is padded, and the sum over the frame would include the padding: leave it to the stack.
    if (start + length !== frame.length) return;
    if (ip.protocol === IPPROTO_UDP && read_be16(frame.head, start + 6) === 0) return;
    desc.status = VNIC_RXD_STAT_TCPCS;
    const pseudo = csum_tcpudp_nofold(ip.saddr, ip.daddr, length, ip.protocol, frame_csum(frame, start));
    if (csum_fold(pseudo) !== 0) desc.errors = VNIC_RXD_ERR_TCPE;
  }
}
