/** Data over TCP: both ways, in order and whole, whatever the wire does. */
import assert from 'node:assert/strict';
import {
  block,
  codeOf,
  connected,
  receive,
  story,
  textOf,
  type Setup,
  type Sockscope,
  accepted,
} from '../../support/story.ts';

/** Send all of it from the client to the server and, at the same time, as much back. */
async function transfer(setup: Setup, length: number): Promise<ReturnType<typeof story>> {
  const there = block(length);
  const back = block(length, 99);
  const both = async (s: Sockscope, fd: number, sends: Uint8Array, gets: Uint8Array) => {
    const sending = (async () => {
      for (let at = 0; at < sends.length; at += 10_000) {
        const part = sends.subarray(at, at + 10_000);
        assert.equal(await s.send(fd, part), part.length);
      }
      await s.shutdown(fd, s.SHUT_WR);
    })();
    const got = await receive(s, fd);
    assert.equal(got.length, gets.length);
    assert.equal(Buffer.compare(got, gets), 0, 'the bytes are others');
    await sending;
  };
  const tale = story(setup)
    .process('server', async (s) => both(s, await accepted(s), back, there))
    .process('client', async (s) => both(s, await connected(s), there, back));
  return tale.run();
}

describe('TCP data: whole and in order', () => {
  it('over the loopback as it is: 64 KiB segments', async () => {
    const tale = await transfer({}, 3_000_000);
    assert.equal(tale.counter('RetransSegs'), 0);
  });
  it('with an MTU of 1500', async () => {
    const tale = await transfer({ nic: { mtu: 1500 } }, 500_000);
    assert.equal(tale.counter('RetransSegs'), 0);
  });
  it('with a tiny MTU', () => transfer({ nic: { mtu: 200 } }, 20_000));
  it('over a slow wire', async () => {
    const tale = await transfer({ nic: { mtu: 1500, bandwidth: '1mbit', latency: '20ms' } }, 50_000);
    // 100 kB over 1 Mbit/s: both directions share the wire.
    assert.ok(tale.machine.time_ns > 0.8e9);
  });
  it('over a small ring', () => transfer({ nic: { mtu: 1500, ringSize: 4, latency: '1ms' } }, 100_000));
  it('without wire latency', () => transfer({ nic: { latency: 0 } }, 300_000));
  for (const seed of [1, 2, 3]) {
    it(`with 10 % loss (seed ${seed})`, async () => {
      const tale = await transfer({ seed, nic: { mtu: 1500, loss: 0.1, latency: '1ms' } }, 300_000);
      assert.ok(tale.counter('RetransSegs') > 10);
      assert.ok(tale.counter('TCPSackRecovery') > 0);
    });
  }
  it('with 30 % loss', () => transfer({ nic: { mtu: 1500, loss: 0.3, latency: '1ms' } }, 50_000));
  it('with loss and 64 KiB segments', () => transfer({ nic: { loss: 0.1, latency: '1ms' } }, 1_000_000));
  it('with 20 % reordering', async () => {
    const tale = await transfer({ nic: { mtu: 1500, reorder: 0.2, latency: '1ms' } }, 300_000);
    assert.ok(tale.counter('TCPOFOQueue') > 10);
  });
  it('with 20 % duplication', async () => {
    const tale = await transfer({ nic: { mtu: 1500, duplicate: 0.2, latency: '1ms' } }, 300_000);
    assert.ok(tale.counter('TCPDSACKOldSent') + tale.counter('TCPDSACKOfoSent') > 10);
  });
  it('with 5 % corruption: the checksums find it', async () => {
    const tale = await transfer({ nic: { mtu: 1500, corrupt: 0.05, latency: '1ms' } }, 300_000);
    assert.ok(tale.counter('InCsumErrors') > 3);
    assert.ok(tale.counter('RetransSegs') > 3);
  });
  it('with all of it at once', () =>
    transfer(
      { nic: { mtu: 1500, corrupt: 0.02, loss: 0.05, reorder: 0.1, duplicate: 0.1, latency: '1ms' } },
      200_000,
    ));
  for (const [what, sysctl] of [
    ['without SACK', { 'net.ipv4.tcp_sack': 0 }],
    ['without timestamps', { 'net.ipv4.tcp_timestamps': 0 }],
    ['without window scaling', { 'net.ipv4.tcp_window_scaling': 0 }],
    ['with Reno', { 'net.ipv4.tcp_congestion_control': 'reno' }],
    ['without RACK', { 'net.ipv4.tcp_recovery': 0 }],
    [
      'without anything',
      {
        'net.ipv4.tcp_sack': 0,
        'net.ipv4.tcp_timestamps': 0,
        'net.ipv4.tcp_window_scaling': 0,
        'net.ipv4.tcp_recovery': 0,
        'net.ipv4.tcp_early_retrans': 0,
      },
    ],
    ['with small buffers', { 'net.ipv4.tcp_rmem': '4096 8192 8192', 'net.ipv4.tcp_wmem': '4096 8192 8192' }],
    ['with ECN', { 'net.ipv4.tcp_ecn': 1 }],
    ['with MTU probing', { 'net.ipv4.tcp_mtu_probing': 2 }],
  ] as const) {
    it(`with 10 % loss, ${what}`, () =>
      transfer({ sysctl, nic: { mtu: 1500, loss: 0.1, latency: '1ms' } }, 100_000));
  }
});

