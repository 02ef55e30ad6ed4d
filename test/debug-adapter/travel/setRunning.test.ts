/** A breakpoint that is set while the machine runs stops where there is a way back. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withAdapter, type Adapter } from '../support/adapter.ts';

/** Passes of its inner loop between two system calls. */
const PASSES = 20;
/** Goes on without end, most of the time amid the passes. */
const PROGRAM = `import { AF_INET, bind, recv, sendto, SOCK_DGRAM, socket } from 'sockscope';
function works() {
  for (let turn = 0; turn < 20_000; turn++);
}
export async function main() {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  const address = { address: '127.0.0.1', port: 7000 };
  await bind(fd, address);
  const seen = { passes: 0, calls: 0 };
  for (;;) {
    for (let pass = 0; pass < ${PASSES}; pass++) {
      works();
      seen.passes++;
    }
    await sendto(fd, new Uint8Array(10), 0, address);
    await recv(fd, 10);
    if (++seen.calls === 5) console.log('it runs');
  }
}
`;
const LINE = 13;
/** Computes without an event. */
const BUSY = `export async function main() {
  console.log('it runs');
  for (let pass = 0; ; pass++) {
    globalThis.Math.abs(pass);
  }
}
`;
const BUSY_LINE = 4;

describe('debug adapter: a breakpoint set while the machine runs', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-set-running-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function runs(adapter: Adapter, name: string, text: string): Promise<string> {
    const program = path.join(folder, name);
    writeFileSync(program, text);
    await adapter.launch({ program });
    while (!adapter.output.some((line) => line.text.includes('it runs'))) await sleep(5);
    return program;
  }
  const breakAt = (adapter: Adapter, program: string, ...lines: number[]): Promise<unknown> =>
    adapter.request('setBreakpoints', {
      source: { path: program },
      breakpoints: lines.map((line) => ({ line })),
    });
  async function eventRunning(adapter: Adapter): Promise<number> {
    const { result } = await adapter.request<{ result: string }>('evaluate', {
      expression: 'world.event',
      context: 'repl',
    });
    return Number(result);
  }
  async function stopAt(adapter: Adapter, program: string, line: number): Promise<void> {
    const stopped = adapter.stopped();
    await breakAt(adapter, program, line);
    assert.notEqual(await stopped, 'terminated');
    assert.equal((await adapter.stack())[0]!.line, line);
  }

  it('in a line to which it comes often between two events stops at the first arrival after an event', () =>
    withAdapter(async (adapter) => {
      const program = await runs(adapter, 'passes.ts', PROGRAM);
      for (let turn = 0; turn < 3; turn++) {
        await stopAt(adapter, program, LINE);
        const see = async () => [
          await adapter.evaluate('seen.passes'),
          await adapter.evaluate('world.event'),
        ];
        const there = await see();
        assert.equal(Number(there[0]) % PASSES, 0, `${there.join(' passes, event ')}`);
        await adapter.go('next');
        await adapter.go('stepBack');
        assert.deepEqual(await see(), there);
        await adapter.go('stepBack');
        await adapter.go('next');
        assert.deepEqual(await see(), there);
        await breakAt(adapter, program);
        // The past ends where the first step has led.
        await adapter.go('continue');
        await adapter.request('continue', { threadId: adapter.thread });
        while ((await eventRunning(adapter)) < Number(there[1]) + 50) await sleep(5);
      }
    }));

  it('in a computation without an event stops there, from where nothing leads back', () =>
    withAdapter(async (adapter) => {
      const program = await runs(adapter, 'busy.ts', BUSY);
      await stopAt(adapter, program, BUSY_LINE);
      await assert.rejects(
        adapter.go('stepBack'),
        /There is no way back from here: .* Let it go on to a breakpoint/,
      );
    }));
});
