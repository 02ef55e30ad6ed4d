/** Data breakpoints from the debug console and the trees. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type {
  CheckWatchArguments,
  TreeItem,
  TreeView,
  Watch,
  WatchesResponse,
} from '../../debug-adapter/protocol.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { inConnect } from './support/inConnect.ts';
import { fixture } from './support/paths.ts';

const program = fixture('handshake');
/** The line of it in which the client connects. */
const CONNECTS = 19;

/** `snd_cwnd: 10 → 11`, or what else the next stop is about. */
async function stop(adapter: Adapter, command: 'continue' | 'reverseContinue'): Promise<string> {
  const stopped = await adapter.go(command);
  if (stopped === 'terminated') return stopped;
  const { text, description = '' } = stopped;
  const [, name, change] = /^(\w+) of .* is (?:written: |read: )(.*)$/.exec(text ?? '') ?? [];
  return name === undefined ? (text ?? description) : `${name}: ${change}`;
}
async function completions(adapter: Adapter, text: string): Promise<string[]> {
  const { targets } = await adapter.request<DebugProtocol.CompletionsResponse['body']>('completions', {
    text,
    column: text.length + 1,
    frameId: adapter.frame,
  });
  return targets.map(({ label }) => label);
}
/** A node by the labels on its way. */
async function node(adapter: Adapter, view: TreeView, ...labels: string[]): Promise<TreeItem> {
  let found: TreeItem | undefined;
  for (const label of labels) {
    const items = await adapter.tree(view, found?.id);
    found = items.find((one) => one.label === label || one.label.startsWith(`${label} `));
    assert.ok(found, `${label} of ${items.map((one) => one.label).join(', ')}`);
  }
  return found!;
}

