/** The scopes of a frame: `this`, functions around, the module; and of an error that nobody caught. */
import assert from 'node:assert/strict';
import { withAdapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const SCOPES = fixture('scopes');

describe('debug adapter: scopes', () => {
  it('shows this, each function around, and the module', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: SCOPES }, () =>
        adapter.request('setBreakpoints', { source: { path: SCOPES }, breakpoints: [{ line: 12 }] }),
      );
      await adapter.stopped();
      const names = (await adapter.scopes()).map(({ name }) => name);
      assert.deepEqual(names, ['Locals', 'Closure (count)', 'Current task', 'Module', 'Machine']);
      assert.equal((await adapter.variable('Locals', 'this')).value, 'Counter {turns: 2}');
      assert.equal((await adapter.variable('Locals', 'this', 'turns')).evaluateName, 'this.turns');
      assert.equal((await adapter.variable('Closure (count)', 'outer')).value, '2');
      assert.equal((await adapter.variable('Module', 'shared')).value, '"of the module"');
      await adapter.evaluate('this.turns = 7');
      assert.equal((await adapter.variable('Locals', 'this', 'turns')).value, '7');
    }));

  it('shows an uncaught error with all that it carries, and no local of the debugger’s', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: SCOPES });
      const stop = await adapter.stopped();
      assert.equal(stop === 'terminated' ? stop : stop.reason, 'exception');
      const scopes = await adapter.scopes();
      assert.deepEqual(scopes.map(({ name }) => name).slice(0, 1), ['Exception']);
      const [none, ...more] = await adapter.variables(scopes[1]!.variablesReference);
      assert.equal(scopes[1]!.name, 'Locals');
      assert.deepEqual(
        [none!.name, none!.value, more],
        ['(none)', 'the error has left this function, and V8 has dropped its variables', []],
      );
      for (const { variablesReference } of scopes)
        for (const { name } of await adapter.variables(variablesReference))
          assert.ok(!['task', 'failed', 'tell', 'error'].includes(name), name);
      assert.equal((await adapter.variable('Exception', 'exception')).value, 'RangeError: out of luck');
      assert.equal((await adapter.variable('Exception', 'exception', 'cause', 'turns')).value, '2');
    }));

  it('says that the variables of a function that sleeps are not known', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake') }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_connect' }] }),
      );
      await adapter.stopped();
      const server = (await adapter.threads()).find(({ name }) => name.startsWith('server'))!;
      const frames = await adapter.stack(server.id);
      const [locals, ...others] = await adapter.scopes(frames.at(-1)!.id);
      assert.deepEqual([locals!.name, others.length > 0], ['Locals', true]);
      assert.deepEqual(
        (await adapter.variables(locals!.variablesReference)).map(({ name, value }) => [name, value]),
        [['(none)', 'the function is asleep: V8 shows its variables when it goes on']],
      );
    }));
});
