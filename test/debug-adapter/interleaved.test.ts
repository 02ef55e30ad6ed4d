/**
 * Thousands of requests at random over many sessions: nothing dies, nothing hangs, and the protocol is kept.
 * `SEED=n` chooses other requests, `RUNS=n` the number of sessions, `REQUESTS=n` how many each has. When they overtake each
 * other is up to the machine.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolSchema } from './support/protocolSchema.ts';
import { ProtocolWatch } from './support/protocolWatch.ts';
import { AdapterProcess, type Message, type RawClient } from './support/rawClient.ts';
import { launchWish, Random, RequestGenerator, type Known } from './support/requestGenerator.ts';

const SEED = Number(process.env['SEED'] ?? 6);
const SESSIONS = Number(process.env['RUNS'] ?? 15);
/** Over a port, only the connection differs. */
const PORT_SHARE = 0.4;
const REQUESTS = Number(process.env['REQUESTS'] ?? 200);
/** Sent without waiting for an answer, at most. */
const BURST = 8;
/** Sessions at the same time. */
const AT_ONCE = 3;
/** An answer that takes longer counts as none. */
const HANG_MS = 12_000;

/**
 * V8's own fault (nodejs/node#57606): it fails as a whole where it is to show the scopes of a function whose context is not
 * made yet. What matters then is that the client is told, which is judged as everything else is.
 */
const FAULT_OF_V8 = /Check failed: needs_context && current_scope_ == closure_scope_/;

const schema = new ProtocolSchema();

/** One session, and what is known in it. */
class RandomSession {
  readonly #client: RawClient;
  readonly watch = new ProtocolWatch(schema);
  readonly #random: Random;
  readonly #known: Known = {
    frames: [],
    values: [],
    threads: [],
    fields: [],
    memory: [],
    stopped: undefined,
    stops: 0,
  };
  #looked = 0;
  #isGone = false;

  constructor(client: RawClient, random: Random) {
    this.#client = client;
    this.#random = random;
  }

  async run(): Promise<void> {
    this.#send('initialize', { adapterID: 'sockscope' });
    this.#send('launch', launchWish(this.#random));
    if (this.#random.next() < 0.9) await this.#answers();
    this.#send('configurationDone', undefined);
    const generator = new RequestGenerator(this.#random, this.#known);
    let sent = 3;
    while (sent < REQUESTS && !this.#isGone) {
      const burst = 1 + this.#random.below(BURST);
      for (let i = 0; i < burst && !this.#isGone; i++, sent++) {
        const wish = generator.next();
        this.#send(wish.command, wish.arguments, wish.isStale);
        this.#isGone = wish.command === 'disconnect';
      }
      const chance = this.#random.next();
      if (chance < 0.5) await this.#answers();
      else if (chance < 0.8) await sleep(this.#random.below(20));
      this.#look();
    }
    if (!this.#isGone) this.#send('disconnect', {});
    await this.#answers();
    await this.#client.gone();
    this.#look();
  }

  #send(command: string, args: unknown, isStale = false): void {
    this.#look();
    const seq = this.#client.nextSeq;
    this.watch.sent({ seq, command, arguments: args, isStale });
    this.#client.send(command, args);
  }

  /** Waits until nothing is open any more. */
  async #answers(): Promise<void> {
    const since = performance.now();
    for (;;) {
      this.#look();
      if (this.watch.open.length === 0) return;
      // A client that disconnects need not be answered what it asked at the same time.
      if (this.#client.closed) {
        for (const { command, seq } of this.watch.open)
          this.watch.breaches.push(`the connection ended before ${command} (${seq}) was answered`);
        return;
      }
      if (performance.now() - since > HANG_MS)
        throw new Error(`no answer to ${this.watch.open.map(({ command }) => command).join(', ')}`);
      await sleep(2);
    }
  }

  /** Take note of what has come. */
  #look(): void {
    for (const message of this.#client.messages.slice(this.#looked)) {
      this.watch.received(message);
      this.#known.stops = this.watch.stops;
      this.#known.stopped = this.watch.stopped;
      this.#learn(message);
    }
    this.#looked = this.#client.messages.length;
  }
  #learn(message: Message): void {
    const { command, success, body } = message as DebugProtocol.Response;
    if (message.type !== 'response' || !success) return;
    const known = this.#known;
    const stop = known.stops;
    const ids = (list: { id?: number; variablesReference?: number }[], key: 'id' | 'variablesReference') =>
      list.flatMap((one) => ((one[key] ?? 0) > 0 ? [{ id: one[key]!, stop }] : []));
    const told = body as Record<string, never>;
    if (command === 'stackTrace') known.frames.push(...ids(told['stackFrames']!, 'id'));
    else if (command === 'scopes') known.values.push(...ids(told['scopes']!, 'variablesReference'));
    else if (command === 'variables') {
      const variables = told['variables']! as DebugProtocol.Variable[];
      known.values.push(...ids(variables.slice(0, 20), 'variablesReference'));
      known.memory.push(...variables.flatMap(({ memoryReference }) => memoryReference ?? []));
    } else if (command === 'dataBreakpointInfo' && told['dataId'] !== null)
      known.fields.push(told['dataId']!);
    else if (command === 'threads')
      known.threads = (told['threads']! as { id: number }[]).map(({ id }) => id);
  }
}

describe('debug adapter: requests in any order', () => {
  for (const over of ['stdio', '--port'] as const)
    it(`answers all that comes over ${over}, and lives (SEED=${SEED})`, async function () {
      this.timeout(300_000 + SESSIONS * REQUESTS * 100);
      const sessions = Math.ceil(over === '--port' ? SESSIONS * PORT_SHARE : SESSIONS);
      const server = over === '--port' ? new AdapterProcess('--port', '0') : undefined;
      let next = 0;
      const one = async (): Promise<void> => {
        while (next < sessions) {
          const seed = SEED + next++ * 2 + Number(over === '--port');
          const adapter = server ?? new AdapterProcess();
          const client = server === undefined ? adapter.overStdio() : await server.overPort();
          const session = new RandomSession(client, new Random(seed));
          try {
            await session.run();
            if (server === undefined && !FAULT_OF_V8.test(adapter.stderr))
              assert.equal(await adapter.exit, 0, 'the adapter has failed');
            assert.deepEqual(session.watch.breaches, []);
          } catch (error) {
            throw new Error(
              `SEED=${seed} RUNS=1 (${over}): ${(error as Error).message}\nwhat led there:\n${session.watch.history()}\n${adapter.stderr.slice(-4000)}`,
            );
          } finally {
            if (server === undefined) adapter.kill();
          }
        }
      };
      try {
        await Promise.all(Array.from({ length: AT_ONCE }, one));
        assert.deepEqual(server?.sessions ?? [], [], 'a session is left');
      } finally {
        server?.kill();
      }
    });
});
