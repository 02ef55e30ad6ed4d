/** Frames on wires and in rings, as the user changes them: in the machine's thread. Each change is an input of the world. */
import { UserError } from '../../language/userError.ts';
import type { FrameChange } from '../../stack/wire/frame_change.ts';
import { change_frame, frames_in_transit, inject_frame, type FramePlace } from '../../stack/world/frames.ts';
import { world_links } from '../../stack/world/links.ts';
import type { World } from '../../stack/world/world.ts';
import { withChecksums } from './checksums.ts';
import type { Memory } from './memory.ts';

export class FramesInTransit {
  readonly #world: World;
  readonly #memory: Memory;
  /** Called with what writes bytes for the user. */
  readonly #writes: (write: () => void) => void;

  constructor(world: World, memory: Memory, writes: (write: () => void) => void) {
    this.#world = world;
    this.#memory = memory;
    this.#writes = writes;
  }

  /** @throws FrameChangeError */
  change(place: FramePlace, change: FrameChange): void {
    this.#writes(() => change_frame(this.#world, place, change));
    this.#world.inputs.note({ kind: 'change', place, change });
  }
  /**
   * Put a frame on a link.
   *
   * @param isRaw else its checksums are computed, as far as it has any
   * @returns its number
   * @throws FrameChangeError
   */
  inject(link: string, bytes: string, isRaw: boolean): number {
    const hex = isRaw ? bytes : withChecksums(Buffer.from(bytes, 'hex')).toString('hex');
    this.#writes(() => inject_frame(this.#world, link, hex));
    this.#world.inputs.note({ kind: 'inject', link, hex });
    return this.#world.frame_count;
  }
  /** The reference of the bytes of a frame on a wire or in a receive ring. */
  memoryOf(number: number): string {
    const found = frames_in_transit(this.#world).find((one) => one.number === number);
    if (found === undefined) throw new UserError('packet {0} is on no wire and in no ring any more', number);
    const { store, stored } = found;
    return this.#memory.offer(store, stored);
  }
  /** What can be changed: frames on wires and in receive rings, with when they arrive in ns. */
  list(): { number: number; link: string; leftNs: number | null }[] {
    return frames_in_transit(this.#world).map(({ number, link, arrives_at }) => ({
      number,
      link,
      leftNs: arrives_at === null ? null : Math.max(0, arrives_at - this.#world.now_ns),
    }));
  }
  links(): string[] {
    return [...world_links(this.#world).keys()];
  }
}
