/** epoll: what it tells of a file in each stage of its life, and what becomes of a watch when descriptors are closed. */
import assert from 'node:assert/strict';
import { wait_queue_head } from '../../../../stack/include/linux/wait.ts';
import { codeOf, type Sockscope } from '../../support/story.ts';
import {
  ADDRESS,
  after,
  alone,
  closeAll,
  eventNames,
  listening,
  pair,
  ready,
  watching,
} from '../../support/epoll.ts';

describe('the end of a watched descriptor', () => {
  it('close() of the last one ends the watch', () =>
    alone(async (s) => {
      const count = await s.eventfd(1);
      const epfd = await watching(s, count, s.EPOLLIN);
      assert.deepEqual(await ready(s, epfd), ['IN']);
      await s.close(count);
      assert.deepEqual(await ready(s, epfd), []);
      assert.equal(await codeOf(s.epoll_ctl(epfd, s.EPOLL_CTL_DEL, count)), 'EBADF');
      await s.close(epfd);
    }));

  it('with a duplicate it is watched on, under the descriptor that is gone', () =>
    alone(async (s) => {
      const count = await s.eventfd(1);
      const epfd = await watching(s, count, s.EPOLLIN);
      const duplicate = await s.fcntl(count, s.F_DUPFD, 0);
      await s.close(count);
      assert.deepEqual(await s.epoll_wait(epfd, 16), [{ events: s.EPOLLIN, data: count }]);
      assert.equal(await codeOf(s.epoll_ctl(epfd, s.EPOLL_CTL_DEL, count)), 'EBADF', 'the famous trap');
      const reused = await s.eventfd(0);
      assert.equal(reused, count);
      await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, reused, { events: s.EPOLLIN, data: 'new' });
      assert.deepEqual(await s.epoll_wait(epfd, 16), [{ events: s.EPOLLIN, data: count }]);
      await s.close(duplicate);
      assert.deepEqual(await ready(s, epfd), []);
      await closeAll(s, epfd, reused);
    }));

  it('a descriptor and its duplicate are watched apart', () =>
    alone(async (s) => {
      const count = await s.eventfd(1);
      const duplicate = await s.fcntl(count, s.F_DUPFD, 0);
      const epfd = await watching(s, count, s.EPOLLIN);
      await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, duplicate, { events: s.EPOLLIN });
      assert.deepEqual(await ready(s, epfd), ['IN', 'IN']);
      await closeAll(s, epfd, count, duplicate);
    }));

  it('an epoll descriptor that is closed leaves the watched files alone', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, accepted, s.EPOLLIN);
      const queue = s.file(accepted).private_data as { wq: wait_queue_head };
      assert.notEqual(queue.wq.head, null);
      await s.close(epfd);
      assert.equal(queue.wq.head, null);
      assert.equal(s.file(accepted).f_ep, null);
      await closeAll(s, client, accepted);
    }));

  it('closing the epoll descriptor does not wake the thread that waits at it', () =>
    alone(async (s) => {
      const count = await s.eventfd(0);
      const epfd = await watching(s, count, s.EPOLLIN);
      const waits = s.epoll_wait(epfd, 16, 100);
      await s.sleep(5);
      await s.close(epfd);
      await s.write(count, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]));
      assert.equal((await waits).length, 1, 'the waiting call holds the file');
      await s.close(count);
    }));
});

describe('what epoll tells of a connection', () => {
  const ALL = (s: Sockscope) => s.EPOLLIN | s.EPOLLOUT | s.EPOLLRDHUP | s.EPOLLPRI;

  it('in each stage of its life', () =>
    alone(async (s) => {
      const listener = await listening(s);
      const client = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
      const epfd = await watching(s, client, ALL(s));
      assert.deepEqual(await ready(s, epfd), ['OUT HUP'], 'not connected');
      assert.equal(await codeOf(s.connect(client, ADDRESS)), 'EINPROGRESS');
      assert.deepEqual(await ready(s, epfd), [], 'SYN_SENT');
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), ['OUT'], 'ESTABLISHED');
      const accepted = await s.accept(listener);
      await s.send(accepted, 'abc');
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), ['IN OUT']);
      await s.recv(client);
      await s.shutdown(accepted, s.SHUT_WR);
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), ['IN OUT RDHUP'], 'CLOSE_WAIT');
      await s.shutdown(client, s.SHUT_WR);
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), ['IN OUT HUP RDHUP'], 'both directions have ended');
      await closeAll(s, epfd, client, accepted, listener);
    }));

  it('EPOLLRDHUP only where asked for, EPOLLHUP and EPOLLERR always', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      const epfd = await watching(s, client, 0);
      await s.shutdown(accepted, s.SHUT_WR);
      await s.sleep(1);
      assert.deepEqual(await ready(s, epfd), [], 'half closed');
      await s.setsockopt(accepted, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
      await s.close(accepted);
      const [event] = await s.epoll_wait(epfd, 16, 100);
      assert.equal(eventNames(s, event!.events), 'ERR HUP', 'reset');
      await closeAll(s, epfd, client);
    }));

  it('of one that is refused', () =>
    alone(async (s) => {
      const client = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
      await codeOf(s.connect(client, { address: '127.0.0.1', port: 99 }));
      const epfd = await watching(s, client, ALL(s));
      const [event] = await s.epoll_wait(epfd, 16, 100);
      assert.equal(eventNames(s, event!.events), 'IN OUT ERR HUP RDHUP');
      await closeAll(s, epfd, client);
    }));

  it('of one whose send buffer is full, edge-triggered: EPOLLOUT when there is room again', () =>
    alone(async (s) => {
      const [client, accepted] = await pair(s);
      await s.fcntl(client, s.F_SETFL, s.O_NONBLOCK);
      const chunk = new Uint8Array(65536);
      const epfd = await watching(s, client, s.EPOLLOUT | s.EPOLLET);
      assert.deepEqual(await ready(s, epfd), ['OUT']);
      const fill = async () => {
        while ((await codeOf(s.send(client, chunk))) === null);
      };
      await fill();
      await s.sleep(100);
      await fill();
      assert.deepEqual(await ready(s, epfd), []);
      const other = after(s, 5, async () => {
        for (let i = 0; i < 200; i++) await s.recv(accepted, 65536, s.MSG_DONTWAIT).catch(() => s.sleep(1));
      });
      const [event] = await s.epoll_wait(epfd, 16, 1000);
      assert.equal(eventNames(s, event!.events), 'OUT');
      await other;
      await closeAll(s, epfd, client);
      await s.sleep(2000);
      await s.close(accepted);
    }));
});
