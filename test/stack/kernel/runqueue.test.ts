import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { task_struct } from '../../../stack/include/linux/sched.ts';
import { runqueue } from '../../../stack/kernel/sched/runqueue.ts';

describe('run queue', () => {
  it('gives tasks back in the order in which they came, however many wait', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 40 }), { maxLength: 60 }), (moves) => {
        const queue = new runqueue();
        const model: task_struct[] = [];
        let pid = 0;
        for (const move of moves) {
          // Above 0: so many come. Below: so many go, if they are there.
          for (let i = 0; i < move; i++) {
            const task = { pid: pid++ } as task_struct;
            queue.push(task);
            model.push(task);
          }
          for (let i = 0; i > move; i--) assert.equal(queue.shift(), model.shift());
          assert.equal(queue.length, model.length);
        }
      }),
    ));
});
