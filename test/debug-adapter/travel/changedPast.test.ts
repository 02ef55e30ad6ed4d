/** What is changed in the past: the recorded future is dropped, and the run goes on from there as for the first time. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Watch } from '../../../debug-adapter/protocol.ts';
import { readFrames } from '../../support/captureFile.ts';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { fixture } from '../support/paths.ts';

const program = fixture('handshake');

async function breakAt(adapter: Adapter, ...lines: number[]): Promise<void> {
  const breakpoints = lines.map((line) => ({ line }));
  await adapter.request('setBreakpoints', { source: { path: program }, breakpoints });
}
async function breakIn(adapter: Adapter, ...names: string[]): Promise<void> {
  await adapter.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });
}
/** Go back and forth; where it leads. */
async function go(adapter: Adapter, ...commands: Parameters<Adapter['go']>[0][]): Promise<string> {
  for (const command of commands) {
    const stop = await adapter.go(command);
    assert.notEqual(stop, 'terminated', said(adapter));
  }
  const [top] = await adapter.stack();
  return `${top!.name}:${top!.line}`;
}
/** Stand where something happens by itself after a request. */
async function stopAfter<T>(adapter: Adapter, request: () => Promise<T>): Promise<[T, Stopped]> {
  const stopped = adapter.stopped();
  const answer = await request();
  return [answer, (await stopped) as Stopped];
}
/** Change the past, and stand where it was changed. */
async function change<T>(adapter: Adapter, request: () => Promise<T>): Promise<T> {
  const [answer, { description }] = await stopAfter(adapter, request);
  assert.equal(description, 'Paused where the past was changed', said(adapter));
  return answer;
}
const said = (adapter: Adapter): string => adapter.output.map(({ text }) => text).join('');
const important = (adapter: Adapter): string[] =>
  adapter.output.filter(({ category }) => category === 'important').map(({ text }) => text.trim());
const event = async (adapter: Adapter): Promise<number> => Number(await adapter.evaluate('world.event'));
async function packets(adapter: Adapter): Promise<string[]> {
  const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 100 });
  return rows.map(({ number, info }) => `${number} ${info.replace(/ Seq.*/, '')}`);
}
async function setLocal(adapter: Adapter, name: string, value: string): Promise<string> {
  const { variablesReference } = (await adapter.scopes()).find((scope) => scope.name === 'Locals')!;
  const body = { variablesReference, name, value };
  return (await adapter.request<{ value: string }>('setVariable', body)).value;
}
/** Everything that the views tell of moments. */
async function told(adapter: Adapter): Promise<{ latest: number; bookmarks: string[]; stops: number[] }> {
  const { bookmarks, stops, whole } = await adapter.custom('sockscope/timeline', {});
  return {
    latest: whole!.to.event,
    bookmarks: bookmarks.map(({ name }) => name),
    stops: stops.map((stop) => stop.event),
  };
}

