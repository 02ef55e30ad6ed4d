/** The immediates of a Node process: they run once in each round of the loop, after the descriptors. */
import { AsyncResource } from 'node:async_hooks';
import type { RuntimeTimer } from '../../include/linux/sched.ts';
import type { uv_loop } from './loop.ts';

/** What setImmediate() returns: compatible with Node's class of that name. */
export class Immediate extends AsyncResource implements RuntimeTimer {
  is_ref = true;
  is_pending = true;
  readonly callback: () => void;
  readonly #immediates: Immediates;

  constructor(immediates: Immediates, callback: () => void) {
    super('Immediate');
    this.#immediates = immediates;
    this.callback = callback;
  }
  ref(): this {
    this.#immediates.set_ref(this, true);
    return this;
  }
  unref(): this {
    this.#immediates.set_ref(this, false);
    return this;
  }
  hasRef(): boolean {
    return this.is_ref;
  }
  close(): void {
    this.#immediates.clear(this);
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

export class Immediates {
  /** Pending ones that keep the loop running. */
  refs = 0;
  readonly #loop: uv_loop;
  #queue: Immediate[] = [];

  constructor(loop: uv_loop) {
    this.#loop = loop;
  }

  set(callback: () => void): Immediate {
    const immediate = new Immediate(this, callback);
    this.refs++;
    this.#queue.push(immediate);
    this.#loop.wake();
    return immediate;
  }
  clear(immediate: Immediate): void {
    if (!immediate.is_pending) return;
    immediate.is_pending = false;
    if (immediate.is_ref) this.refs--;
  }
  set_ref(immediate: Immediate, is_ref: boolean): void {
    if (immediate.is_pending && immediate.is_ref !== is_ref) this.refs += is_ref ? 1 : -1;
    immediate.is_ref = is_ref;
  }

  /** Call those of this round; what they set runs in the next one. */
  run(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const immediate of queue) {
      if (!immediate.is_pending) continue;
      this.clear(immediate);
      this.#loop.call(() => immediate.runInAsyncScope(immediate.callback));
    }
  }
}
