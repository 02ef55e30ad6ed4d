/** Node programs in the debugger: an unmodified HTTP server and its client on one machine. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { fixture } from './support/paths.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';

const folder = path.join(path.dirname(fixture('handshake')), 'node');
const server = path.join(folder, 'server.cjs');
const client = path.join(folder, 'client.mjs');
const both = {
  programs: [
    { program: server, env: { PORT: 8080 } },
    { program: client, name: 'browser', args: ['world'] },
  ],
  hosts: { greeter: '127.0.0.1' },
};

describe('debug adapter: Node programs', function () {
  this.timeout(60_000);

  const top = async (adapter: Adapter) => {
    const [frame] = await adapter.stack();
    return `${frame!.name} ${path.basename(frame!.source?.path ?? '')}:${frame!.line}`;
  };
  const breakIn = (file: string, line: number) => (adapter: Adapter) =>
    adapter.request('setBreakpoints', { source: { path: file }, breakpoints: [{ line }] });

  it('the first stop is at the first line of the first program', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ ...both, stopOnEntry: true });
      await adapter.stopped();
      assert.equal(await top(adapter), '(module) server.cjs:1');
    }));

  it('a step into response.end() leads through Node into the kernel, with the program below it', () =>
    withAdapter(async (adapter) => {
      await adapter.launch(both, breakIn(server, 5));
      await adapter.stopped();
      assert.equal(await top(adapter), '(anonymous) server.cjs:5');
      const threads = (await adapter.threads()).map(({ name }) => name);
      assert.deepEqual(threads, [
        'server.cjs [pid 100]',
        'browser [pid 101] · sleeping in ep_poll',
        'softirq (cpu0) · idle',
      ]);
      assert.equal(await adapter.evaluate('request.url'), '"/world"');
      await adapter.go('stepIn');
      assert.match(await top(adapter), /^__sys_sendto syscalls\.ts:/);
      const stack = await adapter.stack();
      const own = stack.filter(({ presentationHint }) => presentationHint !== 'subtle');
      assert.deepEqual(
        own.map(({ name }) => name),
        ['__sys_sendto', '(anonymous)'],
      );
    }));

  it('each program has its own process: arguments, environment, exit code', () =>
    withAdapter(async (adapter) => {
      await adapter.launch(both);
      assert.equal(await adapter.stopped(), 'terminated');
      assert.deepEqual(
        adapter.output.map(({ category, text }) => [category, text]),
        [['stdout', 'hello world\n']],
      );
    }));
});