describe('debug adapter: the past is changed', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'sockscope-past-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('a local: the run takes another way from there, and what came later is gone from all views', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, async () => {
        await breakAt(adapter, 19, 21);
        await breakIn(adapter, 'connect_v4');
      });
      await adapter.stopped();
      await adapter.custom('sockscope/addBookmark', { name: 'before' });
      const place = await go(adapter, 'continue');
      assert.match(place, /^connect_v4:/);
      const there = await event(adapter);
      assert.equal(await go(adapter, 'continue'), 'client:21');
      await adapter.custom('sockscope/addBookmark', { name: 'later' });
      await adapter.custom('sockscope/annotatePacket', { number: 1, comment: 'the first' });
      const end = await event(adapter);
      const all = await packets(adapter);
      assert.ok(all.length >= 3, all.join('\n'));

      assert.equal(await go(adapter, 'reverseContinue'), place);
      assert.equal(await change(adapter, () => setLocal(adapter, 'addr_len', '1')), '1');
      assert.equal(
        important(adapter).at(-1),
        'You have changed the past: the run goes on from here, and what came later is gone ' +
          `(events ${there + 1} to ${end}, packets 1 to ${all.length}, bookmark "later"). ` +
          '"What If…" begins another run instead, and keeps both.',
      );
      assert.equal(await event(adapter), there);
      assert.equal((await adapter.variable('Locals', 'addr_len')).value, '1');
      assert.deepEqual(await packets(adapter), []);
      const { latest, bookmarks, stops } = await told(adapter);
      assert.ok(latest <= there, `${latest} of ${there}`);
      assert.deepEqual(bookmarks, ['before']);
      assert.ok(stops.every((stop) => stop <= there) && stops.includes(there), stops.join());

      // One more at the same stop, which is the present now.
      await adapter.evaluate('current.comm = "short"');
      // The change is a part of the run: behind it there is the old value, and it is made again on the way forward.
      await go(adapter, 'next', 'stepBack');
      assert.equal((await adapter.variable('Locals', 'addr_len')).value, '16');
      assert.equal(await adapter.evaluate('current.comm'), '"client"');
      await go(adapter, 'reverseContinue');
      assert.deepEqual((await told(adapter)).bookmarks, ['before']);
      await go(adapter, 'continue', 'next');
      assert.equal((await adapter.variable('Locals', 'addr_len')).value, '1');

      // Too short an address: the client fails, and sends nothing.
      await breakIn(adapter);
      assert.equal(((await adapter.go('continue')) as Stopped).reason, 'exception', said(adapter));
      assert.deepEqual(await packets(adapter), []);
      const file = path.join(folder, 'changed.sockscope');
      await adapter.custom('sockscope/saveRecording', { path: file });
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(said(adapter), /short \[pid \d+\] failed: .*EINVAL/);
      assert.doesNotMatch(said(adapter), /is connected.*is connected/s, 'nothing is said twice');
      await withAdapter(async (other) => {
        await other.launch({ recording: file });
        assert.equal(((await other.stopped()) as Stopped).description, 'Paused on uncaught error');
        assert.match(said(other), /short \[pid \d+\] failed: .*EINVAL/);
      });
    }));

  it('a frame and a setting: packets that come then are recorded, as causes and values are', () =>
    withAdapter(async (adapter) => {
      const pcap = path.join(folder, 'written.pcapng');
      await adapter.launch({ program, pcap, nic: { latency: '1ms' } }, async () => {
        await breakAt(adapter, 12, 21);
        await breakIn(adapter, 'inet_wait_for_connect');
      });
      await adapter.stopped();
      const there = await event(adapter);
      await adapter.custom('sockscope/annotatePacket', { number: 1, comment: 'the first' });
      assert.equal(await go(adapter, 'continue'), 'client:21');
      const before = await packets(adapter);
      await go(adapter, 'reverseContinue');
      const dropped = await change(adapter, () => adapter.evaluate('frame 1 drop'));
      assert.equal(dropped, 'Done: packet 1 does not arrive.');
      assert.deepEqual(await packets(adapter), before.slice(0, 1));
      assert.equal(await go(adapter, 'continue'), 'client:21');
      const now = await packets(adapter);
      assert.match(now[1]!, /^2 .*\[SYN\]/, now.join('\n'));
      assert.equal(now.length, before.length + 1);
      const { layers } = await adapter.custom('sockscope/packet', { number: 1 });
      const text = JSON.stringify(layers);
      assert.match(text, /the first/, 'what was said of it');
      assert.match(text, /You have dropped it in the debugger/);
      assert.match(JSON.stringify(await adapter.custom('sockscope/packet', { number: 2 })), /Retransmi/);
      const { stack = [] } = await adapter.custom('sockscope/packetCode', { number: 1, which: 'sent' });
      assert.ok(stack.some(({ name }) => name === 'tcp_connect'));
      const file = path.join(folder, 'changed.pcapng');
      assert.deepEqual(await adapter.custom('sockscope/exportPackets', { path: file }), {
        packets: now.length,
      });

      assert.equal((await readFrames(pcap)).length, now.length, 'the file that is written meanwhile');

      // Once more, further back; what was changed later is gone, too.
      await stopAfter(adapter, () => adapter.custom('sockscope/goToEvent', { event: there - 10 }));
      const setting = () => adapter.evaluate('world.machines[0].init_net.ipv4.sysctl_tcp_syncookies');
      const id = 'kernel/sysctls/net.ipv4/tcp_syncookies';
      await change(adapter, () => adapter.custom('sockscope/setTreeValue', { id, value: '2' }));
      assert.match(important(adapter).at(-1)!, /, a change of yours\)/);
      assert.equal(await setting(), '2');
      await go(adapter, 'continue', 'continue');
      assert.deepEqual(await packets(adapter), before);
      await go(adapter, 'reverseContinue', 'reverseContinue');
      assert.equal(await setting(), '1');
      assert.equal(await adapter.go('continue').then(() => setting()), '2');
    }));

  it('what cannot be changed leaves the past and its future as they were', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, () => breakAt(adapter, 19, 21));
      await adapter.stopped();
      await go(adapter, 'continue');
      const all = await packets(adapter);
      const end = await event(adapter);
      assert.equal(await go(adapter, 'reverseContinue'), 'client:19');
      await assert.rejects(setLocal(adapter, 'fd', 'nowhere'), /nowhere is not defined/);
      await assert.rejects(
        adapter.request('setExpression', {
          expression: 'fd',
          value: 'nowhere',
          frameId: adapter.frame,
        }),
        /nowhere/,
      );
      await assert.rejects(adapter.evaluate('frame 99 drop'), /there is no packet 99/);
      const before = important(adapter).length;
      // It has changed something before it fails.
      const [, again] = await stopAfter(adapter, () =>
        assert.rejects(adapter.evaluate('current.comm = "other", nowhere()'), /nowhere is not defined/),
      );
      assert.equal(again.reason, 'goto');
      assert.equal(await adapter.evaluate('current.comm'), '"client"');
      // It takes time, which can be given up.
      const [, unchanged] = await stopAfter(adapter, async () => {
        await adapter.evaluate('current.comm = "other"');
        await adapter.request('pause', { threadId: adapter.thread });
      });
      assert.equal(unchanged.reason, 'goto');
      assert.equal(await adapter.evaluate('current.comm'), '"client"');
      assert.deepEqual(important(adapter).slice(before), ['Nothing was changed.']);
      assert.deepEqual(await packets(adapter), all);
      await breakAt(adapter);
      assert.equal(((await adapter.go('continue')) as Stopped).description, 'Paused at the end of the past');
      assert.equal(await event(adapter), end);
    }));

  it('of a run that has ended, too; what a recording has for later is dropped', async () => {
    const ended = path.join(folder, 'ended.sockscope');
    await withAdapter(async (adapter) => {
      const record = adapter.client.waitForEvent('sockscope/record');
      await adapter.launch({ program, record: true });
      assert.equal(await adapter.stopped(), 'terminated');
      const { body } = (await record) as { body: { recording: string } };
      writeFileSync(ended, Buffer.from(body.recording, 'base64'));
    });
    const early = path.join(folder, 'early.sockscope');
    await withAdapter(async (adapter) => {
      await adapter.launch({ recording: ended }, () => breakAt(adapter, 19, 21));
      await adapter.stopped();
      assert.equal(await go(adapter, 'reverseContinue'), 'client:21');
      await change(adapter, () => adapter.evaluate('current.comm = "other"'));
      assert.equal(await go(adapter, 'next'), 'client:22');
      // A moment before the change.
      assert.equal(await go(adapter, 'reverseContinue', 'reverseContinue'), 'client:19');
      await adapter.custom('sockscope/saveRecording', { path: early });
      assert.equal(await go(adapter, 'continue', 'continue'), 'client:22');
      assert.equal(await adapter.evaluate('current.comm'), '"other"');
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(said(adapter), /server received "hello"/);
    });
    await withAdapter(async (adapter) => {
      await adapter.launch({ recording: early }, () => breakAt(adapter, 21, 22));
      await adapter.stopped();
      await adapter.evaluate('machine.hostname = "elsewhere"');
      assert.match(important(adapter).at(-1)!, /is dropped: 1 changes, and 0 inputs/);
      assert.equal(await go(adapter, 'continue', 'continue'), 'client:22');
      assert.equal(await adapter.evaluate('[current.comm, machine.hostname].join()'), '"client,elsewhere"');
    });
  });

  it('data breakpoints on what was there stay', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, () => breakAt(adapter, 11, 19));
      await adapter.stopped();
      await adapter.custom('sockscope/addBookmark', { name: 'here' });
      assert.equal(await go(adapter, 'continue'), 'server:11');
      const wishes: object[] = [];
      // Of the client, which is there when it begins to connect; of the connection that the server accepts.
      for (const name of ['sockets[1].skc_state', 'sockets[2].skc_state']) {
        const args = { name, frameId: adapter.frame };
        const { dataId } = await adapter.request<{ dataId: string }>('dataBreakpointInfo', args);
        wishes.push({ dataId, accessType: 'write' });
      }
      const { breakpoints } = await adapter.request<{ breakpoints: DebugProtocol.Breakpoint[] }>(
        'setDataBreakpoints',
        { breakpoints: wishes },
      );
      assert.ok(
        breakpoints.every((one) => one.verified),
        JSON.stringify(breakpoints),
      );
      await adapter.evaluate('watch sockets[2].snd_nxt if $value < 0');
      let watches: Watch[] | undefined;
      adapter.client.on(
        'sockscope/watches',
        ({ body }: { body: { watches: Watch[] } }) => ({ watches } = body),
      );
      await stopAfter(adapter, () => adapter.custom('sockscope/goToBookmark', { name: 'here' }));
      const states = new Map<number, DebugProtocol.Breakpoint>();
      adapter.client.on('breakpoint', ({ body }: DebugProtocol.BreakpointEvent) =>
        states.set(body.breakpoint.id!, body.breakpoint),
      );
      await change(adapter, () => adapter.evaluate('current.comm = "other"'));
      assert.deepEqual(watches, []);
      assert.match(
        said(adapter),
        /snd_nxt of .* is not watched any more: it is not found in the run that goes on/,
      );
      const [client, child] = breakpoints.map(({ id }) => states.get(id!)!);
      assert.deepEqual([client!.verified, child!.verified], [true, false], JSON.stringify([client, child]));
      const written = (await adapter.go('continue')) as Stopped;
      assert.match(written.text!, /skc_state of .* is written: TCP_CLOSE \(7\) → TCP_SYN_SENT/);
      assert.equal(await go(adapter, 'reverseContinue'), 'client:19');
      assert.equal(((await adapter.go('continue')) as Stopped).text, written.text);
    }));

  it('traces have counted what happened before the change, since they were begun, and say nothing of it again', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program, stopOnEntry: true }, () => breakAt(adapter, 19, 21));
      await adapter.stopped();
      await adapter.evaluate('trace syscalls:sys_enter { print(name); count(name) }');
      await go(adapter, 'continue');
      await adapter.evaluate('trace syscalls:sys_enter { count(comm) }');
      const there = await adapter.evaluate('trace');
      assert.match(there, /\[1\] .*\n {2}\["?socket"?\]: \d[\s\S]*\[2\] .*\n {2}count\(comm\): 0/);
      const printed = () => said(adapter).match(/syscalls:sys_enter: /g)!.length;
      const first = printed();
      await go(adapter, 'continue');
      const later = await adapter.evaluate('trace');
      const all = printed();
      assert.ok(all > first);
      assert.notEqual(later, there);
      await go(adapter, 'reverseContinue');
      await change(adapter, () => adapter.evaluate('current.comm = "other"'));
      assert.equal(await adapter.evaluate('trace'), there);
      assert.equal(printed(), all);
      await go(adapter, 'continue');
      assert.equal(await adapter.evaluate('trace'), later.replace('client', 'other'));
      assert.equal(printed(), all + all - first);
    }));

  it('bookmarks of one event are kept if they are before the change, and only then', () =>
    withAdapter(async (adapter) => {
      const file = path.join(folder, 'oneEvent.ts');
      const lines = [
        "import { sleep } from 'sockscope';",
        'export async function main() {',
        '  await sleep(1);',
      ];
      // Lines 4 to 12, the ones of a loop twice.
      lines.push('  let a = 1;', '  a += 1;', '  a += 2;', '  for (let i = 0; i < 2; i++) {', '    a += 3;');
      lines.push('    a += 4;', '  }', '  a += 5;', '  console.log(a);', '}', '');
      writeFileSync(file, lines.join('\n'));
      const breakHere = (...at: number[]) =>
        adapter.request('setBreakpoints', {
          source: { path: file },
          breakpoints: at.map((line) => ({ line })),
        });
      const mark = (name: string) => adapter.custom('sockscope/addBookmark', { name });
      await adapter.launch({ program: file }, () => breakHere(5, 8, 12));
      await adapter.stopped();
      const there = await event(adapter);
      await mark('at a breakpoint');
      await adapter.go('next');
      await mark('at a step');
      await adapter.go('continue');
      await mark('in the loop');
      await adapter.go('next');
      await mark('where it is changed');
      await adapter.go('continue');
      await mark('in the loop again');
      assert.equal(await go(adapter, 'next'), 'main:9');
      await mark('at its line, later');
      assert.equal(await go(adapter, 'continue'), 'main:12');
      await mark('after it');
      assert.equal(await event(adapter), there);
      await breakHere(8);
      assert.equal(await go(adapter, 'reverseContinue', 'reverseContinue'), 'main:8');
      assert.equal(await go(adapter, 'next'), 'main:9');
      assert.equal(await adapter.evaluate('a'), '7');
      await change(adapter, () => setLocal(adapter, 'a', '50'));
      assert.deepEqual((await told(adapter)).bookmarks, [
        'at a breakpoint',
        'at a step',
        'in the loop',
        'where it is changed',
      ]);
      assert.match(
        important(adapter).at(-1)!,
        /gone \(bookmark "in the loop again", bookmark "at its line, later", bookmark "after it"\)/,
      );
    }));
});
