/** Values as a person reads them, and changing them. */
import assert from 'node:assert/strict';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const isBusy = (error: unknown): void => assert.match(String(error), /the machine is busy/);
const atEstablished = async (adapter: Adapter) => {
  await adapter.launch({ program: fixture('handshake') }, () =>
    adapter.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'transition', condition: 'SYN_SENT -> ESTABLISHED' }],
    }),
  );
  await adapter.stopped();
};

describe('debug adapter: values', () => {
  it('lays a socket out by its structs, with names, addresses and units', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      const names = (await adapter.scopes()).map(({ name }) => name);
      assert.deepEqual(names.slice(0, 2), ['Locals', 'Current socket']);
      assert.equal(
        (await adapter.variable('Current socket', 'sock_common', 'skc_state')).value,
        'TCP_SYN_SENT (2)',
      );
      assert.equal((await adapter.variable('Current socket', 'sock_common', 'skc_daddr')).value, '127.0.0.1');
      assert.equal(
        (await adapter.variable('Current socket', 'inet_connection_sock', 'icsk_rto')).value.endsWith('s'),
        true,
      );
      assert.equal(await adapter.evaluate('sk.sk_state', 'hover'), 'TCP_SYN_SENT (2)');
      const una = await adapter.variable('Current socket', 'tcp_sock', 'snd_nxt');
      assert.match(una.value, /^1 \(raw \d+\)$/);
      assert.equal(una.evaluateName, 'sk.snd_nxt');
    }));

  it('changes fields by number, name and address, and refuses what means nothing', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      const change = async (struct: string, name: string, value: string) => {
        const scope = (await adapter.scopes()).find((one) => one.name === 'Current socket')!;
        const layer = (await adapter.variables(scope.variablesReference)).find((one) => one.name === struct)!;
        await adapter.variables(layer.variablesReference);
        return adapter.request<{ value: string }>('setVariable', {
          variablesReference: layer.variablesReference,
          name,
          value,
        });
      };
      assert.equal((await change('sock_common', 'skc_state', 'TCP_CLOSE_WAIT')).value, 'TCP_CLOSE_WAIT (8)');
      assert.equal((await change('sock_common', 'skc_daddr', '10.0.0.7')).value, '10.0.0.7');
      assert.equal((await change('tcp_sock', 'snd_cwnd', '0x20')).value, '32 segments');
      await assert.rejects(
        change('sock_common', 'skc_state', 'OPEN'),
        /skc_state takes a number or a name: TCP_ESTABLISHED/,
      );
      await assert.rejects(change('sock_common', 'skc_prot', 'x'), /skc_prot cannot be changed/);
      await assert.rejects(change('sock', 'sk_prot', 'x'), /there is no sk_prot here/);
    }));

  it('changes a sysctl in the tree, and watches a socket', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      const sysctls = (await adapter.tree('kernel')).find(({ label }) => label === 'sysctls')!;
      const core = (await adapter.tree('kernel', sysctls.id)).find(({ label }) => label === 'net.core')!;
      const somaxconn = (await adapter.tree('kernel', core.id)).find(({ label }) => label === 'somaxconn')!;
      assert.equal(somaxconn.name, 'net.core.somaxconn');
      const { item } = await adapter.custom('sockscope/setTreeValue', { id: somaxconn.id, value: '16' });
      assert.equal(item?.description, '16');

      const processes = await adapter.tree('sockets');
      const client = processes.find(({ label }) => label === 'client')!;
      const [sock] = await adapter.tree('sockets', client.id);
      assert.ok(sock!.context.includes('socket'));
      await adapter.custom('sockscope/breakOnSocket', { id: sock!.id, enabled: true });
      assert.ok((await adapter.tree('sockets', client.id))[0]!.context.includes('watched'));
      await adapter.request('setExceptionBreakpoints', { filters: [] });
      const stop = await adapter.go('continue');
      assert.match(
        stop === 'terminated' ? stop : stop.text!,
        /transition ESTABLISHED → FIN_WAIT1 of 127\.0\.0\.1:\d+ → 127\.0\.0\.1:8080/,
      );
    }));

  it('shows what was changed, by hand or by an expression', () =>
    withAdapter(async (adapter) => {
      const program = fixture('handshake');
      await adapter.launch({ program }, () =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 11 }] }),
      );
      await adapter.stopped();
      const [locals] = await adapter.scopes();
      await adapter.variables(locals!.variablesReference);
      await adapter.request('setVariable', {
        variablesReference: locals!.variablesReference,
        name: 'connection',
        value: '7',
      });
      assert.equal((await adapter.variable('Locals', 'connection')).value, '7');
      await adapter.evaluate('connection = 4');
      assert.equal((await adapter.variable('Locals', 'connection')).value, '4');
    }));

  it('ends an expression that does not end, and goes on', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      await assert.rejects(adapter.evaluate('for (;;);'), /was ended: it took longer than 500 ms/);
      assert.equal(await adapter.evaluate('1 + 1'), '2');
      assert.equal(await adapter.evaluate('sk.sk_state', 'watch'), 'TCP_SYN_SENT (2)');
    }));
  it('does so, too, on the way to a stop: it comes there, by a step or at a breakpoint', () =>
    withAdapter(async (adapter) => {
      await atEstablished(adapter);
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_ack' }] });
      for (const command of ['next', 'continue', 'stepIn', 'next', 'stepOut'])
        for (const expression of ['1 + 1', 'for (;;);']) {
          const arrival = adapter.stopped();
          const way = adapter.request(command, { threadId: adapter.thread });
          const evaluation = adapter.request('evaluate', { expression, context: 'watch' });
          // On a busy host a machine that runs may not answer in time.
          if (expression === '1 + 1') await evaluation.catch(isBusy);
          else await assert.rejects(evaluation, /was ended: it took longer than 500 ms|the machine is busy/);
          await way;
          assert.notEqual(await arrival, 'terminated', `${command}, and ${expression}`);
          assert.equal(await adapter.evaluate('1 + 1'), '2');
        }
    }));
  it('presents objects of a machine that runs, and is just asked to pause', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('exchange'), stopOnEntry: true });
      await adapter.stopped();
      for (let time = 0; time < 10; time++) {
        await adapter.request('continue', { threadId: adapter.thread });
        const stop = adapter.stopped();
        const pausing = adapter.request('pause', { threadId: 1 });
        const shown = ['machine', 'Promise.resolve(7)', 'globalThis'].map((expression) =>
          adapter.request('evaluate', { expression, context: 'repl' }).catch(isBusy),
        );
        await Promise.all([pausing, stop, ...shown]);
      }
      assert.equal(await adapter.evaluate('40 + 2'), '42');
    }));
});
