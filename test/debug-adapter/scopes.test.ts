/** The scopes of a frame: `this`, functions around, the module; and of an error that nobody caught. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter } from './support/adapter.ts';
import path from 'node:path';
import { lineOf } from './support/lesson.ts';
import { fixture, ROOT } from './support/paths.ts';

const SCOPES = fixture('scopes');
const DEEP = fixture('deep');
const AWAITING = fixture('awaiting');

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

  it('shows all locals of each frame, however often its function has run and been compiled', async () => {
    const assigned = async (hits: number): Promise<string[]> =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program: path.join(ROOT, 'test/bench/programs/history.ts') }, () =>
          adapter.request('setFunctionBreakpoints', {
            breakpoints: [{ name: 'tcp_rcv_established', hitCondition: String(hits) }],
          }),
        );
        await adapter.stopped();
        const found: string[] = [];
        for (const { id, name } of await adapter.stack()) {
          const locals = (await adapter.scopes(id)).find((scope) => scope.name === 'Locals');
          for (const local of await adapter.variables(locals?.variablesReference ?? 0))
            if (local.value !== 'undefined') found.push(`${name}: ${local.name}`);
        }
        return found;
      });
    const early = await assigned(9);
    assert.ok(early.length > 90, early.join(', '));
    const late = await assigned(1500);
    assert.deepEqual(
      early.filter((one) => !late.includes(one)),
      [],
    );
  });

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

  it('shows the locals of a function that sleeps as they were when it fell asleep, two frames deep, and after a step back', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: DEEP }, () =>
        adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_connect' }] }),
      );
      await adapter.stopped();
      const here = await adapter.evaluate('world.event');
      const inner = await asleep(adapter, 'waiting');
      assert.match(inner.name, /^Locals when it made the call \(0\.\d{3} \d{3} \d{3} s, event \d+\)$/);
      assert.deepEqual(inner.values, { fd: '3', patience: '2' });
      const outer = await asleep(adapter, 'server');
      assert.deepEqual(outer.values, { fd: '3', note: '"of the server"' });
      const kernel = await asleep(adapter, 'inet_csk_accept');
      assert.match(kernel.name, /^Locals when it fell asleep/);
      assert.match(kernel.values['sk']!, /LISTEN/);
      // Looked at, opened, asked for by name; never changed.
      const fields = await adapter.variables(
        kernel.variables.find(({ name }) => name === 'sk')!.variablesReference,
      );
      assert.ok(fields.length > 0 && fields.every(({ presentationHint }) => readOnly(presentationHint)));
      adapter.frame = inner.frame;
      assert.equal(await adapter.evaluate('fd * 2 + patience', 'hover'), '8');
      assert.equal(await adapter.evaluate('sockets.length', 'watch'), '2', 'what is not a local is of now');
      adapter.frame = kernel.frame;
      for (const command of ['watch sk.sk_ack_backlog', 'watch sk.nowhere[0..2]'])
        await assert.rejects(adapter.evaluate(command), /shown as it was when its function fell asleep/);
      adapter.frame = inner.frame;
      await assert.rejects(
        adapter.evaluate('fd = 9'),
        /cannot be changed: the variables of a function that sleeps/,
      );
      const { variablesReference } = inner;
      for (const [command, args] of [
        ['setVariable', { variablesReference, name: 'fd', value: '9' }],
        ['setExpression', { frameId: inner.frame, expression: 'fd', value: '9' }],
      ] as const)
        await assert.rejects(adapter.request(command, args), /fd cannot be changed: the variables/);
      const watched = { variablesReference, name: 'fd' };
      assert.match(
        (await adapter.request<{ description: string }>('dataBreakpointInfo', watched)).description,
        /no data breakpoint for it: it is shown as it was/,
      );
      assert.equal(await adapter.evaluate('world.event'), here, 'the present has gone on');

      await adapter.go('stepBack');
      const again = await asleep(adapter, 'waiting');
      assert.deepEqual([again.name, again.values], [inner.name, inner.values]);
      await assert.rejects(adapter.variables(variablesReference), /of an earlier stop/);
      await assert.rejects(adapter.request('dataBreakpointInfo', watched), /of an earlier stop/);
    }));

  describe('of a function that awaits another one, which sleeps', () => {
    /** What is seen of the client when the server has received this from it: the locals of each frame. */
    async function awaiting(text: string): Promise<Record<string, string>[]> {
      return withAdapter(async (adapter) => {
        const line = lineOf(AWAITING, 'words.length === 0');
        const condition = `String.fromCharCode(...words).endsWith('${text}')`;
        await adapter.launch({ program: AWAITING }, () =>
          adapter.request('setBreakpoints', {
            source: { path: AWAITING },
            breakpoints: [{ line, condition }],
          }),
        );
        assert.notEqual(await adapter.stopped(), 'terminated');
        const client = (await adapter.threads()).find((thread) => thread.name.startsWith('client'))!;
        const seen: Record<string, string>[] = [];
        for (const { id, name, source } of await adapter.stack(client.id)) {
          if (source?.path !== AWAITING) continue;
          const [locals] = await adapter.scopes(id);
          const variables = await adapter.variables(locals!.variablesReference);
          const values = Object.fromEntries(variables.map((one) => [one.name, one.value]));
          seen.push({ of: `${name}: ${locals!.name.replace(/ \(.*/, '')}`, ...values });
        }
        return seen;
      });
    }

    it('are those of its last arrival there', async () => {
      assert.deepEqual(await awaiting('three'), [
        {
          of: 'ask: Locals when it made the call',
          fd: '3',
          word: '"three"',
          answer: 'undefined',
        },
        {
          of: 'client: Locals when it began to wait for what it has called',
          fd: '3',
          word: '"three"',
          total: '3',
        },
      ]);
    });
    it('are told apart where it has called itself', async () => {
      const frames = await awaiting('the ground');
      assert.deepEqual(
        frames.map(({ of, name, depth, word, total }) => [
          of!.replace(/:.*/, ''),
          name ?? word,
          depth ?? total,
        ]),
        [
          ['ask', '"the ground"', undefined],
          ['dive', '"dive 0"', '0'],
          ['dive', '"dive 1"', '1'],
          ['dive', '"dive 2"', '2'],
          ['client', undefined, '8'],
        ],
      );
    });
    it('are not guessed where other calls of it are under way', async () => {
      const frames = await awaiting('b again');
      const { '(none)': none } = frames.find(({ of }) => of!.startsWith('beside'))!;
      assert.match(none!, /^another call of beside may be under way: which of them has come here last/);
    });
  });
});

const readOnly = (hint: DebugProtocol.VariablePresentationHint | undefined): boolean =>
  hint?.attributes?.includes('readOnly') === true;

/** The locals of a frame of the server, which sleeps. */
async function asleep(adapter: Adapter, name: string) {
  const server = (await adapter.threads()).find((thread) => thread.name.startsWith('server'))!;
  const frames = await adapter.stack(server.id);
  const frame = frames.find((one) => one.name === name);
  assert.ok(frame, frames.map((one) => one.name).join(', '));
  const [locals] = await adapter.scopes(frame.id);
  const variables = await adapter.variables(locals!.variablesReference);
  const values = Object.fromEntries(variables.map((one) => [one.name, one.value]));
  return { ...locals!, frame: frame.id, variables, values };
}
