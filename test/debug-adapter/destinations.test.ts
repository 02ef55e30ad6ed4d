/** Moments as destinations: the lines of output, a packet's sending; and what the timeline tells of them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Files } from './support/commandLine.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';

/** What the client asks is lost at first, by a fault of the launch configuration. The last line stops. */
const PROGRAM = `
import { accept, AF_INET, bind, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';
const address = { address: '127.0.0.1', port: 80 };
export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, address);
  await listen(listener, 4);
  console.log('server is ready');
  const fd = await accept(listener);
  await recv(fd, 100);
  console.log('server:\\n\\n  has received');
  await send(fd, 'yes');
}
export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, address);
  await send(fd, 'well?');
  console.error('client has asked');
  await recv(fd, 100);
  debugger;
}
`;

describe('debug adapter: destinations in the run', function () {
  this.timeout(60_000);
  const files = new Files();

  /** Stopped at the end of the program. */
  async function atTheEnd(adapter: Adapter): Promise<void> {
    const program = path.join(files.folder, 'asks.ts');
    writeFileSync(program, PROGRAM);
    await adapter.launch({ program, faults: [{ kind: 'loss', link: 'lo', frame: 4 }] });
    assert.notEqual(await adapter.stopped(), 'terminated', said(adapter));
  }
  const said = (adapter: Adapter): string => adapter.output.map(({ text }) => text).join('');
  const event = async (adapter: Adapter): Promise<number> => Number(await adapter.evaluate('world.event'));
  /** Stand where a request leads. */
  async function go(adapter: Adapter, request: () => Promise<unknown>): Promise<void> {
    const stopped = adapter.stopped();
    await request();
    assert.notEqual(await stopped, 'terminated', said(adapter));
  }

  it('each line of output is listed with its moment, and leads there', () =>
    withAdapter(async (adapter) => {
      await atTheEnd(adapter);
      const { lines, isCut } = await adapter.custom('sockscope/output', {});
      assert.deepEqual(
        lines.map(({ process, stream, text }) => `${process} ${stream}: ${text}`),
        [
          'server stdout: server is ready',
          'client stderr: client has asked',
          'server stdout: server:',
          'server stdout:   has received',
        ],
      );
      assert.equal(isCut, false);
      const [ready, asked, received] = lines;
      assert.ok(ready!.event < asked!.event && asked!.event < received!.event, JSON.stringify(lines));
      assert.ok(received!.timeNs - asked!.timeNs > 100e6, 'the request was lost first');
      const newest = await adapter.custom('sockscope/output', { count: 1 });
      assert.deepEqual(newest, { lines: lines.slice(-1), isCut: true });

      await go(adapter, () => adapter.custom('sockscope/goToEvent', { event: asked!.event }));
      assert.equal(await event(adapter), asked!.event);
      const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      assert.ok(rows.length > 4, 'the run stays where it was');
      assert.deepEqual(
        (await adapter.custom('sockscope/output', {})).lines,
        lines,
        'repeating the run says nothing again',
      );
    }));

  it('each line leads to the statement that has written it, at its time in a loop', () =>
    withAdapter(async (adapter) => {
      const source = `export async function writes() {
  for (const name of ['one', 'two']) {
    console.log(name);
    (() => console.log(name + '\\nagain'))();
  }
  debugger;
}
`;
      await adapter.launch({ program: files.scenario(source) });
      assert.notEqual(await adapter.stopped(), 'terminated', said(adapter));
      const { lines } = await adapter.custom('sockscope/output', {});
      const places: unknown[] = [];
      for (const { event, index } of lines) {
        await go(adapter, () => adapter.custom('sockscope/goToOutput', { event, index }));
        const [top] = await adapter.stack();
        places.push([top!.line, await adapter.evaluate('name')]);
      }
      assert.deepEqual(
        places,
        ['one', 'two'].flatMap((name) => [3, 4, 4].map((line) => [line, JSON.stringify(name)])),
      );
      await assert.rejects(
        adapter.custom('sockscope/goToOutput', { event: lines[0]!.event, index: 99 }),
        /The moment at which this line was written is not known any more/,
      );
    }));

  it('says that more lines were written at once than are listed', () =>
    withAdapter(async (adapter) => {
      const source = `export async function writes() {
  console.log(Array.from({ length: 101 }, (_, at) => \`line \${at}\`).join('\\n'));
  debugger;
}
`;
      await adapter.launch({ program: files.scenario(source) });
      assert.notEqual(await adapter.stopped(), 'terminated', said(adapter));
      const { lines, isCut } = await adapter.custom('sockscope/output', {});
      assert.deepEqual([lines.length, lines.at(-1)!.text, lines.at(-1)!.stream], [100, 'line 99', 'stdout']);
      assert.equal(isCut, true);
    }));

  it("a packet's sending is one, of a lost packet, too", () =>
    withAdapter(async (adapter) => {
      await atTheEnd(adapter);
      const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
      const lost = rows.find(({ fate }) => fate === 'lost')!;
      await go(adapter, () => adapter.custom('sockscope/goToSending', { number: lost.number }));
      const names = (await adapter.stack()).map(({ name }) => name);
      assert.ok(names.includes('tcp_sendmsg_locked') && names.includes('client'), names.join(' < '));
      await assert.rejects(adapter.custom('sockscope/goToSending', { number: 999 }), /no such packet: 999/);
    }));

  it('the timeline has lanes, system calls, sleeps, packets and lines of output, each with its moment', () =>
    withAdapter(async (adapter) => {
      await atTheEnd(adapter);
      const { lanes, bars, packets, outputs, whole, stop } = await adapter.custom('sockscope/timeline', {
        axis: 'events',
        columns: 2000,
      });
      assert.deepEqual(
        lanes.map(({ kind, name }) => `${kind} ${name}`),
        ['process client', 'process server'],
      );
      const [client, server] = [0, 1];
      const calls = (lane: number) =>
        bars.filter((bar) => bar.lane === lane && bar.kind === 'call').map(({ name }) => name);
      assert.deepEqual(calls(server).slice(0, 5), ['socket', 'bind', 'listen', 'accept', 'recv']);
      assert.deepEqual(calls(client), ['socket', 'connect', 'send', 'recv']);
      const asleep = bars.find((bar) => bar.kind === 'sleep' && bar.lane === server)!;
      assert.equal(asleep.name, 'accept');
      assert.ok(asleep.from.event < asleep.to!.event);
      assert.deepEqual(
        packets.slice(0, 5).map(({ from, to, label, fate }) => [from, to, label, fate].join(' ')),
        [
          `${client} ${server} SYN delivered`,
          `${server} ${client} SYN-ACK delivered`,
          `${client} ${server} ACK delivered`,
          `${client} ${server} PSH-ACK lost`,
          `${client} ${server} PSH-ACK delivered`,
        ],
      );
      const { lines } = await adapter.custom('sockscope/output', {});
      assert.deepEqual(
        outputs.map(({ lane, stream, text, at, count }) => [lane, stream, text, at.event, count]),
        [
          [server, 'stdout', 'server is ready', lines[0]!.event, 1],
          [client, 'stderr', 'client has asked', lines[1]!.event, 1],
          [server, 'stdout', 'server:', lines[2]!.event, 2],
        ],
      );
      assert.ok(whole!.to.event >= stop!.event && outputs.every(({ at }) => at.event <= stop!.event));
      const window = await adapter.custom('sockscope/timeline', {
        axis: 'events',
        from: lines[1]!.event,
        to: lines[1]!.event + 1,
      });
      assert.deepEqual(
        window.outputs.map(({ text }) => text),
        ['client has asked'],
      );
    }));
});
