/**
 * What a schedule says of single frames: by its number one is lost, sent twice, delayed or overtaken. A debugger may want
 * the same of a frame that is not sent yet.
 */
import type { FrameFault } from '../fault_config.ts';
import type { World } from '../world/world.ts';
import { frame_clone, type wire_frame } from './frame.ts';
import { DROPPED_IN_DEBUGGER, type WireEffect } from './frame_change.ts';
import { lose_frame } from './loss.ts';
import { WireStage, type Wire } from './wire.ts';

/** How long a frame waits at most for the one that is to overtake it: a link may have no other to send. */
const HELD_BACK_NS = 100_000_000;

export class ScheduledStage extends WireStage {
  /** How many frames have come here. */
  frames = 0;
  readonly #world: World;
  readonly #faults = new Map<number, FrameFault[]>();
  /** Frames that wait for the next one to overtake them. */
  #held: wire_frame[] = [];

  constructor(world: World, next: Wire) {
    super(next);
    this.#world = world;
  }

  /** Replace the schedule. Frames count from here. */
  schedule(faults: readonly FrameFault[]): void {
    this.frames = 0;
    this.#faults.clear();
    for (const fault of faults)
      this.#faults.set(fault.frame, [...(this.#faults.get(fault.frame) ?? []), fault]);
  }

  transmit(frame: wire_frame): number {
    this.frames++;
    const { orders } = frame;
    const faults = this.#faults.size === 0 ? undefined : this.#faults.get(this.frames);
    if (orders === null && faults === undefined && this.#held.length === 0) return this.next.transmit(frame);
    const held = this.#held.length;
    frame.orders = null;
    const busy = this.#meet(frame, faults ?? [], orders ?? []);
    if (this.#held.length === held)
      for (const overtaken of this.#held.splice(0)) this.next.transmit(overtaken);
    return busy;
  }

  #meet(frame: wire_frame, faults: readonly WireEffect[], orders: readonly WireEffect[]): number {
    const world = this.#world;
    const effects = [...faults, ...orders];
    const has = (kind: WireEffect['kind']) => effects.some((effect) => effect.kind === kind);
    if (has('loss')) {
      lose_frame(world, frame, faults.some(({ kind }) => kind === 'loss') ? 'lost' : DROPPED_IN_DEBUGGER);
      return 0;
    }
    // Clone before sending the first: without latency its receiver may have freed it when transmit() returns.
    const copies = has('dup') ? [frame, frame_clone(frame)] : [frame];
    const delay = effects.reduce((sum, effect) => sum + effect.delay, 0);
    let busy = 0;
    for (const copy of copies) {
      if (delay > 0) world.events.at(world.now_ns + delay, pass, { stage: this, frame: copy });
      else if (has('reorder')) this.hold(copy);
      else busy += this.next.transmit(copy);
    }
    return busy;
  }

  /** The next frame that comes here overtakes this one. */
  hold(frame: wire_frame): void {
    this.#held.push(frame);
    this.#world.events.at(this.#world.now_ns + HELD_BACK_NS, let_go, { stage: this, frame });
  }
  /** No other frame has come: a held one goes on. */
  let_go(frame: wire_frame): void {
    const at = this.#held.indexOf(frame);
    if (at < 0) return;
    this.#held.splice(at, 1);
    this.next.transmit(frame);
  }
}

interface Waiting {
  readonly stage: ScheduledStage;
  readonly frame: wire_frame;
}
function pass({ stage, frame }: Waiting): void {
  stage.next.transmit(frame);
}
function let_go({ stage, frame }: Waiting): void {
  stage.let_go(frame);
}
