/**
 * Notifies the views of changes: at each stop, and at most five times a second while running. What the views ask then
 * takes processor time from the machine: the longer the answers took, the later the next news come.
 */
import type { ChangedEvent } from '../protocol.ts';
import type { Run } from './run.ts';
import type { Emit } from './teller.ts';

const INTERVAL_MS = 200;
const AFTER_STOP_MS = 10;
/** Milliseconds without news for each that was spent on answers. */
const REST = 8;

export class Progress {
  readonly #run: Run;
  readonly #emit: Emit;
  #timer: NodeJS.Timeout | undefined;
  #time = '0.000000000';
  #event: number | undefined;
  /** When the last news were sent, and the milliseconds that answers have taken since. */
  #sentAt = 0;
  #spent = 0;

  constructor(run: Run, emit: Emit) {
    this.#run = run;
    this.#emit = emit;
  }

  changed(): void {
    if (this.#run.execution.stop === undefined) this.#timer ??= setTimeout(() => this.#due(), INTERVAL_MS);
  }
  #due(): void {
    this.#timer = undefined;
    const left = this.#sentAt + this.#spent * REST - performance.now();
    if (left > 0) this.#timer = setTimeout(() => this.#due(), left);
    else this.#send();
  }
  /** @param isWhole else a view waits for more, and asks when it hears of changes */
  answered(milliseconds: number, isWhole: boolean): void {
    this.#spent += milliseconds;
    if (!isWhole) this.changed();
  }
  /** Sent after the client's first requests of a stop, because the user waits for their answers. */
  stopped(time: string, event: number): void {
    this.stop();
    this.#time = time;
    this.#event = event;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, AFTER_STOP_MS);
  }
  /** Something was changed at the stop. */
  edited(): void {
    this.#timer ??= setTimeout(() => this.#due(), AFTER_STOP_MS);
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #send(): void {
    const { packets, execution } = this.#run;
    // While running, the last packet's time is the only known time.
    const time = (execution.stop === undefined ? packets.newestTime : undefined) ?? this.#time;
    const body: ChangedEvent = {
      packets: packets.total,
      time,
      ...(execution.stop === undefined || this.#event === undefined ? {} : { event: this.#event }),
      ...(packets.current === undefined ? {} : { current: packets.current }),
    };
    this.#sentAt = performance.now();
    this.#spent = 0;
    this.#emit('sockscope/changed', body);
  }
}
