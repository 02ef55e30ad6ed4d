/** Recordings of runs: saved, opened where they stand, replayed on the command line, and refused. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { freePort } from '../../node/support/programs.ts';
import { parseAnyLaunch } from '../../../debug-adapter/session/recordedLaunch.ts';
import { withAdapter, type Adapter } from '../support/adapter.ts';
import { sockscope } from '../support/commandLine.ts';
import { fixture } from '../support/paths.ts';

/** What is seen at a stop. */
async function seen(adapter: Adapter): Promise<unknown> {
  const stack = await adapter.stack();
  return {
    stack: stack.map(({ name, line, source }) => `${name} ${path.basename(source?.path ?? '')}:${line}`),
    event: await adapter.evaluate('world.event'),
    time: await adapter.evaluate('world.now_ns'),
    cwnd: await adapter.evaluate('sockets.map((sk) => sk.snd_cwnd)'),
    packets: (await adapter.custom('sockscope/packets', { from: 0, count: 100 })).rows.map(
      ({ time, info }) => `${time} ${info}`,
    ),
  };
}

describe('recordings', function () {
  this.timeout(30_000);
  let folder: string;
  let program: string;
  const file = (name: string): string => path.join(folder, name);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-recordings-'));
    program = file('handshake.ts');
    cpSync(fixture('handshake'), program);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const breakAt = (source: string, line: number) => (adapter: Adapter) =>
    adapter.request('setBreakpoints', { source: { path: source }, breakpoints: [{ line }] });
  const opened =
    (recording: string, more: object = {}) =>
    (adapter: Adapter) =>
      adapter.launch({ recording, ...more });
  /** Record a run that stands amid a step behind line 21, with a change and a bookmark. */
  async function record(to: string): Promise<unknown> {
    return withAdapter(async (adapter) => {
      await adapter.launch({ program, seed: 7, nic: { latency: '1ms' } }, breakAt(program, 21));
      await adapter.stopped();
      await adapter.custom('sockscope/addBookmark', { name: 'before the data' });
      await adapter.evaluate('sockets[0].snd_cwnd = 17');
      await adapter.go('stepIn');
      await adapter.go('stepIn');
      await adapter.custom('sockscope/addBookmark', { name: 'first packet', packet: 1 });
      await assert.rejects(
        adapter.custom('sockscope/saveRecording', { path: file('nowhere/a.sockscope') }),
        /There is no folder .*nowhere: create it, or choose another one for the file\./,
      );
      const { isExact } = await adapter.custom('sockscope/saveRecording', { path: to });
      assert.equal(isExact, true);
      return seen(adapter);
    });
  }

  it('stands where it was made, with what was changed, and leads back and forth from there', async () => {
    const recording = file('a.sockscope');
    const then = await record(recording);
    assert.ok(readFileSync(recording).length < 4096, `${readFileSync(recording).length} bytes`);
    await withAdapter(async (adapter) => {
      let continued = 0;
      adapter.client.on('continued', () => continued++);
      await opened(recording)(adapter);
      const stop = await adapter.stopped();
      assert.notEqual(stop, 'terminated', adapter.output.map(({ text }) => text).join(''));
      assert.equal(continued, 0, 'the client is told of no step on the way');
      assert.deepEqual(await seen(adapter), then);
      assert.deepEqual(
        adapter.output.map(({ text }) => text),
        ['client is connected\n'],
      );
      await adapter.go('stepBack');
      await adapter.go('stepBack');
      const [top] = await adapter.stack();
      assert.equal(`${top!.name}:${top!.line}`, 'client:21');
      const { bookmarks } = await adapter.custom('sockscope/bookmarks', {});
      assert.deepEqual(
        bookmarks.map(({ name }) => name),
        ['first packet', 'before the data'],
      );
      const stopped = adapter.stopped();
      await adapter.custom('sockscope/goToBookmark', { name: 'first packet' });
      await stopped;
      assert.equal(await adapter.evaluate('world.event'), String(bookmarks[0]!.event));
      await adapter.go('continue');
      assert.deepEqual(await seen(adapter), then, 'the end of the past');
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(adapter.output.map(({ text }) => text).join(''), /server received "hello"/);
    });
  });

  it('obeys nobody on the way to where it stands', async () => {
    const recording = file('way.sockscope');
    await record(recording);
    await withAdapter(async (adapter) => {
      const stops: DebugProtocol.StoppedEvent[] = [];
      const answers: Promise<DebugProtocol.Response | string>[] = [];
      adapter.client.on('stopped', (stop: DebugProtocol.StoppedEvent) => stops.push(stop));
      await opened(recording)(adapter);
      while (stops.length === 0) {
        answers.push(adapter.client.send('continue', {}).catch((error: Error) => error.message));
        await sleep(1);
      }
      const [stop] = stops;
      assert.equal(stop!.body.description, 'Paused where the recording stands');
      for (const answer of await Promise.all(answers))
        if (typeof answer === 'string') assert.match(answer, /is running: pause it first|program has ended/);
        else assert.ok(answer.seq > stop!.seq, 'it was obeyed on the way');
    });
  });

  it('knows the way back from a breakpoint that was set before it was opened', async () => {
    const recording = file('breakpoint.sockscope');
    await record(recording);
    await withAdapter(async (adapter) => {
      await adapter.launch({ recording }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'sock_sendmsg' }] }),
      );
      await adapter.stopped();
      await adapter.go('continue');
      const there = await adapter.stack();
      assert.equal(there[0]!.name, 'sock_sendmsg');
      await adapter.go('next');
      await adapter.go('stepBack');
      assert.deepEqual(
        (await adapter.stack()).map(({ name, line }) => `${name}:${line}`),
        there.map(({ name, line }) => `${name}:${line}`),
      );
    });
  });

  it('is replayed on the command line, with its own sources where the program is not', async () => {
    const recording = file('b.sockscope');
    await record(recording);
    const { code, stdout, stderr } = await sockscope('replay', recording);
    assert.deepEqual([code, stdout], [0, 'client is connected\n'], stderr);
    assert.match(stderr, /the recording stands at event \d+, t = 0\.\d+ s, at .*stack.*\.ts:\d+/);
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'sockscope-elsewhere-'));
    try {
      rmSync(program);
      const moved = path.join(elsewhere, 'b.sockscope');
      cpSync(recording, moved);
      const refused = await sockscope('replay', moved);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /there is no handshake\.ts in .*--recorded-sources/s);
      assert.deepEqual(await sockscope('replay', moved, '--recorded-sources'), { code, stdout, stderr });
    } finally {
      rmSync(elsewhere, { recursive: true });
      cpSync(fixture('handshake'), program);
    }
  });

  it('of a run that has ended is replayed to its end', async () => {
    const recording = file('c.sockscope');
    await withAdapter(async (adapter) => {
      const record = adapter.client.waitForEvent('sockscope/record');
      await adapter.launch({ program, record: true });
      assert.equal(await adapter.stopped(), 'terminated');
      const { body } = (await record) as { body: { recording: string } };
      writeFileSync(recording, Buffer.from(body.recording, 'base64'));
    });
    const { code, stdout, stderr } = await sockscope('replay', recording);
    assert.deepEqual([code, stdout], [0, 'client is connected\nserver received "hello"\n'], stderr);
    assert.match(stderr, /the recording ends at event \d+/);
    await withAdapter(async (adapter) => {
      await opened(recording)(adapter);
      await adapter.stopped();
      const [before] = (await adapter.stack()).map(({ name }) => name);
      await adapter.go('reverseContinue');
      assert.notEqual((await adapter.stack())[0]!.name, before);
    });
  });

  it('has what came from outside: a Node server and its client on the host', async () => {
    const recording = file('d.sockscope');
    const server = file('server.mjs');
    writeFileSync(
      server,
      "import { createServer } from 'node:net';\ncreateServer((socket) => {\n  socket.on('data', (data) => {\n    console.log(`got ${data}`);\n    socket.end('bye');\n  });\n}).listen(7000, '0.0.0.0', () => console.log('listening'));\n",
    );
    const port = await freePort();
    const then = await withAdapter(async (adapter) => {
      const listening = new Promise<void>((resolve) =>
        adapter.client.on('output', ({ body }: { body: { output: string } }) => {
          if (body.output.includes('listening')) resolve();
        }),
      );
      await adapter.launch({ program: server, ports: { [port]: 7000 } }, breakAt(server, 5));
      await listening;
      const client = createConnection(port, '127.0.0.1');
      client.on('error', () => {}).end('hello from outside');
      await adapter.stopped();
      await adapter.custom('sockscope/saveRecording', { path: recording });
      const known = await seen(adapter);
      // Changed in the past, the run goes on without its client.
      const closed = once(client, 'close');
      await adapter.go('stepBack');
      const changed = adapter.stopped();
      await adapter.evaluate('socket.isChanged = true');
      await changed;
      assert.match(adapter.output.at(-1)!.text, /Connections to the outside have ended/);
      await closed;
      await adapter.go('continue');
      assert.equal(await adapter.evaluate('socket.isChanged'), 'true');
      assert.deepEqual(await seen(adapter), known);
      return known;
    });
    const { code, stdout, stderr } = await sockscope('replay', recording);
    assert.deepEqual([code, stdout], [0, 'listening\ngot hello from outside\n'], stderr);
    await withAdapter(async (adapter) => {
      await opened(recording)(adapter);
      await adapter.stopped();
      assert.deepEqual(await seen(adapter), then);
      await adapter.go('stepBack');
      assert.equal((await adapter.stack())[0]!.line, 4);
    });
  });

  describe('is refused', () => {
    /** @returns why it cannot be opened */
    const refusal = (recording: string, more: object = {}): string => {
      try {
        parseAnyLaunch({ recording, ...more });
        return 'it was opened';
      } catch (error) {
        return (error as Error).message;
      }
    };
    const changed = (change: (content: Record<string, never>) => void): string => {
      const content = JSON.parse(gunzipSync(readFileSync(file('e.sockscope'))).toString()) as never;
      change(content);
      writeFileSync(file('f.sockscope'), gzipSync(JSON.stringify(content)));
      return file('f.sockscope');
    };
    before(() => record(file('e.sockscope')));

    it('with a changed program, another stack, a newer format, or damage: the message says which', () => {
      writeFileSync(program, readFileSync(program, 'utf8').replace('hello', 'hullo'));
      const why = refusal(file('e.sockscope'));
      cpSync(fixture('handshake'), program);
      assert.match(why, /The program has changed since the recording was made: .*handshake\.ts\. Go back to/);
      const stack = changed(({ madeBy }) => Object.assign(madeBy, { stack: '0123456789abcdef' }));
      assert.match(refusal(stack), /another build of Sockscope .* Open it with the build that made it/);
      const newer = changed((content) => Object.assign(content, { version: 3 }));
      assert.match(refusal(newer), /format 3, and this version of Sockscope reads format 2/);
      const odd = changed(({ stop }) =>
        Object.assign(stop, { moment: { mark: { kind: 'own', event: -1 } } }),
      );
      assert.match(refusal(odd), /its stop\.moment\.mark\.event must be a whole number from 0 on, got -1/);
      // Both become part of code.
      const field = { struct: 'tcp_sock', url: 'stack/include/linux/tcp.ts', ordinal: 1, name: 'snd_una' };
      const named = (more: object) =>
        refusal(changed((content) => Object.assign(content, { fields: [{ ...field, ...more }] })));
      assert.equal(named({}), 'it was opened');
      assert.match(named({ struct: 'a;evil()' }), /its fields\[0\]\.struct must be the name of a class/);
      assert.match(named({ url: 'stack/../x.ts' }), /its fields\[0\]\.url must be a module of the stack/);
      assert.match(named({ ordinal: 0 }), /its fields\[0\]\.ordinal must be a whole number from 1 on/);
      assert.match(named({ range: { from: 4, to: 4 } }), /its fields\[0\]\.range must be bytes/);
      const access = { kind: 'access', event: 9, field: 1, how: 'write', arrival: 1 };
      const unnamed = changed(({ stop }) => Object.assign(stop, { moment: { mark: access, moves: [] } }));
      assert.match(refusal(unnamed), /mark\.field must be the number of a field that the recording names/);
      const outside = changed(({ files }) => Object.assign(files[0]!, { path: '../../etc/passwd' }));
      assert.match(refusal(outside, { recordedSources: true }), /"\.\.\/\.\.\/etc\/passwd" is no path/);
      writeFileSync(file('f.sockscope'), 'no recording');
      assert.match(refusal(file('f.sockscope')), /f\.sockscope: This is no recording of Sockscope/);
      assert.match(refusal(file('e.sockscope'), { seed: 3 }), /launch\.seed: the recording has its own/);
    });

    it('while it is replayed, if the run takes another way', async () => {
      const strayed = changed(({ stop }) => Object.assign(stop, { at: { event: 5, timeNs: 5 } }));
      const { code, stderr } = await sockscope('replay', strayed);
      assert.equal(code, 1);
      assert.match(stderr, /The run is not the recorded one: it stands at event \d+, and stood at event 5/);
    });
  });
});
