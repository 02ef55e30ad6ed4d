/** The runnable tasks, in first-come, first-served order: a ring that doubles when it is full. */
import type { task_struct } from '../../include/linux/sched.ts';

/** A power of two, like all lengths of the ring. */
const FIRST_LENGTH = 16;

export class runqueue {
  #ring = new Array<task_struct | undefined>(FIRST_LENGTH);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }
  push(task: task_struct): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = task;
  }
  shift(): task_struct | undefined {
    if (this.#length === 0) return undefined;
    const task = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return task;
  }

  #grow(): void {
    const old = this.#ring;
    this.#ring = [...old.slice(this.#head), ...old.slice(0, this.#head), ...new Array<undefined>(old.length)];
    this.#head = 0;
  }
}
