/** The timer wheel, the queue of hrtimers, and how time goes by. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hrtimer, timer_list } from '../../../stack/include/linux/timer.ts';
import { run_world } from '../../../stack/world/run.ts';
import { open_softirq, HRTIMER_SOFTIRQ, TIMER_SOFTIRQ } from '../../../stack/kernel/softirq.ts';
import { EventHeap, type TimedEvent } from '../../../stack/kernel/time/event_heap.ts';
import { hrtimer_cancel, hrtimer_run_softirq, hrtimer_start } from '../../../stack/kernel/time/hrtimer.ts';
import { jiffies } from '../../../stack/kernel/time/jiffies.ts';
import {
  add_timer,
  del_timer,
  mod_timer,
  run_timer_softirq,
  timer_reduce,
} from '../../../stack/kernel/time/timer.ts';
import type { Machine } from '../../../stack/machine.ts';
import { bareMachine } from '../support/link.ts';

function machine(): Machine {
  const made = bareMachine();
  open_softirq(made, TIMER_SOFTIRQ, run_timer_softirq);
  open_softirq(made, HRTIMER_SOFTIRQ, hrtimer_run_softirq);
  return made;
}
const settle = (one: Machine, until = Infinity) => run_world(one.world, () => one.now_ns > until);

/**
 * A distance in jiffies: of each level of the wheel alike. A level begins where 63 steps of the one below end, and each of
 * its own steps is eight of those: so much, 8/63 of its time, a timer may be late.
 */
const delta = fc.integer({ min: 0, max: 26 }).chain((bits) => fc.integer({ min: 0, max: 2 ** bits }));

describe('the timer wheel', () => {
  it('fires each timer once, never early, and at most about an eighth of its time late', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(delta, { maxLength: 30 }),
        fc.integer({ min: 0, max: 5000 }),
        async (deltas, offset) => {
          const one = machine();
          one.world.advance_to(one.now_ns + offset * 1_000_000);
          const started = jiffies(one);
          const fired: number[][] = deltas.map(() => []);
          deltas.forEach((after, i) => {
            const timer = new timer_list<null>(() => fired[i]!.push(jiffies(one) - started), null);
            mod_timer(one, timer, started + after);
          });
          await settle(one);
          deltas.forEach((after, i) => {
            assert.equal(fired[i]!.length, 1, `the timer for ${after} fired ${fired[i]!.length} times`);
            const late = fired[i]![0]! - after;
            assert.ok(late >= 0, `the timer for ${after} was ${-late} early`);
            assert.ok(late <= (after * 8) / 63 + 1, `the timer for ${after} was ${late} late`);
          });
        },
      ),
      { numRuns: 200 },
    ));

  it('whatever is armed, moved and cancelled on the way', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            at: delta,
            what: fc.constantFrom('arm', 'move', 'reduce', 'cancel'),
            which: fc.nat(9),
            after: delta,
          }),
          { maxLength: 40 },
        ),
        async (steps) => {
          const one = machine();
          const started = jiffies(one);
          const now = () => jiffies(one) - started;
          /** When each is due, and by when it must have fired; null: not armed. */
          const due: ({ at: number; armed: number } | null)[] = new Array<null>(10).fill(null);
          const timers = due.map(
            (_, i) =>
              new timer_list<null>(() => {
                const armed = due[i];
                assert.ok(armed, `timer ${i} fired, and was not armed`);
                assert.ok(now() >= armed!.at, `timer ${i} was early: ${now()} instead of ${armed!.at}`);
                assert.ok(
                  now() - armed!.at <= ((armed!.at - armed!.armed) * 8) / 63 + 1,
                  `timer ${i} was late: ${now()} instead of ${armed!.at}`,
                );
                due[i] = null;
              }, null),
          );
          for (const { at, what, which, after } of steps) {
            const step = new hrtimer<null>(() => {
              const timer = timers[which]!;
              const expires = now() + after;
              const pending = due[which] !== null;
              if (what === 'cancel') {
                assert.equal(del_timer(one, timer), pending);
                due[which] = null;
              } else if (what === 'reduce') {
                const earlier = due[which];
                assert.equal(timer_reduce(one, timer, started + expires), pending);
                if (earlier == null || earlier.at > expires) due[which] = { at: expires, armed: now() };
              } else {
                const same = due[which]?.at === expires;
                assert.equal(mod_timer(one, timer, started + expires), pending);
                if (!same) due[which] = { at: expires, armed: now() };
              }
            }, null);
            hrtimer_start(one, step, one.now_ns + at * 1_000_000);
          }
          await settle(one);
          assert.deepEqual(
            due.filter((one) => one !== null),
            [],
            'timers that never fired',
          );
          assert.ok(one.timers.level_count.every((count) => count === 0));
        },
      ),
      { numRuns: 300 },
    ));

  it('timers of the same tick fire in the order in which they were armed', async () => {
    const one = machine();
    const order: number[] = [];
    for (let i = 0; i < 10; i++)
      mod_timer(one, new timer_list<number>((n) => order.push(n), i), jiffies(one) + 20);
    await settle(one);
    assert.deepEqual(order, [...Array(10).keys()]);
  });
  it('a timer may arm itself and others again while it fires', async () => {
    const one = machine();
    const started = jiffies(one);
    const times: number[] = [];
    const timer = new timer_list<null>(() => {
      times.push(jiffies(one) - started);
      if (times.length < 5) mod_timer(one, timer, jiffies(one) + 10);
    }, null);
    timer.expires = started + 10;
    add_timer(one, timer);
    await settle(one);
    assert.equal(times.length, 5);
    times.forEach((time, i) => assert.ok(time >= 10 * (i + 1) && time <= 11 * (i + 1) + 1, times.join(', ')));
  });
  it('one that is further away than the wheel reaches fires when the wheel ends', async () => {
    const one = machine();
    let fired = 0;
    mod_timer(one, new timer_list<null>(() => fired++, null), jiffies(one) + 2 ** 40);
    await settle(one);
    assert.equal(fired, 1);
  });
});

