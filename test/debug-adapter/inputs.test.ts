/** What a person changes in the debugger is written down as an input of the run. */
import assert from 'node:assert/strict';
import { fixture } from './support/paths.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';

describe('debug adapter: inputs', () => {
  const log = async (adapter: Adapter) =>
    JSON.parse(
      JSON.parse(
        await adapter.evaluate('JSON.stringify(world.inputs.log.map(({ input }) => input))', 'watch'),
      ),
    ) as { kind: string; path?: unknown[]; value?: unknown; text?: string }[];

  it('hold each edit with its way from the world, and each expression that may change something', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake') }, async () => {
        await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_v4_connect' }] });
      });
      await adapter.stopped();
      const sk = await adapter.variable('Locals', 'sk');
      const layers = await adapter.variables(sk.variablesReference);
      const layer = layers.find(({ name }) => name === 'sock')!;
      await adapter.variables(layer.variablesReference);
      await adapter.request('setVariable', {
        variablesReference: layer.variablesReference,
        name: 'sk_rcvbuf',
        value: '5000',
      });
      await adapter.evaluate('sk.sk_rcvbuf + 1');
      await adapter.evaluate('sk.sk_sndbuf = 7000');
      const [edit, evaluation, ...more] = await log(adapter);
      assert.equal(edit!.kind, 'edit');
      assert.deepEqual([edit!.path![0], edit!.path!.at(-1), edit!.value], ['machines', 'sk_rcvbuf', 5000]);
      assert.deepEqual(evaluation, { kind: 'evaluation', text: 'sk.sk_sndbuf = 7000' });
      assert.deepEqual(more, []);
    }));
});
