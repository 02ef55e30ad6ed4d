/** What judges the memory of sessions sees a leak, and none where there is none. */
import assert from 'node:assert/strict';
import { Random } from '../../support/random.ts';
import { Level, Trend } from './levels.ts';

const PARTS = 5;
const SAMPLES = 500;

describe('support: what grows over a session', () => {
  for (const seed of [1, 2, 3]) {
    it(`a level that is given back now and then does not grow, and a leak shows (${seed})`, () => {
      const random = new Random(seed);
      for (const leak of [0, 100]) {
        const level = new Level();
        for (let at = 0; at < SAMPLES; at++) level.add(100 + random.below(80) + (leak * at) / SAMPLES);
        const growth = level.growth(PARTS);
        // Three of its five parts come after the second one.
        assert.ok(Math.abs(growth - leak * (3 / PARTS)) < 10, `${leak}: ${growth}`);
      }
    });

    it(`a leak shows beside what differs with the kind of moment, and what differs is none (${seed})`, () => {
      const random = new Random(seed);
      for (const leak of [0, 50]) {
        const trend = new Trend();
        for (let at = 0; at < SAMPLES; at++) {
          // There is ever more of the kinds that take more.
          const kind = random.below(2) + random.below(2 + (8 * at) / SAMPLES);
          trend.add(100 + 20 * kind + random.below(30) + (leak * at) / SAMPLES, kind);
        }
        const growth = trend.growth(PARTS);
        assert.ok(Math.abs(growth - leak * (4 / PARTS)) < 10, `${leak}: ${growth}`);
      }
    });
  }

  it('moments of which none is like another tell nothing', () => {
    const trend = new Trend();
    for (let at = 0; at < 10; at++) trend.add(10 * at, at);
    assert.equal(trend.growth(PARTS), 0);
  });
});
