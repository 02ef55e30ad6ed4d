/** Why windows, cwnd and ssthresh change, held against the call stack of each change. */
import assert from 'node:assert/strict';
import type { ValueReason } from '../../../stack/capture/value_reason.ts';
import type { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import { parseStack } from '../../../debug-adapter/inspect/stackText.ts';
import {
  CHANGED_IN,
  type ValueChange,
  type ValueName,
} from '../../../debug-adapter/packets/cause/valueChange.ts';
import { valueSentence } from '../../../debug-adapter/packets/cause/valueSentence.ts';
import { CauseTracker } from '../../../debug-adapter/recording/causeTracker.ts';
import { socketKey, ValueTracker } from '../../../debug-adapter/recording/valueTracker.ts';
import { stackNow } from '../support/captured.ts';
import { accepted, connected, story, type Setup, type Sockscope } from '../../stack/support/story.ts';

interface Told {
  change: ValueChange;
  sentence: string;
}
type Process = (s: Sockscope) => Promise<void>;

/** All changes of a story, each checked against the code that makes it and against the field. */
async function changesOf(setup: Setup, server: Process, client: Process): Promise<Told[]> {
  const teller = story(setup).process('server', server).process('client', client);
  const { world } = teller.machine;
  const causes = new CauseTracker(world);
  const tracker = new ValueTracker(world, () => causes.handling);
  const told: Told[] = [];
  const last = new Map<tcp_sock, Map<ValueName, number>>();
  world.tracer.on('sockscope:value_set', (sk, value, why) => {
    const stack = stackNow();
    const functions = parseStack(stack).map(({ name }) => name);
    assert.ok(
      CHANGED_IN[why].some((name) => functions.includes(name)),
      `${value}: ${why}\n${stack}`,
    );
    const change = tracker.newest(socketKey(sk), value, world.event);
    const values = last.get(sk) ?? new Map<ValueName, number>();
    last.set(sk, values);
    if (change?.cause.event !== world.event) return;
    const what = `${JSON.stringify(change)}\n${stack}`;
    assert.equal(change.to, sk[value], what);
    if (values.has(value)) assert.equal(change.from, values.get(value), what);
    values.set(value, change.to);
    assert.equal(change.why, why, what);
    if (change.cause.handled === 'packet') assert.match(stack, /\btcp_v4_rcv\b|\btcp_v4_do_rcv\b/, what);
    if (change.cause.handled === 'timer')
      assert.match(stack, /\bcall_timer_fn\b|\b\w*softirq\b|\btasklet_action\b/, what);
    if (change.cause.handled === 'call') assert.doesNotMatch(stack, /\btcp_v4_rcv\b/, what);
    told.push({ change, sentence: valueSentence(change) });
  });
  await teller.run();
  return told;
}
const reasons = (told: readonly Told[]): Set<ValueReason | undefined> =>
  new Set(told.map(({ change }) => change.why));

/** The client sends, the server reads all. */
const reads: Process = async (s) => {
  const fd = await accepted(s);
  while ((await s.recv(fd)).length > 0);
  await s.close(fd);
};
const sends =
  (times: number, bytes: number): Process =>
  async (s) => {
    const fd = await connected(s);
    for (let i = 0; i < times; i++) await s.send(fd, new Uint8Array(bytes));
    await s.close(fd);
  };

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
    const seen = new Set<ValueReason | undefined>();
    for (let seed = 1; seed <= 6; seed++) {
      const nic = { latency: '5ms', loss: 0.12, mtu: 1500 };
      for (const why of reasons(await changesOf({ seed, nic, aftermath: 600 }, reads, sends(60, 3000))))
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
