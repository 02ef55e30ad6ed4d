/** Frames that arrive twice. */
import { frame_clone, type wire_frame } from './frame.ts';
import { ChanceStage } from './wire.ts';

export class DuplicateStage extends ChanceStage {
  transmit(frame: wire_frame): number {
    if (!this.happens()) return this.next.transmit(frame);
    // Before the first one goes: with no latency its receiver may have used it up when transmit() returns.
    const second = frame_clone(frame);
    const busy = this.next.transmit(frame);
    return busy + this.next.transmit(second);
  }
}
