/** Variables of enclosing functions and of the module, changed in Variables. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withAdapter, type Adapter } from './support/adapter.ts';

const PROGRAM = `let top = 1;
const fixed = 2;
let local = 3;
function outer() {
  let closed = 5;
  const inner = (argument) => {
    let local = argument;
    local++;
    return [local, closed, top, fixed];
  };
  return [inner(7), closed];
}
const see = () => local;
outer();
console.log(top, see());
`;

describe('debug adapter: variables outside of a function', () => {
  it('are changed in Variables, and changed again in the past', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-outer-'));
    try {
      const program = path.join(folder, 'program.mjs');
      await writeFile(program, PROGRAM);
      await withAdapter(async (adapter: Adapter) => {
        await adapter.launch({ program }, () =>
          adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 8 }] }),
        );
        await adapter.stopped();
        const set = async (scope: string, name: string, value: string): Promise<string> => {
          const { variablesReference } = (await adapter.scopes()).find((one) => one.name === scope)!;
          await adapter.variables(variablesReference);
          const args = { variablesReference, name, value };
          return (await adapter.request<{ value: string }>('setVariable', args)).value;
        };
        assert.equal(await set('Closure (outer)', 'closed', '12'), '12');
        assert.equal(await set('Module', 'top', 'closed + 1'), '13');
        const seen = async (): Promise<string[]> => [
          (await adapter.variable('Closure (outer)', 'closed')).value,
          (await adapter.variable('Module', 'top')).value,
        ];
        assert.deepEqual(await seen(), ['12', '13']);
        await assert.rejects(set('Module', 'fixed', '3'), /constant/);
        await assert.rejects(set('Module', 'local', '4'), /further in, another variable has the same name/);
        await adapter.go('next');
        assert.deepEqual(await seen(), ['12', '13']);
        await adapter.go('stepBack');
        assert.deepEqual(await seen(), ['5', '1'], 'as they were before they were changed');
        await adapter.go('next');
        assert.equal(await adapter.evaluate('[closed, top].join(" ")'), '"12 13"');
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
