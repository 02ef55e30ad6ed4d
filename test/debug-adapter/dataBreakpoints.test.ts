/** Data breakpoints: who writes a field, and who wrote it last. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

const program = fixture('handshake');
type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
type Set = DebugProtocol.SetDataBreakpointsResponse['body'];

/** Stops in the client's connect(), at its first line in TCP. */
async function inConnect(adapter: Adapter): Promise<void> {
  await adapter.launch({ program }, () =>
    adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_connect' }] }),
  );
  await adapter.stopped();
  await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
}
const info = (adapter: Adapter, name: string, more: object = {}): Promise<Info> =>
  adapter.request<Info>('dataBreakpointInfo', { name, frameId: adapter.frame, ...more });

async function watch(adapter: Adapter, name: string, more: object = {}): Promise<DebugProtocol.Breakpoint> {
  const { dataId, description } = await info(adapter, name);
  assert.ok(dataId !== null, description);
  const { breakpoints } = await adapter.request<Set>('setDataBreakpoints', {
    breakpoints: [{ dataId, ...more }],
  });
  return breakpoints[0]!;
}
async function stop(adapter: Adapter, command: 'continue' | 'reverseContinue'): Promise<string> {
  const stopped = await adapter.go(command);
  assert.notEqual(stopped, 'terminated');
  const { reason, text = '' } = stopped as Stopped;
  const [top] = await adapter.stack();
  return `${reason} | ${text} | ${top!.name}`;
}

describe('debug adapter: data breakpoints', () => {
  it('stop where a field of one object changes, with the value before and after, and back again', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const { verified } = await watch(adapter, 'sk.skc_state');
      assert.equal(verified, true);
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) seen.push(await stop(adapter, 'continue'));
      assert.match(
        seen[0]!,
        /^data breakpoint \| skc_state of .* is written: TCP_SYN_SENT \(2\) → TCP_ESTABLISHED \(1\) \|/,
      );
      assert.match(seen[1]!, /TCP_ESTABLISHED \(1\) → TCP_FIN_WAIT1 \(4\)/);
      assert.equal(await adapter.evaluate('sk.skc_state'), 'TCP_FIN_WAIT2 (5)', 'looking stops nothing');
      // Each write again, and the one that was before the breakpoint was set.
      assert.equal(await stop(adapter, 'reverseContinue'), seen[1]);
      assert.equal(await stop(adapter, 'reverseContinue'), seen[0]);
      assert.match(await stop(adapter, 'reverseContinue'), /TCP_CLOSE \(7\) → TCP_SYN_SENT \(2\)/);
      assert.equal(await stop(adapter, 'continue'), seen[0]);
      await adapter.go('next');
      await adapter.go('stepBack');
    }));

  it('stop at a write that is the last that its line does: a step from there ends at the next line', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await watch(adapter, 'sk.write_seq');
      assert.match(await stop(adapter, 'continue'), /^data breakpoint \| write_seq of /);
      const line = async (): Promise<number> => (await adapter.stack())[0]!.line;
      const written = await line();
      await adapter.go('next');
      assert.equal(await line(), written + 1);
      await adapter.go('stepBack');
      assert.equal(await line(), written);
    }));

  it('take a condition on the values, a hit count, and stop where a field is read', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      await watch(adapter, 'sk.skc_state', {
        condition: '$value === TCP_FIN_WAIT1 && $old === TCP_ESTABLISHED',
      });
      assert.match(await stop(adapter, 'continue'), /TCP_ESTABLISHED \(1\) → TCP_FIN_WAIT1 \(4\)/);
      const read = await watch(adapter, 'sk.skc_state', { accessType: 'read', hitCondition: '2' });
      assert.equal(read.verified, true);
      assert.match(await stop(adapter, 'continue'), /skc_state of .* is read: TCP_FIN_WAIT1 \(4\) \|/);
    }));

  it('are offered for variables; a local, a constant and a method have none', () =>
    withAdapter(async (adapter) => {
      await inConnect(adapter);
      const { variablesReference } = await adapter.variable('Locals', 'sk');
      const common = (await adapter.variables(variablesReference)).find(
        ({ name }) => name === 'sock_common',
      )!;
      const offered = await info(adapter, 'skc_state', { variablesReference: common.variablesReference });
      assert.deepEqual(
        [typeof offered.dataId, offered.accessTypes],
        ['string', ['read', 'write', 'readWrite']],
      );
      assert.match(offered.description, /^skc_state of /);
      const locals = (await adapter.scopes()).find(({ name }) => name === 'Locals')!;
      for (const none of [
        await info(adapter, 'sk', { variablesReference: locals.variablesReference }),
        await info(adapter, 'TCP_CLOSE'),
        await info(adapter, 'sk.nonesuch'),
      ])
        assert.deepEqual(
          [none.dataId, none.description.slice(0, 31)],
          [null, 'There is no data breakpoint for'],
        );
      const refused = await adapter.request<Set>('setDataBreakpoints', {
        breakpoints: [
          { dataId: '99' },
          { dataId: offered.dataId, accessType: 'never' },
          { dataId: offered.dataId, condition: '$value ===' },
        ],
      });
      const problems = refused.breakpoints.map(({ verified, message }) => `${verified} ${message}`);
      assert.match(problems[0]!, /^false This value belonged to a machine that has ended/);
      assert.match(problems[1]!, /^false "accessType" is one of read, write, readWrite, not "never"/);
      assert.match(problems[2]!, /^false The condition "\$value ===" /);
    }));
});
