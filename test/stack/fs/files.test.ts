/** A descriptor leads to a file of any kind: what read(), write(), poll(), ioctl(), close() and the socket calls make of one that is no socket. */
import assert from 'node:assert/strict';
import { alloc_file, fd_install, get_unused_fd_flags } from '../../../stack/fs/file.ts';
import type { file_operations } from '../../../stack/include/linux/fs.ts';
import { poll_wait } from '../../../stack/include/linux/poll.ts';
import { wait_queue_head } from '../../../stack/include/linux/wait.ts';
import { O_RDONLY, O_RDWR, O_WRONLY } from '../../../stack/include/uapi/asm-generic/fcntl.ts';
import { EAGAIN, IS_ERR } from '../../../stack/include/uapi/asm-generic/errno.ts';
import { wake_up } from '../../../stack/kernel/sched/wait.ts';
import { codeOf, type Sockscope, story } from '../support/story.ts';

/** Counts what is written to it; read() takes the count. Readable while it is not 0. */
class counter {
  count = 0;
  wq = new wait_queue_head();
  released = 0;
}
const counter_fops: file_operations = {
  name: 'counter',
  *read(file, buffer) {
    const own = file.private_data as counter;
    if (own.count === 0) return -EAGAIN;
    buffer[0] = own.count;
    own.count = 0;
    return 1;
  },
  *write(file, buffer) {
    const own = file.private_data as counter;
    own.count += buffer.length;
    wake_up(own.wq);
    return buffer.length;
  },
  poll(file, wait) {
    const own = file.private_data as counter;
    poll_wait(file, own.wq, wait);
    return own.count === 0 ? 0 : 1;
  },
  *release(file) {
    (file.private_data as counter).released++;
  },
};

/** A descriptor for a file of that kind, as the system call of the kind would make it. */
function open(s: Sockscope, f_op: file_operations, flags: number, private_data: unknown = null): number {
  const { machine } = s;
  const fd = get_unused_fd_flags(machine.current, 0);
  const opened = alloc_file(machine, f_op, flags, private_data);
  assert.ok(!IS_ERR(opened));
  fd_install(machine.current, fd, opened);
  return fd;
}
const alone = (main: (s: Sockscope) => Promise<void>) => story().process('process', main).run();

describe('a file that is no socket', () => {
  it('is read, written and closed by its own operations', () =>
    alone(async (s) => {
      const own = new counter();
      const fd = open(s, counter_fops, O_RDWR, own);
      assert.equal(await codeOf(s.read(fd)), 'EAGAIN');
      assert.equal(await s.write(fd, 'abc'), 3);
      assert.deepEqual([...(await s.read(fd))], [3]);
      const second = await s.fcntl(fd, s.F_DUPFD, 0);
      await s.close(fd);
      assert.equal(own.released, 0, 'a second descriptor refers to it');
      await s.close(second);
      assert.equal(own.released, 1);
      assert.equal(await codeOf(s.close(fd)), 'EBADF');
    }));

  it('wakes who polls it, beside sockets in one list', () =>
    alone(async (s) => {
      const own = new counter();
      const fd = open(s, counter_fops, O_RDWR, own);
      const socket = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      const list = [
        { fd: socket, events: s.POLLIN, revents: 0 },
        { fd, events: s.POLLIN, revents: 0 },
      ];
      s.spawn('writer', async () => {
        await s.sleep(5);
        own.count = 1;
        wake_up(own.wq);
      });
      assert.equal(await s.poll(list), 1);
      assert.deepEqual(
        list.map(({ revents }) => revents),
        [0, s.POLLIN],
      );
      assert.equal(s.now(), 5);
      await s.close(fd);
      await s.close(socket);
    }));

  it('is no socket: ENOTSOCK from each socket call', () =>
    alone(async (s) => {
      const fd = open(s, counter_fops, O_RDWR, new counter());
      const address = { address: '127.0.0.1', port: 80 };
      const files = s.file(fd).f_count;
      for (const attempt of [
        () => s.bind(fd, address),
        () => s.listen(fd, 1),
        () => s.accept(fd),
        () => s.connect(fd, address),
        () => s.getsockname(fd),
        () => s.getpeername(fd),
        () => s.send(fd, 'x'),
        () => s.sendto(fd, 'x', 0, address),
        () => s.recv(fd),
        () => s.recvfrom(fd),
        () => s.shutdown(fd, s.SHUT_RDWR),
        () => s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR, 1),
        () => s.getsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR),
      ]) {
        assert.equal(await codeOf(attempt()), 'ENOTSOCK', String(attempt));
      }
      assert.equal(s.file(fd).f_count, files, 'no call has kept a reference');
      await s.close(fd);
    }));

  it('does what its kind can and what it was opened for, no more', () =>
    alone(async (s) => {
      const reader = open(s, counter_fops, O_RDONLY, new counter());
      assert.equal(await codeOf(s.write(reader, 'x')), 'EBADF');
      const writer = open(s, counter_fops, O_WRONLY, new counter());
      assert.equal(await codeOf(s.read(writer)), 'EBADF');
      const plain = open(s, { name: 'plain' }, O_RDWR);
      assert.equal(await codeOf(s.read(plain)), 'EINVAL');
      assert.equal(await codeOf(s.write(plain, 'x')), 'EINVAL');
      assert.equal(await codeOf(s.ioctl(plain, 1)), 'ENOTTY');
      const list = [{ fd: plain, events: s.POLLIN | s.POLLOUT, revents: 0 }];
      assert.equal(await s.poll(list), 1, 'without a poll of its own it never blocks');
      for (const fd of [reader, writer, plain]) await s.close(fd);
    }));
});
