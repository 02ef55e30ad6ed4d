/** What an option, shutdown() or a failed connect() changes beside what it says. */
import assert from 'node:assert/strict';
import { page, sk_buff, SKB_TRUESIZE } from '../../../stack/include/linux/skbuff.ts';
import { alloc_skb, skb_clone, skb_fill_page_desc, skb_put } from '../../../stack/net/core/skbuff/alloc.ts';
import { pskb_trim, skb_condense } from '../../../stack/net/core/skbuff/data.ts';
import { bareMachine } from '../support/link.ts';
import { ADDRESS, codeOf, connected, listener, story, type Sockscope } from '../support/story.ts';

const alone = (main: (s: Sockscope) => Promise<void>) => story().process('process', main).run();
/** A UDP socket that is connected to ADDRESS, where nobody listens. */
async function udp(s: Sockscope): Promise<number> {
  const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
  await s.connect(fd, ADDRESS);
  return fd;
}

describe('options that make the route a question again', () => {
  type Value = number | string;
  const options: Record<
    string,
    (s: Sockscope) => [level: number, option: number, value: Value, same: Value]
  > = {
    SO_MARK: (s) => [s.SOL_SOCKET, s.SO_MARK, 7, 7],
    SO_BINDTODEVICE: (s) => [s.SOL_SOCKET, s.SO_BINDTODEVICE, 'lo', ''],
    SO_BINDTOIFINDEX: (s) => [s.SOL_SOCKET, s.SO_BINDTOIFINDEX, 1, 0],
    SO_DONTROUTE: (s) => [s.SOL_SOCKET, s.SO_DONTROUTE, 1, 0],
    IP_TOS: (s) => [s.IPPROTO_IP, s.IP_TOS, 0x10, 0x10],
  };
  for (const [name, of] of Object.entries(options)) {
    it(`${name}: the socket has none until it sends`, () =>
      alone(async (s) => {
        const fd = await udp(s);
        const [level, option, value] = of(s);
        assert.ok(((await s.getsockopt(fd, s.IPPROTO_IP, s.IP_MTU)) as number) > 0);
        await s.setsockopt(fd, level, option, value);
        assert.equal(await codeOf(s.getsockopt(fd, s.IPPROTO_IP, s.IP_MTU)), 'ENOTCONN');
        if (name === 'SO_DONTROUTE') return;
        await s.send(fd, 'x');
        assert.ok(((await s.getsockopt(fd, s.IPPROTO_IP, s.IP_MTU)) as number) > 0);
      }));
  }
  for (const name of ['SO_MARK', 'IP_TOS'] as const) {
    it(`${name}: the same value again leaves it`, () =>
      alone(async (s) => {
        const fd = await udp(s);
        const [level, option, value, same] = options[name]!(s);
        await s.setsockopt(fd, level, option, value);
        await s.send(fd, 'x');
        await s.setsockopt(fd, level, option, same);
        assert.ok(((await s.getsockopt(fd, s.IPPROTO_IP, s.IP_MTU)) as number) > 0);
      }));
  }
  it('SO_CNX_ADVICE: a route that an ICMP error has made goes, a plain one stays', () =>
    alone(async (s) => {
      const fd = await udp(s);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_CNX_ADVICE, 1);
      assert.ok(((await s.getsockopt(fd, s.IPPROTO_IP, s.IP_MTU)) as number) > 0);
      s.sock(fd).sk_dst_cache!.expires = 600_000;
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_CNX_ADVICE, 0);
      assert.notEqual(s.sock(fd).sk_dst_cache, null);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_CNX_ADVICE, 1);
      assert.equal(s.sock(fd).sk_dst_cache, null);
      assert.equal(await codeOf(s.getsockopt(fd, s.SOL_SOCKET, s.SO_CNX_ADVICE)), 'ENOPROTOOPT');
    }));
  it('IP_LOCAL_PORT_RANGE: is read as it was set, ports above 32767 included', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      const range = ((60_999 << 16) | 40_000) >>> 0;
      await s.setsockopt(fd, s.IPPROTO_IP, s.IP_LOCAL_PORT_RANGE, range);
      assert.equal(await s.getsockopt(fd, s.IPPROTO_IP, s.IP_LOCAL_PORT_RANGE), range);
    }));
  it('SO_MEMINFO: tells what waits in the queues, and their limits', () =>
    alone(async (s) => {
      const receiver = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      await s.bind(receiver, ADDRESS);
      const sender = await udp(s);
      await s.send(sender, 'x');
      await s.sleep(1);
      const { sk_rmem_alloc, sk_rcvbuf, sk_forward_alloc } = s.sock(receiver);
      const info = await s.getsockopt(receiver, s.SOL_SOCKET, s.SO_MEMINFO);
      assert.ok(sk_rmem_alloc > 0);
      assert.deepEqual(info, {
        rmem_alloc: sk_rmem_alloc,
        rcvbuf: sk_rcvbuf,
        wmem_alloc: 0,
        sndbuf: 212992,
        fwd_alloc: sk_forward_alloc,
        wmem_queued: 0,
        optmem: 0,
        backlog: 0,
        drops: 0,
      });
      assert.equal(await codeOf(s.setsockopt(receiver, s.SOL_SOCKET, s.SO_MEMINFO, 1)), 'ENOPROTOOPT');
    }));
  it('SO_BINDTODEVICE: a socket that is bound needs CAP_NET_RAW to be bound anew', () =>
    alone(async (s) => {
      const fd = await udp(s);
      s.capset();
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_BINDTODEVICE, 'lo');
      assert.equal(await codeOf(s.setsockopt(fd, s.SOL_SOCKET, s.SO_BINDTODEVICE, '')), 'EPERM');
      assert.equal(await codeOf(s.setsockopt(fd, s.SOL_SOCKET, s.SO_BINDTODEVICE, 'eth7')), 'ENODEV');
    }));
  it('SO_MARK and SO_PRIORITY ask for CAP_NET_RAW or CAP_NET_ADMIN, SO_DEBUG for the second', () =>
    alone(async (s) => {
      const fd = await udp(s);
      const refusals = async () => [
        await codeOf(s.setsockopt(fd, s.SOL_SOCKET, s.SO_MARK, 9)),
        await codeOf(s.setsockopt(fd, s.SOL_SOCKET, s.SO_PRIORITY, 7)),
        await codeOf(s.setsockopt(fd, s.SOL_SOCKET, s.SO_DEBUG, 1)),
      ];
      s.capset(s.CAP_NET_RAW);
      assert.deepEqual(await refusals(), [null, null, 'EACCES']);
      s.capset();
      assert.deepEqual(await refusals(), ['EPERM', 'EPERM', 'EACCES']);
    }));
  it('SO_MAX_PACING_RATE: pacing once begun goes on without a limit', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      const paced = () => s.sock(fd).sk_pacing_status !== 0;
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_MAX_PACING_RATE, -1);
      assert.equal(paced(), false);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_MAX_PACING_RATE, 1_000_000);
      await s.setsockopt(fd, s.SOL_SOCKET, s.SO_MAX_PACING_RATE, -1);
      assert.equal(paced(), true);
    }));
});

