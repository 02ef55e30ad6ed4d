/** listen(), the two queues of a listener, and what happens when they are full. */
import assert from 'node:assert/strict';
import type { inet_connection_sock } from '../../../../stack/include/net/inet_connection_sock.ts';
import type { request_sock } from '../../../../stack/include/net/request_sock.ts';
import {
  ADDRESS,
  codeOf,
  connected,
  listener,
  story,
  type Setup,
  type Sockscope,
} from '../../support/story.ts';

const alone = (main: (s: Sockscope) => Promise<void>, setup: Setup = {}) =>
  story(setup).process('process', main).run();

describe('listen()', () => {
  it("makes the listener's queues, and says so in the state", () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      assert.equal(s.sock(fd).icsk_accept_queue, null);
      assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ACCEPTCONN), 0);
      await s.bind(fd, ADDRESS);
      await s.listen(fd, 5);
      assert.equal(s.sock(fd).sk_state, s.TCP_LISTEN);
      assert.equal(s.sock(fd).sk_max_ack_backlog, 5);
      assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 0);
      assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ACCEPTCONN), 1);
    }));
  it('cuts the backlog to net.core.somaxconn; a negative one is a huge one', () =>
    alone(
      async (s) => {
        const fd = await listener(s, 1000);
        assert.equal(s.sock(fd).sk_max_ack_backlog, 20);
        await s.listen(fd, 19);
        assert.equal(s.sock(fd).sk_max_ack_backlog, 19);
        await s.listen(fd, -1);
        assert.equal(s.sock(fd).sk_max_ack_backlog, 20);
        await s.listen(fd, 0);
        assert.equal(s.sock(fd).sk_max_ack_backlog, 0);
      },
      { sysctl: { 'net.core.somaxconn': 20 } },
    ));
  it('a second time changes only the backlog', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(10);
        const queue = s.sock(fd).icsk_accept_queue;
        await s.listen(fd, 7);
        assert.equal(s.sock(fd).sk_max_ack_backlog, 7);
        assert.equal(s.sock(fd).icsk_accept_queue, queue);
        assert.equal(s.sock(fd).sk_ack_backlog, 1);
        await s.accept(fd);
      })
      .process('client', async (s) => {
        await connected(s);
        await s.sleep(20);
      })
      .run());
  it('binds a socket that is not bound to an ephemeral port', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.listen(fd, 1);
      const { address, port } = await s.getsockname(fd);
      assert.equal(address, '0.0.0.0');
      assert.ok(port >= 32768);
    }));
  it('EOPNOTSUPP on a datagram socket, EINVAL on one that is connected', () =>
    story()
      .process('server', async (s) => {
        await listener(s);
        await s.sleep(10);
      })
      .process('client', async (s) => {
        assert.equal(await codeOf(s.listen(await s.socket(s.AF_INET, s.SOCK_DGRAM), 1)), 'EOPNOTSUPP');
        assert.equal(await codeOf(s.listen(await connected(s), 1)), 'EINVAL');
      })
      .run());
  it('accept() on a socket that does not listen: EINVAL; on a datagram socket: EOPNOTSUPP', () =>
    alone(async (s) => {
      assert.equal(await codeOf(s.accept(await s.socket(s.AF_INET, s.SOCK_STREAM))), 'EINVAL');
      assert.equal(await codeOf(s.accept(await s.socket(s.AF_INET, s.SOCK_DGRAM))), 'EOPNOTSUPP');
    }));
  it('accept() on a non-blocking listener: EAGAIN; poll() says when there is one', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
        assert.equal(await codeOf(s.accept(fd)), 'EAGAIN');
        const list = [{ fd, events: s.POLLIN, revents: 0 }];
        assert.equal(await s.poll(list, 5), 0);
        assert.equal(s.now(), 5);
        assert.equal(await s.poll(list), 1);
        assert.equal(list[0]!.revents, s.POLLIN);
        assert.ok(s.now() >= 20 && s.now() < 21);
        const peer: { address?: string; port?: number } = {};
        await s.accept(fd, peer);
        assert.equal(peer.address, '127.0.0.1');
      })
      .process('client', async (s) => {
        await s.sleep(20);
        await connected(s);
      })
      .run());
  it('accept() with SO_RCVTIMEO: EAGAIN after that time', () =>
    alone(async (s) => {
      const fd = await listener(s);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { tv_sec: 0, tv_usec: 30_000 });
      assert.equal(await codeOf(s.accept(fd)), 'EAGAIN');
      assert.ok(s.now() >= 30 && s.now() < 35, `after ${s.now()} ms`);
    }));
  it('several accept() at once: one connection wakes one of them', async () => {
    const woken: string[] = [];
    const tale = story();
    tale.process('server', async (s) => {
      const fd = await listener(s);
      const waiting = ['first', 'second'].map(async (name) => {
        await s.accept(fd);
        woken.push(`${name} at ${Math.floor(s.now() / 10) * 10}`);
      });
      await Promise.all(waiting);
    });
    tale.process('client', async (s) => {
      await s.sleep(10);
      await connected(s);
      await s.sleep(20);
      await connected(s);
    });
    await tale.run();
    assert.deepEqual(woken, ['first at 10', 'second at 30']);
  });
  it('close() of the listener resets what waits in its queues', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.sleep(10);
        await s.close(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        assert.equal(await codeOf(s.recv(fd)), 'ECONNRESET');
        assert.equal(await codeOf(connected(s)), 'ECONNREFUSED');
      })
      .expectPackets(
        `
        -     C > S  [S]
        -     S > C  [S.]
        -     C > S  [.]
        0.010 S > C  [R.] seq 1 ack 1
        -     C2 > S  [S]
        -     S > C2  [R.] seq 0 ack 1`,
      )
      .run());
});

