/** Random frame loss. */
import type { World } from '../world/world.ts';
import { frame_release, type wire_frame } from './frame.ts';
import { ChanceStage } from './wire.ts';

export class LossStage extends ChanceStage {
  /** How many frames were lost. */
  lost = 0;

  transmit(frame: wire_frame): number {
    if (!this.happens()) return this.next.transmit(frame);
    this.lost++;
    lose_frame(this.world, frame, 'lost');
    return 0;
  }
}

/** Free a frame that does not arrive, and report its loss. */
export function lose_frame(world: World, frame: wire_frame, reason: string): void {
  world.capture?.lost(frame, reason);
  frame_release(frame);
}
