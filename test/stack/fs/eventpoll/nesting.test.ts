/** epoll descriptors that watch each other. */
import assert from 'node:assert/strict';
import { codeOf } from '../../support/story.ts';
import { after, alone, closeAll, ready, watching } from '../../support/epoll.ts';

describe('epoll descriptors that watch each other', () => {
  it('are readable when what they watch is ready', () =>
    alone(async (s) => {
      const count = await s.eventfd(0);
      const inner = await watching(s, count, s.EPOLLIN);
      const outer = await watching(s, inner, s.EPOLLIN);
      assert.deepEqual(await ready(s, outer), []);
      const other = after(s, 5, async () => {
        await s.write(count, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]));
      });
      assert.deepEqual(await s.epoll_wait(outer, 16, 100), [{ events: s.EPOLLIN, data: inner }]);
      const list = [{ fd: inner, events: s.POLLIN | s.POLLOUT, revents: 0 }];
      assert.equal(await s.poll(list, 0), 1);
      assert.equal(list[0]!.revents, s.POLLIN);
      await s.read(count);
      assert.deepEqual(await ready(s, outer), []);
      assert.equal(await s.poll(list, 0), 0);
      await other;
      await closeAll(s, outer, inner, count);
    }));

  it('wake poll()', () =>
    alone(async (s) => {
      const count = await s.eventfd(0);
      const epfd = await watching(s, count, s.EPOLLIN);
      const other = after(s, 5, async () => {
        await s.write(count, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]));
      });
      assert.equal(await s.poll([{ fd: epfd, events: s.POLLIN }], 100), 1);
      await other;
      await closeAll(s, epfd, count);
    }));

  it('not in a circle, and not more than five deep: ELOOP', () =>
    alone(async (s) => {
      const chain: number[] = [];
      for (let i = 0; i < 6; i++) chain.push(await s.epoll_create1());
      const add = (epfd: number, fd: number) =>
        codeOf(s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN }));
      assert.equal(await add(chain[0]!, chain[0]!), 'EINVAL', 'itself');
      assert.equal(await add(chain[0]!, chain[1]!), null);
      assert.equal(await add(chain[1]!, chain[0]!), 'ELOOP', 'each other');
      for (const i of [1, 2, 3]) assert.equal(await add(chain[i]!, chain[i + 1]!), null);
      assert.equal(await add(chain[4]!, chain[0]!), 'ELOOP', 'a circle of five');
      assert.equal(await add(chain[4]!, chain[5]!), 'ELOOP', 'six in a row, made longer at its end');
      assert.equal(await add(chain[5]!, chain[0]!), 'ELOOP', 'or at its beginning');
      await closeAll(s, ...chain);
    }));

  it('not so that too many paths lead from one file: EINVAL', () =>
    alone(async (s) => {
      s.setrlimit_nofile(2000);
      const count = await s.eventfd(0);
      const inner = await watching(s, count, s.EPOLLIN);
      const outer: number[] = [];
      let error: string | null = null;
      while (error === null && outer.length < 600) {
        const epfd = await s.epoll_create1();
        outer.push(epfd);
        error = await codeOf(s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, inner, { events: s.EPOLLIN }));
      }
      assert.equal(error, 'EINVAL');
      assert.equal(outer.length, 501, '500 paths of two epoll descriptors');
      await closeAll(s, ...outer, inner, count);
    }));
});
