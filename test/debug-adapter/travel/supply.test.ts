/** Machines that are ready: how many, where they wait, and which one is taken. */
import assert from 'node:assert/strict';
import { PRACTICE } from '../../../debug-adapter/control/machineThread.ts';
import type { Rehearsals } from '../../../debug-adapter/travel/rehearsals.ts';
import type { Past, Replica } from '../../../debug-adapter/travel/replica.ts';
import { forBytes, PLANS, Supply } from '../../../debug-adapter/travel/supply.ts';

/** Where its machines stand. */
class Stock {
  readonly #at = new Map<Replica, number>();
  /** What V8 has learnt in a thread that has no machine. */
  freePractice: number | undefined = PRACTICE.none;
  /** Its machines are in threads that have rehearsed. */
  isRehearsed = true;
  /** Machines that are loaded may do this as they are brought on. */
  onTheWay: () => void = () => {};
  /** A new thread has had a short machine. */
  practised: () => void = () => {};
  readonly #practice = new Promise<void>((resolve) => (this.practised = resolve));
  readonly supply = new Supply(
    () => this.#load(),
    (replica) => void this.#at.delete(replica),
    { begin: () => this.#practice } as unknown as Rehearsals,
    () => this.freePractice,
  );

  #load(): Promise<Replica> {
    const replica = {
      isRehearsed: this.isRehearsed,
      expectStacks: () => Promise.resolve(),
      toEvent: (event: number) => {
        this.#at.set(replica, event);
        this.onTheWay();
        return Promise.resolve(event);
      },
    } as unknown as Replica;
    this.#at.set(replica, 0);
    return Promise.resolve(replica);
  }
  get places(): number[] {
    return [...this.#at.values()].sort((one, other) => one - other);
  }
}
const KEY = 'the run';
const PAST: Past = { event: 0, inputs: '', files: 0, hasNodePrograms: false, heapUsed: 0 };
const WITHOUT_REHEARSALS = { goesOn: true };

describe('machines that are ready', () => {
  it('wait near the user, and one more at the beginning for somebody who goes back', async () => {
    const stock = new Stock();
    const plan = { ...PLANS.traveller, ...WITHOUT_REHEARSALS };
    assert.equal(await stock.supply.fill(KEY, PAST, 100_000, plan), true);
    assert.deepEqual(stock.places, [0, 95_000, 95_000]);
  });

  it('are two more near the user for bytes', async () => {
    const stock = new Stock();
    const plan = forBytes({ ...PLANS.traveller, ...WITHOUT_REHEARSALS });
    await stock.supply.fill(KEY, PAST, 100_000, plan);
    assert.deepEqual(stock.places, [0, 95_000, 95_000, 95_000, 95_000]);
  });

  it('all wait at the beginning of a short run, which has none besides', async () => {
    const stock = new Stock();
    await stock.supply.fill(KEY, PAST, 1000, { ...PLANS.traveller, ...WITHOUT_REHEARSALS });
    assert.deepEqual(stock.places, [0, 0]);
  });

  it('are brought on when they have fallen back, and not made again', async () => {
    const stock = new Stock();
    await stock.supply.fill(KEY, PAST, 100_000, PLANS.passing);
    await stock.supply.fill(KEY, PAST, 110_000, PLANS.passing);
    assert.deepEqual(stock.places, [95_000, 95_000], 'not for so little');
    await stock.supply.fill(KEY, PAST, 200_000, PLANS.passing);
    assert.deepEqual(stock.places, [195_000, 195_000]);
  });

  it('say whether one is near', async () => {
    const { supply } = new Stock();
    assert.equal(supply.isOneNear(KEY, 100_000), false);
    await supply.fill(KEY, PAST, 100_000, { ...PLANS.passing, near: 1 });
    assert.equal(supply.isOneNear(KEY, 100_000), true);
    assert.equal(supply.isOneNear(KEY, 110_000), true);
    assert.equal(supply.isOneNear(KEY, 200_000), false, 'it has fallen back');
    assert.equal(supply.isOneNear('another run', 100_000), false);
  });

  it('are not made any more when the user goes on', async () => {
    const stock = new Stock();
    stock.onTheWay = () => stock.supply.rest();
    assert.equal(await stock.supply.fill(KEY, PAST, 100_000, PLANS.passing), false);
    assert.deepEqual(stock.places, [10_000]);
  });

  it('are taken where they are nearest, and not twice', async () => {
    const stock = new Stock();
    await stock.supply.fill(KEY, PAST, 100_000, { ...PLANS.traveller, ...WITHOUT_REHEARSALS });
    const taken = [99_000, 99_000, 99_000, 99_000].map((before) => stock.supply.take(KEY, before));
    assert.equal(new Set(taken.slice(0, 3)).size, 3);
    assert.equal(taken[3], undefined);
    assert.equal(stock.supply.take('another run', 99_000), undefined);
  });

  it('are left where another one would be there sooner: in a thread that is free and quick', async () => {
    const stock = new Stock();
    stock.isRehearsed = false;
    stock.onTheWay = () => stock.supply.rest();
    await stock.supply.fill(KEY, PAST, 100_000, PLANS.passing);
    assert.deepEqual(stock.places, [10_000]);
    for (const [practice, isTaken] of [
      [PRACTICE.long, false],
      [PRACTICE.short, true],
    ] as const) {
      stock.freePractice = practice;
      assert.equal(stock.supply.take(KEY, 99_000) !== undefined, isTaken, `practice ${practice}`);
    }
  });

  it('of which one is in a new thread wait until that has had a short one, as does who takes it', async () => {
    const stock = new Stock();
    stock.freePractice = undefined;
    const filling = stock.supply.fill(KEY, PAST, 100_000, PLANS.passing);
    const taken = stock.supply.take(KEY, 99_000);
    assert.deepEqual(stock.places, [], 'it is not loaded');
    stock.supply.rest();
    stock.practised();
    await taken;
    assert.deepEqual(stock.places, [0]);
    await filling;
  });
});
