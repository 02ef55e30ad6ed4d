/** Frames that arrive twice. */
import { frame_clone, type wire_frame } from './frame.ts';
import { ChanceStage } from './wire.ts';

export class DuplicateStage extends ChanceStage {
  transmit(frame: wire_frame): number {
    if (!this.happens()) return this.next.transmit(frame);
    // Clone before sending the first: without latency its receiver may have freed it when transmit() returns.
    const second = frame_clone(frame);
    const busy = this.next.transmit(frame);
    return busy + this.next.transmit(second);
  }
}
