import assert from 'node:assert/strict';
import { Rehearsals } from '../../../debug-adapter/travel/rehearsals.ts';
import type { Replica } from '../../../debug-adapter/travel/replica.ts';

/** Machines of one thread, which knows how many have run in it for long. */
class Thread {
  longRuns = 0;
  /** What its machines have done. */
  readonly done: string[] = [];
  readonly #runsTo: (event: number) => void;

  constructor(runsTo: (event: number) => void = () => {}) {
    this.#runsTo = runsTo;
  }
  readonly load = (): Promise<Replica> => {
    let at = 0;
    const machine = {
      isRehearsed: this.longRuns >= 2,
      toEvent: (event: number) => {
        this.#runsTo(event);
        return Promise.resolve((at = event));
      },
      left: () => {
        this.done.push(`left at ${at}`);
        if (at >= 50_000) this.longRuns++;
      },
    };
    return Promise.resolve(machine as unknown as Replica);
  };
  readonly drop = (replica: Replica): void => (replica as unknown as { left(): void }).left();
}

describe('a rehearsal', () => {
  it('is repeated until the thread is quick, and not once more', async () => {
    const thread = new Thread();
    const rehearsals = new Rehearsals(thread.load, thread.drop);
    assert.equal(await rehearsals.rehearse(() => false), true);
    assert.deepEqual(thread.done, ['left at 100000', 'left at 100000', 'left at 0']);
    assert.equal(await rehearsals.rehearse(() => false), true);
    assert.deepEqual(thread.done.slice(3), ['left at 0']);
  });

  it('ends soon when the thread is needed', async () => {
    let isOver = false;
    const thread = new Thread((event) => (isOver = event >= 10_000));
    assert.equal(await new Rehearsals(thread.load, thread.drop).rehearse(() => isOver), false);
    assert.deepEqual(thread.done, ['left at 10000']);
  });

  it('leaves the thread when it cannot go on', async () => {
    const thread = new Thread((event) => {
      if (event > 30_000) throw new Error('the thread has ended');
    });
    const rehearsal = new Rehearsals(thread.load, thread.drop).rehearse(() => false);
    await assert.rejects(rehearsal, /the thread has ended/);
    assert.deepEqual(thread.done, ['left at 30000']);
  });

  it('has no time where nobody waits for it any more', async () => {
    const thread = new Thread();
    assert.equal(await new Rehearsals(thread.load, thread.drop).isTime(() => true), false);
  });
});
