/** Whether the host has a processor to spare for somebody who may never go back. */
import { cpus } from 'node:os';

/** Of all processors together, in ms since the host has begun. */
interface Times {
  idle: number;
  all: number;
}

export class Processors {
  #before = times();

  /** Look from now on. */
  look(): void {
    this.#before = times();
  }
  /** How many have had nothing to do since look(); 0 if no time has passed, or the host does not tell. */
  get idle(): number {
    const { idle, all } = times();
    const passed = all - this.#before.all;
    return passed > 0 ? ((idle - this.#before.idle) / passed) * cpus().length : 0;
  }
}

function times(): Times {
  const each = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
    idle,
    all: user + nice + sys + idle + irq,
  }));
  return {
    idle: each.reduce((sum, one) => sum + one.idle, 0),
    all: each.reduce((sum, one) => sum + one.all, 0),
  };
}
