/** Socket options: what is set can be read, within Linux's limits. */
import assert from 'node:assert/strict';
import { codeOf, connected, listener, story, type Setup, type Sockscope } from '../../support/story.ts';

const alone = (main: (s: Sockscope, fd: number) => Promise<void>, setup: Setup = {}) =>
  story(setup)
    .process('process', async (s) => main(s, await s.socket(s.AF_INET, s.SOCK_STREAM)))
    .run();

describe('socket options: SOL_SOCKET', () => {
  const flags = [
    'SO_REUSEADDR',
    'SO_REUSEPORT',
    'SO_KEEPALIVE',
    'SO_BROADCAST',
    'SO_OOBINLINE',
    'SO_DONTROUTE',
  ] as const;
  for (const name of flags) {
    it(`${name}: 0, and 1 for anything else`, () =>
      alone(async (s, fd) => {
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s[name]), 0);
        await s.setsockopt(fd, s.SOL_SOCKET, s[name], 7);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s[name]), 1);
        await s.setsockopt(fd, s.SOL_SOCKET, s[name], false);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s[name]), 0);
      }));
  }
  it('SO_RCVBUF and SO_SNDBUF: twice what was asked for, at least and at most so much', () =>
    alone(async (s, fd) => {
      for (const [option, min, max] of [
        [s.SO_RCVBUF, 2304, 212_992],
        [s.SO_SNDBUF, 4608, 212_992],
      ] as const) {
        await s.setsockopt(fd, s.SOL_SOCKET, option, 10_000);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, option), 20_000);
        await s.setsockopt(fd, s.SOL_SOCKET, option, 1);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, option), min);
        await s.setsockopt(fd, s.SOL_SOCKET, option, 100_000_000);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, option), 2 * max);
      }
      s.capset();
      assert.equal(await codeOf(s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUFFORCE, 1_000_000_000)), 'EPERM');
    }));
  it('SO_LINGER, SO_RCVTIMEO, SO_SNDTIMEO: structs', () =>
    alone(async (s, fd) => {
      assert.deepEqual(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_LINGER), { l_onoff: 0, l_linger: 0 });
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 3 });
      assert.deepEqual(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_LINGER), { l_onoff: 1, l_linger: 3 });
      for (const option of [s.SO_RCVTIMEO, s.SO_SNDTIMEO]) {
        assert.deepEqual(await s.getsockopt(fd, s.SOL_SOCKET, option), { tv_sec: 0, tv_usec: 0 });
        await s.setsockopt(fd, s.SOL_SOCKET, option, { tv_sec: 2, tv_usec: 500_000 });
        assert.deepEqual(await s.getsockopt(fd, s.SOL_SOCKET, option), { tv_sec: 2, tv_usec: 500_000 });
        assert.equal(
          await codeOf(s.setsockopt(fd, s.SOL_SOCKET, option, { tv_sec: 0, tv_usec: 1_000_000 })),
          'EDOM',
        );
      }
    }));
  it('SO_TYPE and its kind can only be read: ENOPROTOOPT', () =>
    alone(async (s, fd) => {
      for (const option of [s.SO_TYPE, s.SO_PROTOCOL, s.SO_DOMAIN, s.SO_ERROR]) {
        assert.equal(await codeOf(s.setsockopt(fd, s.SOL_SOCKET, option, 1)), 'ENOPROTOOPT');
      }
      assert.equal(await codeOf(s.getsockopt(fd, s.SOL_SOCKET, 9999)), 'ENOPROTOOPT');
      assert.equal(await codeOf(s.getsockopt(99, s.SOL_SOCKET, s.SO_TYPE)), 'EBADF');
    }));
  it('SO_BINDTODEVICE: by name, and back', () =>
    alone(async (s, fd) => {
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_BINDTODEVICE, 'lo');
      assert.equal(s.sock(fd).sk_bound_dev_if, s.machine.init_net.loopback_dev!.ifindex);
      assert.equal(await codeOf(s.setsockopt(fd, s.SOL_SOCKET, s.SO_BINDTODEVICE, 'eth7')), 'ENODEV');
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_BINDTODEVICE, '');
      assert.equal(s.sock(fd).sk_bound_dev_if, 0);
    }));
});

