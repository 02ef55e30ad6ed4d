import assert from 'node:assert/strict';
import {
  ADDRESS,
  codeOf,
  connected,
  listener,
  receive,
  story,
  textOf,
  type Sockscope,
} from '../../support/story.ts';

const tcp = (s: Sockscope, flags = 0) => s.socket(s.AF_INET, s.SOCK_STREAM | flags);
const accepting = async (s: Sockscope) => void (await s.recv(await s.accept(await listener(s))));

describe('connect()', () => {
  it('the active side: SYN_SENT, ESTABLISHED, and the addresses are known', () =>
    story({ nic: { latency: '10ms' } })
      .process('server', accepting)
      .process('client', async (s) => {
        const fd = await connected(s);
        assert.equal(s.now(), 20);
        assert.deepEqual(await s.getpeername(fd), { family: 'IPv4', ...ADDRESS });
        const { address, port } = await s.getsockname(fd);
        assert.equal(address, '127.0.0.1');
        assert.ok(port >= 32768 && port <= 60999);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EISCONN');
      })
      .expectStates(
        `
        0.000 S CLOSE -> LISTEN
        0.000 C CLOSE -> SYN_SENT
        0.020 C SYN_SENT -> ESTABLISHED
        0.020 C ESTABLISHED -> FIN_WAIT1
        0.030 S LISTEN -> SYN_RECV
        0.030 S SYN_RECV -> ESTABLISHED
        0.030 S ESTABLISHED -> CLOSE_WAIT
        0.030 S LISTEN -> CLOSE
        0.030 S CLOSE_WAIT -> LAST_ACK
        0.040 C FIN_WAIT1 -> FIN_WAIT2
        0.040 C FIN_WAIT2 -> CLOSE
        0.050 S LAST_ACK -> CLOSE`,
      )
      .run());

  it('ECONNREFUSED: nobody listens, and RST is the answer', () =>
    story()
      .process('client', async (s) => {
        const fd = await tcp(s);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'ECONNREFUSED');
        assert.equal(s.sock(fd).sk_state, s.TCP_CLOSE);
        // The socket can be used again.
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'ECONNREFUSED');
      })
      .expectPackets(
        `
        0.000000  C > S  [S] seq 0
        0.000010  S > C  [R.] seq 0 ack 1 win 0
        0.000020  C2 > S  [S] seq 0
        0.000030  S > C2  [R.] seq 0 ack 1 win 0`,
      )
      .run());

  it('ETIMEDOUT: the SYN is sent again after 1, 2, 4, 8 s, tcp_syn_retries times', () =>
    story({ sysctl: { 'net.ipv4.tcp_syn_retries': 4 } })
      .process('client', async (s) => {
        s.dropFrames(() => true);
        assert.equal(await codeOf(connected(s)), 'ETIMEDOUT');
        assert.ok(s.now() >= 31_000 && s.now() < 33_000, `gave up after ${s.now()} ms`);
      })
      .expectPackets(
        `
        0   C > S  [S] seq 0 lost
        1   C > S  [S] seq 0 lost
        3   C > S  [S] seq 0 lost
        7   C > S  [S] seq 0 lost
        15  C > S  [S] seq 0 lost`,
      )
      .expectStates(
        `
        - CLOSE -> SYN_SENT
        - SYN_SENT -> CLOSE`,
      )
      .run());

  it('a timer of the wheel is never early and at most an eighth late: the times of SYNs', async () => {
    const tale = story({ sysctl: { 'net.ipv4.tcp_syn_retries': 5 } }).process('client', async (s) => {
      s.dropFrames(() => true);
      await codeOf(connected(s));
    });
    await tale.run();
    const times = tale.packets.map(({ timeNs }) => timeNs / 1e9);
    [1, 2, 4, 8, 16].forEach((rto, i) => {
      const waited = times[i + 1]! - times[i]!;
      assert.ok(waited >= rto && waited <= rto * 1.125, `SYN ${i + 2} came ${waited} s after the one before`);
    });
  });

  it('TCP_SYNCNT for one socket; TCP_USER_TIMEOUT ends it too', () =>
    story()
      .process('client', async (s) => {
        s.dropFrames(() => true);
        const fd = await tcp(s);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_SYNCNT, 1);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'ETIMEDOUT');
        assert.ok(s.now() >= 3000 && s.now() < 3400, `gave up after ${s.now()} ms`);
      })
      .run());

  it('SO_SNDTIMEO: EINPROGRESS after that time, and the handshake goes on', () =>
    story({ nic: { latency: '50ms' } })
      .process('server', accepting)
      .process('client', async (s) => {
        const fd = await tcp(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_SNDTIMEO, { tv_sec: 0, tv_usec: 30_000 });
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EINPROGRESS');
        assert.ok(s.now() >= 30 && s.now() < 35);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EALREADY');
        await s.sleep(70);
        await s.connect(fd, ADDRESS);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EISCONN');
      })
      .run());

  it('ENETUNREACH where no route leads; EADDRNOTAVAIL where there is no such source', () =>
    story()
      .process('client', async (s) => {
        assert.equal(await codeOf(connected(s, { address: '192.0.2.1', port: 80 })), 'ENETUNREACH');
        assert.equal(
          await codeOf(s.connect(await tcp(s), { ...ADDRESS, family: s.AF_INET6 })),
          'EAFNOSUPPORT',
        );
      })
      .run());

  it('to 0.0.0.0 means to this machine', () =>
    story()
      .process('server', accepting)
      .process('client', async (s) => {
        const fd = await connected(s, { address: '0.0.0.0', port: 8080 });
        assert.equal((await s.getpeername(fd)).address, '127.0.0.1');
      })
      .run());

  it('of a socket that listens: EISCONN; with AF_UNSPEC it stops listening', () =>
    story()
      .process('client', async (s) => {
        const fd = await listener(s);
        assert.equal(await codeOf(s.connect(fd, { ...ADDRESS, port: 8081 })), 'EISCONN');
        await s.connect(fd, { family: s.AF_UNSPEC } as unknown as typeof ADDRESS);
        assert.equal(s.sock(fd).sk_state, s.TCP_CLOSE);
        // It stays bound: the user chose the port.
        assert.equal((await s.getsockname(fd)).port, 8080);
        await s.listen(fd, 1);
      })
      .run());

  it('AF_UNSPEC resets a connection, and the socket can connect again', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        assert.equal(await codeOf(s.recv(await s.accept(fd))), 'ECONNRESET');
        assert.equal(textOf(await receive(s, await s.accept(fd))), 'again');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.sleep(1);
        await s.connect(fd, { family: s.AF_UNSPEC } as unknown as typeof ADDRESS);
        await s.connect(fd, ADDRESS);
        await s.send(fd, 'again');
      })
      .run());
});

