// Bounds how often something is done.

/** Runs an action at most once an interval: at once when it has rested long enough, else when the interval is over. */
export class Throttle {
  readonly #interval: number;
  readonly #action: () => void;
  #timer: NodeJS.Timeout | undefined;
  #last = Number.NEGATIVE_INFINITY;

  /** @param interval milliseconds */
  constructor(interval: number, action: () => void) {
    this.#interval = interval;
    this.#action = action;
  }

  request(): void {
    if (this.#timer) return;
    const rest = this.#last + this.#interval - performance.now();
    if (rest <= 0) this.now();
    else this.#timer = setTimeout(() => this.now(), rest);
  }

  /** Does it at once, whenever it was done last. */
  now(): void {
    this.cancel();
    this.#last = performance.now();
    this.#action();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
