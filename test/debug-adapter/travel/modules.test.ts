/** Stops in the code of modules while they are loaded: the run begins after that, and history with it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';

const NAMES = `const first = 'Ada';
export const names = [first, 'Grace'];
`;
const PROGRAM = `import { sleep } from 'sockscope';
import { names } from './names.ts';

const greeting = 'hello ' + names.length;
export async function main() {
  console.log(greeting);
  await sleep(1);
  console.log('bye');
}
`;
const NO_WAY_BACK = /no way back from here: the modules of the program are being loaded/;

describe('debug adapter: modules that are loaded', () => {
  let folder: string;
  let program: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-modules-'));
    program = path.join(folder, 'greets.ts');
    writeFileSync(program, PROGRAM);
    writeFileSync(path.join(folder, 'names.ts'), NAMES);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The first stop is at this line. */
  async function stopsAt(adapter: Adapter, file: string, line: number): Promise<void> {
    await adapter.launch({ program }, () =>
      adapter.request('setBreakpoints', {
        source: { path: path.join(folder, file) },
        breakpoints: [{ line }],
      }),
    );
    assert.equal(await told(adapter, await adapter.stopped()), `breakpoint ${file}:${line}`);
  }
  async function told(adapter: Adapter, stop: Stopped | 'terminated'): Promise<string> {
    if (stop === 'terminated') return stop;
    const [top] = await adapter.stack(adapter.thread, 1);
    return `${stop.reason} ${top?.source?.name}:${top?.line}`;
  }
  const go = async (adapter: Adapter, command: Parameters<Adapter['go']>[0]): Promise<string> =>
    told(adapter, await adapter.go(command));

  it('are stepped through, and a step out of the last one ends at the first line of the first function', () =>
    withAdapter(async (adapter) => {
      await stopsAt(adapter, 'names.ts', 1);
      const steps = [
        'step names.ts:2',
        // The end of each module.
        'step names.ts:3',
        'step greets.ts:4',
        'step greets.ts:10',
        'step greets.ts:6',
        'step greets.ts:7',
      ];
      for (const step of steps) assert.equal(await go(adapter, 'next'), step);
    }));
  for (const command of ['stepIn', 'stepOut'] as const)
    it(`are left by ${command}`, () =>
      withAdapter(async (adapter) => {
        await stopsAt(adapter, 'greets.ts', 4);
        if (command === 'stepIn') assert.equal(await go(adapter, command), 'step greets.ts:10');
        assert.equal(await go(adapter, command), 'step greets.ts:6');
      }));

  it('have no way back, which is said as it is; the run that begins after them has one', () =>
    withAdapter(async (adapter) => {
      await stopsAt(adapter, 'greets.ts', 4);
      for (const command of ['stepBack', 'reverseContinue'])
        await assert.rejects(adapter.request(command, { threadId: adapter.thread }), NO_WAY_BACK);
      assert.equal(await go(adapter, 'next'), 'step greets.ts:10');
      await assert.rejects(adapter.request('stepBack', { threadId: adapter.thread }), NO_WAY_BACK);
      for (const step of ['step greets.ts:6', 'step greets.ts:7', 'step greets.ts:8'])
        assert.equal(await go(adapter, 'next'), step);
      for (const step of ['step greets.ts:7', 'step greets.ts:6'])
        assert.equal(await go(adapter, 'stepBack'), step);
      assert.equal(await go(adapter, 'next'), 'step greets.ts:7');
      assert.equal(await go(adapter, 'reverseContinue'), 'entry greets.ts:6');
    }));

  it('may be changed, after which nothing repeats the run, and that is said at once', () =>
    withAdapter(async (adapter) => {
      await stopsAt(adapter, 'names.ts', 2);
      await adapter.evaluate('globalThis.changed = 1');
      const said = adapter.output.map(({ text }) => text).join('');
      assert.match(said, /can neither be gone back in nor be recorded.*before the program was loaded/);
      await adapter.request('setBreakpoints', {
        source: { path: program },
        breakpoints: [{ line: 7 }],
      });
      assert.equal(await go(adapter, 'continue'), 'breakpoint greets.ts:7');
      assert.equal(await go(adapter, 'stepBack'), 'breakpoint greets.ts:7');
      assert.match(adapter.output.at(-1)!.text, /cannot be repeated: something was changed before/);
    }));
});
