import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawFaults } from '../../../debug-adapter/explore/plan.ts';
import { fewestFaults, shrink } from '../../../debug-adapter/explore/shrink.ts';
import { FAULT_KINDS, type Fault } from '../../../stack/fault_config.ts';

const loss = (frame: number): Fault => ({ kind: 'loss', link: 'lo', frame, delay: 0 });
const delay = (frame: number, ms: number): Fault => ({ kind: 'delay', link: 'lo', frame, delay: ms * 1e6 });

describe('a failing schedule', () => {
  it('is reduced to the faults that the failure needs, whichever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(30), { minLength: 1 }), fc.nat(), async (all, which) => {
        const needed = all.filter((_, at) => ((which >> (at % 30)) & 1) === 1);
        const left = await fewestFaults(all, (part) =>
          Promise.resolve(needed.every((one) => part.includes(one))),
        );
        assert.deepEqual(left, needed);
      }),
    );
  });
  it('keeps no longer delay, and no greater seed, than it needs', async () => {
    const trial = { seed: 9, faults: [loss(1), delay(2, 700), loss(3)] };
    const small = await shrink(trial, [3, 4, 5, 6, 7, 8, 9], ({ seed, faults }) =>
      Promise.resolve(
        seed >= 5 &&
          faults.some(({ kind, ...fault }) => kind === 'delay' && 'delay' in fault && fault.delay >= 60e6),
      ),
    );
    assert.deepEqual(small, { trial: { seed: 5, faults: [delay(2, 100)] }, seeds: { failing: 5, tried: 7 } });
  });
  it('is drawn from its seed: the same one each time, of the kinds that are wanted, where something is sent', () => {
    const survey = {
      links: { lo: 20, 'a eth0': 0 },
      events: 300,
      processes: ['client'],
      sleepers: { servers: [], idle: [] },
    };
    const schedules = Array.from({ length: 100 }, (_, seed) => drawFaults(seed, FAULT_KINDS, survey));
    assert.deepEqual(schedules[7], drawFaults(7, FAULT_KINDS, survey));
    assert.notDeepEqual(schedules[7], schedules[8]);
    const faults = schedules.flat();
    assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(FAULT_KINDS));
    for (const fault of faults)
      if (fault.kind === 'kill')
        assert.ok(fault.process === 'client' && fault.event >= 1 && fault.event <= 300);
      else assert.ok(fault.link === 'lo' && fault.frame >= 1 && fault.frame <= 25, JSON.stringify(fault));
    assert.deepEqual(
      new Set(
        schedules
          .map((_, seed) => drawFaults(seed, ['dup'], survey))
          .flatMap((list) => list.map(({ kind }) => kind)),
      ),
      new Set(['dup']),
    );
    assert.deepEqual(drawFaults(1, ['loss'], { ...survey, links: {} }), []);
  });
});
