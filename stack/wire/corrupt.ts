/** Frames with a flipped bit, which checksums must detect. */
import { page } from '../include/linux/skbuff.ts';
import { get_random_u32_below } from '../lib/random.ts';
import { put_page } from '../net/core/skbuff/alloc.ts';
import { frame_complete_checksum, type wire_frame } from './frame.ts';
import { ChanceStage } from './wire.ts';

/** As in netem: one bit anywhere in the linear part or in the payload. */
export class CorruptStage extends ChanceStage {
  transmit(frame: wire_frame): number {
    if (this.happens()) {
      const bit = get_random_u32_below(this.world, frame.length * 8);
      flip_bit(frame, bit >>> 3, bit & 7);
    }
    return this.next.transmit(frame);
  }
}

/**
 * Flip one bit of a frame. A checksum left to the device is computed first, otherwise the receiver would not
 * notice. A page is copied first, because the sender may have to retransmit it.
 */
export function flip_bit(frame: wire_frame, at: number, bit: number): void {
  frame_complete_checksum(frame);
  frame.corrupted = true;
  if (at < frame.head.length) {
    frame.head[at]! ^= 1 << bit;
    return;
  }
  let start = frame.head.length;
  for (const frag of frame.frags) {
    if (at < start + frag.size) {
      const copy = new page(frag.page.bytes.slice(frag.offset, frag.offset + frag.size));
      put_page(frag.page);
      frag.page = copy;
      frag.offset = 0;
      copy.bytes[at - start]! ^= 1 << bit;
      return;
    }
    start += frag.size;
  }
}
