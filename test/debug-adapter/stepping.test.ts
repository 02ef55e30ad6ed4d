/** Where a step ends: what is passed over, and threads that are not on the CPU. */
import assert from 'node:assert/strict';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const program = fixture('handshake');
/** Stops at the client's connect(). */
const atConnect = async (adapter: Adapter, more: object = {}) => {
  await adapter.launch({ program, ...more }, () =>
    adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 19 }] }),
  );
  await adapter.stopped();
};
/** Steps in until `many` functions have been seen. */
async function functionsSteppedInto(adapter: Adapter, steps: number): Promise<string[]> {
  const places: string[] = [];
  for (let i = 0; i < steps; i++) {
    if ((await adapter.go('stepIn')) === 'terminated') break;
    const [top] = await adapter.stack();
    places.push(`${top!.source?.name}:${top!.name}`);
  }
  return places;
}

describe('debug adapter: stepping', () => {
  it('passes over the files of skipFiles', () =>
    withAdapter(async (adapter) => {
      await atConnect(adapter, { skipFiles: ['**/net/socket/**'] });
      const places = await functionsSteppedInto(adapter, 6);
      assert.ok(
        places.some((place) => place.startsWith('net/ipv4/af_inet/')),
        places.join('\n'),
      );
      assert.deepEqual(
        places.filter((place) => place.startsWith('net/socket/')),
        [],
      );
    }));

  it('comes out of a function into the first caller that is not in skipFiles', () =>
    withAdapter(async (adapter) => {
      await atConnect(adapter, { skipFiles: ['stack/net/socket/**'] });
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'inet_stream_connect' }] });
      await adapter.go('continue');
      const stack = await adapter.stack();
      assert.equal(stack[0]!.name, 'inet_stream_connect');
      const skipped = stack.filter(({ source }) => source?.name?.startsWith('net/socket/'));
      assert.ok(skipped.length > 0 && skipped.every(({ presentationHint }) => presentationHint === 'subtle'));
      await adapter.go('stepOut');
      const [top] = await adapter.stack();
      assert.equal(top!.name, 'client');
    }));

  for (const [call, line] of [
    ['__sys_bind', 9],
    ['__sys_accept4', 11],
    ['__sys_recvfrom', 12],
  ] as const)
    it(`comes out of ${call}, whether it sleeps or not, into the next line of the program`, () =>
      withAdapter(async (adapter) => {
        await adapter.launch({ program: fixture('handshake') }, () =>
          adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: call }] }),
        );
        await adapter.stopped();
        await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
        assert.equal(((await adapter.go('stepOut')) as Stopped).reason, 'step');
        const [top] = await adapter.stack();
        assert.deepEqual([top!.name, top!.line], ['server', line]);
      }));

  // V8 steps over a line when the last breakpoint of the function in which it stands is taken away.
  for (const how of ['a removed breakpoint', 'a step into the function'] as const)
    it(`leaves no line out after ${how}, and none on the way back`, () =>
      withAdapter(async (adapter) => {
        const waits = fixture('waits');
        const breakOn = (...lines: number[]): Promise<unknown> => {
          const breakpoints = lines.map((line) => ({ line }));
          return adapter.request('setBreakpoints', { source: { path: waits }, breakpoints });
        };
        const isStep = how === 'a step into the function';
        await adapter.launch({ program: waits }, () => breakOn(isStep ? 14 : 5));
        await adapter.stopped();
        if (isStep) await adapter.go('stepIn');
        else await breakOn();
        const line = async (): Promise<number> => (await adapter.stack())[0]!.line;
        const lines = [await line()];
        for (let step = 0; step < 4; step++) {
          await adapter.go('next');
          lines.push(await line());
        }
        assert.deepEqual(lines, [5, 6, 7, 8, 6]);
        for (const before of lines.slice(0, -1).reverse()) {
          await adapter.go('stepBack');
          assert.equal(await line(), before);
        }
      }));

  it('runs to the next softirq when the softirq thread is asked for a step', () =>
    withAdapter(async (adapter) => {
      await atConnect(adapter);
      const softirq = (await adapter.threads()).find(({ name }) => name.startsWith('softirq'))!;
      const stop = adapter.stopped();
      await adapter.request('stepIn', { threadId: softirq.id });
      assert.equal(((await stop) as Stopped).threadId, softirq.id);
      const names = (await adapter.stack()).map(({ name }) => name);
      assert.ok(names.includes('do_softirq'), names.join(' < '));
    }));
});
