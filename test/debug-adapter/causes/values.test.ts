/** Why windows, cwnd and ssthresh change, held against the call stack of each change. */
import assert from 'node:assert/strict';
import type { ChangeReason } from '../../../debug-adapter/packets/cause/valueChange.ts';
import { accepted, connected, reads, sends } from '../../stack/support/story.ts';
import { valueReasons } from '../support/observed.ts';
import { between } from '../support/stories.ts';

describe('The cause of a window', () => {
  it('is who does not read when it closes, and who reads when it opens', async () => {
    const { changes: told } = await between(
      sends(120, 2000),
      async (s) => {
        const fd = await accepted(s);
        await s.sleep(2000);
        while ((await s.recv(fd, 65_536)).length > 0);
        await s.close(fd);
      },
      { nic: { latency: '1ms' } },
    );
    const all = told
      .map(({ change: { value, from, to, why }, sentence }) => `${value} ${from} > ${to} ${why}: ${sentence}`)
      .join('\n');
    const has = (why: ChangeReason, pattern: RegExp): void => {
      const found = told.filter(({ change }) => change.why === why);
      const lines = found.map(
        ({ change: { value, from, to }, sentence }) => `${value} ${from} > ${to}: ${sentence}`,
      );
      assert.ok(
        lines.some((line) => pattern.test(line)),
        `${why}: ${pattern}\n${all}`,
      );
    };
    has('handshake', /^snd_wnd 0 > \d+: The first window of the peer, in packet \d+\.$/);
    has(
      'window_initial',
      /^rcv_wnd 0 > \d+: The connection begins with it: connect\(.*\) of client \[pid \d+\]\.$/,
    );
    has('window_initial', /^rcv_wnd 0 > \d+: The connection begins with it: packet \d+\.$/);
    has(
      'window_closed',
      /^rcv_wnd \d+ > 0: The window is closed: \d{4,} bytes are unread by server \[pid \d+\]\.$/,
    );
    has(
      'window_kept',
      /^rcv_wnd \d+ > \d+: \d+ bytes are unread, and the end of the window stays where it is: .* packet \d+\.$/,
    );
    has(
      'window_space',
      /^rcv_wnd \d+ > \d+: There is less room in the receive buffer: \d+ bytes are unread\. Advertised with packet \d+\.$/,
    );
    has('window_limited', /^rcv_wnd 0 > \d+: The buffer has more room; .*recv\(.*\) of server/);
    has('advertised', /^snd_wnd \d+ > 0: The peer closes its window in packet \d+\.$/);
    has('advertised', /^snd_wnd 0 > \d+: The peer advertises it in packet \d+\.$/);
    has(
      'cwnd_initial',
      /^snd_cwnd 0 > 10: The handshake is complete with packet \d+: cwnd begins with 10 segments\.$/,
    );
  });
});

describe('The cause of cwnd and ssthresh', () => {
  it('is known for each change of a transfer with losses, and is what the code did', async () => {
    const seen = new Set<ChangeReason>();
    for (let seed = 1; seed <= 6; seed++) {
      const nic = { loss: 0.12 };
      for (const why of valueReasons((await between(sends(60, 3000), reads, { seed, nic })).changes))
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
    const { changes: told } = await between(async (s) => {
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
