/** What takes longer than half a second: the client is told of it, and can cancel it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { english } from '../../language/message.ts';
import { errorText } from '../../language/userError.ts';
import { PacketStore } from '../../debug-adapter/packets/packetStore.ts';
import type { Tell } from '../../debug-adapter/packets/pace.ts';
import { exportPackets } from '../../debug-adapter/packets/pcapFile.ts';
import { Opening } from '../../debug-adapter/session/opening.ts';
import type { Replica } from '../../debug-adapter/travel/replica.ts';
import { Works } from '../../debug-adapter/session/works.ts';
import { frame, udp } from '../support/packetBuilder.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';

/** Computes for half a second before anything else happens: whoever repeats the run waits as long. */
const LONG = `import { accept, AF_INET, bind, listen, sleep, SOCK_STREAM, socket } from 'sockscope';
export async function computes() {
  let sum = 0;
  for (let i = 0; i < 18_000_000; i++) sum += Math.sin(i);
  await sleep(1);
  console.log(sum);
}
export async function server() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await bind(fd, { address: '127.0.0.1', port: 80 });
  await listen(fd, 1);
  await accept(fd);
}
`;
const PRINTS = 6;
/** Packets of a long stream. */
const MANY = 30_000;

describe('debug adapter: progress', function () {
  this.timeout(60_000);
  let folder: string;
  const file = (name: string): string => path.join(folder, name);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-progress-'));
    writeFileSync(file('long.ts'), LONG);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Stopped after the long computation. */
  async function atPrint(adapter: Adapter): Promise<void> {
    const program = file('long.ts');
    const breakpoints = [{ line: PRINTS }];
    await adapter.launch(
      { program },
      () => adapter.request('setBreakpoints', { source: { path: program }, breakpoints }),
      { supportsProgressReporting: true },
    );
    assert.notEqual(await adapter.stopped(), 'terminated');
  }
  /** Cancel what a request does once the client is told of it. @returns what it was called */
  async function cancelled(adapter: Adapter, request: () => Promise<unknown>): Promise<string> {
    const started = adapter.client.waitForEvent('progressStart', 30_000);
    const ended = adapter.client.waitForEvent('progressEnd', 30_000);
    const answered = request();
    const tooEarly = answered.then((answer) => assert.fail(`it was over: ${JSON.stringify(answer)}`));
    const told = (await Promise.race([started, tooEarly])) as DebugProtocol.ProgressStartEvent;
    const { progressId, title, cancellable } = told.body;
    const refused = assert.rejects(tooEarly, /^Error: cancelled/);
    assert.equal(cancellable, true);
    await adapter.request('cancel', { progressId });
    await refused;
    assert.equal(((await ended) as DebugProtocol.ProgressEndEvent).body.progressId, progressId);
    return title;
  }

  it('of a function graph, which can be asked for again', () =>
    withAdapter(async (adapter) => {
      await atPrint(adapter);
      const graph = () => adapter.custom('sockscope/functionGraph', { from: 1 });
      assert.equal(await cancelled(adapter, graph), 'Repeating the run for a function graph');
      const { calls } = await graph();
      assert.ok(calls.some(({ name }) => name === 'inet_listen'));
    }));

  it('of the locals of a function that sleeps, which are there when they are asked for again', () =>
    withAdapter(async (adapter) => {
      await atPrint(adapter);
      const server = (await adapter.threads()).find(({ name }) => name.startsWith('server'))!;
      const frame = (await adapter.stack(server.id)).find(({ name }) => name === 'server')!;
      const [locals] = await adapter.scopes(frame.id);
      const ask = () => adapter.variables(locals!.variablesReference);
      assert.equal(await cancelled(adapter, ask), 'Repeating the run up to where the function fell asleep');
      assert.deepEqual(
        (await ask()).map(({ name, value }) => `${name} = ${value}`),
        ['fd = 3'],
      );
    }));

  it('of saving a recording that must know where the run was changed', () =>
    withAdapter(async (adapter) => {
      await atPrint(adapter);
      await adapter.go('stepIn');
      await adapter.evaluate('sockets[0].sk_rcvbuf = 9999');
      const save = () => adapter.custom('sockscope/saveRecording', { path: file('changed.sockscope') });
      assert.equal(await cancelled(adapter, save), 'Repeating the run to find where it was changed');
      assert.ok(!existsSync(file('changed.sockscope')));
      assert.ok((await save()).bytes > 0);
    }));

  it('of opening a recording: cancelled, the session ends and says so', async () => {
    const recording = file('opened.sockscope');
    await withAdapter(async (adapter) => {
      await atPrint(adapter);
      await adapter.custom('sockscope/saveRecording', { path: recording });
    });
    const title = 'Opening a recording: repeating the run up to where it stands';
    const open = async (adapter: Adapter): Promise<DebugProtocol.ProgressStartEvent['body']> => {
      const started = adapter.client.waitForEvent('progressStart', 30_000);
      await adapter.launch({ recording }, undefined, { supportsProgressReporting: true });
      return ((await started) as DebugProtocol.ProgressStartEvent).body;
    };
    await withAdapter(async (adapter) => {
      const ended = adapter.client.waitForEvent('progressEnd', 30_000);
      const { title: told, progressId } = await open(adapter);
      assert.equal(told, title);
      assert.notEqual(await adapter.stopped(), 'terminated');
      assert.equal(((await ended) as DebugProtocol.ProgressEndEvent).body.progressId, progressId);
    });
    await withAdapter(async (adapter) => {
      const { progressId } = await open(adapter);
      await adapter.request('cancel', { progressId });
      assert.equal(await adapter.stopped(), 'terminated');
      assert.match(adapter.output.at(-1)!.text, /^The opening of \S+opened\.sockscope was cancelled\.\n$/);
    });
  });

  it('of opening a recording: cancelled while its machine is loaded, the launch fails with a sentence', async () => {
    const works = new Works(() => {});
    const opening = new Opening(works, 'Opening', 'run.sockscope');
    let killed = 0;
    const replica = { fails: () => {}, kill: () => Promise.resolve(killed++) } as unknown as Replica;
    works.cancel('work 1');
    await assert.rejects(opening.with(Promise.resolve(replica)), (error) => {
      assert.equal(errorText(english, error), 'The opening of run.sockscope was cancelled.');
      return true;
    });
    assert.equal(killed, 1);
  });

  it('of work in steps is told in percent, and a step is the last one when it was cancelled', async () => {
    const events: [event: string, body: { progressId: string; percentage?: number }][] = [];
    const works = new Works((event, body) => events.push([event, body as (typeof events)[number][1]]));
    works.isShown = true;
    const names = () => events.map(([event, { percentage }]) => [event, percentage]);
    const long = async (tell: (done: number, of: number) => void): Promise<string> => {
      tell(0, 4);
      await new Promise((resolve) => setTimeout(resolve, 700));
      tell(3, 4);
      return 'done';
    };
    assert.equal(await works.inSteps('Work', long), 'done');
    assert.deepEqual(names(), [
      ['progressStart', undefined],
      ['progressUpdate', 75],
      ['progressEnd', undefined],
    ]);
    const given = works.inSteps('Work', long);
    setTimeout(() => works.cancel(events.at(-1)![1].progressId), 600);
    await assert.rejects(given, { message: 'cancelled' });
    assert.deepEqual(names().slice(3), [
      ['progressStart', undefined],
      ['progressEnd', undefined],
    ]);
  });

  it('of exporting packets, of which the oldest are let go meanwhile', async () => {
    const store = new PacketStore({ packets: MANY });
    const sent = udp({ from: '10.0.0.1:1000', to: '10.0.0.2:53', payload: 'x' });
    let number = 0;
    const add = (count: number): void => {
      for (const end = number + count; number < end;) store.add(frame(sent, ++number, number * 1000));
    };
    add(MANY);
    let turns = 0;
    // What is written is let go, and a packet that is not written yet.
    const written = await exportPackets(file('export'), store, english, (done) => {
      if (turns++ === 0) add(done + 10);
    });
    assert.ok(turns > 0 && written < MANY, `${written} packets, ${turns} turns`);
    rmSync(file('export'));
  });

  it('of exporting packets and of saving a stream: others have their turn, and nothing is left of what was cancelled', async () => {
    const store = new PacketStore();
    const [sent] = [udp({ from: '10.0.0.1:1000', to: '10.0.0.2:53', payload: 'x' })];
    for (let number = 1; number <= MANY; number++) store.add(frame(sent, number, number * 1000));
    const stream = { protocol: 'udp', stream: 0 } as const;
    const works: [name: string, work: (path: string, tell: Tell) => Promise<unknown>][] = [
      ['export', (target, tell) => exportPackets(target, store, english, tell)],
      ['stream', (target, tell) => store.saveStream({ ...stream, path: target }, tell)],
    ];
    for (const [name, work] of works) {
      const parts: number[] = [];
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      await work(file(name), (done, of) => parts.push(done / of));
      clearInterval(timer);
      assert.ok(parts.length > 1 && turns > 1, `${name}: told ${parts.length} times, ${turns} turns`);
      assert.deepEqual(
        parts,
        parts.toSorted((a, b) => a - b),
        name,
      );
      assert.ok(parts[0]! >= 0 && parts.at(-1)! <= 1, `${name}: ${parts.join(' ')}`);
      rmSync(file(name));
      const stops = (done: number, of: number): void => {
        if (done / of > 0.5) throw new Error('cancelled');
      };
      await assert.rejects(work(file(name), stops), { message: 'cancelled' });
      assert.ok(!existsSync(file(name)), name);
    }
  });
});
