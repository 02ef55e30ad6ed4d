/** Frames that never arrive because a predicate selected them. */
import type { World } from '../world/world.ts';
import type { wire_frame } from './frame.ts';
import { lose_frame } from './loss.ts';
import { WireStage, type Wire } from './wire.ts';

export type FramePredicate = (frame: wire_frame) => boolean;

/** Loses each frame that one of its predicates selects: "the first SYN". */
export class DropStage extends WireStage {
  readonly #world: World;
  readonly #predicates: FramePredicate[] = [];

  constructor(world: World, next: Wire) {
    super(next);
    this.#world = world;
  }

  /** @returns a function that removes the predicate */
  drop(predicate: FramePredicate): () => void {
    this.#predicates.push(predicate);
    return () => {
      const at = this.#predicates.indexOf(predicate);
      if (at >= 0) this.#predicates.splice(at, 1);
    };
  }

  transmit(frame: wire_frame): number {
    if (this.#predicates.length === 0) return this.next.transmit(frame);
    // Call every predicate for each frame, regardless of the others: a predicate may count.
    let dropped = false;
    for (const predicate of [...this.#predicates]) if (predicate(frame)) dropped = true;
    if (!dropped) return this.next.transmit(frame);
    lose_frame(this.#world, frame, 'lost');
    return 0;
  }
}
