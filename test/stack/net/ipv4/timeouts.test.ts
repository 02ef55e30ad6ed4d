/** A peer that is silent: keepalive probes, and retransmission until it is given up. */
import assert from 'node:assert/strict';
import { block, codeOf, connected, story, accepted } from '../../support/story.ts';

describe('keepalive', () => {
  it('probes an idle connection, which answers', () =>
    story({ sysctl: { 'net.ipv4.tcp_keepalive_time': 100, 'net.ipv4.tcp_keepalive_intvl': 10 } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        await s.recv(fd);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
        await s.sleep(230_000);
      })
      .expectPackets(
        `
        0   C > S  [S]
        0   S > C  [S.]
        0   C > S  [.]
        -   C > S  [.] seq 0 ack 1
        -   S > C  [.] seq 1 ack 1
        -   C > S  [.] seq 0 ack 1
        -   S > C  [.] seq 1 ack 1
        …`,
      )
      .run());

  it('ETIMEDOUT after tcp_keepalive_probes that nobody answered', async () => {
    const tale = story()
      .process('server', async (s) => {
        const fd = await accepted(s);
        assert.equal(await codeOf(s.recv(fd)), 'ECONNRESET');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPIDLE, 20);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPINTVL, 5);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPCNT, 3);
        await s.sleep(1);
        const end = s.dropFrames(({ tcpFlags }) => tcpFlags === 'ACK');
        assert.equal(await codeOf(s.recv(fd)), 'ETIMEDOUT');
        const seconds = s.now() / 1000;
        assert.ok(seconds >= 35 && seconds < 39, `after ${seconds} s`);
        end();
      }).expectPackets(`
        -   C > S  [S]
        -   S > C  [S.]
        -   C > S  [.]
        -   C > S  [.] seq 0 ack 1 lost
        -   C > S  [.] seq 0 ack 1 lost
        -   C > S  [.] seq 0 ack 1 lost
        -   C > S  [R.] seq 1 ack 1`);
    await tale.run();
    const times = tale.packets.slice(3).map(({ timeNs }) => timeNs / 1e9);
    assert.ok(times[0]! >= 20 && times[0]! <= 22.5, `first probe at ${times[0]}`);
    for (let i = 1; i < times.length; i++)
      assert.ok(times[i]! - times[i - 1]! >= 5 && times[i]! - times[i - 1]! <= 5.7);
  });
});

describe('retransmission that nobody answers', () => {
  it('the time-out doubles; after tcp_retries2 the connection ends with ETIMEDOUT', async () => {
    const tale = story({ nic: { latency: '1ms' }, sysctl: { 'net.ipv4.tcp_retries2': 5 } })
      .process('server', async (s) => {
        await accepted(s);
        await s.sleep(60_000);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.sleep(10);
        s.dropFrames(({ tcpFlags }) => tcpFlags === 'PSH ACK');
        await s.send(fd, block(100));
        const sent = s.now();
        assert.equal(await codeOf(s.recv(fd)), 'ETIMEDOUT');
        // 200 ms, doubled five times: 12.6 s, and the timers of the wheel are a bit late.
        assert.ok(s.now() - sent > 12_600 && s.now() - sent < 14_200, `after ${s.now() - sent} ms`);
      });
    await tale.run();
    const times = tale.packets.filter(({ lost }) => lost).map(({ timeNs }) => timeNs / 1e6);
    const waits = times.slice(1).map((time, i) => time - times[i]!);
    // The first two are the loss probe's and the timer's own.
    for (let i = 2; i < waits.length; i++) {
      const factor = waits[i]! / waits[i - 1]!;
      assert.ok(factor > 1.8 && factor < 2.2, `the waits are ${waits.join(', ')} ms`);
    }
    assert.equal(times.length, 7, 'sent once, probed once, five times by the timer');
  });
});
