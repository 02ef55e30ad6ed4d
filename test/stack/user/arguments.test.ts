/** Wrong arguments of the library's functions: each is refused with what was given and what would be right. */
import assert from 'node:assert/strict';
import { boot, createLibrary, parseConfig, runProgram } from '../../../stack/index.ts';
import { function_process } from '../../../stack/user/program.ts';

/** The library as a program without types calls it. */
type Library = Record<string, (...args: unknown[]) => unknown> & Record<string, number>;

/** @returns what the call in a process threw, or rejected with */
async function thrown(call: (s: Library, fd: number) => unknown): Promise<unknown> {
  const { world } = boot(parseConfig({}));
  const s = createLibrary(world) as Library;
  const main = async () => {
    const fd = (await s['socket']!(s['AF_INET'], s['SOCK_DGRAM'])) as number;
    await call(s, fd);
  };
  const { failed } = await runProgram(world, { processes: [function_process('p', main)] });
  return failed[0]?.error;
}

const refused = (what: string, call: (s: Library, fd: number) => unknown, message: string) =>
  it(what, async () => {
    const error = await thrown(call);
    assert.ok(error instanceof TypeError, `it was refused: ${String(error)}`);
    assert.equal(error.message, message);
  });

describe('wrong arguments', () => {
  describe('are shown as JavaScript writes them', () => {
    for (const [value, text] of [
      [NaN, 'NaN'],
      [Infinity, 'Infinity'],
      [10n, '10n'],
      ['5', "'5'"],
      [null, 'null'],
      [{ fd: 3 }, '{ fd: 3 }'],
    ] as const) {
      refused(`close(${text})`, (s) => s['close']!(value), `close: fd must be a whole number, got ${text}`);
      refused(
        `listen(fd, ${text})`,
        (s, fd) => s['listen']!(fd, value),
        `listen: backlog must be a whole number, got ${text}`,
      );
    }
    refused("sleep('5')", (s) => s['sleep']!('5'), "sleep: ms must be a number of at least 0, got '5'");
    refused('sleep(10n)', (s) => s['sleep']!(10n), 'sleep: ms must be a number of at least 0, got 10n');
    refused(
      "recv(fd, '5')",
      (s, fd) => s['recv']!(fd, '5'),
      "recv: the receive buffer must be a number of bytes or a Uint8Array, got '5'",
    );
    refused(
      'read(fd, null)',
      (s, fd) => s['read']!(fd, null),
      'read: the receive buffer must be a number of bytes or a Uint8Array, got null',
    );
    refused(
      'sysctl(5, {})',
      (s) => s['sysctl']!(5, {}),
      "sysctl: name must be a text such as 'net.core.somaxconn', got 5",
    );
    refused(
      'sysctl(name, {})',
      (s) => s['sysctl']!('net.core.somaxconn', {}),
      'sysctl: the value of net.core.somaxconn must be a number or a text, got {}',
    );
  });

  describe('that are no integers of 32 bits', () => {
    const ADDRESS = { address: '127.0.0.1', port: 9 };
    const flags = (name: string, call: (s: Library, fd: number, value: unknown) => unknown) => {
      for (const [value, says] of [
        ['y', "a whole number, got 'y'"],
        [NaN, 'a whole number, got NaN'],
        [1.5, 'a whole number, got 1.5'],
        [2 ** 40, 'a whole number from -2147483648 to 4294967295, got 1099511627776'],
      ] as const)
        refused(
          `${name}: ${value} as flags`,
          (s, fd) => call(s, fd, value),
          `${name}: flags must be ${says}`,
        );
    };
    flags('send', (s, fd, value) => s['send']!(fd, 'x', value));
    flags('sendto', (s, fd, value) => s['sendto']!(fd, 'x', value, ADDRESS));
    flags('recv', (s, fd, value) => s['recv']!(fd, 10, value));
    flags('recvfrom', (s, fd, value) => s['recvfrom']!(fd, 10, value));

    const option = (value: unknown, says: string) =>
      refused(
        `setsockopt: ${String(value)}`,
        (s, fd) => s['setsockopt']!(fd, s['SOL_SOCKET'], s['SO_RCVBUF'], value),
        `setsockopt: optval${says}`,
      );
    option(NaN, ' must be a whole number, got NaN');
    option(undefined, ' must be a whole number, got undefined');
    option(2 ** 40, ' must be a whole number from -2147483648 to 4294967295, got 1099511627776');
    option({ l_onoff: 1, l_linger: NaN }, '.l_linger must be a whole number, got NaN');

    refused(
      'poll: NaN as timeout',
      (s, fd) => s['poll']!([{ fd, events: 1 }], NaN),
      'poll: timeout must be a number of ms, or -1 to wait for ever, got NaN',
    );
    refused(
      "poll: 'x' as timeout",
      (s, fd) => s['poll']!([{ fd, events: 1 }], 'x'),
      "poll: timeout must be a number of ms, or -1 to wait for ever, got 'x'",
    );
    refused(
      'poll: a list of null',
      (s) => s['poll']!([null]),
      'poll: the first argument must be a list of { fd, events }, got [ null ]',
    );
    refused(
      'epoll_ctl: events that are no number',
      (s, fd) => s['epoll_ctl']!(3, s['EPOLL_CTL_ADD'], fd, { events: 'EPOLLIN' }),
      "epoll_ctl: event.events must be a whole number, got 'EPOLLIN'",
    );
    refused(
      'epoll_ctl: an event that is no object',
      (s, fd) => s['epoll_ctl']!(3, s['EPOLL_CTL_ADD'], fd, 1),
      'epoll_ctl: event must be { events, data }, got 1',
    );
    refused(
      'epoll_wait: no number of events',
      (s, fd) => s['epoll_wait']!(fd),
      'epoll_wait: maxevents must be a whole number, got undefined',
    );
    refused(
      'epoll_wait: NaN as timeout',
      (s, fd) => s['epoll_wait']!(fd, 1, NaN),
      'epoll_wait: timeout must be a number of ms, or -1 to wait for ever, got NaN',
    );
    refused(
      'eventfd: a bigint as initval',
      (s) => s['eventfd']!(1n),
      'eventfd: initval must be a whole number, got 1n',
    );
    refused(
      "setrlimit_nofile('x')",
      (s) => s['setrlimit_nofile']!('x'),
      "setrlimit_nofile: limit must be a whole number, got 'x'",
    );
    refused(
      'setrlimit_nofile(-1)',
      (s) => s['setrlimit_nofile']!(-1),
      'setrlimit_nofile: limit must be a whole number of at least 0, got -1',
    );
    refused("capset('x')", (s) => s['capset']!('x'), "capset: capability must be a whole number, got 'x'");
    refused(
      'capset(41)',
      (s) => s['capset']!(41),
      'capset: capability must be a whole number from 0 to 40, got 41',
    );
  });

  describe('that lack a part of the address', () => {
    for (const name of ['connect', 'bind']) {
      refused(
        `${name} without a port`,
        (s, fd) => s[name]!(fd, { address: '127.0.0.1' }),
        `${name}: the address has no port: it must be { address, port }, got { address: '127.0.0.1' }`,
      );
      refused(
        `${name} without an address`,
        (s, fd) => s[name]!(fd, { port: 80 }),
        `${name}: the address has no address: it must be { address, port }, got { port: 80 }`,
      );
    }
    refused(
      'sendto without a port',
      (s, fd) => s['sendto']!(fd, 'x', 0, { address: '::1' }),
      "sendto: the address has no port: it must be { address, port }, got { address: '::1' }",
    );
    it('AF_UNSPEC needs none: it disconnects', async () => {
      assert.equal(await thrown((s, fd) => s['connect']!(fd, { family: s['AF_UNSPEC'] })), undefined);
    });
  });

  it('a setting says what it takes', async () => {
    const error = await thrown((s) => s['sysctl']!('net.core.somaxconn', 'many'));
    assert.equal(
      (error as Error).message,
      'sysctl net.core.somaxconn=many (it takes a whole number from 0 to 2147483647) EINVAL (invalid argument)',
    );
  });
});
