import assert from 'node:assert/strict';
import { Link } from '../support/link.ts';

describe('wire: frames lost on purpose', () => {
  it('loses those that are picked, until it is told to stop', () => {
    const link = new Link();
    const stop = link.wire.drop((frame) => frame.number % 2 === 0);
    link.sendNumbered(6);
    stop();
    link.sendNumbered(2, 6);
    link.settle();
    assert.deepEqual(link.receivedNumbers, [0, 2, 4, 6, 7]);
  });

  it('asks each predicate about each frame, so that they can count', () => {
    const link = new Link();
    let first = 0;
    let second = 0;
    link.wire.drop(() => ++first === 1);
    link.wire.drop(() => ++second === 2);
    link.sendNumbered(4);
    link.settle();
    assert.deepEqual(link.receivedNumbers, [2, 3]);
    assert.deepEqual([first, second], [4, 4]);
  });
});
