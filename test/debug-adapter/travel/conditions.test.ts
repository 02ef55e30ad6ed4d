/** Going back to the last stop of breakpoints with conditions and hit counts. */
import assert from 'node:assert/strict';
import { withAdapter, type Adapter } from '../support/adapter.ts';
import { fixture } from '../support/paths.ts';

const loop = fixture('loop');
/** Where the loop has counted its turn. */
const LINE = 7;

async function launch(adapter: Adapter, breakpoint: object): Promise<void> {
  await adapter.launch({ program: loop }, () =>
    adapter.request('setBreakpoints', {
      source: { path: loop },
      breakpoints: [{ line: LINE, ...breakpoint }],
    }),
  );
  await adapter.stopped();
}
/** Where the next stop is: the turn of the loop, or the reason. */
async function turn(adapter: Adapter, command?: 'continue' | 'reverseContinue'): Promise<string> {
  const stopped = command === undefined ? undefined : await adapter.go(command);
  if (stopped === 'terminated') return stopped;
  return stopped?.reason === 'entry' ? 'entry' : adapter.evaluate('turn', 'watch');
}

/** Stops in the client's connect(), at its first line in TCP; nothing else stops the machine from there on. */
async function inConnect(adapter: Adapter): Promise<void> {
  await adapter.launch({ program: fixture('bulk') }, () =>
    adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_connect' }] }),
  );
  await adapter.stopped();
  await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
  await adapter.request('setExceptionBreakpoints', { filters: [] });
}
/** The values of snd_cwnd at the next stop: `10 → 11`. */
async function change(adapter: Adapter, command: 'continue' | 'reverseContinue'): Promise<string> {
  const stopped = await adapter.go(command);
  if (stopped === 'terminated') return stopped;
  return /is written: (.*)$/.exec(stopped.text ?? '')?.[1] ?? stopped.reason;
}

describe('debug adapter: reverse-continue', () => {
  it("passes a line where the breakpoint's condition does not hold", () =>
    withAdapter(async (adapter) => {
      await launch(adapter, { condition: 'turn % 3 === 0' });
      const seen = [await turn(adapter)];
      for (let i = 0; i < 2; i++) seen.push(await turn(adapter, 'continue'));
      assert.deepEqual(seen, ['3', '6', '9']);
      const back = [];
      for (let i = 0; i < 3; i++) back.push(await turn(adapter, 'reverseContinue'));
      assert.deepEqual(back, ['6', '3', 'entry']);
      assert.equal(await turn(adapter, 'continue'), '3');
    }));

  it('counts the hits of a line from the beginning', () =>
    withAdapter(async (adapter) => {
      await launch(adapter, { condition: 'turn > 1', hitCondition: '% 4' });
      assert.deepEqual([await turn(adapter), await turn(adapter, 'continue')], ['5', '9']);
      assert.deepEqual(
        [await turn(adapter, 'reverseContinue'), await turn(adapter, 'reverseContinue')],
        ['5', 'entry'],
      );
    }));

  it('passes writes of snd_cwnd for which the condition of a data breakpoint does not hold', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.evaluate('watch sk.snd_cwnd if $old < 13 && $value !== 10');
      await adapter.evaluate('watch sk.snd_cwnd if $value >= 1000000');
      const seen = [];
      for (let i = 0; i < 3; i++) seen.push(await change(adapter, 'continue'));
      assert.deepEqual(await back(adapter, 2), [seen[1], seen[0]]);
      await adapter.evaluate('unwatch 1');
      assert.deepEqual(await back(adapter, 1), ['entry']);
    }));

  it('counts the hits of a data breakpoint from the beginning', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.evaluate('watch sk.snd_cwnd if $old >= 10');
      await adapter.evaluate('watch sk.snd_cwnd if $old >= 10 hits 2');
      const seen = [];
      for (let i = 0; i < 5; i++) seen.push(await change(adapter, 'continue'));
      await adapter.evaluate('unwatch 1');
      assert.deepEqual(await back(adapter, 2), [seen[1], 'entry']);
    }));

  async function back(adapter: Adapter, times: number): Promise<string[]> {
    const seen = [];
    for (let i = 0; i < times; i++) seen.push(await change(adapter, 'reverseContinue'));
    return seen;
  }
});
