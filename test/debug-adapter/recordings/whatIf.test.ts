/** The same past with one change: a recording that is opened with `whatIf`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseAnyLaunch } from '../../../debug-adapter/session/recordedLaunch.ts';
import type {
  RunRecord,
  SaveRecordingResponse,
  TraceLine,
  TraceResponse,
} from '../../../debug-adapter/protocol.ts';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../node/support/programs.ts';
import { compareRuns } from '../../../debug-adapter/sequence/firstDifference.ts';
import { PastRun } from '../../../extension/pastRun.ts';
import { otherRun } from '../../../extension/whatIf/otherRun.ts';
import { withAdapter, type Adapter } from '../support/adapter.ts';
import { fixture, ROOT } from '../support/paths.ts';

/** A connection from outside, as soon as somebody listens. */
async function connected(port: number): Promise<Socket> {
  for (;;) {
    const socket = createConnection(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) =>
      socket.once('connect', () => resolve(true)).on('error', () => resolve(false)),
    );
    if (isOpen) return socket;
    await sleep(20);
  }
}

/** The client is connected. */
const CONNECTED = 21;

describe('a recording with one change', function () {
  this.timeout(30_000);
  const program = fixture('handshake');
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-what-if-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string): string => path.join(folder, `${name}.sockscope`);

  const breakAt = (adapter: Adapter, ...lines: number[]) =>
    adapter.request('setBreakpoints', {
      source: { path: program },
      breakpoints: lines.map((line) => ({ line })),
    });

  /** @param packet it stands where this one is sent, otherwise where the client is connected */
  function record(name: string, packet?: number): Promise<SaveRecordingResponse & { trace: TraceResponse }> {
    return withAdapter(async (adapter) => {
      await adapter.launch({ program, seed: 7 }, () => breakAt(adapter, CONNECTED));
      await adapter.stopped();
      const where = packet === undefined ? {} : { packet };
      const saved = await adapter.custom('sockscope/saveRecording', { path: file(name), ...where });
      return { ...saved, trace: await adapter.custom('sockscope/trace', {}) };
    });
  }
  /** What is seen of the changed run where it stands. It goes on from there, and back to there. */
  function changed(
    name: string,
    whatIf: object | undefined,
    look: string,
  ): Promise<{ seen: string; packets: string; trace: TraceResponse }> {
    return withAdapter(async (adapter) => {
      await adapter.launch({ recording: file(name), ...(whatIf && { whatIf }) });
      const said = () => adapter.output.map(({ text }) => text).join('');
      assert.notEqual(await adapter.stopped(), 'terminated', said());
      const seen = await adapter.evaluate(look);
      await breakAt(adapter, CONNECTED + 1, CONNECTED + 2);
      await adapter.go('continue');
      const later = await adapter.evaluate(look);
      await adapter.go('continue');
      const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      const trace = await adapter.custom('sockscope/trace', {});
      await adapter.go('reverseContinue');
      assert.equal(await adapter.evaluate(look), later, 'the same when it is gone back to');
      return { seen, packets: rows.map(({ info }) => info).join('\n'), trace };
    });
  }

  it('has the same past up to the sending of a packet, which is lost in it: the first difference', async () => {
    const { sent, trace } = await record('lost', 2);
    assert.deepEqual(sent, { link: 'lo', frame: 2 });
    const {
      seen,
      packets,
      trace: other,
    } = await changed('lost', { faults: [{ kind: 'loss', ...sent }] }, 'world.event');
    assert.ok(Number(seen) < 100, seen);
    assert.match(packets, /\[SYN\].*\n.*\[SYN, ACK\].*\n.*Retransmission/);
    const compared = compareRuns(trace, other);
    assert.ok(compared.kind === 'differ', JSON.stringify(compared));
    assert.deepEqual(
      [trace.lines[compared.left]!.text, other.lines[compared.right]!.text],
      [
        'kernel: TCP 127.0.0.1:8080: SYN queue 1, accept queue 0, backlog 2',
        'kernel: packet 2 is lost on its wire',
      ],
    );
  });

  it('has another setting from where it stands on', async () => {
    await record('setting');
    const look = 'machine.init_net.sysctls.get("net.ipv4.tcp_fin_timeout").get()';
    const plain = await changed('setting', undefined, look);
    const other = await changed('setting', { sysctl: { 'net.ipv4.tcp_fin_timeout': '7' } }, look);
    assert.deepEqual([plain.seen, other.seen], ['"60"', '"7"']);
    assert.equal(other.packets, plain.packets, 'the past, and what does not depend on it');
  });

  it('of a Node program has the same past up to the sending of a packet, which is lost in it', async () => {
    const talk = path.join(ROOT, 'test/debug-adapter/fixtures/node/talk.mjs');
    const at = (adapter: Adapter) => {
      const breakpoints = [{ line: 8, column: 21, condition: 'turn === 2' }];
      return adapter.request('setBreakpoints', { source: { path: talk }, breakpoints });
    };
    const { sent, trace } = await withAdapter(async (adapter) => {
      await adapter.launch({ program: talk, seed: 7 }, () => at(adapter));
      await adapter.stopped();
      const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      const data = rows.find(({ info }) => info.includes('PSH'))!;
      const where = { path: file('talk'), packet: data.number };
      const saved = await adapter.custom('sockscope/saveRecording', where);
      return { ...saved, trace: await adapter.custom('sockscope/trace', {}) };
    });
    await withAdapter(async (adapter) => {
      const whatIf = { faults: [{ kind: 'loss', ...sent }] };
      await adapter.launch({ recording: file('talk'), whatIf }, () => at(adapter));
      await adapter.stopped();
      await adapter.go('continue');
      assert.equal(await adapter.evaluate('turn'), '2');
      const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      assert.ok(
        rows.some(({ info }) => info.includes('Retransmission')),
        rows.map(({ info }) => info).join('\n'),
      );
      const other = await adapter.custom('sockscope/trace', {});
      const compared = compareRuns(trace, other);
      assert.ok(compared.kind === 'differ', JSON.stringify(compared));
      assert.match(other.lines[compared.right]!.text, /^kernel: packet \d+ is lost on its wire$/);
    });
  });

  describe('that stands in the past', () => {
    const FIN_TIMEOUT = { sysctl: { 'net.ipv4.tcp_fin_timeout': '7' } };

    it('has no change and no bookmark that came later', async () => {
      const at = (adapter: Adapter) => adapter.evaluate('current.comm');
      await withAdapter(async (adapter) => {
        await adapter.launch({ program }, () => breakAt(adapter, CONNECTED - 2, CONNECTED));
        await adapter.stopped();
        await adapter.custom('sockscope/addBookmark', { name: 'here' });
        await adapter.go('continue');
        await adapter.custom('sockscope/addBookmark', { name: 'later' });
        await adapter.evaluate('current.comm = "changed"');
        await adapter.go('next');
        await adapter.go('reverseContinue');
        await adapter.go('reverseContinue');
        await adapter.custom('sockscope/saveRecording', { path: file('past') });
      });
      for (const whatIf of [undefined, FIN_TIMEOUT, { seed: 9 }])
        await withAdapter(async (adapter) => {
          await adapter.launch({ recording: file('past'), ...(whatIf && { whatIf }) });
          await adapter.stopped();
          const { bookmarks } = await adapter.custom('sockscope/bookmarks', {});
          await breakAt(adapter, CONNECTED + 1);
          await adapter.go('continue');
          const seen = [await at(adapter), ...bookmarks.map(({ name }) => name)];
          const said = adapter.output.map(({ text }) => text).join('');
          if (whatIf === undefined) return assert.deepEqual(seen, ['"changed"', 'here', 'later']);
          assert.deepEqual(seen, ['"client"', 'here'], JSON.stringify(whatIf));
          assert.match(said, /What the recording has for later is dropped: 1 changes, and 0 inputs/);
          // It can be gone back in, and be recorded itself.
          await breakAt(adapter, CONNECTED);
          await adapter.go('reverseContinue');
          assert.equal(await at(adapter), '"client"');
        });
    });

    it('gets nothing from outside of a Node program that came later', async () => {
      const server = path.join(folder, 'server.mjs');
      writeFileSync(
        server,
        `import { createServer } from 'node:net';
createServer((socket) => {
  socket.on('data', (data) => {
    console.log('got ' + data);
    socket.end('bye');
  });
}).listen(7000, '0.0.0.0', () => {
  console.log('listens');
});
`,
      );
      const breaks = (adapter: Adapter, ...lines: number[]) =>
        adapter.request('setBreakpoints', {
          source: { path: server },
          breakpoints: lines.map((line) => ({ line })),
        });
      const port = await freePort();
      await withAdapter(async (adapter) => {
        await adapter.launch({ program: server, ports: { [port]: 7000 } }, () => breaks(adapter, 4, 8));
        await adapter.stopped();
        const receives = adapter.go('continue');
        const peer = await connected(port);
        peer.end('hello');
        await receives;
        const stop = await adapter.go('reverseContinue');
        assert.notEqual(stop, 'terminated');
        assert.equal((await adapter.stack())[0]!.line, 8);
        await adapter.custom('sockscope/saveRecording', { path: file('outside') });
        peer.destroy();
      });
      for (const whatIf of [FIN_TIMEOUT, { seed: 9 }])
        await withAdapter(async (adapter) => {
          await adapter.launch({ recording: file('outside'), whatIf }, () => breaks(adapter, 4));
          await adapter.stopped();
          // Nobody comes from outside any more.
          assert.equal(await adapter.go('continue'), 'terminated');
          const said = (): string => adapter.output.map(({ text }) => text).join('');
          assert.match(said(), /What the recording has for later is dropped: 0 changes, and \d+ inputs/);
          assert.match(said(), /listens/);
          assert.doesNotMatch(said(), /got hello|does not fit/);
        });
    });
  });

  it('has other random numbers from where it stands on', async () => {
    await record('seed');
    const random = (whatIf?: object) =>
      withAdapter(async (adapter) => {
        await adapter.launch({ recording: file('seed'), ...(whatIf && { whatIf }) });
        await adapter.stopped();
        return adapter.evaluate('Math.random()');
      });
    const [other, again] = [await random({ seed: 8 }), await random({ seed: 8 })];
    assert.match(other, /^0\.\d+$/);
    assert.equal(again, other);
    assert.notEqual(await random({ seed: 9 }), other);
  });

  /** Each run's line of the first difference, from both traces, while both stand at a stop. */
  async function difference(origin: Adapter, other: Adapter): Promise<[TraceLine, TraceLine]> {
    const traces = await Promise.all([origin, other].map((one) => one.custom('sockscope/trace', {})));
    const [before, now] = [traces[0]!, traces[1]!];
    const compared = compareRuns(before, now);
    assert.ok(compared.kind === 'differ', JSON.stringify(compared));
    return [before.lines[compared.left]!, now.lines[compared.right]!];
  }
  /** What runs at an event: the innermost functions. */
  async function codeAt(adapter: Adapter, event: number): Promise<string[]> {
    const stop = adapter.stopped();
    await adapter.custom('sockscope/goToEvent', { event });
    await stop;
    assert.equal(await adapter.evaluate('world.event'), String(event));
    return (await adapter.stack()).map(({ name }) => name);
  }
  /** A run that stands at a line, and one that has a change from there on; each then goes on to another line. */
  const both = (
    {
      name,
      program,
      from,
      to,
      ...launch
    }: { name: string; program: string; from: number; to: number; nic?: object },
    whatIf: object,
    use: (origin: Adapter, other: Adapter) => Promise<void>,
  ): Promise<void> =>
    withAdapter(async (origin) => {
      const breaksAt = (adapter: Adapter, line: number) =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line }] });
      await origin.launch({ program, seed: 7, ...launch }, () => breaksAt(origin, from));
      await origin.stopped();
      await origin.custom('sockscope/saveRecording', { path: file(name) });
      await withAdapter(async (other) => {
        await other.launch({ recording: file(name), whatIf });
        for (const [index, adapter] of [other, origin].entries()) {
          if (index === 0) await adapter.stopped();
          await breaksAt(adapter, to);
          assert.notEqual(await adapter.go('continue'), 'terminated');
        }
        await use(origin, other);
      });
    });

  it('without SYN cookies begins to differ where the SYN is dropped that was answered with a cookie', () =>
    both(
      // Three clients sleep, whose SYNs come at once; the server has answered two of them.
      { name: 'cookies', program: fixture('crowded'), from: 20, to: 14, nic: { latency: '10ms' } },
      { sysctl: { 'net.ipv4.tcp_syncookies': '0' } },
      async (origin, other) => {
        const [before, now] = await difference(origin, other);
        assert.match(before.text, /^kernel: packet 6 is sent by lo: .* \[SYN, ACK\]/);
        assert.equal(now.text, 'kernel: packet 3 is dropped: TCPReqQFullDrop');
        assert.deepEqual([before.timeNs, now.timeNs], [15e6, 15e6]);
        const { stack = [] } = await origin.custom('sockscope/packetCode', { number: 6, which: 'sent' });
        assert.ok(stack.some((frame) => frame.name === 'tcp_v4_send_synack'));
        assert.deepEqual((await codeAt(other, now.event)).slice(0, 2), [
          'tcp_syn_flood_action',
          'tcp_conn_request',
        ]);
      },
    ));

  it('with another seed begins to differ where another packet is lost, not where other numbers are drawn', () =>
    both(
      { name: 'lossy', program, from: CONNECTED - 2, to: CONNECTED, nic: { loss: 0.3 } },
      { seed: 9 },
      async (origin, other) => {
        const [before, now] = await difference(origin, other);
        assert.equal(before.text, 'kernel: packet 2 is lost on its wire');
        assert.equal(now.text, 'kernel: TCP 127.0.0.1:8080: SYN queue 1, accept queue 0, backlog 2');
        const syns = [origin, other].map(
          async (one) => (await one.custom('sockscope/packets', { from: 0, count: 1 })).rows[0]!.info,
        );
        assert.notEqual(await syns[0], await syns[1], 'it has another port');
        assert.ok((await codeAt(origin, before.event)).includes('tcp_conn_request'));
      },
    ));

  it('with another seed differs in nothing but drawn numbers where no chance decides', () =>
    both(
      { name: 'drawn', program, from: CONNECTED - 2, to: CONNECTED + 2 },
      { seed: 9 },
      async (origin, other) => {
        const traces = await Promise.all([origin, other].map((one) => one.custom('sockscope/trace', {})));
        const compared = compareRuns(traces[0]!, traces[1]!);
        assert.ok(compared.kind === 'same' && compared.drawn !== undefined, JSON.stringify(compared));
        assert.equal(compared.shorter, 'neither');
        const lines = [traces[0]!.lines[compared.drawn.left]!, traces[1]!.lines[compared.drawn.right]!];
        for (const { text } of lines) assert.match(text, /packet 1 is sent by lo: .* \[SYN\] seq/);
      },
    ));

  describe('of a run that has ended', () => {
    let ended: RunRecord;
    let sequence: string[];
    before(() =>
      withAdapter(async (adapter) => {
        const record = new Promise<RunRecord>((resolve) =>
          adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
        );
        await adapter.launch({ program, seed: 7, record: true });
        assert.equal(await adapter.stopped(), 'terminated');
        ended = await record;
        sequence = await textsOf(adapter);
      }),
    );
    const textsOf = async (adapter: Adapter): Promise<string[]> =>
      (await adapter.custom('sockscope/trace', {})).lines.map(({ text }) => text);
    /** Where the other run stands first, what it has done by then, and in the end. */
    const other = (recording: string, whatIf: object): Promise<{ first: string[]; all: string[] }> =>
      withAdapter(async (adapter) => {
        await adapter.launch({ recording, whatIf });
        const stop = await adapter.stopped();
        assert.ok(stop !== 'terminated' && stop.description === 'Paused where the recording stands');
        const first = await textsOf(adapter);
        assert.equal(await adapter.go('continue'), 'terminated');
        return { first, all: await textsOf(adapter) };
      });

    it('begins at the sending of the packet that is lost', async () => {
      const { sent } = await new PastRun(ended).saveBeginning(file('ended'), 2);
      assert.deepEqual(sent, { link: 'lo', frame: 2 });
      const { first, all } = await other(file('ended'), { faults: [{ kind: 'loss', ...sent }] });
      const at = sequence.findIndex((text) => text.startsWith('kernel: packet 2 is sent'));
      assert.deepEqual(first, sequence.slice(0, at));
      assert.equal(
        all[all.findIndex((text, line) => text !== sequence[line])],
        'kernel: packet 2 is lost on its wire',
      );
    });

    it('runs the sources in its recording, if the run did so that has ended', async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-gone-'));
      const gone = path.join(folder, 'gone.mjs');
      writeFileSync(
        gone,
        "await new Promise((resolve) => setTimeout(resolve, 5));\nconsole.log('is over');\n",
      );
      const configuration = { recording: file('sources'), recordedSources: true };
      await withAdapter(async (adapter) => {
        await adapter.launch({ program: gone, stopOnEntry: true });
        await adapter.stopped();
        await adapter.custom('sockscope/saveRecording', { path: configuration.recording });
      });
      rmSync(folder, { recursive: true });
      const record = await withAdapter(async (adapter) => {
        const told = new Promise<RunRecord>((resolve) =>
          adapter.client.on('sockscope/record', ({ body }: { body: RunRecord }) => resolve(body)),
        );
        await adapter.launch({ ...configuration, record: true });
        await adapter.stopped();
        assert.equal(await adapter.go('continue'), 'terminated');
        return told;
      });
      const recording = file('sources-other');
      const { sent } = await new PastRun(record).saveBeginning(recording);
      await withAdapter(async (adapter) => {
        await adapter.launch({ ...otherRun(recording, configuration, { seed: 9 }, sent) });
        assert.notEqual(await adapter.stopped(), 'terminated');
        assert.equal(await adapter.go('continue'), 'terminated');
        assert.match(adapter.output.map(({ text }) => text).join(''), /is over/);
      });
    });

    it('begins with the run for other random numbers', async () => {
      await new PastRun(ended).saveBeginning(file('ended'));
      const { first, all } = await other(file('ended'), { seed: 9 });
      assert.deepEqual(first, sequence.slice(0, 1));
      assert.notDeepEqual(all, sequence);
      assert.equal(all.length, sequence.length);
    });

    it('is refused where nothing repeats it, or the packet is not known', async () => {
      const { recording: _, ...unrepeatable } = ended;
      await assert.rejects(
        new PastRun(unrepeatable).saveBeginning(file('ended')),
        /has ended, and was changed or is too large to be repeated afterwards\. Start it again/,
      );
      await assert.rejects(
        new PastRun(ended).saveBeginning(file('ended'), 99),
        /packet 99 .* not known any more/,
      );
      await assert.rejects(
        new PastRun({ ...ended, missing: 1 }).saveBeginning(file('ended'), 2),
        /too long to tell how many frames were sent before packet 2/,
      );
    });
  });

  it('is refused with what is no change', async () => {
    await record('refused');
    const refusal = (whatIf: unknown): string => {
      try {
        parseAnyLaunch({ recording: file('refused'), whatIf });
        return 'it was opened';
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(refusal({}), /launch\.whatIf has nothing that is to differ/);
    assert.match(refusal({ seeds: 3 }), /launch\.whatIf\.seeds/);
    assert.match(
      refusal({ faults: [{ kind: 'lose' }] }),
      /launch\.whatIf\.faults\[0\]\.kind must be one of loss/,
    );
    await withAdapter(async (adapter) => {
      await adapter.launch({
        recording: file('refused'),
        whatIf: { sysctl: { 'net.ipv4.tcp_fin_timeout': 'soon' } },
      });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.match(
        adapter.output.map(({ text }) => text).join(''),
        /net\.ipv4\.tcp_fin_timeout.*does not take "soon"/,
      );
    });
    assert.match(
      await withAdapter(async (adapter) => {
        await adapter.launch({ program }, () => breakAt(adapter, CONNECTED));
        await adapter.stopped();
        return adapter.custom('sockscope/saveRecording', { path: file('none'), packet: 99 }).then(
          () => 'it was saved',
          (error: Error) => error.message,
        );
      }),
      /at which packet 99 was sent is not known any more/,
    );
  });
});
