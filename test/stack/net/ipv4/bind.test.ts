import assert from 'node:assert/strict';
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
const ANY = { address: '0.0.0.0', port: 8080 };
const ELSEWHERE = { address: '127.0.0.1', port: 8081 };
const tcp = (s: Sockscope) => s.socket(s.AF_INET, s.SOCK_STREAM);
async function reusable(s: Sockscope, option: number, type: number = s.SOCK_STREAM) {
  const fd = await s.socket(s.AF_INET, type);
  await s.setsockopt(fd, s.SOL_SOCKET, option, 1);
  return fd;
}

describe('bind()', () => {
  it('gives the socket an address, which getsockname() tells', () =>
    alone(async (s) => {
      const fd = await tcp(s);
      assert.deepEqual(await s.getsockname(fd), { family: 'IPv4', address: '0.0.0.0', port: 0 });
      await s.bind(fd, ADDRESS);
      assert.deepEqual(await s.getsockname(fd), { family: 'IPv4', ...ADDRESS });
      assert.equal(await codeOf(s.getpeername(fd)), 'ENOTCONN');
      const { inet_saddr, inet_rcv_saddr, inet_sport, inet_num, icsk_bind_hash } = s.sock(fd);
      assert.deepEqual(
        [inet_saddr, inet_rcv_saddr, inet_sport, inet_num, icsk_bind_hash!.port],
        [0x7f000001, 0x7f000001, 8080, 8080, 8080],
      );
    }));
  it('takes any address of 127.0.0.0/8', () =>
    alone(async (s) => {
      const fd = await tcp(s);
      await s.bind(fd, { address: '127.1.2.3', port: 80 });
      assert.equal((await s.getsockname(fd)).address, '127.1.2.3');
    }));
  it('EINVAL the second time', () =>
    alone(async (s) => {
      for (const type of [s.SOCK_STREAM, s.SOCK_DGRAM]) {
        const fd = await s.socket(s.AF_INET, type);
        await s.bind(fd, ADDRESS);
        assert.equal(await codeOf(s.bind(fd, { ...ADDRESS, port: 8081 })), 'EINVAL');
        assert.equal(await codeOf(s.bind(fd, ADDRESS)), 'EINVAL');
      }
    }));
  it('EADDRNOTAVAIL for an address of another machine, unless it is allowed', () =>
    alone(async (s) => {
      const other = { address: '192.0.2.1', port: 8080 };
      assert.equal(await codeOf(s.bind(await tcp(s), other)), 'EADDRNOTAVAIL');
      assert.equal(await codeOf(s.bind(await s.socket(s.AF_INET, s.SOCK_DGRAM), other)), 'EADDRNOTAVAIL');
      const free = await tcp(s);
      await s.setsockopt(free, s.SOL_IP, s.IP_FREEBIND, 1);
      await s.bind(free, other);
      s.sysctl('net.ipv4.ip_nonlocal_bind', 1);
      await s.bind(await tcp(s), { address: '192.0.2.2', port: 8080 });
    }));
  it('EAFNOSUPPORT for another family; AF_UNSPEC with 0.0.0.0 is taken for AF_INET', () =>
    alone(async (s) => {
      assert.equal(await codeOf(s.bind(await tcp(s), { ...ADDRESS, family: s.AF_INET6 })), 'EAFNOSUPPORT');
      assert.equal(await codeOf(s.bind(await tcp(s), { ...ADDRESS, family: s.AF_UNSPEC })), 'EAFNOSUPPORT');
      await s.bind(await tcp(s), { ...ANY, family: s.AF_UNSPEC });
    }));
  it('EACCES for a privileged port without CAP_NET_BIND_SERVICE', () =>
    alone(async (s) => {
      await s.bind(await tcp(s), { ...ADDRESS, port: 80 });
      s.capset();
      assert.equal(await codeOf(s.bind(await tcp(s), { ...ADDRESS, port: 1023 })), 'EACCES');
      assert.equal(
        await codeOf(s.bind(await s.socket(s.AF_INET, s.SOCK_DGRAM), { ...ADDRESS, port: 1023 })),
        'EACCES',
      );
      await s.bind(await tcp(s), { ...ADDRESS, port: 1024 });
      await s.bind(await tcp(s), { ...ADDRESS, port: 0 });
      s.sysctl('net.ipv4.ip_unprivileged_port_start', 443);
      await s.bind(await tcp(s), { ...ADDRESS, port: 443 });
      assert.equal(await codeOf(s.bind(await tcp(s), { ...ADDRESS, port: 442 })), 'EACCES');
    }));
  it('EBADF, ENOTSOCK need a descriptor', () =>
    alone(async (s) => {
      assert.equal(await codeOf(s.bind(99, ADDRESS)), 'EBADF');
    }));
  it('the security hook can refuse', () =>
    alone(async (s) => {
      s.security({ socket_bind: () => -13 });
      assert.equal(await codeOf(s.bind(await tcp(s), ADDRESS)), 'EACCES');
    }));
});

