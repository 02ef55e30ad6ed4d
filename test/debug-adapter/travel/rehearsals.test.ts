import assert from 'node:assert/strict';
import { PRACTICE, practiceAfter } from '../../../debug-adapter/control/machineThread.ts';
import { Rehearsals } from '../../../debug-adapter/travel/rehearsals.ts';
import type { Replica } from '../../../debug-adapter/travel/replica.ts';

/** Machines of one thread. */
class Thread {
  #practice: number;
  /** What its machines have done. */
  readonly done: string[] = [];
  readonly #runsTo: (event: number) => void;

  constructor(runsTo: (event: number) => void = () => {}, practice: number = PRACTICE.none) {
    this.#runsTo = runsTo;
    this.#practice = practice;
  }
  readonly load = (): Promise<Replica> => {
    let at = 0;
    const machine = {
      practice: this.#practice,
      toEvent: (event: number) => {
        this.#runsTo(event);
        return Promise.resolve((at = event));
      },
      left: () => {
        this.done.push(`left at ${at}`);
        this.#practice = practiceAfter(this.#practice, at);
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
    assert.deepEqual(thread.done, ['left at 2000', 'left at 100000', 'left at 100000', 'left at 0']);
    assert.equal(await rehearsals.rehearse(() => false), true);
    assert.deepEqual(thread.done.slice(4), ['left at 0']);
  });

  it('begins with a short machine', async () => {
    const thread = new Thread();
    await new Rehearsals(thread.load, thread.drop).begin(() => false);
    assert.deepEqual(thread.done, ['left at 2000']);
  });

  it('ends soon when the thread is needed', async () => {
    let isOver = false;
    const thread = new Thread((event) => (isOver = event >= 10_000), PRACTICE.short);
    assert.equal(await new Rehearsals(thread.load, thread.drop).rehearse(() => isOver), false);
    assert.deepEqual(thread.done, ['left at 10000']);
  });

  it('leaves the thread when it cannot go on', async () => {
    const thread = new Thread((event) => {
      if (event > 30_000) throw new Error('the thread has ended');
    }, PRACTICE.short);
    const rehearsal = new Rehearsals(thread.load, thread.drop).rehearse(() => false);
    await assert.rejects(rehearsal, /the thread has ended/);
    assert.deepEqual(thread.done, ['left at 30000']);
  });

  it('has no time where nobody waits for it any more', async () => {
    const thread = new Thread();
    assert.equal(await new Rehearsals(thread.load, thread.drop).isTime(() => true), false);
  });
});
