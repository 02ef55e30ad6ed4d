/** Each packet's cause, held against the call stack with which it was sent. */
import assert from 'node:assert/strict';
import type { SendReason } from '../../../stack/capture/send_reason.ts';
import { RingReader, RingWriter, createRing } from '../../../stack/trace/ring.ts';
import { parseStack } from '../../../debug-adapter/inspect/stackText.ts';
import { decidingFrame } from '../../../debug-adapter/packets/cause/deciding.ts';
import { causeSentence } from '../../../debug-adapter/packets/cause/sentence.ts';
import type { Cause } from '../../../debug-adapter/packets/cause/cause.ts';
import { readCause, writeCause } from '../../../debug-adapter/recording/causeRecord.ts';
import { CauseTracker } from '../../../debug-adapter/recording/causeTracker.ts';
import { NameReader, NameWriter, createNameTable } from '../../../debug-adapter/recording/nameTable.ts';
import { stackNow } from '../support/captured.ts';
import {
  accepted,
  ADDRESS,
  connected,
  story,
  type Setup,
  type Sockscope,
} from '../../stack/support/story.ts';

interface Sent {
  cause: Cause;
  sentence: string;
  stack: string;
}
type Process = (s: Sockscope) => Promise<void>;

/** What a client and a server send on the loopback, and why. */
async function causesOf(setup: Setup, server: Process, client: Process): Promise<Sent[]> {
  const told = story(setup).process('server', server).process('client', client);
  const { world } = told.machine;
  const [memory, table] = [createRing(1 << 20), createNameTable(1 << 16)];
  const [ring, names, reader] = [new RingWriter(memory), new NameWriter(table), new RingReader(memory)];
  const tracker = new CauseTracker(world);
  const capture = world.capture!;
  const stacks: string[] = [];
  const sent: Sent[] = [];
  world.capture = {
    ...capture,
    sent: (frame, port) => {
      capture.sent(frame, port);
      writeCause(ring, names, 1, frame.number, tracker.of(port)!);
      stacks.push(stackNow());
    },
  };
  await told.run();
  const nameReader = new NameReader(table);
  reader.drain((_kind, content) => {
    const { number, cause } = readCause(content, nameReader);
    assert.equal(number, sent.length + 1, 'one cause for each frame');
    sent.push({ cause, sentence: causeSentence(cause, 'other'), stack: stacks[number - 1]! });
  });
  assert.equal(sent.length, stacks.length);
  return sent;
}

const HANDLED_IN: Partial<Record<Cause['handled'], RegExp>> = {
  call: /\b__sys_|\bsys_|_syscall\b/,
  timer: /\bcall_timer_fn\b|\bhrtimer_run_softirq\b|\btasklet_action\b/,
  packet: /\btcp_v4_rcv\b|\btcp_v4_do_rcv\b/,
};

const functionsOf = (stack: string): string[] => parseStack(stack).map(({ name }) => name);

/** The code that ran is the code that the cause names. */
function check(sent: readonly Sent[]): void {
  for (const [at, { cause, sentence, stack }] of sent.entries()) {
    const what = `packet ${at + 1}: ${sentence}\n${JSON.stringify(cause)}\n${stack}`;
    assert.ok(cause.why !== undefined, what);
    assert.ok(decidingFrame(functionsOf(stack), cause.why) >= 0, what);
    const handled = HANDLED_IN[cause.handled];
    if (handled !== undefined && cause.handled !== 'call') assert.match(stack, handled, what);
    if (cause.handled === 'packet') assert.ok(cause.lastPacket! <= at && cause.lastPacket! > 0, what);
  }
}

const reasons = (sent: readonly Sent[]): (SendReason | undefined)[] => sent.map(({ cause: { why } }) => why);
const sentences = (sent: readonly Sent[]): string[] => sent.map(({ sentence }) => sentence);
const has = (sent: readonly Sent[], ...wanted: RegExp[]): void => {
  for (const pattern of wanted)
    assert.ok(
      sentences(sent).some((one) => pattern.test(one)),
      `${pattern}\n${sentences(sent).join('\n')}`,
    );
};

describe('The cause of a packet', () => {
  it('is a system call, the packet that it answers, or the delayed-ACK timer', async () => {
    const sent = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        const fd = await accepted(s);
        await s.recv(fd);
        await s.sleep(500);
        await s.send(fd, 'hi');
        await s.recv(fd);
        await s.close(fd);
      },
      async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.recv(fd);
        await s.close(fd);
      },
    );
    check(sent);
    assert.match(
      sent[0]!.sentence,
      /^connect\(3, 127\.0\.0\.1:8080\) of client \[pid \d+\] opens a connection\.$/,
    );
    assert.equal(sent[1]!.sentence, 'Answers packet 1: the request is in the SYN queue now.');
    assert.equal(sent[2]!.sentence, 'Completes the handshake: the SYN-ACK is packet 2.');
    assert.match(sent[3]!.sentence, /^send\(3, 5 bytes\) of client \[pid \d+\] sends data\.$/);
    has(sent, /closes this direction of the connection/);
  });

  it('tells resets apart: no socket, data that was not read, SO_LINGER 0', async () => {
    const refused = await causesOf(
      {},
      async () => {},
      async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await assert.rejects(s.connect(fd, ADDRESS));
      },
    );
    check(refused);
    assert.equal(refused[1]!.sentence, 'There is no socket for packet 1.');

    const unread = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        const fd = await accepted(s);
        await s.sleep(50);
        await s.close(fd);
      },
      async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.sleep(200);
      },
    );
    check(unread);
    has(unread, /^close\(\d+\) of server .* closes the socket, and data in it was not read\.$/);

    const aborted = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        await accepted(s);
        await s.sleep(100);
      },
      async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
        await s.close(fd);
      },
    );
    check(aborted);
    has(aborted, /SO_LINGER 0/);
  });

  it('is a timer where the peer is silent: keepalive', async () => {
    const sent = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        await accepted(s);
        await s.sleep(60_000);
      },
      async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPIDLE, 20);
        await s.sleep(50_000);
      },
    );
    check(sent);
    has(sent, /^Keepalive probe 1: /, /^Answers packet \d+, whose sequence numbers are old/);
  });

  it('is known for each packet of a transfer with losses, and is what the code did', async () => {
    const seen = new Set<SendReason | undefined>();
    for (let seed = 1; seed <= 12; seed++) {
      const sent = await causesOf(
        { seed, nic: { latency: '5ms', loss: 0.08, mtu: 1500 }, aftermath: 600 },
        async (s) => {
          const fd = await accepted(s);
          while ((await s.recv(fd)).length > 0);
          await s.close(fd);
        },
        async (s) => {
          const fd = await connected(s);
          for (let i = 0; i < 40; i++) await s.send(fd, new Uint8Array(3000));
          await s.close(fd);
        },
      );
      check(sent);
      for (const why of reasons(sent)) seen.add(why);
    }
    for (const why of ['timeout', 'lost', 'loss_probe', 'more_data', 'ack_out_of_order'] as const)
      assert.ok(seen.has(why), `${why} was not seen, only ${[...seen].join(', ')}`);
  });
});
