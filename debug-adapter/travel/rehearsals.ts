/**
 * Rehearsals: threads run a program of their own (rehearsal.ts) before machines that repeat a run begin in them. V8
 * has compiled the stack's code then, and a hundred thousand events take a tenth of the time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PRACTICE, SHORT_RUN } from '../control/machineThread.ts';
import { Processors } from './processors.ts';
import type { Replica } from './replica.ts';

/** The events of one whose code V8 optimizes. */
const EVENTS = 100_000;
/** Events between two looks at whether the thread is needed: some 20 ms at first. */
const STRETCH = SHORT_RUN;
/** How long a look at the host takes. After so many the host is one that has no time. */
const LOOK_MS = 300;
const MOST_LOOKS = 10;

export class Rehearsals {
  readonly #load: () => Promise<Replica>;
  readonly #drop: (replica: Replica) => void;
  readonly #processors = new Processors();

  /** @param load a machine with the program, in a thread that has had one before */
  constructor(load: () => Promise<Replica>, drop: (replica: Replica) => void) {
    this.#load = load;
    this.#drop = drop;
  }

  /** Wait until a processor of the host has nothing to do. @returns whether it has, and it is not over */
  async isTime(isOver: () => boolean): Promise<boolean> {
    for (let looks = 0; looks < MOST_LOOKS && !isOver(); looks++) {
      this.#processors.look();
      await sleep(LOOK_MS);
      if (this.#processors.idle >= 1) return !isOver();
    }
    return false;
  }
  /**
   * Let a thread rehearse that has no machine.
   *
   * @param isOver whether there is no time any more
   * @returns whether it has rehearsed, and waits for a machine
   */
  async rehearse(isOver: () => boolean): Promise<boolean> {
    for (let isDone = false; !isDone && !isOver();) isDone = await this.#practise(isOver);
    return !isOver();
  }
  /** Let a new thread have a short machine first: a long one after it is the first one whose code V8 keeps. */
  async begin(isOver: () => boolean): Promise<void> {
    await this.#practise(isOver);
  }
  /** @returns whether V8 had learnt enough before */
  async #practise(isOver: () => boolean): Promise<boolean> {
    const replica = await this.#load();
    const { practice } = replica;
    const to = practice === PRACTICE.enough ? 0 : practice === PRACTICE.none ? SHORT_RUN : EVENTS;
    try {
      for (let at = STRETCH; at <= to && !isOver(); at += STRETCH) await replica.toEvent(at);
    } finally {
      this.#drop(replica);
    }
    return practice === PRACTICE.enough;
  }
}
