/** What a schedule says of single frames: by its number one is lost, sent twice, delayed or overtaken. */
import type { FrameFault } from '../fault_config.ts';
import type { World } from '../world/world.ts';
import { frame_clone, type wire_frame } from './frame.ts';
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
    if (this.#faults.size === 0) return this.next.transmit(frame);
    const faults = this.#faults.get(this.frames);
    const held = this.#held.length;
    const busy = faults === undefined ? this.next.transmit(frame) : this.#meet(frame, faults);
    if (this.#held.length === held)
      for (const overtaken of this.#held.splice(0)) this.next.transmit(overtaken);
    return busy;
  }

  #meet(frame: wire_frame, faults: readonly FrameFault[]): number {
    const world = this.#world;
    const has = (kind: FrameFault['kind']) => faults.some((fault) => fault.kind === kind);
    if (has('loss')) {
      lose_frame(world, frame, 'lost');
      return 0;
    }
    // Clone before sending the first: without latency its receiver may have freed it when transmit() returns.
    const copies = has('dup') ? [frame, frame_clone(frame)] : [frame];
    const delay = faults.reduce((sum, fault) => sum + fault.delay, 0);
    let busy = 0;
    for (const copy of copies) {
      if (delay > 0) world.events.at(world.now_ns + delay, pass, { stage: this, frame: copy });
      else if (has('reorder')) this.#hold(copy);
      else busy += this.next.transmit(copy);
    }
    return busy;
  }

  #hold(frame: wire_frame): void {
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
