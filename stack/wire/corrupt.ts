/** Frames with a flipped bit, which checksums must detect. */
import { get_random_u32_below } from '../lib/random.ts';
import { frame_byte, frame_complete_checksum, frame_write, type wire_frame } from './frame.ts';
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
 * notice.
 */
export function flip_bit(frame: wire_frame, at: number, bit: number): void {
  frame_complete_checksum(frame);
  frame.corrupted = true;
  frame_write(frame, at, new Uint8Array([frame_byte(frame, at) ^ (1 << bit)]));
}
