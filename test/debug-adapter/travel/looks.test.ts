/** Looks at what was before a moment: how much of the run, in which machines, and what is armed when. */
import assert from 'node:assert/strict';
import { at, type Moment } from '../../../debug-adapter/control/moment.ts';
import {
  looksBefore,
  lookFrom,
  windowsBefore,
  type Glance,
  type Look,
} from '../../../debug-adapter/travel/looks.ts';
import type { Machines } from '../../../debug-adapter/travel/machines.ts';
import { GivenUpError, type Replica } from '../../../debug-adapter/travel/replica.ts';
import { withAdapter } from '../support/adapter.ts';
import { fixture } from '../support/paths.ts';

const momentAt = (event: number): Moment => at({ kind: 'own', event, how: 'tracepoint' });

/** Machines that write down what they do; a tracepoint is at each event but those of the gaps. */
class Told {
  readonly said: string[] = [];
  readonly #gap: number;
  /** Where they come to on their way to the event before the moment. */
  stopsAt = 0;

  /** @param gap so many events after one to which a machine is sent there is no tracepoint */
  constructor(gap = 0) {
    this.#gap = gap;
  }
  readonly with: Machines['with'] = (before, _isOver, use) => {
    this.said.push(`machine before ${before}`);
    const replica = {
      toEvent: (event: number) => {
        this.said.push(`to ${event}`);
        return Promise.resolve(event + this.#gap);
      },
      toBefore: (event: number) => {
        this.said.push(`to before ${event}`);
        return Promise.resolve(this.stopsAt);
      },
      follow: ({ mark }: Moment) => {
        this.said.push(`follow to ${mark.event}`);
        return Promise.resolve();
      },
    };
    return use(replica as unknown as Replica);
  };
  look(from: number, event: number): Promise<string | undefined> {
    const say = (text: string): Promise<void> => Promise.resolve(void this.said.push(text));
    return lookFrom(this, from, momentAt(event), {
      begin: () => say('begin'),
      near: () => say('near'),
      end: () => Promise.resolve('seen'),
    });
  }
}

describe('a look at what was before a moment', () => {
  it('arms at once what only the moment needs, if it begins shortly before', async () => {
    const told = new Told();
    assert.equal(await told.look(9700, 10_000), 'seen');
    assert.deepEqual(told.said, ['machine before 9700', 'to 9700', 'begin', 'near', 'follow to 10000']);
  });

  it('gives up where the machine loses its patience, which it has not near the moment', async () => {
    const told = new Told();
    const look = (stops: number): Promise<string | undefined> => {
      told.stopsAt = stops;
      const lead = {
        begin: (_: Replica, patience?: object) =>
          Promise.resolve(void told.said.push(JSON.stringify(patience))),
        end: () => Promise.resolve('seen'),
      };
      return lookFrom(told, 9700, momentAt(10_000), lead, { isImpatient: true });
    };
    assert.equal(await look(9900), undefined);
    assert.equal(await look(9999), 'seen');
    const beginning = ['machine before 9700', 'to 9700', '{"most":300,"before":9999}', 'to before 10000'];
    assert.deepEqual(told.said, [...beginning, ...beginning, 'follow to 10000']);
  });

  it('arms that near the moment, if it begins far before', async () => {
    const told = new Told();
    assert.equal(await told.look(-Infinity, 10_000), 'seen');
    assert.deepEqual(told.said, ['machine before -Infinity', 'begin', 'to 9800', 'near', 'follow to 10000']);
  });

  it('is made once more from where it began, if there is no tracepoint near the moment', async () => {
    const told = new Told(200);
    assert.equal(await told.look(-Infinity, 10_000), 'seen');
    assert.deepEqual(told.said, [
      'machine before -Infinity',
      'begin',
      'to 9800',
      'machine before -Infinity',
      'begin',
      'near',
      'follow to 10000',
    ]);
  });

  it('is none, if the first tracepoint there is not before the moment', async () => {
    const told = new Told(300);
    assert.equal(await told.look(9700, 10_000), undefined);
    assert.deepEqual(told.said, ['machine before 9700', 'to 9700']);
  });

  it('does not hide that something else has failed', async () => {
    const looking = lookFrom(new Told(), 0, momentAt(10_000), {
      begin: () => Promise.reject(new Error('the thread has ended')),
      end: () => Promise.resolve(),
    });
    await assert.rejects(looking, /the thread has ended/);
  });

  it('of a whole run ends where somebody stands amid a hot function', () =>
    withAdapter(async (adapter) => {
      const program = fixture('distant');
      const hot = 'tcp_v4_rcv';
      const wishes = async (name?: string, condition = ''): Promise<void> => {
        const breakpoints = name === undefined ? [] : [{ name, condition }];
        await adapter.request('setFunctionBreakpoints', { breakpoints });
      };
      await adapter.launch({ program }, () => wishes(hot, 'world.event > 4000'));
      await adapter.stopped();
      const event = Number(await adapter.evaluate('world.event'));
      assert.ok(event > 4000);
      // Nothing else stops in the last 300 events, nor in all before.
      await wishes('tcp_v4_connect');
      await adapter.go('reverseContinue');
      const [top] = await adapter.stack();
      assert.equal(top!.name, 'tcp_v4_connect');
      await wishes(hot, 'world.event > 4000');
      await adapter.go('continue');
      assert.equal(Number(await adapter.evaluate('world.event')), event);
      assert.equal((await adapter.stack())[0]!.name, hot);
    }));
});

describe('looks at more and more', () => {
  /** What each look does: it is told where it begins, and that it was given up. */
  class Looks {
    readonly said: string[] = [];
    /** From an event before this one on too much happens. */
    busyBefore = -Infinity;
    readonly look: Look<number> = (from, { isOver, isImpatient = false } = {}) => {
      this.said.push(`from ${from}`);
      if (isImpatient && from < this.busyBefore) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        isOver?.addEventListener('abort', () => {
          this.said.push(`given up from ${from}`);
          reject(new GivenUpError());
        });
        setImmediate(() => resolve(from));
      });
    };
    /** @param atGlance whether to go on */
    async make(
      event: number,
      isQuickAtBeginning: boolean,
      atGlance: (one: Glance<number>) => boolean,
    ): Promise<void> {
      const moment = momentAt(event);
      const looks = looksBefore({ isQuickAtBeginning }, moment, windowsBefore(moment), this.look);
      for await (const glance of looks) if (!atGlance(glance)) break;
    }
  }

