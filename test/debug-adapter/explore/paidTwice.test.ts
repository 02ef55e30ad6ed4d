/** The sample with a planted race: found, made small, opened where it fails, and led back to its cause. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { nodeSample } from '../../support/samples.ts';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { sockscope } from '../support/commandLine.ts';

/** On two processors, with whatever else runs there. */
const MOST_SECONDS = 60;

type Info = DebugProtocol.DataBreakpointInfoResponse['body'];

/** Reverse to the last write, and who made it: the function in the kernel, and that of the client. */
async function writers(adapter: Adapter): Promise<[string, string]> {
  const stop = await adapter.go('reverseContinue');
  assert.equal((stop as Stopped).reason, 'data breakpoint', JSON.stringify([stop, adapter.output]));
  const stack = await adapter.stack();
  const own = stack.find(({ source }) => source?.name === 'client.mjs');
  return [stack[0]!.name, own?.name ?? stack.map(({ name }) => name).join(' < ')];
}

describe('the payment that is made twice', function () {
  this.timeout(2 * MOST_SECONDS * 1000);
  const { server, client } = nodeSample('paid-twice');
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'sockscope-explore-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is found in less than a minute, and leads back to the client that has given up too early', async () => {
    const recording = path.join(folder, 'failure.sockscope');
    const options = ['--faults', 'loss,reorder,dup,delay', '--jobs', '2', '--recording', recording];
    const started = performance.now();
    const ran = await sockscope('explore', server, client, '--seeds', '1..100', ...options);
    assert.equal(ran.code, 1, ran.stdout + ran.stderr);
    assert.ok(performance.now() - started < MOST_SECONDS * 1000);
    assert.match(ran.stdout, /client\.mjs: AssertionError \[ERR_ASSERTION\]: paid once/);
    assert.match(ran.stdout, /"seed": 1, "faults": \[\{"kind":"loss","link":"lo","frame":\d+\}\]/);
    assert.match(ran.stdout, /\[PSH, ACK\] .* ◀ loss/);

    await withAdapter(async (adapter) => {
      await adapter.launch({ recording });
      const stop = await adapter.stopped();
      assert.notEqual(stop, 'terminated', adapter.output.map(({ text }) => text).join(''));
      assert.match((stop as Stopped).text ?? '', /^uncaught error in client\.mjs \[pid 101\]: paid once/);

      await adapter.request('setExceptionBreakpoints', { filters: [] });
      const own = 'sockets.find((sk) => sk.skc_dport === 8080)';
      const { dataId, description } = await adapter.request<Info>('dataBreakpointInfo', {
        name: `${own}.write_seq`,
        frameId: adapter.frame,
      });
      assert.ok(dataId !== null, description);
      await adapter.request('setDataBreakpoints', { breakpoints: [{ dataId }] });
      assert.deepEqual(await writers(adapter), ['tcp_sendmsg_locked', 'ask']);
      assert.deepEqual(await writers(adapter), ['tcp_sendmsg_locked', 'askAgain']);
      assert.deepEqual(await writers(adapter), ['tcp_sendmsg_locked', 'ask'], 'the first question');
    });
  });
});