describe('bind(): conflicts', () => {
  it('EADDRINUSE: the same port, the same address or the wildcard', () =>
    alone(async (s) => {
      await s.bind(await tcp(s), ADDRESS);
      assert.equal(await codeOf(s.bind(await tcp(s), ADDRESS)), 'EADDRINUSE');
      assert.equal(await codeOf(s.bind(await tcp(s), ANY)), 'EADDRINUSE');
      await s.bind(await tcp(s), { ...ADDRESS, address: '127.0.0.2' });
      await s.bind(await tcp(s), { ...ADDRESS, port: 8081 });
    }));
  it('EADDRINUSE after the wildcard: every address', () =>
    alone(async (s) => {
      await s.bind(await tcp(s), ANY);
      assert.equal(await codeOf(s.bind(await tcp(s), ADDRESS)), 'EADDRINUSE');
    }));
  it('TCP and UDP have ports of their own', () =>
    alone(async (s) => {
      await s.bind(await tcp(s), ADDRESS);
      await s.bind(await s.socket(s.AF_INET, s.SOCK_DGRAM), ADDRESS);
      assert.equal(await codeOf(s.bind(await s.socket(s.AF_INET, s.SOCK_DGRAM), ADDRESS)), 'EADDRINUSE');
    }));
  it('the port is free again after close()', () =>
    alone(async (s) => {
      const fd = await listener(s);
      await s.close(fd);
      await listener(s);
    }));
  it('SO_REUSEADDR: two may have the address as long as neither listens, and both have asked for it', () =>
    alone(async (s) => {
      const first = await reusable(s, s.SO_REUSEADDR);
      const second = await reusable(s, s.SO_REUSEADDR);
      await s.bind(first, ADDRESS);
      assert.equal(await codeOf(s.bind(await tcp(s), ADDRESS)), 'EADDRINUSE');
      await s.bind(second, ADDRESS);
      await s.listen(first, 1);
      assert.equal(await codeOf(s.listen(second, 1)), 'EADDRINUSE');
      assert.equal(await codeOf(s.bind(await reusable(s, s.SO_REUSEADDR), ADDRESS)), 'EADDRINUSE');
    }));
  /** A server that is the first to close, and then wants its port again. */
  const restart = (name: string, before: boolean, code: string | null) =>
    it(name, () =>
      story()
        .process('server', async (s) => {
          const fd = before ? await reusable(s, s.SO_REUSEADDR) : await tcp(s);
          await s.bind(fd, ADDRESS);
          await s.listen(fd, 1);
          const connection = await s.accept(fd);
          await s.close(connection);
          await s.close(fd);
          await s.sleep(100);
          assert.equal(await codeOf(s.bind(await tcp(s), ADDRESS)), 'EADDRINUSE');
          assert.equal(await codeOf(s.bind(await reusable(s, s.SO_REUSEADDR), ADDRESS)), code);
          await s.sleep(61_000);
          await listener(s, 1, { ...ADDRESS, address: '127.0.0.2' });
        })
        .process('client', async (s) => {
          const fd = await connected(s);
          await s.recv(fd);
          await s.close(fd);
        })
        .run(),
    );
  restart('SO_REUSEADDR: a server has its port again while old connections are in TIME_WAIT', true, null);
  restart('EADDRINUSE when the connections in TIME_WAIT were made without SO_REUSEADDR', false, 'EADDRINUSE');
  it('SO_REUSEPORT: any number may have the address, listening too, if all have asked for it', () =>
    alone(async (s) => {
      const sockets = [
        await reusable(s, s.SO_REUSEPORT),
        await reusable(s, s.SO_REUSEPORT),
        await reusable(s, s.SO_REUSEPORT),
      ];
      for (const fd of sockets) {
        await s.bind(fd, ADDRESS);
        await s.listen(fd, 4);
      }
      assert.equal(await codeOf(s.bind(await tcp(s), ADDRESS)), 'EADDRINUSE');
      assert.equal(await codeOf(s.bind(await reusable(s, s.SO_REUSEADDR), ADDRESS)), 'EADDRINUSE');
    }));
  it('SO_REUSEPORT shares connections out between the listeners', async () => {
    const CLIENTS = 40;
    const accepted = [0, 0];
    const tale = story();
    for (const i of [0, 1]) {
      tale.process(`server${i}`, async (s) => {
        const fd = await reusable(s, s.SO_REUSEPORT);
        await s.bind(fd, ADDRESS);
        await s.listen(fd, CLIENTS);
        await s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
        await s.sleep(100);
        while ((await codeOf(s.accept(fd))) === null) accepted[i]!++;
      });
    }
    tale.process('clients', async (s) => {
      for (let i = 0; i < CLIENTS; i++) await connected(s);
      await s.sleep(200);
    });
    await tale.run();
    assert.equal(accepted[0]! + accepted[1]!, CLIENTS);
    assert.ok(accepted[0]! > 5 && accepted[1]! > 5, `shared out as ${accepted.join(' and ')}`);
  });
  it('UDP with SO_REUSEADDR on both: the later one gets the datagrams', () =>
    alone(async (s) => {
      const first = await reusable(s, s.SO_REUSEADDR, s.SOCK_DGRAM);
      const second = await reusable(s, s.SO_REUSEADDR, s.SOCK_DGRAM);
      await s.bind(first, ADDRESS);
      await s.bind(second, ADDRESS);
      await s.sendto(await s.socket(s.AF_INET, s.SOCK_DGRAM), 'x', 0, ADDRESS);
      assert.equal((await s.recv(second)).length, 1);
      assert.equal(await codeOf(s.recv(first, 1, s.MSG_DONTWAIT)), 'EAGAIN');
    }));
});

