/** What can be typed next in the console, and what a hover says of a name. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { completionPlace } from '../../debug-adapter/control/completionPlace.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

type Item = DebugProtocol.CompletionItem;

async function complete(adapter: Adapter, text: string): Promise<Map<string, Item>> {
  const { targets } = await adapter.request<DebugProtocol.CompletionsResponse['body']>('completions', {
    text,
    column: text.length + 1,
    frameId: adapter.frame,
  });
  return new Map(targets.map((item) => [item.label, item]));
}
const atEstablished = async (adapter: Adapter) => {
  await adapter.launch({ program: fixture('handshake') }, () =>
    adapter.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'transition', condition: 'SYN_SENT -> ESTABLISHED' }],
    }),
  );
  await adapter.stopped();
};

describe('debug adapter: completion', () => {
  it('reads what stands before the cursor', () => {
    const places: [string, unknown][] = [
      ['', { prefix: '' }],
      ['1 + tcp_', { prefix: 'tcp_' }],
      ['sk.', { prefix: '', owner: { root: 'sk', path: [] } }],
      ['f(a, sk.sk_prot?.na', { prefix: 'na', owner: { root: 'sk', path: ['sk_prot'] } }],
      ['tcp_sk(sk).snd_', { prefix: 'snd_', owner: { root: 'tcp_sk(sk)', path: [] } }],
      ['list[0].x', { prefix: 'x', owner: { root: 'list', path: ['0'] } }],
      ['"a" + b.', { prefix: '', owner: { root: 'b', path: [] } }],
      ['"sk.', undefined],
      ['sk /* .', undefined],
      ['1.', undefined],
      ['(a + b).', undefined],
    ];
    for (const [text, expected] of places) assert.deepEqual(completionPlace(text), expected, text);
  });

  it('knows locals, the kernel’s functions and constants, sockets', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      const s = await complete(adapter, 's');
      assert.equal(s.get('sk')?.type, 'variable');
      assert.match(s.get('sk')!.detail!, /^TCP 127\.0\.0\.1/);
      assert.match(s.get('sockets[0]')!.detail!, /^TCP 127\.0\.0\.1:8080 LISTEN/);
      assert.match(await adapter.evaluate('sockets[0]', 'watch'), /^TCP 127\.0\.0\.1:8080 LISTEN/);
      assert.equal((await complete(adapter, '1 + tcp_v4_r')).get('tcp_v4_rcv')?.type, 'function');
      const constant = (await complete(adapter, 'sk.sk_state === TCP_ES')).get('TCP_ESTABLISHED')!;
      assert.deepEqual(
        [constant.type, constant.detail, constant.start, constant.length],
        ['value', '1', 16, 6],
      );
      assert.ok((await complete(adapter, 'curr')).has('current'));
      assert.equal((await complete(adapter, '"tcp_')).size, 0);
    }));

  it('knows the fields of a value, its own and inherited ones', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      const fields = await complete(adapter, 'sk.sk_');
      assert.equal(fields.get('sk_rcvbuf')?.type, 'field');
      assert.equal(fields.get('sk_state')?.type, 'property');
      assert.match(fields.get('sk_rcvbuf')!.detail!, /\w+ \w+/, 'the doc of the field');
      assert.ok((await complete(adapter, 'tcp_sk(sk).snd_')).has('snd_una'));
      assert.ok((await complete(adapter, 'sockets[0].sk_p')).has('sk_prot'));
      assert.ok((await complete(adapter, 'machine.current.co')).has('comm'));
      assert.ok((await complete(adapter, 'sk.sk_prot.name.to')).has('toUpperCase'));
    }));

  it('runs no code of the program', () =>
    withAdapter(async (adapter) => {
      const program = fixture('objects');
      await adapter.launch({ program }, () =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 83 }] }),
      );
      await adapter.stopped();
      const point = await complete(adapter, 'point.');
      assert.deepEqual([...point.keys()].slice(0, 2), ['x', 'constructor']);
      assert.equal(point.get('sum')?.type, 'property');
      for (const text of [
        'proxy.',
        'heir.',
        'revoked.',
        'sleepy.',
        'counted.',
        'computed.trouble.',
        'numbers(1).',
        'p',
      ])
        await complete(adapter, text);
      assert.equal((await complete(adapter, 'numbers(1).')).size, 0, 'a function of the program');
      assert.equal(await adapter.evaluate('touched', 'watch'), '0');
    }));

  it('says in a hover what a name means', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      assert.match(await adapter.evaluate('sk.sk_rcvbuf', 'hover'), /^\d+ bytes\n\w+/);
      assert.match(
        await adapter.evaluate('tcp_v4_rcv', 'hover'),
        /^ƒ tcp_v4_rcv\(skb\) — .*@linux net\/ipv4\/tcp_ipv4\.c$/,
      );
      assert.match(await adapter.evaluate('TCP_NODELAY', 'hover'), /^1/);
      assert.doesNotMatch(await adapter.evaluate('sk.sk_rcvbuf', 'watch'), /\n/);
    }));
});