describe('hrtimers', () => {
  it('fire at their nanosecond, in order; those of the same time as they were armed', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ after: fc.nat(1000), cancelled: fc.boolean() }), { maxLength: 50 }),
        async (list) => {
          const one = machine();
          const started = one.now_ns;
          const fired: number[] = [];
          const timers = list.map(({ after }, i) => {
            const timer = new hrtimer<number>((n) => {
              assert.equal(one.now_ns - started, list[n]!.after);
              fired.push(n);
            }, i);
            hrtimer_start(one, timer, started + after);
            return timer;
          });
          list.forEach(
            ({ cancelled }, i) => cancelled && assert.equal(hrtimer_cancel(one, timers[i]!), true),
          );
          await settle(one);
          const expected = list
            .map((entry, n) => ({ ...entry, n }))
            .filter(({ cancelled }) => !cancelled)
            .sort((a, b) => a.after - b.after || a.n - b.n);
          assert.deepEqual(
            fired,
            expected.map(({ n }) => n),
          );
          timers.forEach((timer) => assert.equal(hrtimer_cancel(one, timer), false));
        },
      ),
      { numRuns: 100 },
    ));
});

describe('the heap of events', () => {
  const command = fc.oneof(
    fc.record({ push: fc.nat(20) }),
    fc.record({ remove: fc.nat(100) }),
    fc.constant({ shift: true as const }),
  );
  it('gives the first of all, whatever is pushed and taken out: against a sorted list', () =>
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const heap = new EventHeap<TimedEvent & { id: number }>();
        let model: (TimedEvent & { id: number })[] = [];
        const first = () => [...model].sort((a, b) => a.expires - b.expires || a.id - b.id)[0];
        let id = 0;
        for (const one of commands) {
          if ('push' in one) {
            const event = { expires: 0, sequence: 0, entry: -1, id: id++ };
            heap.push(event, one.push);
            model.push(event);
          } else if ('shift' in one) {
            const expected = first();
            assert.equal(heap.shift(), expected);
            model = model.filter((event) => event !== expected);
            if (expected) assert.equal(expected.entry, -1);
          } else if (model.length > 0) {
            const event = model[one.remove % model.length]!;
            assert.equal(heap.remove(event), true);
            assert.equal(heap.remove(event), false, 'not twice');
            model = model.filter((other) => other !== event);
          }
          assert.equal(heap.length, model.length);
          assert.equal(heap.next, first()?.expires ?? Infinity);
          heap.values().forEach((event, at) => assert.equal(event.entry, at));
        }
      }),
      { numRuns: 500 },
    ));
});
