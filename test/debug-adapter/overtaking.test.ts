/** Requests that overtake each other: each is answered, what cannot be done now is refused plainly, what is over stays over. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withAdapter, type Adapter, type Stopped } from './support/adapter.ts';
import { fixture } from './support/paths.ts';
import { AdapterProcess, type RawClient } from './support/rawClient.ts';

const RUNNING = 'the machine is running: pause it first';

async function withClient(use: (client: RawClient) => Promise<void>): Promise<void> {
  const adapter = new AdapterProcess();
  try {
    const client = adapter.overStdio();
    await use(client);
    assert.equal((await client.ask('disconnect', {})).success, true);
    assert.equal(await adapter.exit, 0);
  } finally {
    adapter.kill();
  }
}
/** The answers to all of them: 'ok', or why not. */
async function answers(client: RawClient, requests: number[]): Promise<string[]> {
  const responses = await Promise.all(requests.map((seq) => client.answerTo(seq)));
  return responses.map(({ success, message }) => (success ? 'ok' : message!));
}
/** The events about threads after so many messages, in order. */
function toldOfThreads(client: RawClient, after: number): [event: string, threadId: number][] {
  return client.messages.slice(after).flatMap((one): [string, number][] => {
    const { event, body } = one as DebugProtocol.Event;
    return ['continued', 'thread', 'stopped'].includes(event) ? [[event, body.threadId]] : [];
  });
}
const atEntry = async (adapter: Adapter) => {
  await adapter.launch({ program: fixture('handshake'), stopOnEntry: true });
  await adapter.stopped();
};

