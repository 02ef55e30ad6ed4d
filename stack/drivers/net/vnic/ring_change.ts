/** What a debugger can do to one frame that stands in a ring: to be sent, or received and not taken by the driver yet. */
import { CHECKSUM_PARTIAL, skb_frag } from '../../../include/linux/skbuff.ts';
import { told } from '../../../lib/told.ts';
import { get_page } from '../../../net/core/skbuff/alloc.ts';
import { wire_frame, write_frags } from '../../../wire/frame.ts';
import {
  check_bytes,
  DROPPED_IN_DEBUGGER,
  FrameChangeError,
  type FrameChange,
} from '../../../wire/frame_change.ts';
import { NetemWire } from '../../../wire/netem.ts';
import type { vnic_adapter, vnic_tx_ring } from './adapter.ts';
import {
  VNIC_RXD_ERR_RXE,
  VNIC_RXD_ERR_TCPE,
  VNIC_RXD_STAT_DD,
  VNIC_RXD_STAT_EOP,
  VNIC_RXD_STAT_IXSM,
  VNIC_RXD_STAT_TCPCS,
  VNIC_TXD_CMD_TSE,
  type vnic_rx_desc,
} from './desc.ts';
import type { VnicHardware } from './hw/hardware.ts';
import { ring_next, ring_used } from './ring.ts';

/**
 * The packet of a TX descriptor is changed when the NIC sends it; of one that it cuts, every frame is, but bytes are
 * those of the first.
 *
 * @param link where the NIC sends; null: outside
 * @throws FrameChangeError
 */
export function change_to_send(
  { hw, tx_ring }: vnic_adapter,
  link: NetemWire | null,
  index: number,
  change: FrameChange,
): void {
  if (link === null)
    throw new FrameChangeError(told('{0} sends to the outside: what it sends is not changed here', hw.name));
  const { count, buffer_info, desc } = tx_ring;
  const { tdh } = hw.tx;
  if (!is_to_send(tx_ring, hw, index))
    throw new FrameChangeError(told('descriptor {0} of the TX ring has no packet to be sent', index));
  let first = tdh;
  while (ring_used(first, index, count) > ring_used(first, buffer_info[first]!.next_to_watch, count))
    first = ring_next(buffer_info[first]!.next_to_watch, count);
  if (first === tdh && hw.tx.is_sending)
    throw new FrameChangeError(told('the NIC is sending the packet of descriptor {0} already', index));
  if (change.how === 'corrupt' || change.how === 'bytes') {
    const { skb } = buffer_info[buffer_info[first]!.next_to_watch]!;
    const { cmd, hdr_len, mss } = desc[first]!;
    const length = skb?.len ?? 0;
    check_bytes(change, (cmd & VNIC_TXD_CMD_TSE) === 0 ? length : Math.min(length, hdr_len + mss));
  }
  hw.tx.order(first, change);
}

/** Whether a descriptor of the TX ring has a part of a packet that is still to be sent. */
export function is_to_send(
  { count, next_to_use }: vnic_tx_ring,
  { tx }: VnicHardware,
  index: number,
): boolean {
  return index < count && ring_used(tx.tdh, index, count) < ring_used(tx.tdh, next_to_use, count);
}

/**
 * Change a received frame that the driver has not taken yet.
 *
 * @returns false: it is not in this ring
 * @throws FrameChangeError
 */
export function change_received(adapter: vnic_adapter, number: number, change: FrameChange): boolean {
  const indices = descriptors_of(adapter, number);
  if (indices.length === 0) return false;
  const { hw, rx_ring } = adapter;
  const descs = indices.map((index) => rx_ring.desc[index]!);
  const { world } = hw.machine;
  switch (change.how) {
    case 'drop': {
      world.capture?.lost(copy_of(hw, descs), DROPPED_IN_DEBUGGER);
      for (const desc of descs) desc.errors |= VNIC_RXD_ERR_RXE;
      break;
    }
    case 'duplicate': {
      const frame = copy_of(hw, descs);
      for (const { page } of frame.frags) get_page(page);
      world.events.at(world.now_ns, receive, { hw, frame });
      break;
    }
    case 'delay':
      throw new FrameChangeError(
        told('packet {0} has arrived: in the receive ring it cannot be delayed', number),
      );
    case 'reorder':
      reorder(adapter, indices, number);
      break;
    default:
      change_stored(descs, change);
  }
  return true;
}

/** The first descriptor of each received frame that the driver has not taken yet. */
export function received_frames({ rx_ring }: vnic_adapter): vnic_rx_desc[] {
  const { desc, count, next_to_clean } = rx_ring;
  const found: vnic_rx_desc[] = [];
  for (let i = 0, at = next_to_clean; i < count; i++, at = ring_next(at, count)) {
    const one = desc[at]!;
    if ((one.status & VNIC_RXD_STAT_DD) === 0) break;
    const isThere = (one.errors & VNIC_RXD_ERR_RXE) === 0;
    if (isThere && found.at(-1)?.frame_number !== one.frame_number) found.push(one);
  }
  return found;
}

