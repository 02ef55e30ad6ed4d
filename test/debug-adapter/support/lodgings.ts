/** Machines that follow each other in one thread. */
import assert from 'node:assert/strict';
import { serialize } from 'node:v8';
import { Debuggee } from '../../../debug-adapter/control/debuggee.ts';
import { plainThread, type MachineThread } from '../../../debug-adapter/control/machineThread.ts';
import { ROOT } from './paths.ts';

/** One machine after the other, in one thread as long as that can be kept. */
export class Lodgings {
  #thread: MachineThread | undefined;
  #debuggee: Debuggee | undefined;

  /**
   * Load a program that repeats a run without inputs.
   *
   * @param before is called while there is no machine yet
   */
  async begin(
    program: string,
    before: (debuggee: Debuggee) => Promise<void> = () => Promise.resolve(),
  ): Promise<Debuggee> {
    const thread = (this.#thread ??= plainThread(ROOT));
    const debuggee = (this.#debuggee = new Debuggee(thread));
    await before(debuggee);
    const replay = Buffer.from(serialize([])).toString('base64');
    const programs = [{ file: program }];
    const boot = {
      programs,
      hosts: {},
      ports: [],
      outside: false,
      bundle: {},
      config: {},
      replay,
      isTold: true,
    };
    await debuggee.boot(boot, []);
    await debuggee.load();
    return debuggee;
  }
  /** @returns whether the thread stays */
  async leave(): Promise<boolean> {
    this.#thread = await this.#debuggee!.vacate();
    return this.#thread !== undefined;
  }
  async end(): Promise<void> {
    await this.#debuggee?.kill();
    await this.#thread?.end(false);
  }
}

/** Run to an event. */
export async function toEvent(debuggee: Debuggee, event: number): Promise<void> {
  const paused = new Promise((resolve, reject) => {
    debuggee.client.on('Debugger.paused', resolve);
    debuggee.onEnded = () => reject(new Error(`it ends before event ${event}`));
  });
  await debuggee.askIn(`stopAtEvent(${event})`);
  debuggee.run();
  await paused;
}
/** All that the views would show. */
export async function seen(debuggee: Debuggee): Promise<string> {
  return JSON.stringify([
    await debuggee.askIn('now()'),
    await debuggee.askIn('recordViews()'),
    await debuggee.askIn('threads()'),
    await debuggee.askIn('code(0, 1000, 1000)'),
  ]);
}
/** Bytes of a thread's heap, without garbage, once a program is loaded. */
export async function heapOf({ client }: Debuggee): Promise<number> {
  await client.send('HeapProfiler.collectGarbage');
  return (await client.send('Runtime.getHeapUsage')).usedSize;
}
/** Ten machines leave at most so many bytes: one alone has three million. */
export const MOST_GROWTH = 2e6;
/** How many bytes more a thread has after ten machines more. */
export async function growth(program: string, event: number): Promise<number> {
  const lodgings = new Lodgings();
  const heaps: number[] = [];
  try {
    for (let machine = 0; machine < 14; machine++) {
      const debuggee = await lodgings.begin(program);
      if (machine === 3 || machine === 13) heaps.push(await heapOf(debuggee));
      await toEvent(debuggee, event);
      assert.equal(await lodgings.leave(), true);
    }
    return heaps[1]! - heaps[0]!;
  } finally {
    await lodgings.end();
  }
}
