/** Texts of any letters, and of any length, on their way to the machine and back. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const TEXTS = fixture('texts');

async function atLine(adapter: Adapter, breakpoint: DebugProtocol.SourceBreakpoint): Promise<void> {
  await adapter.launch({ program: TEXTS }, async () => {
    const { breakpoints } = await adapter.request<DebugProtocol.SetBreakpointsResponse['body']>(
      'setBreakpoints',
      { source: { path: TEXTS }, breakpoints: [breakpoint] },
    );
    assert.doesNotMatch(breakpoints[0]!.message ?? '', /rror/);
  });
  await adapter.stopped();
}

describe('debug adapter: texts', () => {
  it('evaluates expressions with letters beyond ASCII', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, { line: 6 });
      assert.equal(await adapter.evaluate('name === "café"', 'hover'), 'true');
      assert.equal(await adapter.evaluate('"é" + smile + "你好"'), '"é😀你好"');
      assert.equal(await adapter.evaluate('smile.length'), '2');
      assert.equal(await adapter.evaluate('name /* Grüße 😀 */'), '"café"');
    }));

  it('takes conditions, log messages and comments with them', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, { line: 6, condition: 'name === "café" /* 😀 */' });
      assert.equal(await adapter.evaluate('name'), '"café"');
      await adapter.request('setBreakpoints', {
        source: { path: TEXTS },
        breakpoints: [{ line: 7, logMessage: '→ {name} “{smile}”' }],
      });
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.ok(adapter.output.some(({ text }) => text === '→ café “😀”\n'));
    }));

  it('shows half of a surrogate pair as its escape', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, { line: 6 });
      assert.equal((await adapter.variable('Locals', 'broken')).value, '"a\\ud83d"');
      assert.equal(await adapter.evaluate('broken + "\\ude00"'), '"a😀"');
      assert.equal(await adapter.evaluate('"\\ude00"'), '"\\ude00"');
    }));
});
