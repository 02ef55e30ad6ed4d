/** eventfd: a counter by which tasks tell each other that something occurred. */
import assert from 'node:assert/strict';
import { eventfd_ctx_fileget, eventfd_signal } from '../../../stack/fs/eventfd.ts';
import { IS_ERR } from '../../../stack/include/uapi/asm-generic/errno.ts';
import { send_signal } from '../../../stack/kernel/sched/core.ts';
import { codeOf, type Sockscope, story } from '../support/story.ts';

/** Do something some ms from now, on a thread of its own, while this one sleeps. */
const after = (s: Sockscope, ms: number, act: () => unknown): Promise<unknown> => s.sleep(ms).then(act);
const alone = (main: (s: Sockscope) => Promise<void>) => story().process('process', main).run();
const MAX = 0xffff_ffff_ffff_ffffn;

const write = (s: Sockscope, fd: number, value: bigint): Promise<number> => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return s.write(fd, bytes);
};
const read = async (s: Sockscope, fd: number): Promise<bigint> => {
  const bytes = await s.read(fd, 8);
  assert.equal(bytes.length, 8);
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
};
const poll = async (s: Sockscope, fd: number): Promise<number> => {
  const list = [{ fd, events: s.POLLIN | s.POLLOUT, revents: 0 }];
  await s.poll(list, 0);
  return list[0]!.revents;
};

describe('eventfd', () => {
  it('adds up what is written, and read() takes it all', () =>
    alone(async (s) => {
      const fd = await s.eventfd(2);
      assert.equal(await write(s, fd, 3n), 8);
      assert.equal(await write(s, fd, 1n << 40n), 8);
      assert.equal(await read(s, fd), (1n << 40n) + 5n);
      assert.equal(await poll(s, fd), s.POLLOUT, 'it is 0 again');
      await s.close(fd);
    }));

  it('as a semaphore gives one by one', () =>
    alone(async (s) => {
      const fd = await s.eventfd(2, s.EFD_SEMAPHORE | s.EFD_NONBLOCK);
      assert.deepEqual([await read(s, fd), await read(s, fd)], [1n, 1n]);
      assert.equal(await codeOf(read(s, fd)), 'EAGAIN');
      await s.close(fd);
    }));

  it('keeps a reader waiting while it is 0', () =>
    alone(async (s) => {
      const fd = await s.eventfd();
      const other = after(s, 5, () => write(s, fd, 7n));
      assert.equal(await read(s, fd), 7n);
      assert.equal(s.now(), 5);
      await other;
      await s.close(fd);
    }));

  it('keeps a writer waiting while the sum would not fit', () =>
    alone(async (s) => {
      const fd = await s.eventfd(1);
      await write(s, fd, MAX - 2n);
      assert.equal(await poll(s, fd), s.POLLIN, 'full: 2^64 - 2');
      let read_first: bigint | null = null;
      const other = after(s, 5, async () => {
        read_first = await read(s, fd);
      });
      await write(s, fd, 1n);
      assert.equal(read_first, MAX - 1n);
      assert.equal(await read(s, fd), 1n);
      await other;
      await s.close(fd);
    }));

  it('non-blocking says EAGAIN, to a writer as well', () =>
    alone(async (s) => {
      const fd = await s.eventfd(1, s.EFD_NONBLOCK);
      await write(s, fd, MAX - 2n);
      assert.equal(await codeOf(write(s, fd, 1n)), 'EAGAIN');
      assert.equal(await read(s, fd), MAX - 1n, 'unchanged');
      assert.equal(await codeOf(read(s, fd)), 'EAGAIN');
      await s.close(fd);
    }));

  it('interrupts a sleeping reader with EINTR', () =>
    alone(async (s) => {
      const fd = await s.eventfd();
      const other = after(s, 5, async () => {
        send_signal(
          [...s.machine.tasks.values()].find((task) => task.syscall === 'read')!,
          10,
        );
      });
      assert.equal(await codeOf(read(s, fd)), 'EINTR');
      await other;
      await s.close(fd);
    }));

  it('refuses short buffers, 2^64 - 1 and unknown flags', () =>
    alone(async (s) => {
      const fd = await s.eventfd(1);
      assert.equal(await codeOf(s.read(fd, 7)), 'EINVAL');
      assert.equal(await codeOf(s.write(fd, new Uint8Array(7))), 'EINVAL');
      assert.equal(await codeOf(write(s, fd, MAX)), 'EINVAL');
      assert.equal(await codeOf(s.eventfd(0, 2)), 'EINVAL');
      assert.equal(await s.fcntl(await s.eventfd(0, s.EFD_CLOEXEC), s.F_GETFD), s.FD_CLOEXEC);
      await s.close(fd);
      await s.close(fd + 1);
    }));

  it('takes its first value as unsigned', () =>
    alone(async (s) => {
      const fd = await s.eventfd(-1);
      assert.equal(await read(s, fd), 0xffff_ffffn);
      await s.close(fd);
    }));

  it('the kernel adds without waiting, up to an overflow that is POLLERR', () =>
    alone(async (s) => {
      const fd = await s.eventfd(5);
      const ctx = eventfd_ctx_fileget(s.file(fd));
      assert.ok(!IS_ERR(ctx));
      assert.equal(eventfd_signal(ctx, 2n), 2n);
      assert.equal(eventfd_signal(ctx, MAX), MAX - 7n, 'as much as fits');
      assert.equal(await poll(s, fd), s.POLLIN | s.POLLERR);
      const socket = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      assert.ok(IS_ERR(eventfd_ctx_fileget(s.file(socket))));
      await s.close(socket);
      await s.close(fd);
    }));

  it('wakes epoll, edge-triggered at each write', () =>
    alone(async (s) => {
      const fd = await s.eventfd();
      const epfd = await s.epoll_create1();
      await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN | s.EPOLLET });
      for (const count of [1n, 2n]) {
        await write(s, fd, count);
        assert.equal((await s.epoll_wait(epfd, 1, 0)).length, 1);
        assert.equal((await s.epoll_wait(epfd, 1, 0)).length, 0);
      }
      await s.close(epfd);
      await s.close(fd);
    }));
});
