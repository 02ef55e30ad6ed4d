/** Frames that never arrive: by chance. */
import type { Machine } from '../machine.ts';
import { frame_release, type wire_frame } from './frame.ts';
import { ChanceStage } from './wire.ts';

export class LossStage extends ChanceStage {
  /** How many frames were lost. */
  lost = 0;

  transmit(frame: wire_frame): number {
    if (!this.happens()) return this.next.transmit(frame);
    this.lost++;
    lose_frame(this.machine, frame, 'lost');
    return 0;
  }
}

/** The end of a frame that does not arrive. */
export function lose_frame(machine: Machine, frame: wire_frame, reason: string): void {
  machine.capture?.lost(frame, reason);
  frame_release(frame);
}
