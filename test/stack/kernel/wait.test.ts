/** Wait queues: who is woken, in which order, and that no wake-up gets lost. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, type Sleeps } from '../../../stack/include/linux/sched.ts';
import { wait_queue_head, waitqueue_active } from '../../../stack/include/linux/wait.ts';
import { schedule } from '../../../stack/kernel/sched/core.ts';
import {
  add_wait_queue,
  DEFINE_WAIT,
  DEFINE_WAIT_FUNC,
  finish_wait,
  prepare_to_wait,
  prepare_to_wait_exclusive,
  remove_wait_queue,
  wait_woken,
  wake_up_all,
  wake_up_interruptible,
  wake_up_interruptible_all,
  woken_wake_function,
} from '../../../stack/kernel/sched/wait.ts';
import type { Machine } from '../../../stack/machine.ts';
import { syscall } from '../../../stack/user/syscall.ts';
import { story } from '../support/story.ts';

function* sleepOn(
  machine: Machine,
  queue: wait_queue_head,
  exclusive: boolean,
  state = TASK_INTERRUPTIBLE,
): Sleeps<number> {
  const wait = DEFINE_WAIT(machine);
  if (exclusive) prepare_to_wait_exclusive(queue, wait, state);
  else prepare_to_wait(queue, wait, state);
  yield* schedule(machine);
  finish_wait(queue, wait);
  return 0;
}

/** Sleepers, exclusive or not; then the wake-ups, 10 ms apart. @returns who was awake after each wake-up, in order. */
async function woken(
  sleepers: readonly boolean[],
  wakeUps: readonly ((queue: wait_queue_head) => void)[],
): Promise<number[][]> {
  const queue = new wait_queue_head();
  const awake: number[] = [];
  const rounds: number[][] = [];
  const tale = story({ leaves: /./ });
  sleepers.forEach((exclusive, i) => {
    tale.process(`sleeper${i}`, async (s) => {
      await syscall(s.machine, 'sleep_on', [], sleepOn(s.machine, queue, exclusive));
      awake.push(i);
    });
  });
  tale.process('waker', async (s) => {
    for (const wake of wakeUps) {
      await s.sleep(10);
      wake(queue);
      await s.sleep(1);
      rounds.push(awake.splice(0));
    }
    // So that nobody sleeps for ever.
    wake_up_all(queue);
  });
  await tale.run();
  assert.equal(waitqueue_active(queue), false);
  return rounds;
}

describe('wait queues', () => {
  it('wake_up() wakes all that wait together, and one of the exclusive waiters', async () => {
    assert.deepEqual(
      await woken(
        [false, true, true, false],
        [wake_up_interruptible, wake_up_interruptible, wake_up_interruptible],
      ),
      [[3, 0, 1], [2], []],
    );
  });
  it('wake_up_all() wakes everybody', async () => {
    assert.deepEqual(await woken([true, false, true], [wake_up_interruptible_all]), [[1, 0, 2]]);
  });
  it('of any number of sleepers: the exclusive ones one by one, in the order in which they came', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 8 }),
        async (sleepers, times) => {
          const rounds = await woken(
            sleepers,
            Array.from({ length: times }, () => wake_up_interruptible),
          );
          const exclusive = sleepers.flatMap((is, i) => (is ? [i] : []));
          const shared = sleepers.flatMap((is, i) => (is ? [] : [i])).reverse();
          const expected = rounds.map((_, round) => [
            ...(round === 0 ? shared : []),
            ...exclusive.slice(round, round + 1),
          ]);
          assert.deepEqual(rounds, expected);
        },
      ),
      { numRuns: 40 },
    ));
  it("an interruptible wake-up does not wake those who can't be interrupted", async () => {
    const queue = new wait_queue_head();
    let at = 0;
    await story()
      .process('sleeper', async (s) => {
        await syscall(s.machine, 'sleep_on', [], sleepOn(s.machine, queue, false, TASK_UNINTERRUPTIBLE));
        at = s.now();
      })
      .process('waker', async (s) => {
        await s.sleep(10);
        wake_up_interruptible_all(queue);
        await s.sleep(10);
        wake_up_all(queue);
      })
      .run();
    assert.equal(at, 20);
  });
  it('wait_woken() does not lose a wake-up that comes before the sleep', async () => {
    const queue = new wait_queue_head();
    await story()
      .process('sleeper', async (s) => {
        const { machine } = s;
        function* body(): Sleeps<number> {
          const wait = DEFINE_WAIT_FUNC(machine, woken_wake_function);
          add_wait_queue(queue, wait);
          wake_up_all(queue);
          assert.equal(yield* wait_woken(machine, wait, TASK_INTERRUPTIBLE, 1000), 1000, 'it did not sleep');
          const left = yield* wait_woken(machine, wait, TASK_INTERRUPTIBLE, 50);
          assert.equal(left, 0, 'and this time it did');
          remove_wait_queue(queue, wait);
          return 0;
        }
        await syscall(machine, 'wait', [], body());
        assert.ok(s.now() >= 50 && s.now() <= 52);
      })
      .run();
  });
});
