/** What is chosen to stop at besides the exception filters: at the launch, and while it runs. */
import assert from 'node:assert/strict';
import { STOP_KINDS } from '../../debug-adapter/filters/kinds.ts';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

describe('debug adapter: stops chosen besides the exception filters', function () {
  this.timeout(60_000);

  const program = fixture('handshake');
  const labelOf = (stop: Stopped | 'terminated') =>
    stop === 'terminated' ? stop : `${stop.description ?? ''} ${stop.text ?? ''}`;
  const tick =
    (id: string, condition = '') =>
    (adapter: Adapter) =>
      adapter.request('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: id, condition }],
      });

  it('announces the commonest kinds only, so that the list stays short, and knows all', () =>
    withAdapter(async ({ client }) => {
      const { body } = await client.initializeRequest();
      const announced = body?.exceptionBreakpointFilters?.map(({ filter }) => filter) ?? [];
      assert.deepEqual(announced, [
        'transition',
        'packetReceived',
        'retransmission',
        'queueOverflow',
        'uncaught',
      ]);
      assert.equal(Object.keys(STOP_KINDS).length, 8);
    }));

  it('stops at what the launch names, from the start', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program, breakOn: { transition: 'SYN_RECV -> ESTABLISHED' } });
      assert.match(labelOf(await adapter.stopped()), /SYN_RECV → ESTABLISHED/);
      assert.equal(await adapter.go('continue'), 'terminated');
    }));

  it('takes another choice at a stop, and says what is wrong with one', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program, breakOn: { syscallEnter: 'connect' } });
      assert.match(labelOf(await adapter.stopped()), /connect/);
      const { problems } = await adapter.custom('sockscope/breakOn', {
        breakOn: { transition: 'NOWHERE ->', packetSent: 'syn && ack' },
      });
      assert.deepEqual(Object.keys(problems), ['transition']);
      assert.match(problems['transition'] ?? '', /Expected \* or a state/);
      assert.match(labelOf(await adapter.go('continue')), /SYN, ACK|sent/);
      assert.equal(await adapter.go('continue'), 'terminated');
    }));

  it('stops once where the same is ticked among the exception filters, too', () =>
    withAdapter(async (adapter) => {
      const breakOn = { transition: 'SYN_RECV -> ESTABLISHED' };
      await adapter.launch({ program, breakOn }, tick('transition', breakOn.transition));
      assert.match(labelOf(await adapter.stopped()), /SYN_RECV → ESTABLISHED/);
      assert.equal(await adapter.go('continue'), 'terminated');
    }));

  it('refuses a launch that names what there is not, or a condition that is none', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest();
      const refused = (breakOn: unknown, message: RegExp) =>
        assert.rejects(adapter.request('launch', { program, breakOn }), message);
      await refused({ transitions: '' }, /launch\.breakOn\.transitions: There is no exception filter/);
      await refused({ transition: 'x ->' }, /launch\.breakOn\.transition: .*Expected \* or a state/);
      await refused({ transition: true }, /must be a text/);
      await refused(['transition'], /launch\.breakOn must name kinds/);
    }));
});
