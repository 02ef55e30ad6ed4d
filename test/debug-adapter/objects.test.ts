/** JavaScript's own values: shown as its debuggers show them, without running any of the program's code. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const OBJECTS = fixture('objects');
/** Of the last statement but one: everything has its value. */
const LINE = 83;

/** The locals at the end of the process, by name. */
async function atTheEnd(adapter: Adapter): Promise<Map<string, DebugProtocol.Variable>> {
  await adapter.launch({ program: OBJECTS }, () =>
    adapter.request('setBreakpoints', { source: { path: OBJECTS }, breakpoints: [{ line: LINE }] }),
  );
  await adapter.stopped();
  return byName(await adapter.variables((await adapter.scopes())[0]!.variablesReference));
}
const byName = (variables: readonly DebugProtocol.Variable[]) =>
  new Map(variables.map((variable) => [variable.name, variable]));
async function inside(adapter: Adapter, variable: DebugProtocol.Variable | undefined) {
  return byName(await adapter.variables(variable!.variablesReference));
}

describe('debug adapter: objects', () => {
  it('gives each kind of value its line, and one that cannot be touched spoils no other', () =>
    withAdapter(async (adapter) => {
      const locals = await atTheEnd(adapter);
      const lines = Object.fromEntries([...locals].map(([name, { value }]) => [name, value]));
      assert.deepEqual(
        { ...lines, revoke: undefined, failure: lines['failure'] },
        {
          proxy: 'Proxy(Object) {…}',
          revoked: 'Proxy (revoked)',
          revoke: undefined,
          all: 'undefined',
          heir: '{}',
          point: 'Point {x: 1}',
          sleepy: 'Error',
          failure: 'TypeError: no way',
          date: 'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)',
          expression: '/a+b/gi',
          minusZero: '-0',
          big: '12n',
          symbol: 'Symbol(mark)',
          boxed: 'Number {5}',
          settled: 'Promise {<fulfilled>: 7}',
          pending: 'Promise {<pending>}',
          map: 'Map(2) {"one" => 1, {…} => 2}',
          counted: 'Counted(1) {"a" => 1}',
          set: 'Set(2) {1, "two"}',
          weak: 'WeakMap {…}',
          bytes: 'Uint8Array(3) 01 02 ff',
          floats: 'Float64Array(2) [0.5, -0]',
          buffer: 'ArrayBuffer(2) 00 00',
          view: 'DataView(2) 00 00',
          sparse: '(3) [1, empty, 3]',
          long: '(2500) [0, 1, 2, 3, 4, …]',
          computed: '{plain: 1, trouble: (...)}',
          address: '{family: "IPv4", sin_addr: (...), sin_port: 1, sin_family: 2}',
          generator: 'numbers {<suspended>}',
          odd: '{two words: 1}',
        },
      );
      for (const variable of locals.values())
        if (variable.variablesReference !== 0) await adapter.variables(variable.variablesReference);
      assert.equal(await adapter.evaluate('touched', 'watch'), '0');
    }));

  it('opens what only V8 knows: private fields, states, targets, prototypes', () =>
    withAdapter(async (adapter) => {
      const locals = await atTheEnd(adapter);
      const value = async (name: string, ...path: string[]) => {
        let found = locals.get(name);
        for (const step of path) found = (await inside(adapter, found)).get(step);
        return found?.value;
      };
      assert.equal(await value('point', '#secret'), '2');
      assert.equal(await value('point', '[[Prototype]]'), 'Point {}');
      assert.equal(await value('settled', '[[PromiseResult]]'), '7');
      const ofPromise = [...(await inside(adapter, locals.get('settled'))).keys()];
      assert.deepEqual(ofPromise, ['[[Prototype]]', '[[PromiseState]]', '[[PromiseResult]]']);
      assert.equal(await value('pending', '[[PromiseState]]'), '"pending"');
      assert.equal(await value('proxy', '[[Target]]', 'a'), '1');
      assert.equal(await value('proxy', '[[IsRevoked]]'), 'false');
      assert.equal(await value('generator', '[[GeneratorState]]'), '"suspended"');
      assert.equal(await value('generator', '[[GeneratorLocation]]'), 'objects.ts:44');
      assert.equal(await value('generator', '[[Scopes]]', 'Local (numbers)', 'from'), '3');
      assert.equal(await value('weak', '[[Entries]]', '0', 'value'), '"held"');
      assert.match((await value('failure', 'stack'))!, /^"TypeError: no way\\n {4}at keeper/);
      assert.equal(await value('failure', 'cause'), '"none"');
      assert.equal(await value('map', 'one'), '1');
      assert.equal(await value('map', '1', 'key'), '{key: true}');
      assert.equal(await value('map', 'size'), '2');
      assert.equal(await value('set', '1'), '"two"');
      assert.equal(await value('floats', 'byteLength'), '16');
      assert.equal(await value('view', 'byteOffset'), '0');
      assert.equal(await value('sparse', '1'), 'empty');
      assert.equal(await value('sparse', 'length'), '3');
      assert.equal(await value('odd', 'Symbol(mark)'), '2');
      assert.equal(
        (await inside(adapter, locals.get('odd'))).get('two words')!.evaluateName,
        'odd["two words"]',
      );
      assert.equal((await inside(adapter, locals.get('map'))).get('one')!.evaluateName, 'map.get("one")');
    }));

  it('runs a getter when somebody opens it, and only one that changes nothing and ends', () =>
    withAdapter(async (adapter) => {
      const point = await inside(adapter, (await atTheEnd(adapter)).get('point'));
      const opened = async (name: string) => {
        const getter = point.get(name)!;
        assert.equal(getter.value, '(...)');
        assert.equal(getter.presentationHint?.lazy, true);
        return (await inside(adapter, getter)).get(name)!.value;
      };
      assert.equal(await opened('pure'), '3');
      assert.equal(
        await opened('sum'),
        '(sum may change the machine: it is evaluated in the debug console only)',
      );
      assert.equal(await opened('endless'), '(endless was ended: it took longer than 500 ms)');
      assert.equal(await adapter.evaluate('touched', 'watch'), '0');
      assert.equal(await adapter.evaluate('point.pure', 'hover'), '3');
      await assert.rejects(adapter.evaluate('point.sum', 'hover'), /evaluated in the debug console only/);
      assert.equal(await adapter.evaluate('point.sum'), '3');
    }));

  it('serves long arrays in pages', () =>
    withAdapter(async (adapter) => {
      const long = (await atTheEnd(adapter)).get('long')!;
      assert.equal(long.indexedVariables, 2500);
      assert.ok(long.namedVariables! > 0);
      const page = async (filter: 'indexed' | 'named', start?: number, count?: number) =>
        (
          await adapter.request<DebugProtocol.VariablesResponse['body']>('variables', {
            variablesReference: long.variablesReference,
            filter,
            start,
            count,
          })
        ).variables;
      const elements = await page('indexed', 1200, 3);
      assert.deepEqual(
        elements.map(({ name, value, evaluateName }) => [name, value, evaluateName]),
        [1200, 1201, 1202].map((index) => [String(index), String(index), `long[${index}]`]),
      );
      assert.deepEqual(
        (await page('named')).map(({ name }) => name),
        ['length', '[[Prototype]]'],
      );
    }));

  it('changes what the client has not opened, and says when there is no such name', () =>
    withAdapter(async (adapter) => {
      const locals = await atTheEnd(adapter);
      const change = (variablesReference: number, name: string) =>
        adapter.request<DebugProtocol.SetVariableResponse['body']>('setVariable', {
          variablesReference,
          name,
          value: '11',
        });
      const { point, long } = Object.fromEntries(locals);
      assert.equal((await change(point!.variablesReference, 'x')).value, '11');
      assert.equal((await change(long!.variablesReference, '1200')).value, '11');
      assert.equal(await adapter.evaluate('point.x + long[1200]'), '22');
      const refusal = async (reference: number, name: string) =>
        change(reference, name).then(
          () => 'changed',
          (error: unknown) => (error as Error).message,
        );
      assert.equal(await refusal(point!.variablesReference, 'y'), 'there is no y here');
      assert.equal(await refusal(long!.variablesReference, '2500'), 'there is no 2500 here');
      const scope = (await adapter.scopes())[0]!.variablesReference;
      assert.equal(
        await refusal(scope, 'touch'),
        'there is no touch among the locals, or it has no value yet',
      );
      assert.equal(await refusal(scope, 'date'), 'changed');
      assert.match(await refusal(77, 'x'), /^x cannot be changed: it is of an earlier stop/);
    }));

  it('changes fields of objects to what an expression gives: one expression', () =>
    withAdapter(async (adapter) => {
      const locals = await atTheEnd(adapter);
      const change = async (variable: DebugProtocol.Variable | undefined, name: string, value: string) =>
        (
          await adapter.request<DebugProtocol.SetVariableResponse['body']>('setVariable', {
            variablesReference: variable!.variablesReference,
            name,
            value,
          })
        ).value;
      const { point, sparse } = Object.fromEntries(locals);
      await inside(adapter, point);
      await inside(adapter, sparse);
      assert.equal(await change(point, 'x', '1 + 2'), '3');
      assert.equal(await change(point, 'x', '-0'), '-0');
      assert.equal(await change(point, 'x', '[date]'), '(1) [Date]');
      assert.equal(await adapter.evaluate('point.x[0] === date'), 'true');
      assert.equal(await change(sparse, '0', '"a".repeat(2000)'), `"${'a'.repeat(200)}"… (2000 characters)`);
      for (const text of ['', ' ', '1;2', '// nothing', '1)(2', 'let a = 1'])
        await assert.rejects(change(point, 'x', text), /is not a JavaScript expression/, text);
      const scope = { variablesReference: (await adapter.scopes())[0]!.variablesReference } as never;
      assert.equal(await change(scope, 'minusZero', '[big, -0]'), '(2) [12n, -0]');
      for (const text of ['', '1;2', '1)(2'])
        await assert.rejects(change(scope, 'big', text), /is not a JavaScript expression/, text);
    }));
});
