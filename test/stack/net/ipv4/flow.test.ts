/** When segments and ACKs go: delayed ACKs, Nagle, windows, loss. */
import assert from 'node:assert/strict';
import { block, connected, receive, story, accepted } from '../../support/story.ts';

describe('ACKs', () => {
  it('the first segments are acknowledged at once, later ones 40 ms later (delayed ACK)', () =>
    story({ nic: { latency: '1ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        // An answer makes it a conversation: ACKs may wait for data from then on.
        await s.recv(fd);
        await s.send(fd, 'answer');
        await s.recv(fd);
        await s.sleep(1000);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'one');
        await s.recv(fd);
        await s.sleep(100);
        await s.send(fd, 'two');
        await s.sleep(500);
      })
      .expectPackets(
        `
        0.000  C > S  [S]
        0.001  S > C  [S.]
        0.002  C > S  [.]
        0.002  C > S  [P.] seq 1:4 ack 1
        0.003  S > C  [.] seq 1 ack 4
        0.003  S > C  [P.] seq 1:7 ack 4
        0.004  C > S  [.] seq 4 ack 7
        0.104  C > S  [P.] seq 4:7 ack 7
        0.146  S > C  [.] seq 7 ack 7
        …`,
      )
      .run());
  it('data on its way takes the ACK along', () =>
    story({ nic: { latency: '1ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        for (let i = 0; i < 3; i++) {
          await s.recv(fd);
          await s.send(fd, 'pong');
        }
        await s.recv(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_QUICKACK, 0);
        for (let i = 0; i < 3; i++) {
          await s.send(fd, 'ping');
          await s.recv(fd);
        }
      })
      .expectPackets(
        `
        0.000  C > S  [S]
        0.001  S > C  [S.]
        0.002  C > S  [.]
        0.002  C > S  [P.] seq 1:5 ack 1
        0.003  S > C  [.] ack 5
        0.003  S > C  [P.] seq 1:5 ack 5
        0.004  C > S  [P.] seq 5:9 ack 5
        0.005  S > C  [P.] seq 5:9 ack 9
        0.006  C > S  [P.] seq 9:13 ack 9
        0.007  S > C  [P.] seq 9:13 ack 13
        …`,
      )
      .run());
});

describe('Nagle', () => {
  const writes = (nodelay: boolean, golden: string) =>
    story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await receive(s, fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        if (nodelay) await s.setsockopt(fd, s.SOL_TCP, s.TCP_NODELAY, 1);
        for (const word of ['one', 'two', 'three']) await s.send(fd, word);
        await s.sleep(100);
      })
      .expectPackets(golden)
      .run();
  it('a small segment waits while another is not acknowledged, and takes the next along', () =>
    writes(
      false,
      `
      0.00  C > S  [S]
      0.01  S > C  [S.]
      0.02  C > S  [.]
      0.02  C > S  [P.] seq 1:4 ack 1
      0.03  S > C  [.] ack 4
      0.04  C > S  [P.] seq 4:12 ack 1
      …`,
    ));
  it('TCP_NODELAY: each goes at once', () =>
    writes(
      true,
      `
      0.00  C > S  [S]
      0.01  S > C  [S.]
      0.02  C > S  [.]
      0.02  C > S  [P.] seq 1:4 ack 1
      0.02  C > S  [P.] seq 4:7 ack 1
      0.02  C > S  [P.] seq 7:12 ack 1
      …`,
    ));
});

