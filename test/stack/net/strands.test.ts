/** Several strands of one process: one closes a descriptor, or the process ends, while another one sleeps in a call on it. */
import assert from 'node:assert/strict';
import {
  ADDRESS,
  block,
  codeOf,
  connected,
  listener,
  receive,
  story,
  type Sockscope,
} from '../support/story.ts';

/** A connection whose receiver has no room left: what is sent next sleeps. */
const SMALL = { sysctl: { 'net.ipv4.tcp_wmem': '4096 4608 4608', 'net.ipv4.tcp_rmem': '4096 4608 4608' } };

/** A server that accepts one connection, waits, and reads it to its end. */
async function lateReader(s: Sockscope, received: (bytes: Uint8Array) => void): Promise<void> {
  const fd = await listener(s);
  const connection = await s.accept(fd);
  await s.sleep(100);
  received(await receive(s, connection));
}

describe('close() while another strand sleeps', () => {
  it('in send(): everything is sent, and the FIN follows', async () => {
    const data = block(100_000);
    let sent = 0;
    let received = new Uint8Array();
    await story(SMALL)
      .process('server', (s) => lateReader(s, (bytes) => (received = new Uint8Array(bytes))))
      .process('client', async (s) => {
        const fd = await connected(s);
        const sending = s.send(fd, data);
        await s.sleep(10);
        await s.close(fd);
        assert.equal(await codeOf(s.send(fd, data)), 'EBADF', 'the descriptor is free at once');
        sent = await sending;
      })
      .run();
    assert.equal(sent, data.length);
    assert.deepEqual(received, data);
  });

  it('in recv(): it still gets what comes', () =>
    story()
      .process('server', async (s) => {
        const connection = await s.accept(await listener(s));
        await s.sleep(20);
        await s.send(connection, 'late');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        const receiving = s.recv(fd);
        await s.sleep(10);
        await s.close(fd);
        assert.equal(Buffer.from(await receiving).toString(), 'late');
      })
      .run());

  for (const how of ['read', 'recvfrom'] as const) {
    it(`in ${how}() of a datagram`, () =>
      story()
        .process('receiver', async (s) => {
          const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
          await s.bind(fd, ADDRESS);
          const receiving = s[how](fd);
          await s.sleep(10);
          await s.close(fd);
          const got = await receiving;
          assert.equal(Buffer.from(got instanceof Uint8Array ? got : got.data).toString(), 'late');
        })
        .process('sender', async (s) => {
          await s.sleep(20);
          const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
          await s.sendto(fd, 'late', 0, ADDRESS);
        })
        .run());
  }

  it('in write(): everything is sent', async () => {
    const data = block(50_000);
    let received = 0;
    await story(SMALL)
      .process('server', (s) => lateReader(s, ({ length }) => (received = length)))
      .process('client', async (s) => {
        const fd = await connected(s);
        const writing = s.write(fd, data);
        await s.sleep(10);
        await s.close(fd);
        assert.equal(await writing, data.length);
      })
      .run();
    assert.equal(received, data.length);
  });

  it('in accept(): the next connection is taken, then the listener goes', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        const accepting = s.accept(fd);
        await s.sleep(10);
        await s.close(fd);
        const connection = await accepting;
        assert.equal((await s.recv(connection)).length, 0);
      })
      .process('client', async (s) => {
        await s.sleep(20);
        const fd = await connected(s);
        const second = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.sleep(1);
        assert.equal(await codeOf(s.connect(second, ADDRESS)), 'ECONNREFUSED');
        await s.close(fd);
      })
      .run());

  it('in connect(): the connection is made, and closed', () =>
    story({ nic: { latency: '20ms' } })
      .process('server', async (s) => {
        const connection = await s.accept(await listener(s));
        assert.equal((await s.recv(connection)).length, 0);
      })
      .process('client', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        const connecting = s.connect(fd, ADDRESS);
        await s.sleep(10);
        await s.close(fd);
        await connecting;
      })
      .run());

  it('in poll(): it is told what comes', () =>
    story()
      .process('server', async (s) => {
        const connection = await s.accept(await listener(s));
        await s.sleep(20);
        await s.send(connection, 'late');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        const list = [{ fd, events: s.POLLIN, revents: 0 }];
        const polling = s.poll(list, 1000);
        await s.sleep(10);
        await s.close(fd);
        // Woken by the data, it looks the descriptor up again, and finds none.
        assert.equal(await polling, 1);
        assert.deepEqual(list, [{ fd, events: s.POLLIN, revents: s.POLLNVAL }]);
      })
      .run());

  it('in setsockopt(), for the lock that a sleeping sender has', async () => {
    const data = block(100_000);
    let received = 0;
    await story(SMALL)
      .process('server', (s) => lateReader(s, ({ length }) => (received = length)))
      .process('client', async (s) => {
        const fd = await connected(s);
        const sending = s.send(fd, data);
        const setting = s.setsockopt(fd, s.IPPROTO_TCP, s.TCP_NODELAY, 1);
        const asking = s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_NODELAY);
        const naming = s.getpeername(fd);
        const ending = s.shutdown(fd, s.SHUT_RD);
        const closing = s.close(fd);
        assert.equal(await sending, data.length);
        await setting;
        assert.equal(await asking, 1);
        assert.equal((await naming).port, ADDRESS.port);
        await ending;
        await closing;
      })
      .run();
    assert.equal(received, data.length);
  });
});