describe('connect(), non-blocking', () => {
  it('EINPROGRESS, EALREADY; poll() says POLLOUT when it is done, and SO_ERROR is 0', () =>
    story({ nic: { latency: '10ms' } })
      .process('server', accepting)
      .process('client', async (s) => {
        const fd = await tcp(s, s.SOCK_NONBLOCK);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EINPROGRESS');
        assert.equal(s.now(), 0);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EALREADY');
        assert.equal(await codeOf(s.send(fd, 'x')), 'EAGAIN');
        const list = [{ fd, events: s.POLLOUT, revents: 0 }];
        assert.equal(await s.poll(list, 5), 0);
        assert.equal(await s.poll(list), 1);
        assert.equal(list[0]!.revents, s.POLLOUT);
        assert.equal(s.now(), 20);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR), 0);
        await s.connect(fd, ADDRESS);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EISCONN');
      })
      .run());

  it('refused: POLLOUT, POLLERR and POLLHUP; SO_ERROR is ECONNREFUSED, once', () =>
    story({ nic: { latency: '10ms' } })
      .process('client', async (s) => {
        const fd = await tcp(s, s.SOCK_NONBLOCK);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EINPROGRESS');
        const list = [{ fd, events: s.POLLOUT, revents: 0 }];
        assert.equal(await s.poll(list), 1);
        assert.equal(list[0]!.revents, s.POLLOUT | s.POLLERR | s.POLLHUP);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR), 111);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR), 0);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'ECONNABORTED');
      })
      .run());

  it('timed out: SO_ERROR is ETIMEDOUT; recv() tells it too, once', () =>
    story({ sysctl: { 'net.ipv4.tcp_syn_retries': 1 } })
      .process('client', async (s) => {
        s.dropFrames(() => true);
        const fd = await tcp(s, s.SOCK_NONBLOCK);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EINPROGRESS');
        await s.poll([{ fd, events: s.POLLOUT, revents: 0 }]);
        assert.equal(await codeOf(s.recv(fd)), 'ETIMEDOUT');
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR), 0);
      })
      .run());

  it('closed before it is done: the SYN-ACK is answered with RST', () =>
    story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.sleep(50);
        assert.equal(s.sock(fd).sk_ack_backlog, 0);
        assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 0);
      })
      .process('client', async (s) => {
        const fd = await tcp(s, s.SOCK_NONBLOCK);
        await codeOf(s.connect(fd, ADDRESS));
        await s.close(fd);
      })
      .expectPackets(
        `
        0.000  C > S  [S]
        0.010  S > C  [S.]
        0.020  C > S  [R] seq 1`,
      )
      .run());
});

describe('connect(), both at once', () => {
  it('to oneself: SYN_SENT, SYN_RECV, ESTABLISHED; what is sent comes back', () =>
    story()
      .named(40000, 'X')
      .process('process', async (s) => {
        const self = { address: '127.0.0.1', port: 40000 };
        const fd = await tcp(s);
        await s.bind(fd, self);
        await s.connect(fd, self);
        assert.deepEqual(await s.getpeername(fd), await s.getsockname(fd));
        await s.send(fd, 'echo');
        assert.equal(textOf(await s.recv(fd)), 'echo');
        await s.close(fd);
      })
      .expectStates(
        `
        X CLOSE -> SYN_SENT
        X SYN_SENT -> SYN_RECV
        X SYN_RECV -> ESTABLISHED
        X ESTABLISHED -> FIN_WAIT1
        X FIN_WAIT1 -> CLOSING
        X CLOSING -> CLOSE`,
      )
      .run());

  it('two that connect to each other at the same time: SYNs cross, no listener is needed', () =>
    story({ nic: { latency: '10ms' } })
      .named(40001, 'A')
      .named(40002, 'B')
      .process('a', (s) => crossing(s, 40001, 40002, 'from a', 'from b'))
      .process('b', (s) => crossing(s, 40002, 40001, 'from b', 'from a'))
      .expectPackets(
        `
        0.00  A > B  [S] seq 0
        0.00  B > A  [S] seq 0
        0.01  B > A  [S.] seq 0 ack 1
        0.01  A > B  [S.] seq 0 ack 1
        …`,
      )
      .expect(() => {})
      .run());
});

async function crossing(s: Sockscope, from: number, to: number, says: string, hears: string): Promise<void> {
  const fd = await tcp(s);
  await s.bind(fd, { address: '127.0.0.1', port: from });
  await s.connect(fd, { address: '127.0.0.1', port: to });
  await s.send(fd, says);
  assert.equal(textOf(await receive(s, fd, hears.length)), hears);
  await s.sleep(100);
}
