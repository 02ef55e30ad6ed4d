/**
 * Accesses in the event in which a field began to be watched: they are counted from a stop on, not from the event's
 * beginning. Going back and forward leads through them all the same.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture, ROOT } from './support/paths.ts';

/** In tcp_connect(), all in one event: a line, the first and the second one that read write_seq; the second writes it. */
const [BEFORE, FIRST, SECOND] = [164, 165, 166];
const CONNECT = path.join(ROOT, 'stack/net/ipv4/tcp_output/connect.ts');

/** Stops in tcp_connect(), before the first of these lines; nothing else stops the machine from there on. */
async function inConnect(adapter: Adapter): Promise<void> {
  const breakAt = (...lines: number[]) =>
    adapter.request('setBreakpoints', {
      source: { path: CONNECT },
      breakpoints: lines.map((line) => ({ line })),
    });
  await adapter.launch({ program: fixture('handshake') }, () => breakAt(BEFORE));
  await adapter.stopped();
  await breakAt();
  await adapter.request('setExceptionBreakpoints', { filters: [] });
}
/** Where it stands: the line, after what has stopped it. */
async function go(adapter: Adapter, command: 'continue' | 'next' | 'stepBack'): Promise<string> {
  const stop = await adapter.go(command);
  assert.ok(stop !== 'terminated', 'it has ended');
  const [top] = await adapter.stack();
  const [, what = stop.description ?? stop.reason] =
    /^write_seq of .* is (read|written)/.exec(stop.text ?? '') ?? [];
  return `${what}: ${top!.name} ${top!.line}`;
}
const at = (what: string, line: number): string => `${what}: tcp_connect ${line}`;

describe('debug adapter: accesses in the event in which a field is watched first', () => {
  for (const [command, what, line] of [
    ['watch sk.write_seq', 'written', SECOND],
    ['rwatch sk.write_seq', 'read', FIRST],
  ] as const)
    it(`are gone back from, and forward to: ${command}`, () =>
      withAdapter(async (adapter) => {
        await inConnect(adapter);
        await adapter.evaluate(command);
        assert.equal(await go(adapter, 'continue'), at(what, line));
        await adapter.evaluate('unwatch');
        assert.equal(await go(adapter, 'stepBack'), at('step', line - 1));
        assert.equal(await go(adapter, 'stepBack'), at('step', line - 2));
        // The past meets the present amid that event, which says again what has stopped it.
        assert.equal(await go(adapter, 'continue'), at(what, line));
      }));

  it('are counted anew with a second breakpoint on the field, from where that is set', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.evaluate('rwatch sk.write_seq if $value === -1');
      assert.equal(await go(adapter, 'next'), at('step', FIRST));
      assert.equal(await go(adapter, 'next'), at('step', SECOND));
      await adapter.evaluate('rwatch sk.write_seq');
      assert.equal(await go(adapter, 'continue'), at('read', SECOND));
      await adapter.evaluate('sk.sk_mark = 5');
      assert.equal(await go(adapter, 'stepBack'), at('step', FIRST));
      assert.equal(await adapter.evaluate('sk.sk_mark'), '0');
      await adapter.evaluate('unwatch');
      assert.equal(await go(adapter, 'continue'), at('read', SECOND));
      assert.equal(
        await adapter.evaluate('sk.sk_mark'),
        '5',
        'what was changed amid the event is changed again',
      );
    }));

  it('are counted anew when another field is watched, too', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.evaluate('rwatch sk.write_seq hits 2');
      assert.equal(await go(adapter, 'next'), at('step', FIRST));
      assert.equal(await go(adapter, 'next'), at('step', SECOND));
      await adapter.evaluate('watch sk.sk_mark');
      assert.equal(await go(adapter, 'continue'), at('read', SECOND), 'hits are counted on');
      await adapter.evaluate('unwatch');
      assert.equal(await go(adapter, 'stepBack'), at('step', FIRST));
      assert.equal(await go(adapter, 'continue'), at('read', SECOND));
    }));
});
