/** epoll: whom an event wakes. */
import assert from 'node:assert/strict';
import { SIGKILL, type task_struct } from '../../../../stack/include/linux/sched.ts';
import { send_signal } from '../../../../stack/kernel/sched/core.ts';
import { codeOf, type Sockscope } from '../../support/story.ts';
import { ADDRESS, after, alone, closeAll, listening, ready, watching } from '../../support/epoll.ts';

describe('who is woken', () => {
  /** Two threads in epoll_wait() of the descriptors given; what each was told when one client has connected. */
  async function twoWaiters(
    s: Sockscope,
    listener: number,
    epfds: readonly [number, number],
  ): Promise<number[]> {
    const told: number[] = [];
    const waiters = epfds.map((epfd) =>
      s.epoll_wait(epfd, 16, 100).then((events) => told.push(events.length)),
    );
    await s.sleep(5);
    const client = await s.socket(s.AF_INET, s.SOCK_STREAM);
    await s.connect(client, ADDRESS);
    await Promise.all(waiters);
    await s.close(await s.accept(listener));
    await closeAll(s, client);
    return told;
  }

  it('each epoll descriptor that watches a listener', () =>
    alone(async (s) => {
      const listener = await listening(s);
      const epfds = [await watching(s, listener, s.EPOLLIN), await watching(s, listener, s.EPOLLIN)] as const;
      assert.deepEqual(await twoWaiters(s, listener, epfds), [1, 1]);
      await closeAll(s, ...epfds, listener);
    }));

  it('with EPOLLEXCLUSIVE only one of them', () =>
    alone(async (s) => {
      const listener = await listening(s);
      const events = s.EPOLLIN | s.EPOLLEXCLUSIVE;
      const epfds = [await watching(s, listener, events), await watching(s, listener, events)] as const;
      assert.deepEqual(await twoWaiters(s, listener, epfds), [1, 0]);
      await closeAll(s, ...epfds, listener);
    }));

  it('with EPOLLEXCLUSIVE the second one, when nobody waits at the first', () =>
    alone(async (s) => {
      const listener = await listening(s);
      const events = s.EPOLLIN | s.EPOLLEXCLUSIVE;
      const first = await watching(s, listener, events);
      const second = await watching(s, listener, events);
      const told = s.epoll_wait(second, 16, 100);
      await s.sleep(5);
      const client = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.connect(client, ADDRESS);
      assert.equal((await told).length, 1);
      await closeAll(s, await s.accept(listener), client, first, second, listener);
    }));

  it('one of the threads that wait at the same edge-triggered descriptor; of a level-triggered one, both', () =>
    alone(async (s) => {
      const listener = await listening(s);
      const edge = await watching(s, listener, s.EPOLLIN | s.EPOLLET);
      assert.deepEqual(await twoWaiters(s, listener, [edge, edge]), [1, 0]);
      const level = await watching(s, listener, s.EPOLLIN);
      assert.deepEqual(await twoWaiters(s, listener, [level, level]), [1, 1]);
      await closeAll(s, edge, level, listener);
    }));

  it('a task with a signal: EINTR', () =>
    alone(async (s) => {
      const epfd = await s.epoll_create1();
      const sleeper = () =>
        [...s.machine.tasks.values()].find((task): task is task_struct => task.syscall === 'epoll_wait')!;
      const other = after(s, 5, async () => {
        send_signal(sleeper(), 10);
      });
      assert.equal(await codeOf(s.epoll_wait(epfd, 16)), 'EINTR');
      await other;
      await s.close(epfd);
    }));

  it('a killed task takes no event away from another one', () =>
    alone(async (s) => {
      const count = await s.eventfd(0);
      const epfd = await watching(s, count, s.EPOLLIN | s.EPOLLET);
      const killed = codeOf(s.epoll_wait(epfd, 16));
      await s.sleep(1);
      const sleeper = [...s.machine.tasks.values()].find((task) => task.syscall === 'epoll_wait')!;
      await s.write(count, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]));
      send_signal(sleeper, SIGKILL);
      assert.equal(await killed, 'EINTR');
      assert.deepEqual(await ready(s, epfd), ['IN']);
      await closeAll(s, epfd, count);
    }));
});