describe('the error queue', () => {
  for (const asked of [0, 1]) {
    it(`is polled as an error${asked ? ', and as urgent with SO_SELECT_ERR_QUEUE' : ' alone'}`, () =>
      alone(async (s) => {
        const fd = await udp(s);
        await s.setsockopt(fd, s.IPPROTO_IP, s.IP_RECVERR, 1);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_SELECT_ERR_QUEUE, asked);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_SELECT_ERR_QUEUE), asked);
        await s.send(fd, 'x');
        await s.sleep(1);
        const list = [{ fd, events: s.POLLPRI | s.POLLOUT, revents: 0 }];
        await s.poll(list, 0);
        assert.equal(list[0]!.revents, s.POLLERR | s.POLLOUT | (asked ? s.POLLPRI : 0));
      }));
  }
});

describe('what an accepted socket has of its listener', () => {
  it('shutdown() before listen(): it cannot send', () =>
    story()
      .process('server', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.bind(fd, ADDRESS);
        assert.equal(await codeOf(s.shutdown(fd, s.SHUT_WR)), 'ENOTCONN');
        await s.listen(fd, 1);
        const connection = await s.accept(fd);
        assert.equal(await codeOf(s.send(connection, 'x')), 'EPIPE');
        assert.equal(Buffer.from(await s.recv(connection)).toString(), 'hello');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.recv(fd);
      })
      .run());
  it('TCP_QUICKACK 0 on the listener: it delays its ACKs from the first segment on', async () => {
    const delays: number[] = [];
    for (const quick of [1, 0]) {
      const tale = story();
      await tale
        .process('server', async (s) => {
          const fd = await listener(s);
          await s.setsockopt(fd, s.IPPROTO_TCP, s.TCP_QUICKACK, quick);
          const connection = await s.accept(fd);
          await s.sleep(100);
          await s.recv(connection);
        })
        .process('client', async (s) => {
          const fd = await connected(s);
          await s.send(fd, 'x');
          await s.sleep(200);
        })
        .run();
      const at = (what: RegExp) => tale.packets.find((one) => what.test(one.details.join(' ')))!.timeNs / 1e6;
      delays.push(Math.round(at(/ack 2/) - at(/seq 1:2/)));
    }
    // Timers fire on whole jiffies.
    assert.deepEqual(delays, [0, 41]);
  });
});

