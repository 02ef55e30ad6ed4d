/**
 * Rehearsals: threads run a program of their own (rehearsal.ts) before machines that repeat a run begin in them. V8
 * has compiled the stack's code then, and a hundred thousand events take a tenth of the time.
 */
import { Processors } from './processors.ts';
import type { Replica } from './replica.ts';

/** The events of one. */
const EVENTS = 100_000;
/** Events between two looks at whether the thread is needed: some 20 ms at first. */
const STRETCH = 2000;
/** So much of a processor must have nothing to do beside them. */
const IDLE = 1 / 2;

export class Rehearsals {
  readonly #load: () => Promise<Replica>;
  readonly #drop: (replica: Replica) => void;
  readonly #processors = new Processors();

  /** @param load a machine with the program, in a thread that has had one before */
  constructor(load: () => Promise<Replica>, drop: (replica: Replica) => void) {
    this.#load = load;
    this.#drop = drop;
  }

  /** Look at what the host does from now on. */
  look(): void {
    this.#processors.look();
  }
  /** Whether a machine's thread has yet to rehearse, and the host has time for that. */
  isDueFor({ isRehearsed }: Replica): boolean {
    return !isRehearsed && this.#processors.idle >= IDLE;
  }
  /**
   * Let a machine leave its thread for others that rehearse.
   *
   * @param isOver whether the thread is needed
   */
  async replace(waiting: Replica, isOver: () => boolean): Promise<void> {
    this.#drop(waiting);
    let isDone = false;
    while (!isDone && !isOver()) {
      const replica = await this.#load();
      isDone = replica.isRehearsed;
      for (let at = STRETCH; at <= EVENTS && !isDone && !isOver(); at += STRETCH) await replica.toEvent(at);
      this.#drop(replica);
    }
    this.look();
  }
}
