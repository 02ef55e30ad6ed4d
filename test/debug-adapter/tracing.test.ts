/** Trace commands of the debug console, in bpftrace's spirit. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { TRACEPOINT_NAMES } from '../../stack/trace/table.ts';
import { Histogram } from '../../debug-adapter/tracing/histogram.ts';
import { isTraceCommand, parseTrace } from '../../debug-adapter/tracing/syntax.ts';
import { parametersOf } from '../../debug-adapter/tracing/tracing.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const program = fixture('handshake');

async function atLine(adapter: Adapter, line: number): Promise<void> {
  await adapter.launch({ program }, () =>
    adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line }] }),
  );
  await adapter.stopped();
}
const printed = (adapter: Adapter): string =>
  adapter.output
    .filter(({ category }) => category === 'console')
    .map(({ text }) => text)
    .join('');

describe('debug adapter: traces', () => {
  it('print fields, count by key, and draw histograms; they are listed, ended, and begin again with a restart', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      assert.equal(
        await adapter.evaluate(
          'trace sock:inet_sock_set_state /newstate == TCP_ESTABLISHED && sk.skc_dport == 8080/ { print(sk, sk.skc_dport, oldstate, snd_cwnd * 2) }',
        ),
        'Trace 1 has begun; "untrace 1" ends it.',
      );
      await adapter.evaluate('trace net:netif_receive_skb { count(comm); hist(len); sum(len) }');
      await adapter.evaluate('trace tcp:tcp_destroy_sock');
      await adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 21 }] });
      await adapter.go('continue');
      assert.match(
        printed(adapter),
        /^\d\.\d{9} sock:inet_sock_set_state: TCP 127\.0\.0\.1:\d+ → 127\.0\.0\.1:8080 SYN_SENT 8080 2 20$/m,
      );
      const list = await adapter.evaluate('trace');
      assert.match(list, /^\[1\] trace sock:inet_sock_set_state .*\n\[2\] trace net:netif_receive_skb/);
      const received = await adapter.evaluate('untrace 2');
      const [, ...counts] = received.split('\n');
      assert.deepEqual(
        counts.map((line) => line.trim().replace(/ +/g, ' ')),
        ['[swapper/0]: 2', 'hist(len):', `[32, 64) 2 |${'@'.repeat(40)}|`, counts.at(-1)!.trim()],
        received,
      );
      assert.match(counts.at(-1)!, /^ {2}sum\(len\): \d+$/);
      await assert.rejects(adapter.evaluate('untrace 2'), /there is no trace 2: "trace" lists/);
      await adapter.request('restart', {});
      await adapter.stopped();
      assert.match(await adapter.evaluate('trace'), /^\[1\] .*\n\[3\] trace tcp:tcp_destroy_sock$/);
      await adapter.evaluate('trace tcp:* { count(probe) }');
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.match(printed(adapter), /\d tcp:tcp_destroy_sock: sport=8080 /);
      assert.match(
        printed(adapter),
        /\[4\] trace tcp:\* \{ count\(probe\) \}\n {2}\[tcp:tcp_destroy_sock\]: 3\n/,
      );
    }));

  it('say what is wrong, and where; what fails at a tracepoint is said once', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const refused = (text: string, message: RegExp) => assert.rejects(adapter.evaluate(text), message);
      await refused(
        'trace tcp:tcp_prob',
        /There is no tracepoint tcp:tcp_prob, but tcp:tcp_retransmit_skb.* \(character 7\)/,
      );
      await refused(
        'trace tcp:tcp_probe { print(sk. }',
        /Expected the name of a field at "}" \(character 33\)/,
      );
      await refused(
        'trace tcp:tcp_probe { show(sk) }',
        /Expected one of print, count, hist, sum at "show\(sk\) }" \(character 23\)/,
      );
      await refused('trace tcp:tcp_probe /sk.sk_num == 1 { count() }', /Expected \/ at "{ count\(\) }"/);
      await refused(
        'trace foo',
        /Expected a tracepoint such as tcp:tcp_probe at "foo" .*Write for example trace tcp:tcp_probe \//,
      );
      await refused('trace tcp:tcp_probe { hist() }', /hist\(\) takes one number/);
      await refused('trace tcp:tcp_probe { count()', /Expected } at the end/);
      await refused(`trace tcp:${'*'.repeat(40)}x_`, /There is no tracepoint tcp:\*+x_, but tcp:/);
      await adapter.evaluate('trace net:netif_receive_skb { print(nothing) }');
      await adapter.evaluate('trace net:netif_receive_skb { hist(comm) }');
      await adapter.evaluate('trace net:netif_receive_skb { hist((pid + 1) / 0) }');
      assert.equal(await adapter.go('continue'), 'terminated');
      const said = adapter.output.filter(({ category }) => category === 'important').map(({ text }) => text);
      assert.deepEqual(said.join('').split('\n'), [
        'trace 1: there is no nothing here; known are skb, pid, comm, nsecs, event, host, probe, their fields, and constants',
        'trace 2: this is no number: swapper/0',
        'trace 3: this is no number: Infinity',
        '',
      ]);
    }));

  it('are completed: tracepoints, then arguments and actions', () =>
    withAdapter(async (adapter) => {
      await atLine(adapter, 19);
      const complete = async (text: string): Promise<string[]> => {
        const args = { text, column: text.length + 1, frameId: adapter.frame };
        const { targets } = await adapter.request<DebugProtocol.CompletionsResponse['body']>(
          'completions',
          args,
        );
        return targets.map(({ label }) => label);
      };
      assert.deepEqual(await complete('trace tcp:tcp_r'), [
        'tcp:tcp_retransmit_skb',
        'tcp:tcp_retransmit_synack',
        'tcp:tcp_receive_reset',
        'tcp:tcp_rcv_space_adjust',
      ]);
      assert.deepEqual(await complete('trace sock:inet_sock_set_state { p'), ['print', 'pid', 'probe']);
      assert.deepEqual(await complete('trace sock:inet_sock_set_state /new'), ['newstate']);
    }));
});

describe('trace commands', () => {
  it('are told from expressions', () => {
    for (const text of [
      'trace',
      'trace tcp:tcp_probe',
      'untrace',
      'untrace 3',
      ' trace *:* { count() }',
      'trace foo',
    ])
      assert.ok(isTraceCommand(text), text);
    for (const text of [
      'trace in names',
      'trace * 2',
      'trace.armed',
      'tracer',
      'trace = 3',
      'untraced',
      'trace(1)',
    ])
      assert.ok(!isTraceCommand(text), text);
  });

  it('know the names of the arguments of every tracepoint', () => {
    for (const name of TRACEPOINT_NAMES)
      assert.ok(
        parametersOf(name).length > 0 && parametersOf(name).every((one) => /^[a-z]\w*$/.test(one)),
        name,
      );
    assert.deepEqual(parametersOf('napi:napi_poll'), ['napi', 'work', 'budget']);
    assert.deepEqual(parametersOf('net:net_dev_xmit'), ['skb', 'rc', 'dev', 'len']);
  });

  it('bind operators as C does, and end a filter at its slash', () => {
    const { filter, actions } = parseTrace('trace a:b /x + 2 * 3 == 7 && !y/ { sum(x / 2) }');
    const text = JSON.stringify(filter);
    assert.match(text, /^{"kind":"binary","operator":"&&","left":{"kind":"binary","operator":"=="/);
    assert.equal(actions[0]!.text, 'sum(x / 2)');
  });

  it('draw a histogram by powers of two', () => {
    const histogram = new Histogram();
    for (const value of [-1, 0, 1, 2, 3, 1500, 1500, 70_000]) histogram.add(value);
    const lines = histogram.lines().map((line) => line.replace(/ +/g, ' '));
    assert.deepEqual(
      [lines[0], lines[1], lines[2], lines[3], lines[12], lines.at(-1)],
      [
        '(..., 0) 1 |@@@@@@@@@@@@@@@@@@@@ |',
        '[0] 1 |@@@@@@@@@@@@@@@@@@@@ |',
        '[1] 1 |@@@@@@@@@@@@@@@@@@@@ |',
        `[2, 4) 2 |${'@'.repeat(40)}|`,
        `[1K, 2K) 2 |${'@'.repeat(40)}|`,
        '[64K, 128K) 1 |@@@@@@@@@@@@@@@@@@@@ |',
      ],
    );
  });
});
