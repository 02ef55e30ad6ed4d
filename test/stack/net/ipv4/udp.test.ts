/** UDP, the ICMP errors that come back to it, and fragments. */
import assert from 'node:assert/strict';
import { ADDRESS, block, codeOf, story, textOf, type Setup, type Sockscope } from '../../support/story.ts';

const udp = (s: Sockscope) => s.socket(s.AF_INET, s.SOCK_DGRAM);
async function bound(s: Sockscope, address = ADDRESS) {
  const fd = await udp(s);
  await s.bind(fd, address);
  return fd;
}
const alone = (main: (s: Sockscope) => Promise<void>, setup: Setup = {}) =>
  story(setup).process('process', main).run();
const NOBODY = { address: '127.0.0.1', port: 9 };

describe('UDP', () => {
  it('carries datagrams there and back; recvfrom() tells from whom', () =>
    story()
      .process('server', async (s) => {
        const fd = await bound(s);
        for (let i = 0; i < 2; i++) {
          const { data, address } = await s.recvfrom(fd);
          assert.equal(address!.address, '127.0.0.1');
          await s.sendto(fd, `echo ${textOf(data)}`, 0, address!);
        }
      })
      .process('client', async (s) => {
        const fd = await udp(s);
        for (const word of ['one', 'three']) {
          assert.equal(await s.sendto(fd, word, 0, ADDRESS), word.length);
          const { data, address } = await s.recvfrom(fd);
          assert.equal(textOf(data), `echo ${word}`);
          assert.deepEqual(address, { family: 'IPv4', ...ADDRESS });
        }
      })
      .expectPackets(
        `
        0.000000  C > S  UDP length 3
        0.000010  S > C  UDP length 8
        0.000020  C > S  UDP length 5
        0.000030  S > C  UDP length 10`,
      )
      .run());

  it('keeps the borders of datagrams, empty ones too', () =>
    alone(async (s) => {
      const fd = await bound(s);
      const from = await udp(s);
      for (const word of ['one', '', 'three']) await s.sendto(from, word, 0, ADDRESS);
      await s.sleep(1);
      assert.deepEqual(
        [textOf(await s.recv(fd)), textOf(await s.recv(fd)), textOf(await s.recv(fd))],
        ['one', '', 'three'],
      );
    }));
  it('cuts what does not fit: MSG_TRUNC says so, and asks for the true length', () =>
    alone(async (s) => {
      const fd = await bound(s);
      const from = await udp(s);
      for (let i = 0; i < 3; i++) await s.sendto(from, 'truncated', 0, ADDRESS);
      const cut = await s.recvfrom(fd, 5);
      assert.equal(textOf(cut.data), 'trunc');
      assert.equal(cut.length, 5);
      assert.equal(cut.flags & s.MSG_TRUNC, s.MSG_TRUNC);
      assert.equal((await s.recvfrom(fd, 5, s.MSG_TRUNC)).length, 9);
      const whole = await s.recvfrom(fd, 9);
      assert.equal(textOf(whole.data), 'truncated');
      assert.equal(whole.flags & s.MSG_TRUNC, 0);
    }));
  it("MSG_PEEK leaves the datagram; SIOCINQ is the next one's length; poll() sees it", () =>
    alone(async (s) => {
      const fd = await bound(s);
      assert.equal(await codeOf(s.recv(fd, 10, s.MSG_DONTWAIT)), 'EAGAIN');
      assert.equal(await s.ioctl(fd, s.SIOCINQ), 0);
      await s.sendto(await udp(s), 'hello', 0, ADDRESS);
      await s.sleep(1);
      const list = [{ fd, events: s.POLLIN | s.POLLOUT, revents: 0 }];
      assert.equal(await s.poll(list, 0), 1);
      assert.equal(list[0]!.revents, s.POLLIN | s.POLLOUT);
      assert.equal(await s.ioctl(fd, s.SIOCINQ), 5);
      assert.equal(textOf(await s.recv(fd, 10, s.MSG_PEEK)), 'hello');
      assert.equal(textOf(await s.recv(fd, 10)), 'hello');
    }));
  it('EDESTADDRREQ without an address; EMSGSIZE beyond 65507 bytes', () =>
    alone(async (s) => {
      const fd = await udp(s);
      assert.equal(await codeOf(s.send(fd, 'x')), 'EDESTADDRREQ');
      assert.equal(await codeOf(s.sendto(fd, block(65508), 0, ADDRESS)), 'EMSGSIZE');
      assert.equal(await codeOf(s.sendto(fd, 'x', 0, { ...ADDRESS, port: 0 })), 'EINVAL');
      assert.equal(await codeOf(s.sendto(fd, 'x', 0, { address: '192.0.2.1', port: 9 })), 'ENETUNREACH');
    }));
  it('EACCES for a broadcast without SO_BROADCAST', () =>
    alone(async (s) => {
      const fd = await udp(s);
      const all = { address: '127.255.255.255', port: 9 };
      assert.equal(await codeOf(s.sendto(fd, 'x', 0, all)), 'EACCES');
      assert.equal(await codeOf(s.connect(fd, all)), 'EACCES');
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_BROADCAST, 1);
      assert.equal(await s.sendto(fd, 'x', 0, all), 1);
    }));

  it('a connected socket: send() and recv() without an address, and only from there', () =>
    alone(async (s) => {
      const server = await bound(s);
      const fd = await udp(s);
      await s.connect(fd, ADDRESS);
      assert.deepEqual(await s.getpeername(fd), { family: 'IPv4', ...ADDRESS });
      const own = await s.getsockname(fd);
      await s.sendto(await udp(s), 'from a stranger', 0, own);
      await s.send(fd, 'hello');
      const { data, address } = await s.recvfrom(server);
      assert.equal(textOf(data), 'hello');
      assert.deepEqual(address, own);
      await s.sendto(server, 'answer', 0, own);
      assert.equal(textOf(await s.recv(fd)), 'answer');
      await s.connect(fd, { family: s.AF_UNSPEC } as unknown as typeof ADDRESS);
      assert.equal(await codeOf(s.getpeername(fd)), 'ENOTCONN');
      assert.equal(await codeOf(s.send(fd, 'x')), 'EDESTADDRREQ');
    }));
  it('nobody there: an ICMP error comes back; a connected socket gets ECONNREFUSED, once', () =>
    story()
      .process('client', async (s) => {
        const fd = await udp(s);
        await s.connect(fd, NOBODY);
        await s.send(fd, 'is anybody there?');
        assert.equal(await codeOf(s.recv(fd)), 'ECONNREFUSED');
        assert.equal(await codeOf(s.recv(fd, 1, s.MSG_DONTWAIT)), 'EAGAIN');
        await s.send(fd, 'again');
        await s.sleep(1);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR), 111);
        await s.send(fd, 'again');
        await s.sleep(1);
        assert.equal(await codeOf(s.send(fd, 'again')), 'ECONNREFUSED');
      })
      .expectPackets(
        `
        0.000000  C > S  UDP length 17
        0.000010  127.0.0.1 > 127.0.0.1  ICMP port unreachable
        0.000020  C > S  UDP length 5
        0.000030  127.0.0.1 > 127.0.0.1  ICMP port unreachable
        0.001020  C > S  UDP length 5
        0.001030  127.0.0.1 > 127.0.0.1  ICMP port unreachable`,
      )
      .run());
  it('an unconnected socket is not told', () =>
    alone(async (s) => {
      const fd = await udp(s);
      await s.sendto(fd, 'x', 0, NOBODY);
      await s.sleep(1);
      assert.equal(await codeOf(s.recv(fd, 1, s.MSG_DONTWAIT)), 'EAGAIN');
      await s.setsockopt(fd, s.SOL_IP, s.IP_RECVERR, 1);
      await s.sendto(fd, 'x', 0, NOBODY);
      assert.equal(await codeOf(s.recv(fd)), 'ECONNREFUSED');
    }));
  it('a full receive buffer drops datagrams, and counts them', () =>
    alone(async (s) => {
      const fd = await bound(s);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 4096);
      const from = await udp(s);
      for (let i = 0; i < 50; i++) await s.sendto(from, block(500), 0, ADDRESS);
      await s.sleep(1);
      let got = 0;
      while ((await codeOf(s.recv(fd, 500, s.MSG_DONTWAIT))) === null) got++;
      assert.ok(got > 0 && got < 20, `${got} arrived`);
      assert.equal(s.sock(fd).sk_drops, 50 - got);
      // There is room again.
      await s.sendto(from, 'x', 0, ADDRESS);
      assert.equal(textOf(await s.recv(fd)), 'x');
    }));
  it('MSG_MORE and UDP_CORK put several sends into one datagram', () =>
    alone(async (s) => {
      const fd = await bound(s);
      const from = await udp(s);
      await s.connect(from, ADDRESS);
      await s.send(from, 'one', s.MSG_MORE);
      await s.send(from, 'two', s.MSG_MORE);
      await s.send(from, 'three');
      assert.equal(textOf(await s.recv(fd)), 'onetwothree');
    }));
  it('SO_RCVTIMEO', () =>
    alone(async (s) => {
      const fd = await bound(s);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { tv_sec: 0, tv_usec: 30_000 });
      assert.equal(await codeOf(s.recv(fd)), 'EAGAIN');
      assert.ok(s.now() >= 30 && s.now() < 33);
    }));
  it('a datagram whose bytes were damaged is dropped', () =>
    story({ seed: 5, nic: { mtu: 1500, corrupt: 1 } })
      .process('process', async (s) => {
        const fd = await bound(s);
        const from = await udp(s);
        for (let i = 0; i < 20; i++) await s.sendto(from, block(1000), 0, ADDRESS);
        await s.sleep(10);
        // A bit flipped in the Ethernet header harms nobody.
        while ((await codeOf(s.recv(fd, 2000, s.MSG_DONTWAIT | s.MSG_PEEK))) === null)
          assert.deepEqual(await s.recv(fd), block(1000));
        assert.ok(s.machine.init_net.mib.udp_statistics.some((count) => count > 10));
      })
      .run());
});

