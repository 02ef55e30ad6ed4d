/** Changing by expression, what an error says, and giving up what takes long. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { fixture } from './support/paths.ts';

async function at(adapter: Adapter, name: string): Promise<void> {
  await adapter.launch({ program: fixture('handshake') }, () =>
    adapter.request('setFunctionBreakpoints', { breakpoints: [{ name }] }),
  );
  await adapter.stopped();
}
const set = async (adapter: Adapter, expression: string, value: string): Promise<string> => {
  const args = { expression, value, frameId: adapter.frame };
  return (await adapter.request<{ value: string }>('setExpression', args)).value;
};

describe('debug adapter: changing what an expression stands for', () => {
  it("takes names and addresses for a struct's fields, expressions for anything else; all of it is repeated", () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'connect_v4');
      assert.equal(await set(adapter, 'current.comm', 'renamed'), '"renamed"');
      assert.equal(await set(adapter, 'sk.skc_daddr', '10.0.0.7'), '10.0.0.7');
      assert.equal(await set(adapter, 'addr_len', '10 + 6'), '16');
      await assert.rejects(set(adapter, 'sk.sk_state', 'OPEN'), /sk_state takes a number or a name/);
      await assert.rejects(set(adapter, 'sk.sk_prot', 'x'), /sk\.sk_prot cannot be changed/);
      await assert.rejects(set(adapter, 'tcp_sk(sk)', '1'), /no variable, field or element/);
      await assert.rejects(set(adapter, 'addr_len', '1 +'), /not a JavaScript expression/);
      await adapter.go('next');
      await adapter.go('next');
      await adapter.go('stepBack');
      assert.equal(await adapter.evaluate('[current.comm, addr_len]'), '(2) ["renamed", 16]');
    }));
});

describe('debug adapter: why a value is what it is', () => {
  it('is told from a variable, a tree and the console, with the chain of packets, and of the past, too', () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'tcp_fin');
      await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
      const told = await adapter.custom('sockscope/why', { expression: 'sk.sk_state' });
      assert.deepEqual([told.value, told.from, told.to], ['skc_state', 'SYN_RECV', 'ESTABLISHED']);
      assert.match(told.sentence, /^Packet 3 acknowledges the SYN of this end: the handshake is complete\.$/);
      assert.match(told.location!.path, /stack\/net\/ipv4\/tcp_input\/rcv\.ts$/);
      assert.deepEqual(
        told.chain.map(({ number }) => number),
        [3, 2, 1],
      );
      assert.match(told.chain.at(-1)!.sentence, /^connect\(.*\) of client .* opens a connection\.$/);

      // The chain ends in the system call: a moment to go to.
      const begun = told.chain.at(-1)!.event!;
      assert.ok(begun < told.event, JSON.stringify(told));

      const text = await adapter.evaluate('why sk.snd_wnd', 'repl');
      assert.match(text, /^snd_wnd 0 → \d+ \(event \d+\) · 127\.0\.0\.1:8080 /);
      assert.match(text, /\nThe first window of the peer, in packet 3\.\n {2}Packet 3 .*\n {2}Packet 2 /);
      await assert.rejects(
        adapter.evaluate('why sk.sk_prot', 'repl'),
        /Why sk_prot has its value is not noted/,
      );
      for (const incomplete of ['why', 'why ', 'why packet 1', 'why sk', 'why sk.snd_wnd now'])
        await assert.rejects(
          adapter.evaluate(incomplete, 'repl'),
          /Write a field of a socket, for example why sk\.snd_cwnd/,
          incomplete,
        );

      const children = async (parent?: string) =>
        (await adapter.custom('sockscope/tree', { view: 'sockets', ...(parent !== undefined && { parent }) }))
          .items;
      const find = async (parent: string | undefined, depth: number): Promise<string[]> => {
        const found: string[] = [];
        for (const { id, label, context, collapsible } of await children(parent)) {
          if (label === 'snd_wnd' && context.includes('told')) found.push(id);
          if (collapsible !== 'none' && depth > 0) found.push(...(await find(id, depth - 1)));
        }
        return found;
      };
      const asked = (await find(undefined, 4)).map((node) => adapter.custom('sockscope/why', { node }));
      const answers = (await Promise.allSettled(asked)).map((answer) =>
        answer.status === 'fulfilled' ? answer.value.sentence : String(answer.reason),
      );
      // The listener has one, too, in which nothing was ever set.
      assert.deepEqual(
        [/no change of snd_wnd/, /^The peer advertises it in packet 2\.$/].map((pattern) =>
          answers.some((answer) => pattern.test(answer)),
        ),
        [true, true],
        answers.join('\n'),
      );

      await adapter.evaluate('sk.snd_cwnd = 5', 'repl');
      assert.match(
        await adapter.evaluate('why sk.snd_cwnd', 'repl'),
        /\nSince then it was set to 5 by something/,
      );
      await adapter.go('next');
      await adapter.go('stepBack');
      assert.equal(await adapter.evaluate('why sk.snd_wnd', 'repl'), text);
      await assert.rejects(
        adapter.custom('sockscope/why', { variablesReference: 1, name: 'snd_wnd' }),
        /of an earlier stop/,
      );
      const stopped = adapter.stopped();
      await adapter.custom('sockscope/goToEvent', { event: begun });
      await stopped;
      const names = (await adapter.stack()).map(({ name }) => name);
      assert.ok(names.includes('tcp_connect'), names.join('\n'));
    }));
});

describe('debug adapter: why a socket has its state', () => {
  it('is told before it has a port', () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'tcp_connect');
      assert.match(await adapter.evaluate('why sk.sk_state', 'repl'), /^skc_state CLOSE → SYN_SENT /);
    }));
  it('is told of a request, and of a sock that waits in TIME_WAIT', () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'tcp_check_req');
      assert.match(
        await adapter.evaluate('why req.skc_state', 'repl'),
        /^skc_state CLOSE → NEW_SYN_RECV .*\nThere is a SYN in packet 1: the listener keeps a request for it\.\n {2}Packet 1 /,
      );
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'inet_twsk_kill' }] });
      await adapter.go('continue');
      for (const [field, states] of [
        ['skc_state', 'FIN_WAIT2 → TIME_WAIT'],
        ['tw_substate', 'FIN_WAIT2 → TIME_WAIT'],
      ] as const)
        assert.match(await adapter.evaluate(`why tw.${field}`, 'repl'), new RegExp(`^${field} ${states} `));
      // It has ended when it is given back; the kernel leaves its fields as they are.
      await adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'inet_twsk_free' }] });
      await adapter.go('continue');
      for (const field of ['skc_state', 'tw_substate'])
        assert.match(
          await adapter.evaluate(`why tw.${field}`, 'repl'),
          new RegExp(
            `^${field} TIME_WAIT → CLOSE \\(event \\d+\\) .*\\nThe time of TIME_WAIT is over \\(the timer tw_timer_handler\\(\\)\\): the two ends may be used again\\.$`,
          ),
        );
    }));
});

describe('debug adapter: an uncaught error', () => {
  it('says its class, its code, its message and where it was thrown', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('refused') });
      await adapter.stopped();
      const { exceptionId, breakMode, description, details } = await adapter.request<
        DebugProtocol.ExceptionInfoResponse['body']
      >('exceptionInfo', { threadId: adapter.thread });
      assert.deepEqual([exceptionId, breakMode], ['ECONNREFUSED', 'unhandled']);
      assert.match(description!, /uncaught error in client \[pid \d+\]: connect ECONNREFUSED/);
      assert.match(`${details!.typeName}: ${details!.message}`, /^\w*Error: connect ECONNREFUSED/);
      assert.match(details!.stackTrace!, /^ {4}at open \(.*refused\.ts:5:\d+\)\n {4}at client/);
    }));

  it('says the same of it where it is gone back to, and none of it before', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: fixture('refused') }, () =>
        adapter.request('setExceptionBreakpoints', { filters: ['uncaught'] }),
      );
      await adapter.stopped();
      type Told = DebugProtocol.ExceptionInfoResponse['body'];
      const told = () => adapter.request<Told>('exceptionInfo', { threadId: adapter.thread });
      const present = await told();
      assert.equal(present.exceptionId, 'ECONNREFUSED');
      await adapter.go('stepBack');
      const before = await told();
      assert.notEqual(before.breakMode, 'unhandled', JSON.stringify(before));
      assert.equal(before.details, undefined);
      await adapter.go('stepBack');
      await adapter.go('continue');
      assert.deepEqual(await told(), present);
    }));
});

/** Computes about a second before its first system call: whoever repeats it has to wait as long. */
const LONG_WORK = `import { sleep } from 'sockscope';
export async function main() {
  let sum = 0;
  for (let i = 0; i < 60_000_000; i++) sum = (sum + i) | 0;
  await sleep(1);
  console.log(sum);
}
`;

