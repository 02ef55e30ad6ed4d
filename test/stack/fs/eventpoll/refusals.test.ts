/** epoll: what is refused, with which errno. */
import assert from 'node:assert/strict';
import { codeOf } from '../../support/story.ts';
import { alone, closeAll, watching, open } from '../../support/epoll.ts';

describe('epoll_ctl() and epoll_wait() refuse', () => {
  it('what Linux refuses', () =>
    alone(async (s) => {
      const count = await s.eventfd(0);
      const epfd = await watching(s, count, s.EPOLLIN);
      const socket = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      const ctl = (...args: [number, number, number, number?]) =>
        codeOf(
          s.epoll_ctl(args[0], args[1], args[2], args[3] === undefined ? undefined : { events: args[3] }),
        );
      const { EPOLL_CTL_ADD: ADD, EPOLL_CTL_MOD: MOD, EPOLL_CTL_DEL: DEL, EPOLLIN: IN, EPOLLEXCLUSIVE } = s;
      assert.equal(await codeOf(s.epoll_create1(1)), 'EINVAL');
      assert.equal(await ctl(99, ADD, count, IN), 'EBADF');
      assert.equal(await ctl(epfd, ADD, 99, IN), 'EBADF');
      assert.equal(await ctl(socket, ADD, count, IN), 'EINVAL', 'no epoll descriptor');
      assert.equal(await ctl(epfd, 9, count, IN), 'EINVAL', 'no operation');
      assert.equal(await ctl(epfd, ADD, count, IN), 'EEXIST');
      assert.equal(await ctl(epfd, MOD, socket, IN), 'ENOENT');
      assert.equal(await ctl(epfd, DEL, socket), 'ENOENT');
      assert.equal(await ctl(epfd, ADD, socket), 'EFAULT');
      assert.equal(await ctl(epfd, ADD, socket, IN | EPOLLEXCLUSIVE | s.EPOLLRDHUP), 'EINVAL');
      assert.equal(await ctl(epfd, ADD, socket, IN | EPOLLEXCLUSIVE | s.EPOLLONESHOT), 'EINVAL');
      assert.equal(await ctl(epfd, MOD, count, IN | EPOLLEXCLUSIVE), 'EINVAL');
      const exclusive = await watching(s, socket, IN | EPOLLEXCLUSIVE);
      assert.equal(await ctl(exclusive, MOD, socket, IN), 'EINVAL', 'an exclusive one stays as it is');
      assert.equal(
        await ctl(epfd, ADD, exclusive, IN | EPOLLEXCLUSIVE),
        'EINVAL',
        'not of an epoll descriptor',
      );
      assert.equal(await codeOf(s.epoll_wait(epfd, 0)), 'EINVAL');
      assert.equal(await codeOf(s.epoll_wait(epfd, -1)), 'EINVAL');
      assert.equal(await codeOf(s.epoll_wait(epfd, 0x7fffffff)), 'EINVAL');
      assert.equal(await codeOf(s.epoll_wait(count, 1)), 'EINVAL');
      assert.equal(await codeOf(s.epoll_wait(99, 1)), 'EBADF');
      assert.equal(await codeOf(s.read(epfd)), 'EINVAL');
      assert.equal(await codeOf(s.write(epfd, 'x')), 'EINVAL');
      await closeAll(s, exclusive, epfd, count, socket);
    }));

  it('a file that cannot be polled: EPERM', () =>
    alone(async (s) => {
      const epfd = await s.epoll_create1();
      const plain = open(s, { name: 'plain' });
      assert.equal(await codeOf(s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, plain, { events: s.EPOLLIN })), 'EPERM');
      await closeAll(s, epfd, plain);
    }));

  it('a descriptor too many: EMFILE and ENFILE', () =>
    alone(async (s) => {
      const epfd = await s.epoll_create1(s.EPOLL_CLOEXEC);
      s.setrlimit_nofile(epfd + 1);
      assert.equal(await s.fcntl(epfd, s.F_GETFD), s.FD_CLOEXEC);
      assert.equal(await codeOf(s.epoll_create1()), 'EMFILE');
      s.setrlimit_nofile(100);
      s.setFileMax(s.machine.files.nr_files);
      assert.equal(await codeOf(s.epoll_create1()), 'ENFILE');
      s.setFileMax(100);
      assert.equal(await s.epoll_create1(), epfd + 1, 'the descriptor was given back');
      await closeAll(s, epfd, epfd + 1);
    }));
});
