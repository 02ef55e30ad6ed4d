/** The first lesson, as the comment of its sample tells it: what stands in the Sockets view at each step. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { samplePath } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';

const PROGRAM = samplePath('first-handshake');
const SOURCE = readFileSync(PROGRAM, 'utf8').split('\n');

/** The line of code that holds a text; the comment before the code speaks of it, too. */
function lineOf(text: string): number {
  const line = SOURCE.findIndex((source) => !source.startsWith(' *') && source.includes(text)) + 1;
  assert.ok(line > 0, `${PROGRAM} has no line with ${text}`);
  return line;
}
async function breakAt(adapter: Adapter, ...texts: string[]): Promise<void> {
  await adapter.request('setBreakpoints', {
    source: { path: PROGRAM },
    breakpoints: texts.map((text) => ({ line: lineOf(text) })),
  });
}

/** What the Sockets view shows before anybody opens a row of it. The client's port is another with another seed. */
async function shown(adapter: Adapter, parent?: string, indent = ''): Promise<string[]> {
  const lines: string[] = [];
  for (const item of await adapter.tree('sockets', parent)) {
    const text = [item.label, item.description].filter(Boolean).join('  ');
    lines.push(indent + text.replace(/:\d{5}\b/g, ':PORT') + (item.changed === true ? '  ●' : ''));
    if (item.collapsible === 'expanded') lines.push(...(await shown(adapter, item.id, `${indent}  `)));
  }
  return lines;
}
/** Goes on to the next transition. @returns where it stopped, and what is shown */
async function next(adapter: Adapter): Promise<{ text: string; server: string[]; client: string[] }> {
  const stop = await adapter.go('continue');
  assert.notEqual(stop, 'terminated');
  const lines = await shown(adapter);
  const client = lines.indexOf('client  pid 101');
  const end = lines.findIndex((line) => line.startsWith('time-wait'));
  return {
    text: (stop as { text: string }).text,
    server: lines.slice(0, client),
    client: lines.slice(client, end),
  };
}
const packets = async (adapter: Adapter) =>
  (await adapter.custom('sockscope/packets', { from: 0, count: 100 })).rows.map(
    ({ info }) => /\[.*?\]/.exec(info)![0],
  );

describe('the first lesson', () => {
  it('comes true, step by step', () =>
    withAdapter(async (adapter) => {
      // 1. A breakpoint on connect(): both queues are empty.
      await adapter.launch({ program: PROGRAM }, () => breakAt(adapter, 'await connect(fd'));
      await adapter.stopped();
      assert.deepEqual(await shown(adapter), [
        'server  pid 100',
        '  fd 3 :8080  LISTEN',
        '    accept queue  0 of 2+1',
        '    SYN queue  0',
        '    struct tcp_sock',
        'client  pid 101',
        '  fd 3 unbound  CLOSE',
        '    queues  empty',
        '    timers  none',
        '    struct tcp_sock',
        'time-wait  none',
        'orphans  none',
      ]);

      // 2. Step Into.
      await adapter.go('stepIn');
      assert.equal((await adapter.stack(undefined, 1))[0]!.name, '__sys_connect');

      // 3. "TCP state transition" is ticked, without a condition.
      await adapter.request('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: 'transition' }],
      });
      const first = await next(adapter);
      assert.match(first.text, /CLOSE → SYN_SENT/);
      assert.deepEqual(await packets(adapter), []);

      const second = await next(adapter);
      assert.match(second.text, /SYN_SENT → ESTABLISHED/);
      assert.deepEqual(second.server, [
        'server  pid 100',
        '  fd 3 :8080  LISTEN',
        '    accept queue  0 of 2+1',
        '    SYN queue  1  ●',
        '      ← :PORT  SYN-ACK again in 1 s',
        '    struct tcp_sock',
      ]);
      assert.deepEqual(second.client.slice(0, 2), ['client  pid 101', '  fd 3 :PORT→:8080  SYN_SENT  ●']);
      assert.deepEqual(await packets(adapter), ['[SYN]', '[SYN, ACK]']);

      const third = await next(adapter);
      assert.match(third.text, /LISTEN → SYN_RECV/);
      assert.ok((await shown(adapter)).includes('being made  1'));

      const fourth = await next(adapter);
      assert.match(fourth.text, /SYN_RECV → ESTABLISHED/);
      assert.deepEqual(fourth.server, [
        'server  pid 100',
        '  fd 3 :8080  LISTEN',
        '    accept queue  1 of 2+1  ●',
        '      ← :PORT  SYN_RECV',
        '    SYN queue  0  ●',
        '    struct tcp_sock',
      ]);
      assert.match(fourth.client[1]!, /fd 3 :PORT→:8080 {2}ESTABLISHED/);
      assert.deepEqual(await packets(adapter), ['[SYN]', '[SYN, ACK]', '[ACK]']);
      const client = (await adapter.threads()).find(({ name }) => name.startsWith('client'))!;
      const waits = (await adapter.stack(client.id)).map(({ name }) => name);
      assert.ok(waits.includes('tcp_recvmsg') && waits.at(-1) === 'client', waits.join(' < '));

      // It stands where the change was decided, before it is made; a step over makes it.
      const [decider] = await adapter.stack(undefined, 1);
      assert.equal(decider!.name, 'synrecv_acked');
      await adapter.go('next');
      const [after] = await adapter.stack(undefined, 1);
      assert.equal(after!.name, 'synrecv_acked');
      assert.ok(after!.line > decider!.line, `line ${after!.line} after ${decider!.line}`);
      assert.ok((await shown(adapter)).includes('      ← :PORT  ESTABLISHED  ●'));

      // 4. A breakpoint on accept(): the connection still waits; then it has been taken.
      await breakAt(adapter, 'await connect(fd', 'await accept(listener)');
      const fifth = await next(adapter);
      assert.deepEqual(fifth.server.slice(2, 5), [
        '    accept queue  1 of 2+1',
        '      ← :PORT  ESTABLISHED',
        '    SYN queue  0',
      ]);
      assert.equal((await adapter.stack(undefined, 1))[0]!.line, lineOf('await accept(listener)'));
      await adapter.go('next');
      const lines = await shown(adapter);
      assert.deepEqual(
        lines.filter((line) => /accept queue|fd 4/.test(line)),
        ['    accept queue  0 of 2+1  ●', '  fd 4 :8080→:PORT  ESTABLISHED'],
      );
    }));

  it('names in its comment only stops and places that there are', () => {
    const comment = SOURCE.slice(
      0,
      SOURCE.findIndex((line) => line === ' */'),
    ).join('\n');
    for (const text of ['__sys_connect', 'SYN queue 1', 'SYN queue 0, accept queue 1', 'fd 4'])
      assert.ok(comment.includes(text), text);
    const stops = [...comment.matchAll(/^ \* +([A-Z_]+ → [A-Z_]+)/gm)].map(([, stop]) => stop);
    assert.deepEqual(stops, [
      'CLOSE → SYN_SENT',
      'SYN_SENT → ESTABLISHED',
      'LISTEN → SYN_RECV',
      'SYN_RECV → ESTABLISHED',
    ]);
  });
});