describe('debug adapter: watched fields', () => {
  it('are set in the debug console, listed and ended there', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      assert.match(await adapter.evaluate('watch'), /^No field is watched\. Write for example watch sk\./);
      assert.match(
        await adapter.evaluate('watch sk.snd_nxt'),
        /^1: snd_nxt of TCP .* \(write\) – "unwatch 1" ends it\.$/,
      );
      const condition = '$value === TCP_FIN_WAIT2';
      assert.match(
        await adapter.evaluate(`awatch sk.sk_state w if ${condition}`),
        /^2: skc_state of .* \(write\), if \$value === TCP_FIN_WAIT2 –/,
      );
      assert.match(
        await adapter.evaluate('rwatch sk.snd_cwnd hits >= 1000'),
        /^3: .* \(read\), hits >= 1000 –/,
      );
      assert.equal((await adapter.evaluate('watch')).split('\n').length, 3);
      assert.match(await stop(adapter, 'continue'), /^snd_nxt: /);
      assert.match(
        await adapter.evaluate('unwatch 1'),
        /^snd_nxt of .* does not stop the machine any more\.$/,
      );
      assert.match(await stop(adapter, 'continue'), /^skc_state: TCP_FIN_WAIT1 \(4\) → TCP_FIN_WAIT2 \(5\)/);
      assert.equal((await adapter.evaluate('unwatch')).split('\n').length, 2);
      await assert.rejects(
        adapter.evaluate('unwatch 1'),
        /there is no watch 1: "watch" lists those there are/,
      );
      assert.deepEqual(await adapter.custom('sockscope/watches', {}), { watches: [] });
      assert.equal(await stop(adapter, 'continue'), 'terminated');
    }));

  it('stop on the way back, and forward in the past', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.evaluate('watch sk.skc_state');
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) seen.push(await stop(adapter, 'continue'));
      assert.equal(await stop(adapter, 'reverseContinue'), seen[1]);
      await adapter.request('setDataBreakpoints', { breakpoints: [] });
      assert.equal(await stop(adapter, 'reverseContinue'), seen[0], "the client's list leaves them alone");
      assert.equal(await stop(adapter, 'continue'), seen[1]);
      await adapter.evaluate('unwatch 1');
      assert.equal(await stop(adapter, 'reverseContinue'), 'Paused at the beginning');
    }));

  it('say how they are written, and what has none', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await assert.rejects(
        adapter.evaluate('watch sk.snd_nxt x'),
        /^Error: Write for example watch sk\.snd_cwnd/,
      );
      const early = /^Error: "hits" and its number come last, after the condition\. Write for example watch /;
      await assert.rejects(adapter.evaluate('watch sk.snd_nxt hits 2 if $value > 1'), early);
      await assert.rejects(adapter.evaluate('watch sk.snd_nxt w hits >= 2 if $value > 1 hits 3'), early);
      const open =
        /^Error: After "hits" comes a whole number, .* Write for example watch sk\.snd_cwnd hits >= 2$/;
      for (const rest of ['hits x', 'hits', 'w hits 1.5', 'if $value > 1 hits x'])
        await assert.rejects(adapter.evaluate(`watch sk.snd_nxt ${rest}`), open, rest);
      await assert.rejects(
        adapter.evaluate('watch sk'),
        /There is no data breakpoint for sk: it is no field/,
      );
      await assert.rejects(
        adapter.evaluate('watch sk.snd_nxt if $value ==='),
        /The condition "\$value ===" is not a JavaScript expression/,
      );
      await assert.rejects(adapter.evaluate('unwatch'), /no field is watched: nothing ends/);
      await assert.rejects(adapter.evaluate('unwatch all'), /Write for example unwatch 1/);
      assert.deepEqual(await adapter.custom('sockscope/watches', {}), { watches: [] });
    }));

  it('say of an expression which part of it is not there', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const refusal = (expression: string): Promise<string> =>
        adapter.evaluate(`watch ${expression}`).then(
          () => 'it is watched',
          ({ message }: Error) => message.replace(/^Error: /, ''),
        );
      const parts = {
        'sockets[2].sk_state': 'sockets[2] is undefined',
        'sockets[2]': 'sockets[2] is undefined',
        'sk.nothing.of.it': 'sk has no field nothing',
        'sk.snd_cwnd.more': 'sk.snd_cwnd has no field more',
        'sk.sk_reuseport_cb.socks': 'sk.sk_reuseport_cb is null',
        'nobody.snd_cwnd': 'nobody is not defined',
        'skb.nothing[0..4]': 'skb is not defined',
        'sk.nothing[0..4]': 'sk has no field nothing',
      };
      for (const [expression, part] of Object.entries(parts))
        assert.equal(await refusal(expression), `There is no data breakpoint for ${expression}: ${part}.`);
      const { description } = await adapter.request<DebugProtocol.DataBreakpointInfoResponse['body']>(
        'dataBreakpointInfo',
        { name: 'sockets[2].sk_state', frameId: adapter.frame },
      );
      assert.equal(description, 'There is no data breakpoint for it: sockets[2] is undefined.');
      assert.match(
        await adapter.evaluate('watch sk.sk_reuseport_cb'),
        /^1: /,
        'whatever is in a field that there is',
      );
    }));

  it('are numbered one by one, even if they are set at the same time', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const commands = ['watch sk.snd_nxt', 'watch sk.snd_una if $value ===', 'watch sk.sk_state'];
      const [first, refused, second] = await Promise.allSettled(
        commands.map((command) => adapter.evaluate(command)),
      );
      assert.deepEqual(
        [first!.status, refused!.status, second!.status],
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      const listed = (await adapter.evaluate('watch')).split('\n');
      assert.equal(listed.length, 2);
      assert.match(listed[0]!, /^1: snd_nxt of /);
      assert.match(listed[1]!, /^\d: skc_state of /);
      assert.match(await stop(adapter, 'continue'), /^snd_nxt: /);
      assert.equal((await adapter.evaluate('unwatch 1')).split('\n').length, 1);
      assert.match(await stop(adapter, 'continue'), /^skc_state: /);
    }));

  it('are left out on the way back if no machine takes them', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const { dataId } = await adapter.request<DebugProtocol.DataBreakpointInfoResponse['body']>(
        'dataBreakpointInfo',
        { name: 'sk.snd_nxt', frameId: adapter.frame },
      );
      const { breakpoints } = await adapter.request<DebugProtocol.SetDataBreakpointsResponse['body']>(
        'setDataBreakpoints',
        { breakpoints: [{ dataId: dataId!, accessType: 'write', condition: '$value ===' }] },
      );
      assert.equal(breakpoints[0]!.verified, false);
      assert.equal(await stop(adapter, 'reverseContinue'), 'Paused at the beginning');
    }));

  it('are completed word by word', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      assert.deepEqual((await completions(adapter, 'watch sk.snd_cw')).slice(0, 2), [
        'snd_cwnd',
        'snd_cwnd_cnt',
      ]);
      assert.deepEqual(await completions(adapter, 'watch sk.snd_cwnd '), ['r', 'w', 'rw', 'if', 'hits']);
      assert.deepEqual(await completions(adapter, 'watch sk.snd_cwnd if $'), ['$value', '$old']);
      assert.deepEqual(await completions(adapter, 'unwatch '), []);
      await adapter.evaluate('watch sk.snd_cwnd');
      assert.deepEqual(await completions(adapter, 'unwatch '), ['1']);
    }));

  it("are set at a tree's node: a listener's sk_ack_backlog, a ring's next_to_clean", () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const rx = await node(adapter, 'interfaces', 'lo', 'RX ring', 'next_to_clean');
      assert.ok(rx.context.includes('watchable'));
      const { watch } = await adapter.custom('sockscope/watchField', { id: rx.id });
      assert.match(watch.text, /^next_to_clean of vnic_\w+/);
      for (let at = 0; at < 3; at++)
        assert.equal(await stop(adapter, 'continue'), `next_to_clean: ${at} → ${at + 1}`);
      assert.equal(await stop(adapter, 'reverseContinue'), 'next_to_clean: 1 → 2');
      assert.equal(await stop(adapter, 'reverseContinue'), 'next_to_clean: 0 → 1');
      await adapter.custom('sockscope/unwatch', { number: watch.number });

      const backlog = await node(
        adapter,
        'sockets',
        'server',
        'fd 3',
        'struct tcp_sock',
        'sock',
        'sk_ack_backlog',
      );
      await adapter.custom('sockscope/watchField', {
        id: backlog.id,
        access: 'readWrite',
        condition: '$old === 1',
      });
      assert.equal(await stop(adapter, 'continue'), 'next_to_clean: 2 → 3', 'where the run stands');
      assert.match(await stop(adapter, 'continue'), /^sk_ack_backlog: 1/);
      const ring = await node(adapter, 'interfaces', 'lo', 'RX ring');
      await assert.rejects(
        adapter.custom('sockscope/watchField', { id: ring.id }),
        /There is no data breakpoint for it/,
      );
    }));

  it('end with the machine, which is said', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.evaluate('watch sk.snd_cwnd');
      await adapter.request('restart', {});
      const said = adapter.output.map(({ text }) => text).join('');
      assert.match(
        said,
        /snd_cwnd of .* is not watched any more: it belonged to the machine that has ended\./,
      );
      assert.deepEqual(await adapter.custom('sockscope/watches', {}), { watches: [] });
    }));

  it('of an object of the program are not known in the past, which is told, as is their return', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program }, () =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: CONNECTS }] }),
      );
      await adapter.stopped();
      await adapter.evaluate('watch ADDRESS.port');
      const told: Watch[][] = [];
      adapter.client.on('sockscope/watches', ({ body }: { body: WatchesResponse }) =>
        told.push(body.watches),
      );
      assert.equal(await stop(adapter, 'reverseContinue'), 'Paused at the beginning');
      const problems = () => told.map((watches) => watches.map(({ text, problem }) => [text, problem]));
      const [[watch]] = told as [[Watch]];
      assert.match(watch.text, /^port of /);
      const unknown = [watch.text, 'it is not known in the machine that is shown'];
      assert.deepEqual(problems(), [[unknown]]);
      assert.deepEqual(await adapter.custom('sockscope/watches', {}), { watches: told[0] });
      assert.equal(await stop(adapter, 'continue'), 'Paused at the end of the past');
      assert.deepEqual(problems(), [[unknown], [[watch.text, undefined]]]);
    }));

  it('have conditions that can be checked before they are set', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const check = (how: CheckWatchArguments) => adapter.custom('sockscope/checkWatch', how);
      assert.deepEqual(await check({ condition: '$value > $old', hitCondition: '>= 3' }), {});
      assert.deepEqual(await check({ condition: ' ', hitCondition: '' }), {});
      await assert.rejects(check({ condition: '$value >' }), /The condition "\$value >" is not a JavaScript/);
      await assert.rejects(check({ hitCondition: 'often' }), /The hit count "often" is not understood\./);
      assert.deepEqual(await adapter.custom('sockscope/watches', {}), { watches: [] });
    }));

  it('stop at a write of the same value only where each access stops', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await adapter.evaluate('watch sk.snd_wnd if $value === $old');
      await adapter.evaluate('awatch sk.snd_wnd if $value === $old');
      assert.equal(await stop(adapter, 'continue'), 'snd_wnd: 0 bytes → 0 bytes');
      await adapter.evaluate('unwatch 2');
      assert.equal(await stop(adapter, 'continue'), 'terminated');
    }));
});