/** The descriptors that hold a frame, all of them. */
function descriptors_of({ rx_ring }: vnic_adapter, number: number): number[] {
  const { desc, count, next_to_clean } = rx_ring;
  const found: number[] = [];
  for (let i = 0, at = next_to_clean; i < count; i++, at = ring_next(at, count)) {
    const { status, frame_number, errors } = desc[at]!;
    if ((status & VNIC_RXD_STAT_DD) === 0) break;
    if (frame_number !== number || (errors & VNIC_RXD_ERR_RXE) !== 0) continue;
    found.push(at);
    // Its duplicate is another frame.
    if ((status & VNIC_RXD_STAT_EOP) !== 0) break;
  }
  return found;
}

/** The frame as it came, with the descriptor's own references to its pages. */
function copy_of({ virtual_link, machine }: VnicHardware, descs: readonly vnic_rx_desc[]): wire_frame {
  const last = descs.at(-1)!;
  const head = Uint8Array.from(
    descs.flatMap(({ buffer_addr, length }) => [...buffer_addr!.subarray(0, length)]),
  );
  const frags = (last.frags ?? []).map(({ page, offset, size }) => new skb_frag(page, offset, size));
  const length = frags.reduce((sum, { size }) => sum + size, head.length);
  const frame = new wire_frame(last.frame_number, machine.world.now_ns, length, head, frags);
  frame.gso_size = last.mss;
  frame.gso_segs = last.gso_segs;
  frame.gso_type = last.gso_type;
  // Of a checksum that nobody has computed the descriptor says that it is right.
  if (virtual_link && (last.status & VNIC_RXD_STAT_TCPCS) !== 0) frame.ip_summed = CHECKSUM_PARTIAL;
  return frame;
}

/** The contents of two descriptors change places. */
function reorder({ rx_ring }: vnic_adapter, [index, ...more]: readonly number[], number: number): void {
  const { desc, buffer_info, count } = rx_ring;
  const next = ring_next(index!, count);
  const [one, other] = [desc[index!]!, desc[next]!];
  const whole = VNIC_RXD_STAT_DD | VNIC_RXD_STAT_EOP;
  if (more.length > 0 || (other.status & whole) !== whole)
    throw new FrameChangeError(told('no other whole frame stands behind packet {0} in the ring', number));
  [buffer_info[index!], buffer_info[next]] = [buffer_info[next]!, buffer_info[index!]!];
  const kept = { ...one };
  Object.assign(one, other);
  Object.assign(other, kept);
}

function change_stored(
  descs: readonly vnic_rx_desc[],
  change: Extract<FrameChange, { how: 'corrupt' | 'bytes' }>,
): void {
  const last = descs.at(-1)!;
  const frags = last.frags ?? [];
  const stored = descs.reduce((sum, { length }) => sum + length, 0);
  const { at } = check_bytes(
    change,
    frags.reduce((sum, { size }) => sum + size, stored),
  );
  if (change.how === 'bytes') return write(descs, at, Buffer.from(change.hex, 'hex'));
  write(descs, at, new Uint8Array([byte_at(descs, at) ^ 0xff]));
  // The NIC has found the checksum right before: the stack is to look itself.
  last.status = (last.status & ~VNIC_RXD_STAT_TCPCS) | VNIC_RXD_STAT_IXSM;
  last.errors |= VNIC_RXD_ERR_TCPE;
}

/** @param at from the start of the frame */
function write(descs: readonly vnic_rx_desc[], at: number, bytes: Uint8Array): void {
  let start = 0;
  for (const { buffer_addr, length } of descs) {
    const from = Math.max(at, start);
    const part = bytes.subarray(from - at, Math.max(from, start + length) - at);
    if (from < start + length) buffer_addr!.set(part, from - start);
    start += length;
  }
  write_frags(descs.at(-1)!.frags ?? [], at - start, bytes);
}
function byte_at(descs: readonly vnic_rx_desc[], at: number): number {
  let start = 0;
  for (const { buffer_addr, length } of descs) {
    if (at < start + length) return buffer_addr![at - start]!;
    start += length;
  }
  for (const { page, offset, size } of descs.at(-1)!.frags ?? []) {
    if (at < start + size) return page.bytes[offset + at - start]!;
    start += size;
  }
  return 0;
}

function receive({ hw, frame }: { readonly hw: VnicHardware; readonly frame: wire_frame }): void {
  hw.rx.receive(frame, false);
}