  it('are made one after the other, until something is found', async () => {
    const looks = new Looks();
    const from: number[] = [];
    await looks.make(1_000_000, false, (glance) => from.push(glance.from) < 2);
    assert.deepEqual(from, [999_700, 996_000]);
    assert.deepEqual(looks.said, ['from 999700', 'from 996000']);
  });

  it('begin with the whole of a short run where a machine is quick', async () => {
    const looks = new Looks();
    await looks.make(5000, true, () => true);
    assert.deepEqual(looks.said, ['from -Infinity']);
  });

  it('are made at the whole meanwhile where a machine is quick', async () => {
    const looks = new Looks();
    const from: number[] = [];
    await looks.make(100_000, true, (glance) => from.push(glance.from) < 2);
    assert.deepEqual(from, [99_700, -Infinity]);
    assert.deepEqual(looks.said.slice(0, 2), ['from -Infinity', 'from 99700']);
    assert.equal(looks.said.filter((one) => one === 'from -Infinity').length, 1);
  });

  it('begin anew with little if there is too much in the first one, and have patience then', async () => {
    for (const [event, isQuick] of [
      [1_000_000, false],
      [5000, true],
    ] as const) {
      const looks = new Looks();
      looks.busyBefore = event;
      const from: number[] = [];
      await looks.make(event, isQuick, (glance) => from.push(event - glance.from) < 5);
      assert.deepEqual(from, [2, 10, 60, 300, isQuick ? Infinity : 4000]);
      assert.equal(looks.said[0], isQuick ? 'from -Infinity' : 'from 999700');
    }
  });

  it('at the whole end when something was found before', async () => {
    const looks = new Looks();
    await looks.make(100_000, true, () => false);
    assert.deepEqual(looks.said, ['from -Infinity', 'from 99700', 'given up from -Infinity']);
  });

  it('at the whole leave the processor to what was found, and are made anew if that was not it', async () => {
    const looks = new Looks();
    await looks.make(100_000, true, ({ giveUp }) => {
      giveUp();
      return true;
    });
    assert.deepEqual(looks.said, [
      'from -Infinity',
      'from 99700',
      'given up from -Infinity',
      'from -Infinity',
    ]);
  });
});