describe('debug adapter: cancel', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'sockscope-cancel-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  it('of a search that takes long, which the client is told of, leaves the session where it was', () =>
    withAdapter(async (adapter) => {
      const program = path.join(folder, 'longWork.ts');
      await writeFile(program, LONG_WORK);
      const breakpoints = [{ line: 5 }];
      await adapter.launch(
        { program },
        () => adapter.request('setBreakpoints', { source: { path: program }, breakpoints }),
        { supportsProgressReporting: true },
      );
      await adapter.stopped();
      const before = await adapter.evaluate('world.event');
      const leave = async (give: (requestSeq: number) => Promise<unknown>): Promise<void> => {
        const stop = adapter.stopped();
        const { request_seq } = await adapter.client.send('stepBack', { threadId: adapter.thread });
        await give(request_seq);
        assert.notEqual(await stop, 'terminated');
        assert.equal(await adapter.evaluate('world.event'), before);
      };
      await leave((requestId) => adapter.request('cancel', { requestId }));
      const started = adapter.client.waitForEvent('progressStart');
      const ended = adapter.client.waitForEvent('progressEnd');
      await leave(async () => {
        const { progressId, title, cancellable } = ((await started) as DebugProtocol.ProgressStartEvent).body;
        assert.deepEqual([title, cancellable], ['Repeating the run up to an earlier moment', true]);
        await adapter.request('cancel', { progressId });
        assert.equal(((await ended) as DebugProtocol.ProgressEndEvent).body.progressId, progressId);
      });
    }));

  it('of a question answers it at once', () =>
    withAdapter(async (adapter) => {
      await at(adapter, 'connect_v4');
      const asked = adapter.request('evaluate', {
        expression: 'while (true) {}',
        context: 'watch',
        frameId: adapter.frame,
      });
      const refused = assert.rejects(asked, /^Error: cancelled/);
      // The numbers of a client's requests follow one another.
      const { request_seq } = await adapter.client.send('cancel', { requestId: 0 });
      await adapter.request('cancel', { requestId: request_seq - 1 });
      await refused;
      assert.equal(await adapter.evaluate('1 + 1'), '2');
    }));
});