describe('socket options: SOL_TCP', () => {
  it('numbers: what is set is read, and what is out of range is EINVAL', () =>
    alone(async (s, fd) => {
      for (const [option, good, bad] of [
        [s.TCP_KEEPIDLE, 30, 0],
        [s.TCP_KEEPINTVL, 5, 32768],
        [s.TCP_KEEPCNT, 3, 128],
        [s.TCP_SYNCNT, 4, 0],
        [s.TCP_MAXSEG, 1000, 10],
        [s.TCP_USER_TIMEOUT, 5000, -1],
      ] as const) {
        await s.setsockopt(fd, s.SOL_TCP, option, good);
        if (option !== s.TCP_MAXSEG) assert.equal(await s.getsockopt(fd, s.SOL_TCP, option), good);
        assert.equal(await codeOf(s.setsockopt(fd, s.SOL_TCP, option, bad)), 'EINVAL', `option ${option}`);
      }
      assert.equal(s.sock(fd).rx_opt.user_mss, 1000);
      assert.equal(await codeOf(s.setsockopt(fd, s.SOL_TCP, 9999, 1)), 'ENOPROTOOPT');
    }));
  it('TCP_CONGESTION: by name; ENOENT for one that is not there', () =>
    alone(async (s, fd) => {
      assert.equal(await s.getsockopt(fd, s.SOL_TCP, s.TCP_CONGESTION), 'cubic');
      await s.setsockopt(fd, s.SOL_TCP, s.TCP_CONGESTION, 'reno');
      assert.equal(await s.getsockopt(fd, s.SOL_TCP, s.TCP_CONGESTION), 'reno');
      assert.equal(await codeOf(s.setsockopt(fd, s.SOL_TCP, s.TCP_CONGESTION, 'vegas')), 'ENOENT');
    }));
  it('TCP_MAXSEG is announced and kept to', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        const connection = await s.accept(fd);
        await s.recv(connection);
      })
      .process('client', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_MAXSEG, 1000);
        await s.connect(fd, { address: '127.0.0.1', port: 8080 });
        assert.equal(await s.getsockopt(fd, s.SOL_TCP, s.TCP_MAXSEG), 988);
      })
      .expectPackets(
        `
        0  C > S  [S] mss 1000
        …`,
      )
      .run());
  it("a listener's options are its children's", () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_NODELAY, 1);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPIDLE, 77);
        await s.setsockopt(fd, s.SOL_IP, s.IP_TOS, 0x10);
        const connection = await s.accept(fd);
        assert.equal(await s.getsockopt(connection, s.SOL_TCP, s.TCP_NODELAY), 1);
        assert.equal(await s.getsockopt(connection, s.SOL_SOCKET, s.SO_KEEPALIVE), 1);
        assert.equal(await s.getsockopt(connection, s.SOL_TCP, s.TCP_KEEPIDLE), 77);
        assert.equal(await s.getsockopt(connection, s.SOL_IP, s.IP_TOS), 0x10);
      })
      .process('client', async (s) => {
        await s.sleep(1);
        await connected(s);
        await s.sleep(10);
      })
      .run());
  it('TCP_INFO', () =>
    story({ nic: { latency: '5ms', mtu: 1500 } })
      .process('server', async (s) => {
        const fd = await listener(s);
        assert.equal((await s.getsockopt(fd, s.SOL_TCP, s.TCP_INFO))['tcpi_state'], s.TCP_LISTEN);
        const connection = await s.accept(fd);
        await s.recv(connection);
        await s.sleep(100);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.sleep(50);
        const info = await s.getsockopt(fd, s.SOL_TCP, s.TCP_INFO);
        assert.deepEqual(
          [
            'tcpi_state',
            'tcpi_snd_mss',
            'tcpi_pmtu',
            'tcpi_snd_cwnd',
            'tcpi_rtt',
            'tcpi_bytes_acked',
            'tcpi_segs_out',
            'tcpi_unacked',
            'tcpi_snd_wscale',
          ].map((name) => info[name]),
          [s.TCP_ESTABLISHED, 1448, 1500, 10, 10_000, 6, 3, 0, 7],
        );
      })
      .run());
});

describe('fcntl(), ioctl(), dup', () => {
  it('F_DUPFD: two descriptors, one file; the socket is closed with the last', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        const connection = await s.accept(fd);
        const copy = await s.fcntl(connection, s.F_DUPFD, 100);
        assert.equal(copy, 100);
        await s.fcntl(copy, s.F_SETFL, s.O_NONBLOCK);
        assert.equal(await s.fcntl(connection, s.F_GETFL), s.O_RDWR | s.O_NONBLOCK);
        await s.close(connection);
        await s.send(copy, 'still open');
        await s.close(copy);
        assert.equal(await codeOf(s.send(copy, 'x')), 'EBADF');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        assert.equal((await s.recv(fd)).length, 10);
        assert.equal((await s.recv(fd)).length, 0);
      })
      .run());
  it('FIONBIO; ENOTTY for what no socket knows; EBADF', () =>
    alone(async (s, fd) => {
      await s.ioctl(fd, s.FIONBIO, 1);
      assert.equal(await s.fcntl(fd, s.F_GETFL), s.O_RDWR | s.O_NONBLOCK);
      await s.ioctl(fd, s.FIONBIO, 0);
      assert.equal(await s.fcntl(fd, s.F_GETFL), s.O_RDWR);
      assert.equal(await codeOf(s.ioctl(fd, 0x1234)), 'ENOTTY');
      assert.equal(await codeOf(s.ioctl(99, 0x1234)), 'EBADF');
      assert.equal(await codeOf(s.fcntl(fd, 999)), 'EINVAL');
    }));
});