describe('IP fragments', () => {
  it('a large datagram goes in pieces of the MTU, and arrives whole', () =>
    story({ nic: { mtu: 1500 } })
      .process('process', async (s) => {
        const fd = await bound(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 200_000);
        await s.sendto(await udp(s), block(4000), 0, ADDRESS);
        assert.equal(Buffer.compare(await s.recv(fd), block(4000)), 0);
      })
      .expectPackets(
        `
        0.000000  C > S  UDP length 4000 more
        0.000000  127.0.0.1 > 127.0.0.1  IP offset 1480 more
        0.000000  127.0.0.1 > 127.0.0.1  IP offset 2960 last`,
      )
      .run());
  it('the largest one', () =>
    alone(
      async (s) => {
        const fd = await bound(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 1_000_000);
        await s.sendto(await udp(s), block(65507), 0, ADDRESS);
        assert.equal(Buffer.compare(await s.recv(fd), block(65507)), 0);
      },
      { nic: { mtu: 1500 } },
    ));
  it('in any order, and twice', () =>
    alone(
      async (s) => {
        const fd = await bound(s);
        const from = await udp(s);
        for (let i = 0; i < 20; i++) {
          await s.sendto(from, block(4000, i), 0, ADDRESS);
          // A datagram of which every piece came twice comes twice itself, later.
          const wanted = [...Array(i + 1).keys()].map((n) => Buffer.from(block(4000, n)).toString('hex'));
          for (let got = -1; got !== i;) {
            got = wanted.indexOf(Buffer.from(await s.recv(fd)).toString('hex'));
            assert.notEqual(got, -1, 'the pieces were put together wrongly');
          }
        }
      },
      { nic: { mtu: 1500, reorder: 0.5, duplicate: 0.3, latency: '1ms' } },
    ));
  it('one is lost: the others wait 30 s, and ICMP says that the time is over', () =>
    story({ nic: { mtu: 1500 } })
      .process('process', async (s) => {
        await bound(s);
        let count = 0;
        s.dropFrames(() => ++count === 2);
        await s.sendto(await udp(s), block(4000), 0, ADDRESS);
        await s.sleep(40_000);
      })
      .expectPackets(
        `
        0   C > S  UDP length 4000 more
        0   127.0.0.1 > 127.0.0.1  IP offset 1480 more lost
        0   127.0.0.1 > 127.0.0.1  IP offset 2960 last
        -   127.0.0.1 > 127.0.0.1  ICMP time exceeded`,
      )
      .run());
  it('with IP_PMTUDISC_DO nothing is cut: EMSGSIZE', () =>
    alone(
      async (s) => {
        const fd = await udp(s);
        await s.setsockopt(fd, s.SOL_IP, s.IP_MTU_DISCOVER, s.IP_PMTUDISC_DO);
        assert.equal(await codeOf(s.sendto(fd, block(1473), 0, ADDRESS)), 'EMSGSIZE');
        assert.equal(await s.sendto(fd, block(1472), 0, ADDRESS), 1472);
      },
      { nic: { mtu: 1500 } },
    ));

  it('peeks from where SO_PEEK_OFF says, which moves along; other sockets do not know it', () =>
    alone(async (s) => {
      const fd = await bound(s);
      const sender = await udp(s);
      await s.sendto(sender, 'abcdef', 0, ADDRESS);
      await s.sendto(sender, 'ghi', 0, ADDRESS);
      const offset = () => s.getsockopt(fd, s.SOL_SOCKET, s.SO_PEEK_OFF);
      assert.equal(await offset(), -1);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_PEEK_OFF, 2);
      const peeked: string[] = [];
      for (let i = 0; i < 3; i++) peeked.push(textOf(await s.recv(fd, 2, s.MSG_PEEK)));
      assert.deepEqual([...peeked, await offset()], ['cd', 'ef', 'gh', 8]);
      // Reading takes bytes away before the place.
      assert.equal(textOf(await s.recv(fd, 100)), 'abcdef');
      assert.equal(await offset(), 2);
      const stream = await s.socket(s.AF_INET, s.SOCK_STREAM);
      assert.equal(await codeOf(s.setsockopt(stream, s.SOL_SOCKET, s.SO_PEEK_OFF, 1)), 'EOPNOTSUPP');
    }));

  it('reads options that are negative numbers as what they are', () =>
    alone(async (s) => {
      const fd = await udp(s);
      for (const option of [s.SO_PRIORITY, s.SO_MARK]) {
        await s.setsockopt(fd, s.SOL_SOCKET, option, -2);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, option), -2);
      }
    }));

  it('says EMSGSIZE before it tells of a pending error', () =>
    alone(async (s) => {
      const fd = await udp(s);
      await s.connect(fd, NOBODY);
      await s.send(fd, 'x');
      await s.sleep(1);
      assert.equal(await codeOf(s.send(fd, new Uint8Array(65_508))), 'EMSGSIZE');
      assert.equal(await codeOf(s.recv(fd, 1)), 'ECONNREFUSED');
    }));
});
