/** Clients that behave otherwise than VS Code: what they believe of the machine must be what it does. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

/**
 * What nvim-dap keeps of threads (its `auto_continue_if_many_stopped`): at a stop, while it believes that a thread stands
 * already, it sends the new one on. It has forgotten the thread that stands after a request of its own to go on, after a
 * `thread` event of that thread, and since 0.9 after `continued`.
 */
class NvimDap {
  readonly #adapter: Adapter;
  standing: number | undefined;
  /** How often it has sent a stopped thread on by itself. */
  sentOn = 0;

  constructor(adapter: Adapter, forgetsAtContinued: boolean) {
    this.#adapter = adapter;
    const { client } = adapter;
    client.on('stopped', ({ body }: DebugProtocol.StoppedEvent) => {
      if (this.standing === undefined) this.standing = body.threadId;
      else {
        this.sentOn++;
        void adapter.request('continue', { threadId: body.threadId });
      }
    });
    client.on('thread', ({ body }: DebugProtocol.ThreadEvent) => {
      if (body.reason !== 'exited' && body.threadId === this.standing) this.standing = undefined;
    });
    if (forgetsAtContinued) client.on('continued', () => (this.standing = undefined));
  }
  async step(command: 'next' | 'stepIn'): Promise<void> {
    const threadId = this.standing!;
    this.standing = undefined;
    const stop = this.#adapter.stopped();
    await this.#adapter.request(command, { threadId });
    await stop;
  }
}

describe('debug adapter: other clients', () => {
  it('counts lines and columns from 0 with a client that does', () =>
    withAdapter(async (adapter) => {
      await adapter.client.initializeRequest({
        adapterID: 'sockscope',
        linesStartAt1: false,
        columnsStartAt1: false,
        pathFormat: 'path',
      });
      const program = fixture('handshake');
      const initialized = adapter.client.waitForEvent('initialized');
      const launched = adapter.request('launch', { program });
      await initialized;
      const { breakpoints } = await adapter.request<DebugProtocol.SetBreakpointsResponse['body']>(
        'setBreakpoints',
        { source: { path: program }, breakpoints: [{ line: 18 }] },
      );
      await adapter.request('configurationDone');
      await launched;
      await adapter.stopped();
      const [top] = await adapter.stack(undefined, 1);
      assert.deepEqual(
        { set: breakpoints[0]!.line, stopped: top!.line, column: top!.column },
        { set: 18, stopped: 18, column: 2 },
      );
    }));

  for (const [version, forgetsAtContinued] of [
    ['before 0.9', false],
    ['0.9', true],
  ] as const)
    it(`stands at the first stop after a restart for nvim-dap ${version}`, () =>
      withAdapter(async (adapter) => {
        const nvim = new NvimDap(adapter, forgetsAtContinued);
        const program = fixture('handshake');
        await adapter.launch({ program }, () =>
          adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 19 }] }),
        );
        await adapter.stopped();
        await nvim.step('stepIn');
        await nvim.step('next');
        const stop = adapter.stopped();
        await adapter.request('restart', {});
        assert.equal(((await stop) as Stopped).reason, 'breakpoint');
        await sleep(100);
        assert.equal(nvim.sentOn, 0);
        assert.equal(nvim.standing, adapter.thread);
        assert.equal((await adapter.stack(undefined, 1))[0]!.line, 19);
      }));
});
