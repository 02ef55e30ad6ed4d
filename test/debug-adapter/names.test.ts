/** Names that expressions know: the kernel's functions and constants, the machine; and the program does not. */
import assert from 'node:assert/strict';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const atEstablished = async (adapter: Adapter) => {
  await adapter.launch({ program: fixture('handshake') }, () =>
    adapter.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'transition', condition: 'SYN_SENT -> ESTABLISHED' }],
    }),
  );
  await adapter.stopped();
};

describe('debug adapter: names', () => {
  it('has the kernel’s functions, helpers and constants in the console, in watches and hovers', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      for (const context of ['repl', 'watch', 'hover']) {
        assert.match(
          await adapter.evaluate('tcp_sk(sk).snd_nxt', context),
          /^1 \(raw \d+\)(?:\n|$)/,
          context,
        );
        assert.match(await adapter.evaluate('inet_csk(sk).icsk_rto', context), /^\d+ ms/, context);
        assert.equal(await adapter.evaluate('TCP_ESTABLISHED + SOCK_DEAD', context), '1', context);
        assert.match(await adapter.evaluate('tcp_v4_rcv', context), /^ƒ tcp_v4_rcv\(skb\)/, context);
        assert.match(await adapter.evaluate('current', context), /^swapper\/0 \[pid 0\]/, context);
        assert.equal(await adapter.evaluate('sk.sk_state === TCP_SYN_SENT', context), 'true', context);
      }
      // A local of the same name comes first.
      assert.equal(await adapter.evaluate('((tcp_sk) => tcp_sk)(7)'), '7');
    }));

  it('has them in conditions and log messages', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake') }, async () => {
        await adapter.request('setFunctionBreakpoints', {
          breakpoints: [{ name: 'tcp_v4_rcv', condition: 'tcp_hdr(skb).fin' }],
        });
        await adapter.request('setBreakpoints', {
          source: { path: fixture('handshake') },
          breakpoints: [{ line: 19, logMessage: '{current.comm} {TCP_LISTEN} {typeof inet_csk}' }],
        });
      });
      await adapter.stopped();
      assert.equal(await adapter.evaluate('tcp_hdr(skb).fin'), 'true');
      const logged = adapter.output.filter(({ category }) => category === 'console');
      assert.deepEqual(
        logged.map(({ text }) => text),
        ['client 10 function\n'],
      );
    }));

  it('keeps them from the program: a forgotten import is missed here as it is outside', () =>
    withAdapter(async (adapter) => {
      const program = fixture('forgotten');
      await adapter.launch({ program }, () =>
        adapter.request('setBreakpoints', {
          source: { path: program },
          breakpoints: [{ line: 4, condition: 'TCP_LISTEN' }],
        }),
      );
      await adapter.stopped();
      assert.equal(await adapter.evaluate('typeof socket'), '"function"');
      await adapter.go('continue');
      const text = adapter.output.map((output) => output.text).join('');
      assert.match(text, /^undefined undefined undefined false$/m);
      assert.match(text, /socket is not defined/);
    }));

  it('says where a function of the kernel stands', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      const { variablesReference } = await adapter.request<{ variablesReference: number }>('evaluate', {
        expression: 'tcp_v4_rcv',
        context: 'watch',
      });
      const place = (await adapter.variables(variablesReference)).find(
        ({ name }) => name === '[[FunctionLocation]]',
      );
      assert.match(place!.value, /^rcv\.ts:\d+$/);
    }));
});