/** The lengths of a listener's two queues whenever they change. */
function queues(tale: ReturnType<typeof story>, find: () => inet_connection_sock | null): string[] {
  const seen: string[] = [];
  const look = () => {
    const sk = find();
    if (sk?.icsk_accept_queue == null) return;
    const now = `syn ${sk.icsk_accept_queue.qlen} accept ${sk.sk_ack_backlog}`;
    if (seen.at(-1)?.endsWith(now) !== true)
      seen.push(`${(tale.machine.time_ns / 1e6).toFixed(0)} ms: ${now}`);
  };
  for (const name of [
    'irq:softirq_exit',
    'sock:inet_sock_set_state',
    'syscalls:sys_exit',
    'timer:timer_expire_exit',
  ] as const)
    tale.on(name, look);
  return seen;
}

/** The first client at once, the others together at 10 ms: more requests than that would be answered with cookies. */
async function overflowing(s: Sockscope, whenConnected: (fd: number) => void = () => {}): Promise<void> {
  if (s.machine.current.comm !== 'client') await s.sleep(10);
  const fd = await connected(s);
  whenConnected(fd);
  assert.equal((await s.recv(fd)).length, 0);
}

describe("a listener's queues", () => {
  it('the request waits in the SYN queue, the finished connection in the accept queue', async () => {
    let server: inet_connection_sock | null = null;
    const tale = story({ nic: { latency: '10ms' } });
    const seen = queues(tale, () => server);
    const requests: unknown[] = [];
    tale
      .process('server', async (s) => {
        const fd = await listener(s);
        server = s.sock(fd);
        await s.sleep(15);
        // 10 ms: the SYN is there; 30 ms: the final ACK.
        for (const { chain } of s.machine.init_net.ipv4.hashinfo.ehash) {
          for (let sk = chain; sk !== null; sk = sk.skc_node_next) {
            if (sk.skc_state !== s.TCP_NEW_SYN_RECV) continue;
            const req = sk as request_sock;
            requests.push([
              req.skc_num,
              req.rsk_listener === server,
              req.num_timeout,
              req.rsk_timer!.entry >= 0,
            ]);
          }
        }
        await s.sleep(25);
        await s.accept(fd);
        server = null;
      })
      .process('client', async (s) => {
        await connected(s);
        await s.sleep(100);
      });
    await tale.run();
    assert.deepEqual(requests, [[8080, true, 0, true]]);
    assert.deepEqual(seen, [
      '0 ms: syn 0 accept 0',
      '10 ms: syn 1 accept 0',
      '30 ms: syn 0 accept 1',
      '40 ms: syn 0 accept 0',
    ]);
  });

  it("a SYN-ACK that gets lost is sent again by the request's timer, and the client's SYN by his", () =>
    story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.accept(fd);
      })
      .process('client', async (s) => {
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'SYN ACK' && s.now() < 500);
        await connected(s);
      })
      .expectPackets(
        `
        0.00  C > S  [S] seq 0
        0.01  S > C  [S.] seq 0 ack 1 lost
        -     C > S  [S] seq 0
        -     S > C  [S.] seq 0 ack 1
        …`,
      )
      .run());

  it('after tcp_synack_retries the request is gone: the times double', async () => {
    let server: inet_connection_sock | null = null;
    const tale = story({
      nic: { latency: '10ms' },
      sysctl: { 'net.ipv4.tcp_synack_retries': 2, 'net.ipv4.tcp_syn_retries': 1 },
    });
    const seen = queues(tale, () => server);
    tale
      .process('server', async (s) => {
        const fd = await listener(s);
        server = s.sock(fd);
        await s.sleep(20_000);
        server = null;
      })
      .process('client', async (s) => {
        let syns = 0;
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'SYN ACK' || (tcpFlags === 'SYN' && syns++ > 0));
        assert.equal(await codeOf(connected(s)), 'ETIMEDOUT');
      }).expectPackets(`
        0.00  C > S  [S] seq 0
        0.01  S > C  [S.] seq 0 ack 1 lost
        1     C > S  [S] seq 0 lost
        1     S > C  [S.] seq 0 ack 1 lost
        3     S > C  [S.] seq 0 ack 1 lost`);
    await tale.run();
    assert.match(
      seen.join(', '),
      /^0 ms: syn 0 accept 0, 10 ms: syn 1 accept 0, 7\d\d\d ms: syn 0 accept 0$/,
    );
  });

  it('a full accept queue (backlog + 1): the final ACK is dropped, the client believes itself connected, SYN-ACK is sent again', async () => {
    const overflows: string[] = [];
    const tale = story({ nic: { latency: '1ms' } })
      .on('sockscope:queue_overflow', (_sk, which) => overflows.push(which))
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(500);
        assert.equal(s.sock(fd).sk_ack_backlog, 2);
        assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 1);
        assert.equal(s.counter('ListenOverflows'), 1);
        assert.equal(s.counter('ListenDrops'), 1);
        for (let i = 0; i < 3; i++) await s.close(await s.accept(fd));
        assert.ok(s.now() > 1000 && s.now() < 1200, `the third came at ${s.now()}`);
      })
      .process('client', (s) => overflowing(s, () => {}))
      .process('client2', (s) => overflowing(s, () => {}))
      .process('client3', (s) =>
        overflowing(s, (fd) => {
          // 1 ms each way: it believes itself connected after the SYN-ACK.
          assert.equal(Math.round(s.now()), 12);
          assert.equal(s.sock(fd).sk_state, s.TCP_ESTABLISHED);
        }),
      ).expectPackets(`
        0.000  C > S   [S]
        0.001  S > C   [S.]
        0.002  C > S   [.] ack 1
        0.010  C2 > S  [S]
        0.010  C3 > S  [S]
        0.011  S > C2  [S.]
        0.011  S > C3  [S.]
        0.012  C2 > S  [.] ack 1
        0.012  C3 > S  [.] ack 1
        …`);
    await tale.run();
    assert.deepEqual(overflows, ['accept']);
  });

  it('with tcp_abort_on_overflow the final ACK is answered with RST', () =>
    story({ nic: { latency: '1ms' }, sysctl: { 'net.ipv4.tcp_abort_on_overflow': 1 } })
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(500);
        assert.equal(s.sock(fd).sk_ack_backlog, 2);
        assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 0);
      })
      .process('client', async (s) => assert.equal(await codeOf(overflowing(s)), 'ECONNRESET'))
      .process('client2', async (s) => assert.equal(await codeOf(overflowing(s)), 'ECONNRESET'))
      .process('client3', async (s) => {
        assert.equal(await codeOf(overflowing(s)), 'ECONNRESET');
        assert.ok(s.now() < 20);
      })
      .expectPackets(
        `
        0.000  C > S   [S]
        0.001  S > C   [S.]
        0.002  C > S   [.]
        0.010  C2 > S  [S]
        0.010  C3 > S  [S]
        0.011  S > C2  [S.]
        0.011  S > C3  [S.]
        0.012  C2 > S  [.]
        0.012  C3 > S  [.] ack 1
        0.013  S > C3  [R] seq 1
        …`,
      )
      .run());

  it('a full accept queue: a further SYN is dropped', () =>
    story({ nic: { latency: '1ms' }, sysctl: { 'net.ipv4.tcp_syn_retries': 1 } })
      .process('server', async (s) => {
        await listener(s, 0);
        await s.sleep(5000);
      })
      .process('client', async (s) => {
        await connected(s);
        await s.sleep(10);
        assert.equal(await codeOf(connected(s)), 'ETIMEDOUT');
        assert.equal(s.counter('ListenOverflows'), 2);
      })
      .expectPackets(
        `
        -     C > S   [S]
        -     S > C   [S.]
        -     C > S   [.]
        0.01  C2 > S  [S]
        1.1   C2 > S  [S]
        …`,
      )
      .run());

  it('a full SYN queue with tcp_syncookies: a cookie is sent, no request is kept, and the connection works', async () => {
    const tale = story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(18);
        // backlog 1: two requests fit.
        assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 2);
        assert.equal(s.counter('SyncookiesSent'), 1);
        for (let i = 0; i < 2; i++) await s.accept(fd);
        assert.equal(s.counter('SyncookiesRecv'), 0);
        const third = await s.accept(fd);
        assert.equal(s.counter('SyncookiesRecv'), 1);
        assert.equal(new TextDecoder().decode(await s.recv(third)), 'cookie');
      })
      .process('one', async (s) => void (await s.recv(await connected(s))))
      .process('two', async (s) => void (await s.recv(await connected(s))))
      .process('three', async (s) => {
        await s.sleep(5);
        await s.send(await connected(s), 'cookie');
        await s.sleep(100);
      })
      .expect(() =>
        assert.ok(
          tale.machine.log.lines.some((line) =>
            /Possible SYN flooding on port 8080. Sending cookies/.test(line),
          ),
        ),
      );
    await tale.run();
  });

  it('tcp_syncookies=2: every SYN is answered with a cookie that carries MSS, window scale, SACK and timestamps', () =>
    story({ nic: { latency: '10ms', mtu: 1500 }, sysctl: { 'net.ipv4.tcp_syncookies': 2 } })
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.sleep(15);
        assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 0);
        assert.deepEqual([s.counter('SyncookiesSent'), s.counter('SyncookiesRecv')], [1, 0]);
        const connection = await s.accept(fd);
        assert.deepEqual([s.counter('SyncookiesRecv'), s.counter('SyncookiesFailed')], [1, 0]);
        const { rx_opt, advmss } = s.sock(connection);
        assert.deepEqual(
          [rx_opt.wscale_ok, rx_opt.snd_wscale, rx_opt.tstamp_ok, rx_opt.sack_ok & 1],
          [true, 7, true, 1],
        );
        // The timestamps go off what is announced.
        assert.equal(advmss, 1448);
        assert.equal(rx_opt.mss_clamp, 1460);
        assert.equal(new TextDecoder().decode(await s.recv(connection)), 'hello');
      })
      .process('client', async (s) => {
        await s.send(await connected(s), 'hello');
      })
      .run());

  it('a cookie is worth nothing minutes later: RST', () =>
    story({ nic: { latency: '10ms' }, sysctl: { 'net.ipv4.tcp_syncookies': 2 } })
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.sleep(25);
        // The final ACK is on its way.
        s.machine.world.advance_to(s.machine.now_ns + 300e9);
        await s.sleep(100);
        assert.equal(s.sock(fd).sk_ack_backlog, 0);
        assert.equal(s.counter('SyncookiesRecv'), 0);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        assert.equal(await codeOf(s.recv(fd)), 'ECONNRESET');
      })
      .run());

  it('a full SYN queue without cookies: the SYN is dropped, and comes again a second later', () =>
    story({ nic: { latency: '10ms' }, sysctl: { 'net.ipv4.tcp_syncookies': 0 } })
      .process('server', async (s) => {
        const fd = await listener(s, 1);
        await s.sleep(15);
        assert.equal(s.sock(fd).icsk_accept_queue!.qlen, 2);
        assert.equal(s.counter('TCPReqQFullDrop'), 1);
        assert.equal(s.counter('SyncookiesSent'), 0);
        for (let i = 0; i < 3; i++) await s.close(await s.accept(fd));
        assert.ok(s.now() > 1000);
      })
      .process('one', async (s) => void (await connected(s)))
      .process('two', async (s) => void (await connected(s)))
      .process('three', async (s) => {
        await connected(s);
        assert.ok(s.now() > 1000 && s.now() < 1200, `connected after ${s.now()} ms`);
      })
      .run());
});
