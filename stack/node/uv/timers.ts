/** The timers of a Node process, in virtual time: due in the order of their times, then of their setting. */
import { AsyncResource } from 'node:async_hooks';
import type { RuntimeTimer } from '../../include/linux/sched.ts';
import { EventHeap, type TimedEvent } from '../../kernel/time/event_heap.ts';
import type { uv_loop } from './loop.ts';

/** Node sets a longer or a smaller time to 1 ms. */
const TIMEOUT_MAX = 0x7fffffff;

/** What setTimeout() and setInterval() return: compatible with Node's class of that name. */
export class Timeout extends AsyncResource implements TimedEvent, RuntimeTimer {
  /** ms of the loop's time; the heap's fields. */
  expires = 0;
  sequence = 0;
  entry = -1;
  readonly ms: number;
  is_repeated: boolean;
  is_ref = true;
  /** The time-out of a socket. */
  readonly is_of_socket: boolean;
  readonly #timers: Timers;
  readonly callback: () => void;

  constructor(timers: Timers, callback: () => void, ms: number, repeat: boolean, is_of_socket = false) {
    super('Timeout');
    this.is_of_socket = is_of_socket;
    this.is_ref = !is_of_socket;
    this.#timers = timers;
    this.callback = callback;
    this.ms = ms >= 1 && ms <= TIMEOUT_MAX ? Math.trunc(ms) : 1;
    this.is_repeated = repeat;
  }
  get is_armed(): boolean {
    return this.entry >= 0;
  }
  ref(): this {
    this.#timers.set_ref(this, true);
    return this;
  }
  unref(): this {
    this.#timers.set_ref(this, false);
    return this;
  }
  hasRef(): boolean {
    return this.is_ref;
  }
  refresh(): this {
    this.#timers.start(this);
    return this;
  }
  close(): this {
    this.#timers.stop(this);
    this.is_repeated = false;
    return this;
  }
  /** clearTimeout() also takes this number. */
  [Symbol.toPrimitive](): number {
    return this.#timers.number_of(this);
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

export class Timers {
  /** Armed timers that keep the loop running. */
  refs = 0;
  /**
   * Armed time-outs of sockets. They do not keep the loop running, the sockets do; but the world must not end
   * before them.
   */
  of_sockets = 0;
  readonly #loop: uv_loop;
  readonly #heap = new EventHeap<Timeout>();
  readonly #by_number = new Map<number, Timeout>();
  #numbers = 0;

  constructor(loop: uv_loop) {
    this.#loop = loop;
  }

  /** When the first timer is due, in ms of the loop's time; Infinity: none is armed. */
  get next_ms(): number {
    return this.#heap.next;
  }

  set(callback: () => void, ms: number, repeat: boolean): Timeout {
    const timeout = new Timeout(this, callback, ms, repeat);
    this.start(timeout);
    return timeout;
  }
  /** The time-out of a socket. */
  set_for_socket(callback: () => void, ms: number): Timeout {
    const timeout = new Timeout(this, callback, ms, false, true);
    this.start(timeout);
    return timeout;
  }
  start(timeout: Timeout): void {
    if (timeout.is_armed) this.#heap.remove(timeout);
    else this.#count(timeout, 1);
    this.#heap.push(timeout, this.#loop.now_ms + timeout.ms);
    this.#loop.wake();
  }
  stop(timeout: Timeout): void {
    if (!timeout.is_armed) return;
    this.#heap.remove(timeout);
    this.#count(timeout, -1);
  }
  #count({ is_ref, is_of_socket }: Timeout, change: 1 | -1): void {
    if (is_ref) this.refs += change;
    if (is_of_socket) this.of_sockets += change;
  }
  set_ref(timeout: Timeout, is_ref: boolean): void {
    if (timeout.is_armed && timeout.is_ref !== is_ref) this.refs += is_ref ? 1 : -1;
    timeout.is_ref = is_ref;
    this.#loop.wake();
  }
  number_of(timeout: Timeout): number {
    for (const [number, one] of this.#by_number) if (one === timeout) return number;
    this.#by_number.set(++this.#numbers, timeout);
    return this.#numbers;
  }
  by_number(number: number): Timeout | undefined {
    return this.#by_number.get(number);
  }

  /** Call the timers that are due. libuv: uv__run_timers */
  run(): void {
    const now = this.#loop.now_ms;
    while (this.#heap.next <= now && !this.#loop.task.exited) {
      const timeout = this.#heap.shift()!;
      this.#count(timeout, -1);
      this.#loop.call(() => timeout.runInAsyncScope(timeout.callback));
      if (timeout.is_repeated && !timeout.is_armed) this.start(timeout);
    }
  }
}
