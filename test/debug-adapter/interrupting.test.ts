/** Pause, restart, terminate, disconnect: they answer in any state, and nothing is left running. */
import assert from 'node:assert/strict';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

/** What does not wait for the program: on a busy machine it takes seconds at most. */
async function quick<T>(what: string, answer: Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await answer;
  const took = performance.now() - started;
  assert.ok(took < 8000, `${what} took ${took.toFixed(0)} ms`);
  return result;
}
const startBusy = async (adapter: Adapter) => {
  await adapter.launch({ program: fixture('busy') });
  // The process is there as soon as the machine runs it.
  while ((await adapter.threads()).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('debug adapter: interrupting', () => {
  it('pauses a busy loop, changes its variable, and goes on to the next pause', () =>
    withAdapter(async (adapter) => {
      await startBusy(adapter);
      const stop = adapter.stopped();
      await quick('pause', adapter.request('pause', { threadId: 1 }));
      assert.equal(((await quick('the stop', stop)) as Stopped).reason, 'pause');
      const [locals] = await adapter.scopes();
      await adapter.request('setVariable', {
        variablesReference: locals!.variablesReference,
        name: 'turns',
        value: '5',
      });
      assert.equal(await adapter.evaluate('turns', 'watch'), '5');
      // V8 does not pause where a condition is false: here, nowhere.
      await adapter.request('setBreakpoints', {
        source: { path: fixture('busy') },
        breakpoints: [{ line: 4, condition: 'turns < 0' }],
      });
      await adapter.request('continue', { threadId: adapter.thread });
      const next = adapter.stopped();
      await adapter.request('pause', { threadId: 1 });
      const { reason, hitBreakpointIds } = (await quick('the next stop', next)) as Stopped;
      assert.deepEqual([reason, hitBreakpointIds ?? []], ['pause', []]);
      assert.ok(Number(await adapter.evaluate('turns', 'watch')) > 5);
      await quick('continue', adapter.request('continue', { threadId: adapter.thread }));
      await quick('disconnect', adapter.disconnect());
    }));

  it('does not pause in accessors, wherever it interrupts', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('napping') });
      while ((await adapter.threads()).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      const tops: string[] = [];
      for (let pauses = 0; pauses < 15; pauses++) {
        const stop = adapter.stopped();
        await adapter.request('pause', { threadId: 1 });
        await stop;
        tops.push((await adapter.stack(undefined, 1))[0]!.name);
        await adapter.request('continue', { threadId: adapter.thread });
        await new Promise((resolve) => setTimeout(resolve, 10 + pauses));
      }
      assert.deepEqual(
        tops.filter((name) => /^[gs]et /.test(name)),
        [],
        tops.join(', '),
      );
    })).timeout(60_000);

  it('answers about threads and trees while a busy loop runs', () =>
    withAdapter(async (adapter) => {
      await startBusy(adapter);
      const threads = await quick('threads', adapter.threads());
      assert.deepEqual(
        threads.map(({ name }) => name),
        ['spin [pid 100]', 'softirq (cpu0) · idle'],
      );
      assert.ok((await quick('tree', adapter.tree('kernel'))).length > 5);
    }));

  it('disconnects while it stands', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('busy'), stopOnEntry: true });
      assert.equal(((await adapter.stopped()) as Stopped).reason, 'entry');
      await quick('disconnect', adapter.disconnect());
    }));

  it('restarts while it stands, with the same breakpoints', () =>
    withAdapter(async (adapter) => {
      const program = fixture('handshake');
      await adapter.launch({ program }, () =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 19 }] }),
      );
      await adapter.stopped();
      const stop = adapter.stopped();
      await adapter.request('restart', {});
      assert.equal(((await stop) as Stopped).reason, 'breakpoint');
      assert.equal((await adapter.stack(undefined, 1))[0]!.line, 19);
      const end = adapter.stopped();
      await quick('terminate', adapter.request('terminate', {}));
      assert.equal(await end, 'terminated');
    }));

  it('runs a sleeping thread to its next line', () =>
    withAdapter(async (adapter) => {
      const program = fixture('handshake');
      await adapter.launch({ program }, () =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 19 }] }),
      );
      await adapter.stopped();
      const server = (await adapter.threads()).find(({ name }) => name.startsWith('server'))!;
      assert.match(server.name, /sleeping in inet_csk_wait_for_connect/);
      const stop = adapter.stopped();
      await adapter.request('next', { threadId: server.id });
      assert.equal(((await stop) as Stopped).threadId, server.id);
      const names = (await adapter.stack()).map(({ name }) => name);
      assert.ok(names.includes('inet_csk_accept'), names.join(' < '));
      assert.equal(names.at(-1), 'server');
    }));

  it('stops where a process throws an uncaught error, at the scenario’s line', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('refused') }, () =>
        adapter.request('setExceptionBreakpoints', { filters: ['uncaught'] }),
      );
      const stop = (await adapter.stopped()) as Stopped;
      assert.match(stop.text!, /uncaught error in client \[pid 100\]: connect ECONNREFUSED 127\.0\.0\.1:9/);
      const [top] = await adapter.stack();
      assert.deepEqual([top!.name, top!.line], ['open', 5]);
      assert.equal(await adapter.go('continue'), 'terminated');
      const [red] = adapter.output.filter(({ category }) => category === 'stderr');
      assert.match(red!.text, /client \[pid 100\] failed: Error: connect ECONNREFUSED/);
      assert.match(red!.text, /refused\.ts:5/);
    }));

  it('stops where a spawned process throws, and says that it has', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('spawned') }, () =>
        adapter.request('setExceptionBreakpoints', { filters: ['uncaught'] }),
      );
      const stop = (await adapter.stopped()) as Stopped;
      assert.match(stop.text!, /uncaught error in child \[pid 101\]: out of luck/);
      assert.equal((await adapter.stack())[0]!.line, 7);
      const exited = adapter.client.waitForEvent('exited');
      assert.equal(await adapter.go('continue'), 'terminated');
      assert.equal(((await exited).body as { exitCode: number }).exitCode, 1);
      const [red] = adapter.output.filter(({ category }) => category === 'stderr');
      assert.match(red!.text, /child \[pid 101\] failed: Error: out of luck/);
      assert.equal(
        adapter.output.find(({ category }) => category === 'stdout')?.text,
        "the child's end: out of luck\n",
      );
    }));

  it('ends in the middle of a step', () =>
    withAdapter(async (adapter) => {
      const program = fixture('handshake');
      await adapter.launch({ program, skipFiles: ['stack/**'] }, () =>
        adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 19 }] }),
      );
      await adapter.stopped();
      const { thread } = adapter;
      await adapter.request('stepIn', { threadId: thread });
      await new Promise((resolve) => setTimeout(resolve, 150));
      await quick('restart', adapter.request('restart', {}));
      await adapter.stopped();
      await adapter.request('stepIn', { threadId: adapter.thread });
      await new Promise((resolve) => setTimeout(resolve, 100));
      await quick('disconnect', adapter.disconnect());
    }));

  it('refuses to step a thread that is not there', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('handshake'), stopOnEntry: true });
      await adapter.stopped();
      await assert.rejects(adapter.request('next', { threadId: 999 }), /there is no thread 999/);
      await assert.rejects(adapter.request('next', {}), /next needs "threadId"/);
      assert.ok((await adapter.stack()).length > 0);
    }));
});
