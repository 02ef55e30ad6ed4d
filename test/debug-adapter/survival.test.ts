/** A session's process dies: its client is told in good order, the others notice nothing, and nothing stays behind. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { fixture } from './support/paths.ts';
import { AdapterProcess, isAlive, type RawClient } from './support/rawClient.ts';

/** process.kill() refuses this; what it is made of does not. */
const KILL_ITSELF = 'process._kill(process.pid, 6)';

async function withProcess(
  use: (adapter: AdapterProcess) => Promise<void>,
  ...args: string[]
): Promise<void> {
  const adapter = new AdapterProcess(...args);
  try {
    await use(adapter);
  } finally {
    adapter.kill();
  }
}
async function atEntry(client: RawClient, program = 'busy'): Promise<number> {
  await client.launch({ program: fixture(program), stopOnEntry: true });
  return ((await client.event('stopped')).body as DebugProtocol.StoppedEvent['body']).threadId!;
}
async function untilDead(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid); tries++) {
    assert.ok(tries < 100, `process ${pid} goes on`);
    await sleep(50);
  }
}

describe('debug adapter: survival', () => {
  it('tells of the end of a session whose process dies, and answers what was open and what comes', () =>
    withProcess(async (adapter) => {
      const client = adapter.overStdio();
      await atEntry(client);
      const open = await client.ask('evaluate', { expression: KILL_ITSELF });
      assert.equal(open.success, false);
      assert.match(open.message!, /process has died \(SIGABRT\): start the session anew/);
      await client.event('terminated');
      assert.deepEqual(client.events.slice(-3), ['output', 'exited', 'terminated']);
      assert.deepEqual((await client.event('exited')).body, { exitCode: 134 });
      const later = await client.ask('threads');
      assert.equal(later.success, false);
      assert.equal((await client.ask('disconnect', {})).success, true);
      assert.equal(await adapter.exit, 1);
      const numbers = client.messages.map(({ seq }) => seq);
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
      );
    }));

  it('answers a request whose first half the dead process has read', () =>
    withProcess(async (adapter) => {
      const client = adapter.overStdio();
      await atEntry(client);
      const seq = client.nextSeq;
      const request = client.framed('threads');
      client.write(request.slice(0, 40));
      await sleep(200);
      process.kill(adapter.sessions[0]!, 'SIGSEGV');
      await client.event('terminated');
      client.write(request.slice(40));
      assert.match((await client.answerTo(seq)).message!, /died \(SIGSEGV\)/);
      client.end();
      assert.equal(await adapter.exit, 1);
    }));

  it('leaves the other sessions of a port alone', () =>
    withProcess(
      async (adapter) => {
        const [one, other] = [await adapter.overPort(), await adapter.overPort()];
        await Promise.all([atEntry(one), atEntry(other)]);
        const messages = other.messages.length;
        one.send('evaluate', { expression: KILL_ITSELF });
        await one.event('terminated');
        assert.equal((await one.ask('disconnect', {})).success, true);
        await one.gone();
        assert.equal((await other.ask('evaluate', { expression: '6 * 7' })).body.result, '42');
        const told = other.messages.slice(messages).map((message) => JSON.stringify(message));
        assert.deepEqual(
          told.filter((text) => /"event":"(?:output|exited|terminated)"/.test(text)),
          [],
        );
        const third = await adapter.overPort();
        await atEntry(third);
        for (const client of [other, third]) await client.ask('disconnect', {});
        await Promise.all([other.gone(), third.gone()]);
        assert.deepEqual(adapter.sessions, []);
      },
      '--port',
      '0',
    ));

  it('leaves nothing running when the adapter itself is killed', () =>
    withProcess(async (adapter) => {
      const client = adapter.overStdio();
      await atEntry(client);
      const [session] = adapter.sessions;
      adapter.process.kill('SIGKILL');
      await untilDead(session!);
    }));

  it('leaves nothing running when the adapter is killed while a session is being started', () =>
    withProcess(
      async (adapter) => {
        await adapter.overPort();
        while (adapter.sessions.length === 0) await sleep(1);
        const [session] = adapter.sessions;
        adapter.process.kill('SIGKILL');
        await untilDead(session!);
      },
      '--port',
      '0',
    ));

  it('leaves nothing running when the client goes without a word', () =>
    withProcess(async (adapter) => {
      const client = adapter.overStdio();
      await atEntry(client);
      const [session] = adapter.sessions;
      client.end();
      assert.equal(await adapter.exit, 0);
      await untilDead(session!);
    }));

  for (const how of ['restart', 'disconnect'] as const) {
    it(`answers ${how} while the machine computes what cannot be interrupted`, () =>
      withProcess(async (adapter) => {
        const client = adapter.overStdio();
        await atEntry(client);
        const [session] = adapter.sessions;
        const evaluated = client.send('evaluate', { expression: '(3n ** 20000000n).toString().length' });
        assert.equal((await client.answerTo(evaluated)).success, false);
        assert.equal((await client.ask(how, {})).success, true);
        if (how === 'restart') {
          await client.event('stopped', client.messages.length - 1);
          assert.equal((await client.ask('disconnect', {})).success, true);
        }
        assert.equal(await adapter.exit, 0);
        await untilDead(session!);
      }));
  }

  it('ends an endless evaluation without a frame as it ends one with a frame', () =>
    withProcess(async (adapter) => {
      const client = adapter.overStdio();
      await atEntry(client);
      const endless = await client.ask('evaluate', { expression: 'while (1) {}' });
      assert.match(endless.message!, /was ended: it took longer than 500 ms/);
      assert.equal((await client.ask('evaluate', { expression: 'world.event' })).success, true);
      await client.ask('disconnect', {});
    }));
  it('outlives breakpoints that come and go in a loop that runs, and stops there', () =>
    withProcess(async (adapter) => {
      const client = adapter.overStdio();
      const threadId = await atEntry(client);
      const stopAfter = async (command: string) => {
        const before = client.messages.length;
        await client.ask(command, { threadId });
        await client.event('stopped', before);
        const { body } = await client.ask('stackTrace', { threadId });
        return (body as DebugProtocol.StackTraceResponse['body']).stackFrames[0]!.id;
      };
      const turnsAt = async (frameId: number) => {
        const { body } = await client.ask('evaluate', { expression: 'turns', frameId });
        return Number((body as DebugProtocol.EvaluateResponse['body']).result);
      };
      await client.ask('continue', { threadId });
      const source = { path: fixture('busy') };
      // Line 3 is passed already: nothing stops. The last breakpoint stays.
      for (let time = 0; time <= 150; time++) {
        const breakpoints = time % 2 === 0 ? [{ line: 3 }] : [];
        client.send('setBreakpoints', { source, breakpoints });
        await sleep(time % 20);
      }
      const turns = await turnsAt(await stopAfter('pause'));
      await client.ask('setBreakpoints', { source, breakpoints: [] });
      // V8 treats a function in which it has stepped as one with a breakpoint.
      await stopAfter('next');
      await client.ask('continue', { threadId });
      await sleep(100);
      assert.ok((await turnsAt(await stopAfter('pause'))) > turns + 1);
      await client.ask('disconnect', {});
    }));
});
