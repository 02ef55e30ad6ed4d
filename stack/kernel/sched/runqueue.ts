/** The tasks that wait for the CPU, first come first served. */
import type { task_struct } from '../../include/linux/sched.ts';

export class runqueue {
  #tasks: task_struct[] = [];
  #head = 0;

  get length(): number {
    return this.#tasks.length - this.#head;
  }
  push(task: task_struct): void {
    this.#tasks.push(task);
  }
  shift(): task_struct | undefined {
    if (this.#head === this.#tasks.length) return undefined;
    const task = this.#tasks[this.#head++];
    if (this.#head === this.#tasks.length || this.#head > 1024) {
      this.#tasks.splice(0, this.#head);
      this.#head = 0;
    }
    return task;
  }
}