describe('windows', () => {
  it('a receiver that does not read closes its window; probes ask, at doubling times, until it opens', async () => {
    const tale = story({
      nic: { mtu: 1500, latency: '1ms' },
      sysctl: { 'net.ipv4.tcp_rmem': '4096 8192 8192' },
    })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.sleep(3000);
        assert.equal(Buffer.compare(await receive(s, fd), block(40_000)), 0);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, block(40_000));
      });
    await tale.run();
    const zero = tale.packets.filter(
      ({ from, details, what }) => from === 'S' && details.includes('win 0') && !what.includes('R'),
    );
    assert.ok(zero.length >= 3, `the window was closed in ${zero.length} packets`);
    const closed = zero[0]!.timeNs;
    const probes = tale.packets.filter(
      ({ from, timeNs, details }) =>
        from === 'C' && timeNs > closed + 100e6 && timeNs < 3e9 && details.includes('length 0'),
    );
    const times = probes.map(({ timeNs }) => timeNs / 1e6);
    assert.ok(times.length >= 3, `probes at ${times.join(', ')} ms`);
    for (let i = 2; i < times.length; i++) {
      const factor = (times[i]! - times[i - 1]!) / (times[i - 1]! - times[i - 2]!);
      assert.ok(factor > 1.7 && factor < 2.3, `probes at ${times.join(', ')} ms`);
    }
    assert.ok(tale.counter('TCPWinProbe') >= 3);
    assert.ok(tale.counter('TCPFromZeroWindowAdv') >= 1);
    assert.ok(tale.counter('TCPToZeroWindowAdv') >= 1);
  });
  it('the window never moves back, and nobody sends beyond it', async () => {
    const tale = story({
      nic: { mtu: 1500, latency: '1ms' },
      sysctl: { 'net.ipv4.tcp_rmem': '4096 16384 65536' },
    })
      .process('server', async (s) => {
        const fd = await accepted(s);
        for (;;) {
          const part = await s.recv(fd, 3000);
          if (part.length === 0) break;
          await s.sleep(5);
        }
      })
      .process('client', async (s) => void (await s.send(await connected(s), block(200_000))));
    await tale.run();
    let right = 0;
    const number = (details: string[], pattern: RegExp) =>
      Number(details.map((one) => pattern.exec(one)?.[1]).find(Boolean) ?? NaN);
    const scale = number(tale.packets[1]!.details, /^wscale (\d+)$/);
    for (const { from, what, details } of tale.packets) {
      if (from === 'S' && !what.includes('R')) {
        const edge =
          number(details, /^ack (\d+)$/) +
          number(details, /^win (\d+)$/) * (what.includes('S') ? 1 : 2 ** scale);
        assert.ok(edge >= right, `the right edge moved from ${right} back to ${edge}`);
        right = edge;
      } else if (from === 'C') {
        const end = number(details, /^seq \d+:(\d+)$/);
        assert.ok(Number.isNaN(end) || end <= right, `sent up to ${end}, allowed up to ${right}`);
      }
    }
  });
  it('slow start: the window grows by what is acknowledged', async () => {
    const cwnd: number[] = [];
    await story({ nic: { mtu: 1500, latency: '20ms' } })
      .process('server', async (s) => void (await receive(s, await accepted(s))))
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
        await s.send(fd, block(1_000_000));
        for (let i = 0; i < 4; i++) {
          cwnd.push(s.sock(fd).snd_cwnd);
          await s.sleep(40);
        }
        assert.equal((await s.getsockopt(fd, s.SOL_TCP, s.TCP_INFO))['tcpi_snd_mss'], 1448);
      })
      .run();
    assert.deepEqual(
      cwnd.slice(0, 3),
      [10, 10, 20].map((_, i) => [10, 20, 40][i]),
      `cwnd was ${cwnd.join(', ')}`,
    );
  });
});

describe('loss', () => {
  it('one segment of many: SACK blocks, and a fast retransmission after one round trip', async () => {
    const tale = story({ nic: { mtu: 1500, latency: '20ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        assert.equal((await receive(s, fd, 14480)).length, 14480);
        assert.ok(s.now() < 130, `all was there after ${s.now()} ms`);
      })
      .process('client', async (s) => {
        let segment = 0;
        s.dropFrames(({ bytes }) => bytes.length > 1000 && ++segment === 3);
        const fd = await connected(s);
        await s.send(fd, block(14480));
        await s.sleep(200);
        assert.equal(s.counter('TCPSackRecovery'), 1);
        assert.equal(s.counter('TCPTimeouts'), 0);
        assert.equal(s.counter('RetransSegs'), 1);
        assert.ok(s.sock(fd).snd_ssthresh < 10, 'it takes it for congestion');
      });
    await tale.run();
    const lines = tale.packetLines;
    assert.ok(
      lines.some((line) => /^S > C {2}\[\.\] seq 1 ack 2897 .*sack 4345:5793/.test(line)),
      lines.join('\n'),
    );
    assert.equal(lines.filter((line) => line.includes('seq 2897:4345')).length, 2);
  });
  it('the last segment: the loss probe (TLP), before the time-out', () =>
    story({ nic: { mtu: 1500, latency: '20ms' } })
      .process('server', async (s) => void (await receive(s, await accepted(s))))
      .process('client', async (s) => {
        let segment = 0;
        s.dropFrames(({ bytes }) => bytes.length > 1000 && ++segment === 2);
        const fd = await connected(s);
        await s.send(fd, block(2896));
        await s.sleep(1000);
        assert.equal(s.counter('TCPLossProbes'), 1);
        assert.equal(s.counter('TCPTimeouts'), 0);
      })
      .expectPackets(
        `
        0.00  C > S  [S]
        0.02  S > C  [S.]
        0.04  C > S  [.]
        0.04  C > S  [.] seq 1:1449
        0.04  C > S  [P.] seq 1449:2897 lost
        0.06  S > C  [.] ack 1449
        0.3   C > S  [P.] seq 1449:2897
        …`,
      )
      .run());
  it('all of it: the retransmission time-out, and the window begins again at one segment', () =>
    story({ nic: { mtu: 1500, latency: '20ms' } })
      .process('server', async (s) => void (await receive(s, await accepted(s))))
      .process('client', async (s) => {
        const fd = await connected(s);
        const end = s.dropFrames(({ bytes }) => bytes.length > 1000);
        await s.send(fd, block(7240));
        while (s.sock(fd).icsk_retransmits === 0) await s.sleep(1);
        assert.equal(s.counter('TCPTimeouts'), 1);
        assert.equal(s.sock(fd).snd_cwnd, 1);
        end();
        await s.sleep(2000);
        assert.equal(s.sock(fd).snd_una, s.sock(fd).snd_nxt);
      })
      .run());

  it('SO_RCVLOWAT is at most half of the largest receive buffer, and makes room for itself', () =>
    story()
      .process('process', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVLOWAT, -2);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_RCVLOWAT), 6_291_456 / 2);
        assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF), 6_291_456);
      })
      .run());
});
