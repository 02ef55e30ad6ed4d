import assert from 'node:assert/strict';
import { TimeLimit, TookTooLong } from '../../../../debug-adapter/packets/filter/run/timeLimit.ts';

describe('the time limit of regular expressions', () => {
  const endless = () => /^(a+)+$/.test(`${'a'.repeat(60)}b`);

  it('ends one that would take for ever, and goes on with the next', () => {
    const limit = new TimeLimit(100);
    const begin = performance.now();
    assert.throws(() => limit.run(endless), TookTooLong);
    assert.ok(performance.now() - begin < 5000);
    let done = 0;
    limit.run(() => done++);
    assert.equal(done, 1);
  });

  it('hands on what the work throws', () => {
    const limit = new TimeLimit(100);
    assert.throws(
      () =>
        limit.run(() => {
          throw new RangeError('own');
        }),
      /own/,
    );
  });
});