describe('a process that ends while another strand of it sleeps', () => {
  const sleepers: Record<string, (s: Sockscope, fd: number) => Promise<unknown>> = {
    'recv()': (s, fd) => s.recv(fd),
    'poll()': (s, fd) => s.poll([{ fd, events: s.POLLIN }]),
    'send()': (s, fd) => s.send(fd, block(1_000_000)),
    'nanosleep()': (s) => s.sleep(1e6),
  };
  for (const [name, sleep] of Object.entries(sleepers)) {
    it(`in ${name}: the call ends, and the connection is closed`, async () => {
      let went = false;
      await story(SMALL)
        .process('server', async (s) => {
          const connection = await s.accept(await listener(s));
          await s.sleep(50);
          await receive(s, connection);
        })
        .process('client', async (s) => {
          const fd = await connected(s);
          void sleep(s, fd).then(
            () => (went = true),
            () => (went = true),
          );
          await s.sleep(10);
        })
        .run();
      assert.equal(went, false, 'no code of the process runs after its end');
    });
  }
  it('in accept(): the port is free again', () =>
    story()
      .process('server', async (s) => {
        void s.accept(await listener(s));
        await s.sleep(10);
      })
      .process('next', async (s) => {
        await s.sleep(20);
        await s.close(await listener(s));
      })
      .run());
  it('in close(), which waits for its data to go: the process waits as well', () =>
    story({ ...SMALL, nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const connection = await s.accept(await listener(s));
        assert.equal((await receive(s, connection)).length, 3000);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 5 });
        await s.send(fd, block(3000));
        void s.close(fd);
      })
      .run());
});

describe('a process whose strands make calls without ever sleeping', () => {
  for (const strands of [1, 2, 3, 10]) {
    it(`${strands} of them: all go on`, async () => {
      const done: number[] = [];
      await story()
        .process('process', async (s) => {
          const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
          const strand = async (id: number) => {
            for (let i = 0; i < 3000; i++) await s.getsockname(fd);
            done.push(id);
          };
          await Promise.all(Array.from({ length: strands }, (_, id) => strand(id)));
        })
        .run();
      assert.equal(done.length, strands);
    });
  }
  it('one of them, while the other ends the process', () =>
    story()
      .process('process', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        void (async () => {
          for (let i = 0; i < 1e9; i++) await s.getsockname(fd);
        })();
        await s.sleep(5);
      })
      .run());
});
