/** epoll: what it reports, and when. */
import assert from 'node:assert/strict';
import { poll_wait } from '../../../../stack/include/linux/poll.ts';
import { wait_queue_head } from '../../../../stack/include/linux/wait.ts';
import { wake_up_poll } from '../../../../stack/kernel/sched/wait.ts';
import { codeOf } from '../../support/story.ts';
import { after, alone, closeAll, pair, ready, watching, open } from '../../support/epoll.ts';

describe('epoll', () => {
  it('level-triggered reports data again and again, until it is read', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLIN);
      assert.deepEqual(await ready(s, epfd), []);
      await s.send(client, 'abc');
      await s.sleep(1);
      assert.deepEqual(await s.epoll_wait(epfd, 16), [{ events: s.EPOLLIN, data: accepted }]);
      await s.recv(accepted, 1);
      assert.deepEqual(await ready(s, epfd), ['IN'], 'two bytes are left');
      await s.recv(accepted);
      assert.deepEqual(await ready(s, epfd), []);
      await closeAll(s, epfd, client, accepted);
    }));

  it('edge-triggered reports data once for each arrival', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLIN | s.EPOLLET);
      await s.send(client, 'abc');
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), ['IN']);
      assert.deepEqual(await ready(s, epfd), [], 'nothing new has arrived');
      await s.send(client, 'def');
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), ['IN']);
      await s.recv(accepted);
      await closeAll(s, epfd, client, accepted);
    }));

  it('one-shot reports one event, and the next one after EPOLL_CTL_MOD', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const events = s.EPOLLIN | s.EPOLLONESHOT;
      const epfd = await watching(s, accepted, events);
      await s.send(client, 'abc');
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), ['IN']);
      await s.send(client, 'def');
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), [], 'disabled');
      await s.epoll_ctl(epfd, s.EPOLL_CTL_MOD, accepted, { events });
      assert.deepEqual(await ready(s, epfd), ['IN'], 'what was there before is reported');
      await closeAll(s, epfd, client, accepted);
    }));

  it('sleeps until an event, and tells of it at its time', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLIN);
      const other = after(s, 5, async () => {
        await s.send(client, 'x');
      });
      const before = s.now();
      assert.deepEqual(await s.epoll_wait(epfd, 16), [{ events: s.EPOLLIN, data: accepted }]);
      assert.equal(Math.floor(s.now() - before), 5);
      await other;
      await closeAll(s, epfd, client, accepted);
    }));

  it('sleeps no longer than the time-out, in virtual time', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLIN);
      const before = s.now();
      assert.deepEqual(await s.epoll_wait(epfd, 16, 250), []);
      assert.equal(s.now() - before, 250);
      assert.deepEqual(await s.epoll_wait(epfd, 16, 0), []);
      assert.equal(s.now() - before, 250);
      await closeAll(s, epfd, client, accepted);
    }));

  it('an event that nobody asked for wakes nobody', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLRDHUP);
      let wakes = 0;
      s.machine.tracer.on('sched:sched_wakeup', (task) => {
        if (task.syscall === 'epoll_wait') wakes++;
      });
      const other = after(s, 5, () => s.send(client, 'x'));
      assert.deepEqual(await s.epoll_wait(epfd, 16, 20), []);
      assert.equal(wakes, 1, 'the timer’s');
      await other;
      await closeAll(s, epfd, client, accepted);
    }));

  it('changes with EPOLL_CTL_MOD what it watches for, and with EPOLL_CTL_DEL watches no longer', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLIN);
      await s.epoll_ctl(epfd, s.EPOLL_CTL_MOD, accepted, { events: s.EPOLLOUT, data: 7 });
      assert.deepEqual(await s.epoll_wait(epfd, 16), [{ events: s.EPOLLOUT, data: 7 }]);
      await s.epoll_ctl(epfd, s.EPOLL_CTL_DEL, accepted);
      assert.deepEqual(await ready(s, epfd), []);
      assert.equal(await codeOf(s.epoll_ctl(epfd, s.EPOLL_CTL_DEL, accepted)), 'ENOENT');
      assert.equal(s.file(accepted).f_ep, null);
      await closeAll(s, epfd, client, accepted);
    }));

  it('MOD wakes a sleeper for what is pending already', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLIN);
      const other = after(s, 5, async () => {
        await s.epoll_ctl(epfd, s.EPOLL_CTL_MOD, accepted, { events: s.EPOLLOUT });
      });
      const [event] = await s.epoll_wait(epfd, 16, 100);
      assert.equal(event?.events, s.EPOLLOUT);
      await other;
      await closeAll(s, epfd, client, accepted);
    }));

  it('reports as many events as fit, in turn', () =>
    alone(async (s) => {
      const fds: number[] = [];
      const epfd = await s.epoll_create1();
      for (let i = 0; i < 5; i++) {
        const fd = await s.eventfd(1);
        fds.push(fd);
        await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN, data: i });
      }
      const datas = async () => (await s.epoll_wait(epfd, 2)).map(({ data }) => data);
      assert.deepEqual(
        [await datas(), await datas(), await datas()],
        [
          [0, 1],
          [2, 3],
          [4, 0],
        ],
      );
      await closeAll(s, epfd, ...fds);
    }));

  it('watches a thousand descriptors, and tells of the one that is ready', () =>
    alone(async (s) => {
      s.setrlimit_nofile(2000);
      const epfd = await s.epoll_create1();
      const fds: number[] = [];
      for (let i = 0; i < 1000; i++) {
        const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.bind(fd, { address: '127.0.0.1', port: 10_000 + i });
        await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN, data: i });
        fds.push(fd);
      }
      const sender = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      for (const i of [777, 5, 999])
        await s.sendto(sender, 'x', 0, { address: '127.0.0.1', port: 10_000 + i });
      await s.sleep(1);
      assert.deepEqual(
        (await s.epoll_wait(epfd, 1000)).map(({ data }) => data),
        [777, 5, 999],
      );
      await closeAll(s, epfd, sender, ...fds);
    }));
});

describe('what becomes ready while the ready list is scanned', () => {
  it('is reported by the next epoll_wait(), in its order', () =>
    alone(async (s) => {
      // Files of which the first one wakes the others when it is asked.
      const queues = [0, 1, 2].map(() => new wait_queue_head());
      let pending = [true, false, false];
      const fds = queues.map((queue, i) =>
        open(s, {
          name: 'neighbour',
          poll(file, wait) {
            poll_wait(file, queue, wait);
            if (i === 0 && wait === null && pending[0]!) {
              pending = [false, true, true];
              for (const other of [2, 1]) wake_up_poll(queues[other]!, s.EPOLLIN);
              return s.EPOLLIN;
            }
            return pending[i]! ? s.EPOLLIN : 0;
          },
        }),
      );
      const epfd = await s.epoll_create1();
      for (const [data, fd] of fds.entries())
        await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN | s.EPOLLET, data });
      const datas = async () => (await s.epoll_wait(epfd, 16, 0)).map(({ data }) => data);
      assert.deepEqual([await datas(), await datas(), await datas()], [[0], [2, 1], []]);
      await closeAll(s, epfd, ...fds);
    }));
});