describe('bind(): ephemeral ports', () => {
  it('port 0: one from net.ipv4.ip_local_port_range', () =>
    alone(async (s) => {
      for (const type of [s.SOCK_STREAM, s.SOCK_DGRAM]) {
        for (let i = 0; i < 20; i++) {
          const fd = await s.socket(s.AF_INET, type);
          await s.bind(fd, { ...ADDRESS, port: 0 });
          const { port } = await s.getsockname(fd);
          assert.ok(port >= 32768 && port <= 60999, `port ${port}`);
        }
      }
    }));
  it('EADDRINUSE when they are used up', () =>
    alone(
      async (s) => {
        const ports = new Set<number>();
        for (let i = 0; i < 4; i++) {
          const fd = await tcp(s);
          await s.bind(fd, { ...ADDRESS, port: 0 });
          ports.add((await s.getsockname(fd)).port);
        }
        assert.deepEqual([...ports].sort(), [50000, 50001, 50002, 50003]);
        assert.equal(await codeOf(s.bind(await tcp(s), { ...ADDRESS, port: 0 })), 'EADDRINUSE');
      },
      { sysctl: { 'net.ipv4.ip_local_port_range': '50000 50003' } },
    ));
  it('connect() takes one too; EADDRNOTAVAIL when they are used up, and the same ones again for another address', () =>
    story({ sysctl: { 'net.ipv4.ip_local_port_range': '50000 50003' } })
      .process('server', async (s) => {
        await listener(s);
        await listener(s, 16, { address: '127.0.0.1', port: 8081 });
        await s.sleep(1000);
      })
      .process('client', async (s) => {
        const ports = new Set<number>();
        for (let i = 0; i < 4; i++) ports.add((await s.getsockname(await connected(s))).port);
        assert.deepEqual([...ports].sort(), [50000, 50001, 50002, 50003]);
        assert.equal(await codeOf(connected(s)), 'EADDRNOTAVAIL');
        for (let i = 0; i < 4; i++) await connected(s, { address: '127.0.0.1', port: 8081 });
      })
      .run());
  it('connect() finds the one port that has become free, however often it has searched in vain', () =>
    story({ sysctl: { 'net.ipv4.ip_local_port_range': '50000 50003' } })
      .process('server', async (s) => {
        await listener(s);
        await listener(s, 16, ELSEWHERE);
        await s.sleep(1000);
      })
      .process('client', async (s) => {
        // Each port has another owner as well, so that it is known after the connection has gone.
        for (let i = 0; i < 4; i++) await connected(s, ELSEWHERE);
        const taken = new Map<number, number>();
        for (let i = 0; i < 4; i++) {
          const fd = await connected(s);
          taken.set((await s.getsockname(fd)).port, fd);
        }
        for (const port of [50002, 50001]) {
          for (let i = 0; i < 3; i++) assert.equal(await codeOf(connected(s)), 'EADDRNOTAVAIL');
          const fd = taken.get(port)!;
          await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
          await s.close(fd);
          assert.equal((await s.getsockname(await connected(s))).port, port);
        }
      })
      .run());
  it('connect() takes the port of a connection that has been bound to a device meanwhile', () =>
    story({ sysctl: { 'net.ipv4.ip_local_port_range': '50000 50001' } })
      .process('server', async (s) => {
        await listener(s);
        await s.sleep(1000);
      })
      .process('client', async (s) => {
        const first = await connected(s);
        await connected(s);
        assert.equal(await codeOf(connected(s)), 'EADDRNOTAVAIL');
        await s.setsockopt(first, s.SOL_SOCKET, s.SO_BINDTODEVICE, 'lo');
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
        assert.equal(await codeOf(s.connect(fd, ADDRESS)), 'EINPROGRESS');
        assert.equal((await s.getsockname(fd)).port, (await s.getsockname(first)).port);
      })
      .run());
  it('IP_BIND_ADDRESS_NO_PORT leaves the choice to connect()', () =>
    story()
      .process('server', async (s) => {
        await listener(s);
        await s.sleep(1000);
      })
      .process('client', async (s) => {
        const fd = await tcp(s);
        await s.setsockopt(fd, s.SOL_IP, s.IP_BIND_ADDRESS_NO_PORT, 1);
        await s.bind(fd, { address: '127.0.0.5', port: 0 });
        assert.equal((await s.getsockname(fd)).port, 0);
        await s.connect(fd, ADDRESS);
        const { address, port } = await s.getsockname(fd);
        assert.equal(address, '127.0.0.5');
        assert.ok(port >= 32768);
      })
      .run());
});
