/** Why windows, cwnd and ssthresh change, held against the call stack of each change. */
import assert from 'node:assert/strict';
import type { ChangeReason } from '../../../debug-adapter/packets/cause/valueChange.ts';
import { Observed, valueReasons, type Changed } from '../support/observed.ts';
import {
  accepted,
  connected,
  type Process,
  reads,
  sends,
  type Setup,
  story,
} from '../../stack/support/story.ts';

/** All changes of a story. */
async function changesOf(setup: Setup, server: Process, client: Process): Promise<Changed[]> {
  const told = story(setup).process('server', server).process('client', client);
  const { changes } = new Observed(told.machine.world);
  await told.run();
  return changes;
}

describe('The cause of a window', () => {
  it('is who does not read when it closes, and who reads when it opens', async () => {
    const told = await changesOf(
      { nic: { latency: '1ms', mtu: 1500 } },
      async (s) => {
        const fd = await accepted(s);
        await s.sleep(2000);
        while ((await s.recv(fd, 65_536)).length > 0);
        await s.close(fd);
      },
      sends(120, 2000),
    );
    const sentences = told.map(
      ({ change: { value, from, to }, sentence }) => `${value} ${from} > ${to}: ${sentence}`,
    );
    const has = (pattern: RegExp) =>
      assert.ok(
        sentences.some((one) => pattern.test(one)),
        `${pattern}\n${sentences.join('\n')}`,
      );
    has(/^rcv_wnd \d+ > 0: The window is closed: \d{4,} bytes are unread by server \[pid \d+\]\.$/);
    has(
      /^rcv_wnd \d+ > \d+: \d+ bytes are unread, and the end of the window stays where it is: .* packet \d+\.$/,
    );
    has(/^rcv_wnd 0 > \d+: .*recv\(.*\) of server/);
    has(/^snd_wnd \d+ > 0: The peer closes its window in packet \d+\.$/);
    has(/^snd_wnd 0 > \d+: The peer advertises it in packet \d+\.$/);
    has(/^snd_cwnd 0 > 10: The handshake is complete with packet \d+: cwnd begins with 10 segments\.$/);
  });
});

describe('The cause of cwnd and ssthresh', () => {
  it('is known for each change of a transfer with losses, and is what the code did', async () => {
    const seen = new Set<ChangeReason>();
    for (let seed = 1; seed <= 6; seed++) {
      const nic = { latency: '5ms', loss: 0.12, mtu: 1500 };
      for (const why of valueReasons(await changesOf({ seed, nic, aftermath: 600 }, reads, sends(60, 3000))))
        seen.add(why);
    }
    for (const why of [
      'slow_start',
      'avoidance',
      'timeout',
      'recovery',
      'prr',
      'reduction_over',
      'advertised',
      'window_limited',
      'ssthresh_grown',
      'buffer_grown',
      'ca_disorder',
      'ca_recovery',
      'ca_recovered',
      'ca_timeout_over',
      'ca_timeout',
    ] as const)
      assert.ok(seen.has(why), `${why} was not seen, only ${[...seen].join(', ')}`);
  });

  it('is the pause of a connection that begins anew', async () => {
    const told = await changesOf({ nic: { latency: '5ms', mtu: 1500 } }, reads, async (s) => {
      const fd = await connected(s);
      for (let i = 0; i < 20; i++) await s.send(fd, new Uint8Array(3000));
      await s.sleep(20_000);
      await s.send(fd, 'again');
      await s.close(fd);
    });
    const restart = told.find(({ change }) => change.why === 'idle_restart' && change.value === 'snd_cwnd');
    assert.match(
      restart?.sentence ?? '',
      /^The connection was idle: .* send\(\d+, 5 bytes\) of client \[pid \d+\] begins anew\.$/,
    );
    assert.ok(restart!.change.from > 10 && restart!.change.to === 10, JSON.stringify(restart));
  });
});