describe('debug adapter: requests that overtake each other', () => {
  it('takes one of two launches that are sent at once', () =>
    withClient(async (client) => {
      client.send('initialize', { adapterID: 'sockscope' });
      const launch = (name: string) => ['launch', { program: fixture(name) }] as const;
      const sent = client.sendTogether(launch('handshake'), launch('loop'));
      assert.deepEqual(await answers(client, sent), [
        'ok',
        'the machine has been launched already: use restart',
      ]);
    }));

  it('takes one of sixty steps that are sent at once, and stops once', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('handshake'), stopOnEntry: true });
      const { threadId } = (await client.event('stopped')).body as DebugProtocol.StoppedEvent['body'];
      const before = client.messages.length;
      const sent = client.sendTogether(
        ...Array.from({ length: 60 }, () => ['stepIn', { threadId }] as const),
      );
      const told = await answers(client, sent);
      assert.deepEqual(told, ['ok', ...Array<string>(59).fill(RUNNING)]);
      await client.event('stopped', before);
      assert.equal((await client.ask('stackTrace', { threadId })).success, true);
    }));

  it('takes a step and a pause that are sent together', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('busy'), stopOnEntry: true });
      const { threadId } = (await client.event('stopped')).body as DebugProtocol.StoppedEvent['body'];
      const before = client.messages.length;
      const sent = client.sendTogether(
        ['stepIn', { threadId }],
        ['next', { threadId }],
        ['pause', { threadId }],
      );
      assert.deepEqual(await answers(client, sent), ['ok', RUNNING, 'ok']);
      await client.event('stopped', before);
    }));

  it('has something to show at a pause, however early that is asked for', () =>
    withAdapter(async (adapter) => {
      const stop = adapter.stopped();
      await adapter.client.initializeRequest();
      const initialized = adapter.client.waitForEvent('initialized', 15_000);
      await adapter.request('launch', { program: fixture('busy') });
      await initialized;
      const configured = adapter.request('configurationDone');
      await adapter.request('pause', { threadId: 1 });
      await configured;
      assert.equal(((await stop) as Stopped).reason, 'pause');
      assert.ok((await adapter.stack()).length > 0);
    }));

  it('refuses a pause without debugging, and runs to the end whatever is to be stopped at', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('handshake'), noDebug: true, stopOnEntry: true });
      const { success, message } = await client.ask('pause', { threadId: 1 });
      assert.equal(success, false);
      assert.match(message!, /without debugging|has ended/);
      await client.event('terminated');
      assert.deepEqual((await client.event('exited')).body, { exitCode: 0 });
    }));

  it('refuses frames and values of an earlier stop, also after a restart', () =>
    withAdapter(async (adapter) => {
      await atEntry(adapter);
      const [frameId, [scope]] = [adapter.frame, await adapter.scopes()];
      const old = scope!.variablesReference;
      const refused = async () => {
        await assert.rejects(adapter.request('scopes', { frameId }), /this frame is of an earlier stop/);
        await assert.rejects(
          adapter.request('variables', { variablesReference: old }),
          /these variables are of an earlier stop/,
        );
      };
      await adapter.go('next');
      await refused();
      const stop = adapter.stopped();
      await adapter.request('restart', {});
      assert.equal(((await stop) as Stopped).reason, 'entry');
      await adapter.scopes();
      await refused();
    }));

  it('starts one machine for two restarts at once', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('busy'), stopOnEntry: true });
      await client.event('stopped');
      const before = client.messages.length;
      const told = await answers(client, client.sendTogether(['restart', {}], ['restart', {}]));
      assert.equal(told[0], 'ok');
      assert.match(told[1]!, /another restart is under way/);
      await client.event('stopped', before);
    }));

  it('tells once that a stop is over where a continue and a restart arrive together, and nothing of the old machine then', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('busy'), stopOnEntry: true });
      const { threadId } = (await client.event('stopped')).body as DebugProtocol.StoppedEvent['body'];
      const before = client.messages.length;
      const sent = client.sendTogether(['continue', { threadId }], ['restart', {}]);
      assert.deepEqual(await answers(client, sent), ['ok', 'ok']);
      await client.event('stopped', before);
      assert.deepEqual(toldOfThreads(client, before), [
        ['continued', threadId],
        ['thread', threadId],
        ['stopped', threadId],
      ]);
    }));

  it('does not tell it again where the restart arrives after the continue', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('busy'), stopOnEntry: true });
      const { threadId } = (await client.event('stopped')).body as DebugProtocol.StoppedEvent['body'];
      const before = client.messages.length;
      const sent = [client.send('continue', { threadId })];
      await client.event('continued', before);
      sent.push(client.send('restart', {}));
      assert.deepEqual(await answers(client, sent), ['ok', 'ok']);
      await client.event('stopped', before);
      assert.deepEqual(toldOfThreads(client, before), [
        ['continued', threadId],
        ['stopped', threadId],
      ]);
    }));

  it('gives up a search at a restart, and one of the new machine stops again', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('handshake'), stopOnEntry: true });
      const { threadId } = (await client.event('stopped')).body as DebugProtocol.StoppedEvent['body'];
      const back = (): number => client.send('stepBack', { threadId });
      let before = client.messages.length;
      assert.deepEqual(await answers(client, [back()]), ['ok']);
      assert.deepEqual(await answers(client, [client.send('restart', {})]), ['ok']);
      await client.event('stopped', before);
      before = client.messages.length;
      assert.deepEqual(await answers(client, [back()]), ['ok']);
      await client.event('stopped', before);
      const told = client.messages.flatMap((one) => {
        const { event, body } = one as DebugProtocol.Event;
        return event === 'output' ? [body.output as string] : [];
      });
      assert.deepEqual(told, ['There is no line before this one in the history of this thread.\n']);
    }));

  it('answers a message of 64 MB', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('handshake'), stopOnEntry: true });
      await client.event('stopped');
      const expression = `${' '.repeat(64 * 1024 * 1024)}1 + 1`;
      const { success, message, body } = await client.ask('evaluate', { expression });
      assert.ok(success ? body.result === '2' : /busy/.test(message!), message);
      assert.equal((await client.ask('threads')).success, true);
    })).timeout(60_000);

  it('has another word for what is asked after the end', () =>
    withClient(async (client) => {
      await client.launch({ program: fixture('exits') });
      await client.event('terminated');
      for (const command of ['continue', 'next', 'pause', 'stackTrace']) {
        const { success, message } = await client.ask(command, { threadId: 100 });
        assert.equal(success, false);
        assert.match(message!, /the program has ended/, command);
      }
    }));
});
