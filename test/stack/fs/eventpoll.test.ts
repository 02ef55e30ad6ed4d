/** epoll: what it reports and when, whom it wakes, and what becomes of descriptors that are closed. */
import assert from 'node:assert/strict';
import { alloc_file, fd_install, get_unused_fd_flags } from '../../../stack/fs/file.ts';
import type { file_operations } from '../../../stack/include/linux/fs.ts';
import { poll_wait } from '../../../stack/include/linux/poll.ts';
import { SIGKILL, type task_struct } from '../../../stack/include/linux/sched.ts';
import { wait_queue_head } from '../../../stack/include/linux/wait.ts';
import { IS_ERR } from '../../../stack/include/uapi/asm-generic/errno.ts';
import { O_RDWR } from '../../../stack/include/uapi/asm-generic/fcntl.ts';
import { send_signal } from '../../../stack/kernel/sched/core.ts';
import { wake_up_poll } from '../../../stack/kernel/sched/wait.ts';
import { codeOf, type Sockscope, story } from '../support/story.ts';

const ADDRESS = { address: '127.0.0.1', port: 80 };
/** Do something some ms from now, on a thread of its own, while this one sleeps. */
const after = (s: Sockscope, ms: number, act: () => unknown): Promise<unknown> => s.sleep(ms).then(act);
const alone = (main: (s: Sockscope) => Promise<void>) => story().process('process', main).run();

/** A connection to this process itself: client and accepted descriptor. The listener is closed. */
async function pair(s: Sockscope): Promise<[number, number]> {
  const listener = await listening(s);
  const client = await s.socket(s.AF_INET, s.SOCK_STREAM);
  await s.connect(client, ADDRESS);
  const accepted = await s.accept(listener);
  await s.close(listener);
  return [client, accepted];
}
async function listening(s: Sockscope): Promise<number> {
  const listener = await s.socket(s.AF_INET, s.SOCK_STREAM);
  await s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, 1);
  await s.bind(listener, ADDRESS);
  await s.listen(listener, 16);
  return listener;
}
/** An epoll descriptor that watches one file. */
async function watching(s: Sockscope, fd: number, events: number): Promise<number> {
  const epfd = await s.epoll_create1();
  await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events, data: fd });
  return epfd;
}
/** The events of an epoll_wait() that does not sleep, by name. */
async function ready(s: Sockscope, epfd: number): Promise<string[]> {
  return (await s.epoll_wait(epfd, 16, 0)).map(({ events }) => eventNames(s, events));
}
const NAMES = ['EPOLLIN', 'EPOLLPRI', 'EPOLLOUT', 'EPOLLERR', 'EPOLLHUP', 'EPOLLRDHUP'] as const;
function eventNames(s: Sockscope, events: number): string {
  const names = NAMES.filter((name) => (events & s[name]) !== 0).map((name) => name.replace('EPOLL', ''));
  const rest = NAMES.reduce((left, name) => left & ~s[name], events);
  return [...names, ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join(' ');
}
async function closeAll(s: Sockscope, ...fds: number[]): Promise<void> {
  for (const fd of fds) await s.close(fd);
}

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

/** A descriptor for a file of a kind of its own. */
function open(s: Sockscope, f_op: file_operations): number {
  const { machine } = s;
  const fd = get_unused_fd_flags(machine.current, 0);
  const opened = alloc_file(machine, f_op, O_RDWR, null);
  assert.ok(!IS_ERR(opened));
  fd_install(machine.current, fd, opened);
  return fd;
}
