/** The stop before is looked for while the user still looks: whoever goes back then needs no search. */
import assert from 'node:assert/strict';
import { at, type CodePoint, type Moment } from '../../../debug-adapter/control/moment.ts';
import { History } from '../../../debug-adapter/travel/history.ts';
import type { Machines } from '../../../debug-adapter/travel/machines.ts';
import { GivenUpError, type Replica, type Wishes } from '../../../debug-adapter/travel/replica.ts';
import { Preparation } from '../../../debug-adapter/travel/preparation.ts';

const HERE: Moment = at({ kind: 'own', event: 400, how: 'tracepoint' });
const RAW: CodePoint = { url: 'stack/net/core/dev/xmit.ts', line: 9, column: 2 };
const NOTHING: Wishes = { breakpoints: [], filters: [], sockets: [], data: [] };
const STOP = { by: 'packet', event: 390, arrival: 0 };

/** Machines of a run that has passed one stop, each of which is counted; given up while there is an error. */
class Counted {
  count = 0;
  error: Error | undefined;
  readonly #replica = {
    toEvent: (event: number) => Promise.resolve(event),
    toBefore: (event: number) => Promise.resolve(event - 1),
    watchFor: () => Promise.resolve(),
    follow: () => Promise.resolve(),
    passed: () => Promise.resolve({ stops: [STOP], reached: undefined }),
  };
  readonly isQuickAtBeginning = false;
  isFound(): boolean {
    return true;
  }
  numbered(moment: Moment): Promise<Moment> {
    return Promise.resolve(moment);
  }
  async with<T>(_before: number, _isOver: unknown, use: (replica: Replica) => Promise<T>): Promise<T> {
    this.count++;
    if (this.error !== undefined) throw this.error;
    return use(this.#replica as unknown as Replica);
  }
}
function historyOf(machines: Counted): History {
  return new History(machines as unknown as Machines);
}
async function eventBefore(history: History, moment = HERE, wishes = NOTHING): Promise<number | undefined> {
  return (await history.stopBefore(moment, RAW, wishes)).target?.mark.event;
}

describe('the stop before, foreseen', () => {
  it('is known to whoever asks, once or often, and was looked for once', async () => {
    const machines = new Counted();
    const history = historyOf(machines);
    const looking = history.foresee(HERE, RAW, NOTHING);
    // Somebody asks while it is looked for.
    assert.equal(await eventBefore(history), STOP.event);
    await looking;
    await history.foresee(HERE, RAW, NOTHING);
    assert.equal(await eventBefore(history), STOP.event);
    assert.equal(machines.count, 1);
  });

  it('is looked for anew from another moment, or if something else would stop the run', async () => {
    const machines = new Counted();
    const history = historyOf(machines);
    await history.foresee(HERE, RAW, NOTHING);
    await eventBefore(history, at({ kind: 'own', event: 395, how: 'tracepoint' }));
    assert.equal(machines.count, 2);
    await eventBefore(history, HERE, { ...NOTHING, sockets: [1] });
    assert.equal(machines.count, 3);
  });

  it('is looked for anew if that was given up', async () => {
    const machines = new Counted();
    const history = historyOf(machines);
    machines.error = new GivenUpError();
    await assert.rejects(history.foresee(HERE, RAW, NOTHING), GivenUpError);
    machines.error = undefined;
    assert.equal(await eventBefore(history), STOP.event);
  });

  it('is looked for before more machines are made, which are made even if it was not found', async () => {
    const said: string[] = [];
    const prepared = new Promise<void>((resolve) => {
      const machines = {
        hasTravelled: true,
        hasBegun: true,
        rest: () => {},
        prepare: (event: number) => {
          said.push(`prepare ${event}`);
          resolve();
          return Promise.resolve();
        },
      };
      new Preparation().stands(machines as unknown as Machines, 400, () => {
        said.push('foresee');
        return Promise.reject(new GivenUpError());
      });
    });
    await prepared;
    assert.deepEqual(said, ['foresee', 'prepare 400']);
  });
});
