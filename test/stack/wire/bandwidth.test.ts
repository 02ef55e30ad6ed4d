import assert from 'node:assert/strict';
import { serialisation_ns } from '../../../stack/wire/bandwidth.ts';
import { Link, pattern } from '../support/link.ts';

describe('wire: bandwidth', () => {
  it('spaces frames by the time that their bits take', () => {
    const link = new Link({ latency: 1_000, bandwidth: 100_000_000 });
    // 100 bytes with the Ethernet header: 8 µs at 100 Mbit/s.
    for (let i = 0; i < 3; i++) link.send(pattern(86));
    link.settle();
    assert.deepEqual(
      link.received.map(({ at_ns }) => at_ns),
      [9_000, 17_000, 25_000],
    );
  });

  it('counts whole ns, rounded up', () => {
    assert.equal(serialisation_ns(1, 1_000_000_000), 8);
    assert.equal(serialisation_ns(1, 3_000_000_000), 3);
    assert.equal(serialisation_ns(65_550, 1_000), 524_400_000_000);
  });
});
