/** What is changed while the machine runs is an input of the run: gone back over, recorded and replayed as others are. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { InputEntry } from '../../../stack/index.ts';
import { withAdapter, type Adapter } from '../support/adapter.ts';
import { sockscope } from '../support/commandLine.ts';

/** Goes on without end: turn after turn, in which nothing else happens. */
const PROGRAM = `import { AF_INET, bind, recv, sendto, SOCK_DGRAM, socket } from 'sockscope';
export async function main() {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  const address = { address: '127.0.0.1', port: 7000 };
  await bind(fd, address);
  for (let trips = 0; ; trips++) {
    await sendto(fd, new Uint8Array(10), 0, address);
    await recv(fd, 10);
    if (trips === 100) console.log('it runs');
  }
}
`;
/** Where each turn of its loop ends. */
const LINE = 8;
const SETTING = 'kernel/sysctls/net.ipv4/ip_default_ttl';
const TTL = 'machine.init_net.ipv4.sysctl_ip_default_ttl';
/** So long an expression takes at most, and a little. */
const CUT_OFF = /was ended: it took longer than 500 ms.*neither be gone back in nor be recorded any more/;
const NO_WAY_BACK = /This run can neither be gone back in nor be recorded any more: (.*)\n/;

describe('debug adapter: what is changed while the machine runs', function () {
  this.timeout(60_000);
  let folder: string;
  let program: string;
  const file = (name: string): string => path.join(folder, name);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-running-'));
    writeFileSync((program = file('loop.ts')), PROGRAM);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const said = (adapter: Adapter): string => adapter.output.map(({ text }) => text).join('');
  async function runs(adapter: Adapter): Promise<void> {
    await adapter.launch({ program });
    while (!said(adapter).includes('it runs')) await sleep(5);
  }
  const breakAt = (adapter: Adapter, ...lines: number[]): Promise<unknown> =>
    adapter.request('setBreakpoints', {
      source: { path: program },
      breakpoints: lines.map((line) => ({ line })),
    });
  async function stopInLoop(adapter: Adapter): Promise<void> {
    const stopped = adapter.stopped();
    await breakAt(adapter, LINE);
    assert.notEqual(await stopped, 'terminated');
  }
  const event = async (adapter: Adapter): Promise<number> => Number(await adapter.evaluate('world.event'));
  async function goTo(adapter: Adapter, to: number): Promise<void> {
    const stopped = adapter.stopped();
    await adapter.custom('sockscope/goToEvent', { event: to });
    assert.notEqual(await stopped, 'terminated');
  }
  /** To the last tracepoint before an input: the turn at whose end that came may have had none. */
  async function goToBefore(adapter: Adapter, input: InputEntry | undefined): Promise<void> {
    for (let to = input!.event; ; to--) {
      await goTo(adapter, to);
      if ((await event(adapter)) <= input!.event) return;
    }
  }
  /** In the console, while the program runs. */
  const evaluate = (adapter: Adapter, expression: string): Promise<DebugProtocol.EvaluateResponse['body']> =>
    adapter.request('evaluate', { expression, context: 'repl' });
  async function inputs(adapter: Adapter): Promise<InputEntry[]> {
    const text = await adapter.evaluate('JSON.stringify(world.inputs.log)', 'clipboard');
    return JSON.parse(JSON.parse(text) as string) as InputEntry[];
  }

  it('a setting in a tree: as it was before that, and as it is after; recorded, opened and replayed', async () => {
    const recording = file('setting.sockscope');
    await withAdapter(async (adapter) => {
      await runs(adapter);
      const { item } = await adapter.custom('sockscope/setTreeValue', { id: SETTING, value: '17' });
      assert.equal(item?.value, '17');
      await stopInLoop(adapter);
      const end = await event(adapter);
      assert.equal(await adapter.evaluate(TTL), '17');
      const [entry] = await inputs(adapter);
      assert.deepEqual([entry?.input.kind, entry?.within], ['sysctl', false]);
      await goToBefore(adapter, entry);
      assert.equal(await adapter.evaluate(TTL), '64', 'before');
      await goTo(adapter, entry!.event + 1);
      assert.equal(await adapter.evaluate(TTL), '17', 'after');
      await goTo(adapter, entry!.event - 40);
      assert.equal(await adapter.evaluate(TTL), '64', 'long before');
      await breakAt(adapter);
      await adapter.go('continue');
      assert.deepEqual([await event(adapter), await adapter.evaluate(TTL)], [end, '17'], 'at the end again');
      await adapter.go('stepBack');
      assert.equal(await adapter.evaluate(TTL), '17');
      await adapter.go('next');
      await adapter.custom('sockscope/saveRecording', { path: recording });
      assert.doesNotMatch(said(adapter), NO_WAY_BACK);
    });
    const { code, stderr } = await sockscope('replay', recording);
    assert.equal(code, 0, stderr);
    await withAdapter(async (adapter) => {
      await adapter.launch({ recording });
      assert.notEqual(await adapter.stopped(), 'terminated', said(adapter));
      assert.equal(await adapter.evaluate(TTL), '17');
      const [entry] = await inputs(adapter);
      await goToBefore(adapter, entry);
      assert.equal(await adapter.evaluate(TTL), '64');
    });
  });

  it('a field, by its path; a value that is refused is no input', () =>
    withAdapter(async (adapter) => {
      await runs(adapter);
      const expression = 'machine.init_net.ipv4.sysctl_ip_default_ttl';
      await assert.rejects(
        adapter.custom('sockscope/setTreeValue', { id: SETTING, value: 'much' }),
        /does not take "much"/,
      );
      await adapter.request('setExpression', { expression, value: '18' });
      await stopInLoop(adapter);
      const log = await inputs(adapter);
      assert.deepEqual(
        log.map(({ input }) => input.kind),
        ['edit'],
      );
      await goToBefore(adapter, log[0]);
      assert.equal(await adapter.evaluate(TTL), '64');
      await goTo(adapter, log[0]!.event + 1);
      assert.equal(await adapter.evaluate(TTL), '18');
      assert.doesNotMatch(said(adapter), NO_WAY_BACK);
    }));

  it('between two stops at which something is changed, too', () =>
    withAdapter(async (adapter) => {
      await runs(adapter);
      await stopInLoop(adapter);
      const first = await event(adapter);
      await adapter.evaluate('world.changed = 1');
      await breakAt(adapter);
      await adapter.request('continue', { threadId: adapter.thread });
      await adapter.custom('sockscope/setTreeValue', { id: SETTING, value: '19' });
      await stopInLoop(adapter);
      await adapter.evaluate('world.changed = 2');
      const see = () => adapter.evaluate(`[world.changed, ${TTL}].join()`);
      const last = await event(adapter);
      await breakAt(adapter);
      await adapter.go('next');
      assert.equal(await see(), '"2,19"');
      await goTo(adapter, first - 5);
      assert.equal(await see(), '",64"');
      await goTo(adapter, first + 2);
      assert.equal(await see(), '"1,64"');
      await goTo(adapter, last - 2);
      assert.equal(await see(), '"1,19"');
      await adapter.go('continue');
      assert.equal(await see(), '"2,19"');
    }));

  it('of what a recording has for later nothing comes after it', async () => {
    const recording = file('later.sockscope');
    await withAdapter(async (adapter) => {
      await runs(adapter);
      await adapter.custom('sockscope/setTreeValue', { id: SETTING, value: '20' });
      await stopInLoop(adapter);
      await goTo(adapter, (await inputs(adapter))[0]!.event - 40);
      await adapter.custom('sockscope/saveRecording', { path: recording });
    });
    await withAdapter(async (adapter) => {
      await adapter.launch({ recording });
      await adapter.stopped();
      assert.equal(await adapter.evaluate(TTL), '64');
      await adapter.request('continue', { threadId: adapter.thread });
      await adapter.custom('sockscope/setTreeValue', { id: SETTING, value: '21' });
      await stopInLoop(adapter);
      assert.equal(await adapter.evaluate(TTL), '21');
      const log = await inputs(adapter);
      await goTo(adapter, log.at(-1)!.event);
      await goTo(adapter, log.at(-1)!.event + 1);
      assert.equal(await adapter.evaluate(TTL), '21');
    });
  });

  it('by an expression of the console ends going back, which is said at once', () =>
    withAdapter(async (adapter) => {
      await runs(adapter);
      await evaluate(adapter, 'world.event + 1');
      assert.doesNotMatch(said(adapter), NO_WAY_BACK);
      await evaluate(adapter, 'world.changed = 1');
      while (!NO_WAY_BACK.test(said(adapter))) await sleep(5);
      assert.match(NO_WAY_BACK.exec(said(adapter))![1]!, /an expression .* while the machine ran/);
      await evaluate(adapter, 'world.changed = 2');
      await stopInLoop(adapter);
      assert.equal(said(adapter).split('any more').length, 2, 'said once');
      await assert.rejects(
        adapter.custom('sockscope/saveRecording', { path: file('none.sockscope') }),
        /an expression that may change something was evaluated while the machine ran/,
      );
    }));

  it('an expression that is ended amid its work says so, too', () =>
    withAdapter(async (adapter) => {
      await runs(adapter);
      await stopInLoop(adapter);
      await assert.rejects(adapter.evaluate('(() => { for (;;) world.changed = 1; })()'), CUT_OFF);
      await assert.rejects(
        adapter.custom('sockscope/saveRecording', { path: file('none.sockscope') }),
        /an expression was ended amid its work/,
      );
    }));

  it('nothing, while a process computes: that is said, and nothing is changed later', () =>
    withAdapter(async (adapter) => {
      const busy = file('computes.ts');
      writeFileSync(
        busy,
        "export async function main() {\n  console.log('it runs');\n  for (let i = 0; ; i++) globalThis.Math.abs(i);\n}\n",
      );
      await adapter.launch({ program: busy });
      while (!said(adapter).includes('it runs')) await sleep(5);
      await assert.rejects(
        adapter.custom('sockscope/setTreeValue', { id: SETTING, value: '22' }),
        /the program computes without a system call\. Pause it/,
      );
      const stopped = adapter.stopped();
      await adapter.request('pause', { threadId: adapter.thread });
      await stopped;
      assert.equal(await adapter.evaluate(TTL), '64');
    }));
});