describe('the flow of a connected UDP socket', () => {
  it('a connect() that fails leaves its address there: the second datagram goes to it', () =>
    story()
      .process('process', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.bind(fd, { address: '127.0.0.1', port: 5000 });
        await s.connect(fd, { address: '127.0.0.1', port: 81 });
        assert.equal(await codeOf(s.connect(fd, { address: '10.1.2.3', port: 82 })), 'ENETUNREACH');
        assert.equal((await s.getpeername(fd)).port, 81);
        await s.send(fd, 'x');
        await s.sleep(1);
        assert.equal(await codeOf(s.send(fd, 'x')), 'ECONNREFUSED');
        await s.send(fd, 'y');
      })
      .named(5000, 'C')
      .named(81, 'A')
      .named(82, 'B')
      .expectPackets(
        `
        0.000  C > A  UDP length 1
        0.000  127.0.0.1 > 127.0.0.1  ICMP port unreachable
        0.001  C > B  UDP length 1`,
      )
      .run());
  it('and so does a corked datagram to another address', () =>
    story()
      .process('process', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.bind(fd, { address: '127.0.0.1', port: 5000 });
        await s.connect(fd, { address: '127.0.0.1', port: 81 });
        await s.sendto(fd, 'one', s.MSG_MORE, { address: '127.0.0.1', port: 82 });
        await s.send(fd, 'two');
        await s.sleep(1);
        // The unreachable port is not the peer's: no error.
        await s.send(fd, 'x');
      })
      .named(5000, 'C')
      .named(81, 'A')
      .named(82, 'B')
      .expectPackets(
        `
        0.000  C > B  UDP length 6
        0.000  127.0.0.1 > 127.0.0.1  ICMP port unreachable
        0.001  C > B  UDP length 1
        0.001  127.0.0.1 > 127.0.0.1  ICMP port unreachable`,
      )
      .run());
});

describe('skb_condense()', () => {
  const paged = (linear: number, bytes: number): sk_buff => {
    const machine = bareMachine();
    const skb = alloc_skb(machine, linear);
    skb_put(skb, 10);
    skb_fill_page_desc(skb, 0, new page(new Uint8Array(4096)), 0, bytes);
    skb.len += bytes;
    skb.data_len = bytes;
    skb.truesize += 4096;
    return skb;
  };
  it('takes what fits into the linear part, and counts no page any more', () => {
    const skb = paged(100, 90);
    skb_condense(skb);
    assert.deepEqual([skb.len, skb.data_len, skb.truesize], [100, 0, SKB_TRUESIZE(100)]);
  });
  it('leaves what does not fit, and what a clone shares', () => {
    const large = paged(100, 91);
    skb_condense(large);
    assert.deepEqual([large.data_len, large.truesize], [91, SKB_TRUESIZE(100) + 4096]);
    const shared = paged(100, 90);
    skb_clone(shared);
    skb_condense(shared);
    assert.equal(shared.data_len, 90);
  });
  it('follows when a packet without an owner is trimmed', () => {
    const skb = paged(100, 1000);
    pskb_trim(skb, 50);
    assert.deepEqual([skb.len, skb.data_len, skb.truesize], [50, 0, SKB_TRUESIZE(100)]);
  });
});

it('TCP_MAXSEG before connect(): the default MSS, whatever was set', () =>
  alone(async (s) => {
    const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
    await s.setsockopt(fd, s.IPPROTO_TCP, s.TCP_MAXSEG, 1000);
    assert.equal(await s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_MAXSEG), 536);
  }));
