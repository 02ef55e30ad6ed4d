/** Notifies the views of changes: at each stop, and at most five times a second while running. */
import type { ChangedEvent } from '../protocol.ts';
import type { Emit, Run } from './run.ts';

const INTERVAL_MS = 200;
const AFTER_STOP_MS = 10;

export class Progress {
  readonly #run: Run;
  readonly #emit: Emit;
  #timer: NodeJS.Timeout | undefined;
  #time = '0.000000000';
  #event: number | undefined;

  constructor(run: Run, emit: Emit) {
    this.#run = run;
    this.#emit = emit;
  }

  changed(): void {
    if (this.#run.execution.stop !== undefined) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, INTERVAL_MS);
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
    this.#emit('sockscope/changed', body);
  }
}
