/** Transfers of any kind over any wire: the bytes are the same at the other end, and nothing is left over. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { block, connected, listener, story, type Sockscope } from '../../support/story.ts';

/** What one end does: writes of these sizes with pauses between, reads of at most so much with pauses between. */
const end = fc.record({
  writes: fc.array(
    fc.record({
      size: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20_000 })),
      pause: fc.oneof(fc.constant(0), fc.nat(50)),
    }),
    { maxLength: 12 },
  ),
  reads: fc.record({
    size: fc.oneof(fc.constant(65536), fc.integer({ min: 50, max: 5000 })),
    pause: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(20)),
  }),
  nodelay: fc.boolean(),
  buffers: fc.oneof(fc.constant(0), fc.integer({ min: 4096, max: 40_000 })),
});
const machine = fc.record({
  seed: fc.nat(0xffff),
  mtu: fc.constantFrom(65536, 1500, 1500, 576, 150),
  latency: fc.constantFrom(0, '10us', '1ms', '30ms'),
  bandwidth: fc.constantFrom(0, 0, '10mbit'),
  ringSize: fc.constantFrom(256, 8, 4),
  loss: fc.constantFrom(0, 0, 0.03, 0.2),
  reorder: fc.constantFrom(0, 0, 0.1),
  duplicate: fc.constantFrom(0, 0, 0.1),
  corrupt: fc.constantFrom(0, 0, 0.03),
});
const settings = fc.record({
  'net.ipv4.tcp_sack': fc.constantFrom(1, 1, 0),
  'net.ipv4.tcp_timestamps': fc.constantFrom(1, 1, 0),
  'net.ipv4.tcp_window_scaling': fc.constantFrom(1, 1, 0),
  'net.ipv4.tcp_congestion_control': fc.constantFrom('cubic', 'reno'),
  'net.ipv4.tcp_syncookies': fc.constantFrom(1, 2),
  'net.ipv4.tcp_ecn': fc.constantFrom(2, 1, 0),
  'net.ipv4.tcp_recovery': fc.constantFrom(1, 1, 0),
  'net.ipv4.tcp_autocorking': fc.constantFrom(1, 0),
});
type End = typeof end extends fc.Arbitrary<infer Value> ? Value : never;

async function play(
  s: Sockscope,
  fd: number,
  mine: End,
  theirs: End,
  seed: number,
  theirSeed: number,
): Promise<void> {
  if (mine.nodelay) await s.setsockopt(fd, s.SOL_TCP, s.TCP_NODELAY, 1);
  if (mine.buffers > 0) {
    await s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, mine.buffers);
    await s.setsockopt(fd, s.SOL_SOCKET, s.SO_SNDBUF, mine.buffers);
  }
  const writing = (async () => {
    const bytes = block(
      mine.writes.reduce((sum, { size }) => sum + size, 0),
      seed,
    );
    let at = 0;
    for (const { size, pause } of mine.writes) {
      assert.equal(await s.send(fd, bytes.subarray(at, at + size)), size);
      at += size;
      if (pause > 0) await s.sleep(pause);
    }
    await s.shutdown(fd, s.SHUT_WR);
  })();
  const expected = block(
    theirs.writes.reduce((sum, { size }) => sum + size, 0),
    theirSeed,
  );
  let got = 0;
  for (;;) {
    const part = await s.recv(fd, mine.reads.size);
    if (part.length === 0) break;
    assert.equal(
      Buffer.compare(part, expected.subarray(got, got + part.length)),
      0,
      `other bytes from ${got} on`,
    );
    got += part.length;
    if (mine.reads.pause > 0) await s.sleep(mine.reads.pause);
  }
  assert.equal(got, expected.length);
  await writing;
  // Who closes while the other still waits for data is given up on earlier, on a bad wire.
  while (s.sock(fd).sk_state !== s.TCP_CLOSE && (await s.ioctl(fd, s.SIOCOUTQ)) > 0) await s.sleep(100);
  await s.close(fd);
}

describe('any transfer', function () {
  this.timeout(120_000);
  it('arrives whole, whatever the wire, the settings and the ends do', () =>
    fc.assert(
      fc.asyncProperty(machine, settings, end, end, async ({ seed, ...nic }, sysctl, client, server) => {
        // With a cookie nothing remembers the SYN: where the final ACK gets lost, data behind it is answered with RST.
        if (nic.loss + nic.reorder + nic.corrupt > 0) sysctl['net.ipv4.tcp_syncookies'] = 1;
        // On such a wire the retransmission time-out can reach its two minutes, and stay there: nobody is to give up.
        await story({ seed, nic, sysctl: { ...sysctl, 'net.ipv4.tcp_retries2': 200 }, aftermath: 5000 })
          .process('server', async (s) => {
            const fd = await listener(s);
            const connection = await s.accept(fd);
            await s.close(fd);
            await play(s, connection, server, client, 2, 1);
          })
          .process('client', async (s) => play(s, await connected(s), client, server, 1, 2))
          .run();
      }),
      // The same ones each time; RUNS and SEED in the environment for more and others.
      { numRuns: Number(process.env['RUNS'] ?? 60), seed: Number(process.env['SEED'] ?? 1) },
    ));
});