describe('TCP data: recv() and send()', () => {
  const pair = (
    server: (s: Sockscope, fd: number) => Promise<void>,
    client: (s: Sockscope, fd: number) => Promise<void>,
    setup: Setup = {},
  ) =>
    story(setup)
      .process('server', async (s) => server(s, await accepted(s)))
      .process('client', async (s) => client(s, await connected(s)))
      .run();

  it('recv() gives what is there, at most as much as asked for; the end of the stream is empty', () =>
    pair(
      async (s, fd) => {
        assert.equal(textOf(await s.recv(fd, 3)), 'hel');
        assert.equal(textOf(await s.recv(fd)), 'lo');
        assert.equal((await s.recv(fd)).length, 0);
        assert.equal((await s.recv(fd)).length, 0);
      },
      async (s, fd) => void (await s.send(fd, 'hello')),
    ));
  it('MSG_PEEK leaves it there; MSG_DONTWAIT does not sleep', () =>
    pair(
      async (s, fd) => {
        assert.equal(await codeOf(s.recv(fd, 10, s.MSG_DONTWAIT)), 'EAGAIN');
        assert.equal(textOf(await s.recv(fd, 10, s.MSG_PEEK)), 'hello');
        assert.equal(await s.ioctl(fd, s.SIOCINQ), 5);
        assert.equal(textOf(await s.recv(fd, 10)), 'hello');
        assert.equal(await s.ioctl(fd, s.SIOCINQ), 0);
      },
      async (s, fd) => {
        await s.sleep(1);
        await s.send(fd, 'hello');
        await s.sleep(1);
      },
    ));
  it('MSG_WAITALL waits for all of it, or for the end', () =>
    pair(
      async (s, fd) => {
        assert.equal(textOf(await s.recv(fd, 6, s.MSG_WAITALL)), 'onetwo');
        assert.equal(textOf(await s.recv(fd, 6, s.MSG_WAITALL)), 'end');
      },
      async (s, fd) => {
        for (const word of ['one', 'two', 'end']) {
          await s.send(fd, word);
          await s.sleep(10);
        }
      },
    ));
  it('MSG_TRUNC throws bytes away', () =>
    pair(
      async (s, fd) => {
        await s.sleep(1);
        assert.equal(await s.recv(fd, new Uint8Array(3), s.MSG_TRUNC), 3);
        assert.equal(textOf(await s.recv(fd)), 'lo');
      },
      async (s, fd) => void (await s.send(fd, 'hello')),
    ));
  it('SO_RCVTIMEO: EAGAIN after its time', () =>
    pair(
      async (s, fd) => {
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { tv_sec: 0, tv_usec: 50_000 });
        assert.equal(await codeOf(s.recv(fd)), 'EAGAIN');
        assert.ok(s.now() >= 50 && s.now() < 57, `after ${s.now()} ms`);
      },
      async (s) => void (await s.sleep(100)),
    ));
  it('SO_RCVLOWAT: recv() and poll() wait for so much', () =>
    pair(
      async (s, fd) => {
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVLOWAT, 6);
        assert.equal(await s.poll([{ fd, events: s.POLLIN, revents: 0 }], 5), 0);
        assert.equal(textOf(await s.recv(fd, 10)), 'onetwo');
      },
      async (s, fd) => {
        await s.send(fd, 'one');
        await s.sleep(10);
        await s.send(fd, 'two');
        await s.sleep(10);
      },
    ));
  it('send() on a non-blocking socket takes what there is room for, then EAGAIN; poll() says when there is room again', () =>
    pair(
      async (s, fd) => {
        await s.sleep(10);
        await receive(s, fd);
      },
      async (s, fd) => {
        await s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
        const big = block(10_000_000);
        const taken = await s.send(fd, big);
        assert.ok(taken > 10_000 && taken < 10_000_000, `${taken} bytes were taken`);
        assert.equal(await codeOf(s.send(fd, big)), 'EAGAIN');
        const list = [{ fd, events: s.POLLOUT, revents: 0 }];
        assert.equal(await s.poll(list, 0), 0);
        assert.equal(await s.poll(list), 1);
        assert.ok((await s.send(fd, big)) > 0);
      },
    ));
  it('urgent data: SIOCATMARK, MSG_OOB, and POLLPRI', () =>
    pair(
      async (s, fd) => {
        const list = [{ fd, events: s.POLLPRI, revents: 0 }];
        await s.poll(list);
        assert.equal(list[0]!.revents, s.POLLPRI);
        assert.equal(textOf(await s.recv(fd, 1, s.MSG_OOB)), '!');
        assert.equal(await codeOf(s.recv(fd, 1, s.MSG_OOB)), 'EINVAL');
        assert.equal(textOf(await s.recv(fd, 10)), 'hello');
        assert.equal(await s.ioctl(fd, s.SIOCATMARK), 1);
        assert.equal(textOf(await s.recv(fd, 10)), 'there');
      },
      async (s, fd) => {
        await s.send(fd, 'hello');
        await s.send(fd, '!', s.MSG_OOB);
        await s.send(fd, 'there');
        await s.sleep(10);
      },
    ));
  it('ENOTCONN on a socket that is not connected', () =>
    story()
      .process('client', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        assert.equal(await codeOf(s.recv(fd)), 'ENOTCONN');
        assert.equal(await codeOf(s.send(fd, 'x', s.MSG_NOSIGNAL)), 'EPIPE');
        assert.equal(await codeOf(s.recv(77)), 'EBADF');
      })
      .run());
  it('a segment may be sent by several send(): MSG_MORE and TCP_CORK', () =>
    story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        assert.equal(textOf(await s.recv(fd)), 'onetwothree');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_CORK, 1);
        await s.send(fd, 'one');
        await s.send(fd, 'two');
        await s.send(fd, 'three');
        await s.sleep(10);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_CORK, 0);
      })
      .expectPackets(
        `
        -      C > S  [S]
        -      S > C  [S.]
        -      C > S  [.]
        0.010  C > S  [P.] seq 1:12 ack 1
        …`,
      )
      .run());
});
