import assert from 'node:assert/strict';
import { Link } from '../support/link.ts';

function survivors(loss: number, seed: number): number[] {
  const link = new Link({ loss }, seed);
  link.sendNumbered(1000);
  link.settle();
  return link.receivedNumbers;
}

describe('wire: loss', () => {
  it('loses the share that was asked for', () => {
    const { length } = survivors(0.1, 1);
    assert.ok(length > 860 && length < 940, `${length} of 1000 arrived`);
  });

  it('loses the same frames with the same seed, others with another', () => {
    assert.deepEqual(survivors(0.1, 7), survivors(0.1, 7));
    assert.notDeepEqual(survivors(0.1, 7), survivors(0.1, 8));
  });

  it('loses nothing at 0 and everything at 1', () => {
    assert.equal(survivors(0, 1).length, 1000);
    assert.equal(survivors(1, 1).length, 0);
  });

  it('tells the capture of what was lost', () => {
    const link = new Link({ loss: 1 });
    const told: string[] = [];
    link.machine.world.capture = {
      sent: (frame) => told.push(`sent ${frame.number}`),
      received: (frame) => told.push(`received ${frame.number}`),
      lost: (frame, reason) => told.push(`${reason} ${frame.number}`),
    };
    link.sendNumbered(2);
    link.settle();
    assert.deepEqual(told, ['sent 1', 'lost 1', 'sent 2', 'lost 2']);
  });
});
