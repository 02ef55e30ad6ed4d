// Limits how often an action runs.

/**
 * Runs an action at most once per interval: at once if the interval has passed since the last run, otherwise
 * at its end.
 */
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

  /** Runs the action at once, regardless of the last run. */
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
