/**
 * Thousands of requests at random over many sessions: nothing dies, nothing hangs, nothing leaks, and the protocol is kept.
 * `SEED=n` chooses other requests, `RUNS=n` the number of sessions, `REQUESTS=n` how many each has, `OVER=--port` or
 * `OVER=stdio` what they are sent over, `HANG_MS=n` when an answer is missed. When they overtake each other is up to the machine.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TRAVELLING } from '../../debug-adapter/session/requestKinds.ts';
import { Level, openFiles, residentMb, threadsOf, Trend } from './support/levels.ts';
import { ProtocolSchema } from './support/protocolSchema.ts';
import { ProtocolWatch } from './support/protocolWatch.ts';
import { AdapterProcess, type Message, type RawClient } from './support/rawClient.ts';
import { launchWish, Random, RequestGenerator, type Known } from './support/requestGenerator.ts';

const SEED = Number(process.env['SEED'] ?? 6);
/** Over a port, only the connection differs. */
const SESSIONS = { stdio: Number(process.env['RUNS'] ?? 15), '--port': Number(process.env['RUNS'] ?? 6) };
const OVER = (['stdio', '--port'] as const).filter((one) => (process.env['OVER'] ?? one) === one);
const REQUESTS = Number(process.env['REQUESTS'] ?? 200);
/** Sent without waiting for an answer, at most. */
const BURST = 8;
/** Sessions at the same time. */
const AT_ONCE = 3;
/** An answer that takes longer counts as none: more, where others take the processor (`nice`). */
const USUAL_HANG_MS = 12_000;
const HANG_MS = Number(process.env['HANG_MS'] ?? USUAL_HANG_MS);
/** How long all of it may take: so much, and so much for each request. */
const BEGIN_MS = 300_000;
const REQUEST_MS = (100 * HANG_MS) / USUAL_HANG_MS;
/** A session with as many requests has programs without end, and nothing ends it before its last tenth. */
const LASTING = 1000;
const LASTS = REQUESTS >= LASTING;
/** The least number of requests of a connection with which a session that has ended is begun again. */
const LEAST_AGAIN = 40;
/** Requests that come with what ends a session that lasts, and after it. */
const MOST_AT_END = 6;
/** Requests between two looks at the memory of a session. */
const LOOK_EVERY = 20;
/** So many sessions tell whether what serves them leaks. */
const MANY = 30;
/** Frames, values and the like that a client remembers. */
const MOST_KNOWN = 500;
/** The parts of a session, and of many sessions, whose levels are compared; the first one is for warming up. */
const PARTS = 5;
/**
 * What the level of one part may be above that of the second one, in MB: of a session, and of what serves sessions. A session
 * may grow by as much while the number of its threads stays. It differs by the machines, of 40 to 50 MB each, that are made ready
 * for somebody who goes back, or not.
 */
const SESSION_GROWTH = 60;
const SERVER_GROWTH = 8;
/** So many threads may come to those of a session: those that are kept for somebody who goes back. */
const MORE_THREADS = 5;

const schema = new ProtocolSchema();

/** What a session was restarted with, and how often. */
type Openings = Record<'program' | 'recording' | 'what-if' | 'not debugged', number>;

/** One connection of a session, and what is known in it. */
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
    nodes: [],
    works: [],
    recordings: [],
    stopped: undefined,
    stops: 0,
    returnsTo: Infinity,
  };
  readonly #folder: string;
  #isGone = false;
  /** The request that asks whether the machine lives, and the answer that it is busy. */
  #asked = 0;
  #busy: string | undefined;
  /** What the restarts are with that are not answered yet. */
  readonly #opening = new Map<number, keyof Openings>();
  readonly #opened: Openings;

  /** @param folder for files that it has written */
  constructor(client: RawClient, random: Random, folder: string, opened: Openings) {
    this.#client = client;
    this.#random = random;
    this.#folder = folder;
    this.#opened = opened;
    this.#known.recordings = this.#saved();
  }

  /**
   * @param requests how many it sends; fewer, when the session ends before
   * @param pause is called between two requests now and then
   * @returns how many it has sent
   */
  async run(requests: number, pause: () => void): Promise<number> {
    const shows = () => this.#random.next() < 0.7;
    this.#send('initialize', {
      adapterID: 'sockscope',
      supportsProgressReporting: shows(),
      supportsInvalidatedEvent: shows(),
      supportsMemoryEvent: shows(),
    });
    this.#send('launch', launchWish(this.#random, LASTS));
    if (this.#random.next() < 0.9) await this.#answers();
    this.#send('configurationDone', undefined);
    const generator = new RequestGenerator(this.#random, this.#known, this.#folder, LASTS);
    let sent = 3;
    let next = LOOK_EVERY;
    while (sent < requests && !this.#isGone && !(LASTS && this.watch.terminated)) {
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
      if (sent < next) continue;
      next += LOOK_EVERY;
      pause();
    }
    if (!this.#isGone) {
      await this.#answers();
      await this.#lives();
      if (LASTS) this.#endAmid(generator);
      this.#send('disconnect', {});
    }
    await this.#answers();
    await this.#client.gone();
    this.#look();
    return sent;
  }
  /** The end comes while other requests are under way; some clients terminate before they disconnect, and ask on. */
  #endAmid(generator: RequestGenerator): void {
    const some = (): void => {
      for (let left = this.#random.below(MOST_AT_END); left > 0; left--) {
        const wish = generator.next();
        this.#send(wish.command, wish.arguments, wish.isStale);
      }
    };
    some();
    if (this.#random.next() < 0.5) return;
    this.#send('terminate', {});
    some();
  }

  /** What was asked may keep the machine for a while, but not for ever. */
  async #lives(): Promise<void> {
    const since = performance.now();
    do {
      this.#busy = undefined;
      this.#asked = this.#client.nextSeq;
      this.#send('evaluate', { expression: '40 + 2', context: 'watch' });
      await this.#answers();
      if (this.#busy === undefined) return;
    } while (performance.now() - since < HANG_MS);
    this.watch.breaches.push(`the machine answers no more: ${this.#busy}`);
  }

  #send(command: string, args: unknown, isStale = false): void {
    this.#look();
    const seq = this.#client.nextSeq;
    this.watch.sent({ seq, command, arguments: args, isStale });
    if (command === 'restart') this.#opening.set(seq, openingOf(args));
    if (TRAVELLING.has(command)) this.#known.returnsTo = Math.min(this.#known.returnsTo, this.#known.stops);
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
    for (const message of this.#client.messages) {
      this.watch.received(message);
      this.#known.stops = this.watch.stops;
      this.#known.stopped = this.watch.stopped;
      this.#known.works = [...this.watch.works];
      this.#learn(message);
    }
    // What was looked at is not needed any more: a long session has a hundred thousand messages.
    this.#client.messages.length = 0;
  }
  #learn(message: Message): void {
    const { command, success, body, request_seq, message: refusal = '' } = message as DebugProtocol.Response;
    if (message.type !== 'response') return;
    if (request_seq === this.#asked && refusal.startsWith('the machine is busy')) this.#busy = refusal;
    const opening = this.#opening.get(request_seq);
    this.#opening.delete(request_seq);
    if (!success) return;
    if (opening !== undefined) this.#opened[opening]++;
    const known = this.#known;
    const stop = known.stops;
    const ids = (list: { id?: number; variablesReference?: number }[], key: 'id' | 'variablesReference') =>
      list.flatMap((one) => ((one[key] ?? 0) > 0 ? [{ id: one[key]!, stop }] : []));
    const told = body as Record<string, never>;
    if (command === 'restart') known.returnsTo = Infinity;
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
    else if (command === 'sockscope/tree')
      known.nodes = [...(told['items']! as { id: string }[]).map(({ id }) => id), ...known.nodes].slice(
        0,
        50,
      );
    else if (command === 'sockscope/saveRecording') known.recordings = this.#saved();
    for (const list of [known.frames, known.values, known.memory])
      list.splice(0, Math.max(0, list.length - MOST_KNOWN));
  }
  #saved(): string[] {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith('.sockscope'));
    return names.map((name) => path.join(this.#folder, name));
  }
}

function openingOf(args: unknown): keyof Openings {
  const { arguments: launch } = (args ?? {}) as { arguments?: Record<string, unknown> | null };
  if (launch?.['noDebug'] === true) return 'not debugged';
  if (launch?.['recording'] === undefined) return 'program';
  return launch['whatIf'] === undefined ? 'recording' : 'what-if';
}

/** Adapters over their stdio, one a session; or one over a port, for all of them. */
class Soak {
  readonly #over: (typeof OVER)[number];
  readonly #sessions: number;
  readonly #server: AdapterProcess | undefined;
  #begun = 0;
  /** Memory of the process that serves all sessions, after each. */
  readonly #serving = new Level();
  /** Processes of sessions whose memory somebody looks at. */
  readonly #watched = new Set<number>();

  constructor(over: (typeof OVER)[number]) {
    this.#over = over;
    this.#sessions = SESSIONS[over];
    this.#server = over === '--port' ? new AdapterProcess('--port', '0') : undefined;
  }

  async run(): Promise<void> {
    const server = this.#server;
    try {
      await this.#one();
      const files = server && openFiles(server.process.pid!);
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#some()));
      if (server === undefined) return;
      assert.deepEqual(server.sessions, [], 'a session is left');
      assert.equal(openFiles(server.process.pid!), files, 'a file is left open');
      if (this.#sessions >= MANY)
        judgeLevel('memory of the process that serves sessions (MB)', this.#serving, SERVER_GROWTH);
    } finally {
      server?.kill();
    }
  }
  async #some(): Promise<void> {
    while (this.#begun < this.#sessions) await this.#one();
  }
  async #one(): Promise<void> {
    const seed = SEED + this.#begun++ * 2 + Number(this.#over === '--port');
    const random = new Random(seed);
    const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-soak-'));
    const opened: Openings = { program: 0, recording: 0, 'what-if': 0, 'not debugged': 0 };
    let connections = 0;
    try {
      for (let left = REQUESTS; left > 0; connections++) {
        const requests = connections === 0 ? left - random.below(left / 10) : 1 + random.below(left);
        const isLast = !LASTS || left < LEAST_AGAIN;
        const sent = await this.#connected(seed, random, folder, isLast ? left : requests, opened);
        left = isLast ? 0 : left - sent;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    if (!LASTS) return;
    const restarts = Object.entries(opened).map(([what, times]) => `${what} ${times}`);
    console.log(`      SEED=${seed}: ${connections} connections; restarted with: ${restarts.join(', ')}`);
  }
  /** One connection of a session: what has ended is begun again by the next one. @returns the number of requests */
  async #connected(
    seed: number,
    random: Random,
    folder: string,
    requests: number,
    opened: Openings,
  ): Promise<number> {
    const adapter = this.#server ?? new AdapterProcess();
    const client = this.#server === undefined ? adapter.overStdio() : await adapter.overPort();
    const session = new RandomSession(client, random, folder, opened);
    const memory = new Level();
    const memoryAlike = new Trend();
    const threads = new Level();
    let pid: number | undefined;
    try {
      const sent = await session.run(requests, () => {
        pid ??= adapter.sessions.find((one) => !this.#watched.has(one));
        if (pid !== undefined) this.#watched.add(pid);
        const number = pid && threadsOf(pid);
        threads.add(number);
        const used = pid && residentMb(pid);
        memory.add(used);
        memoryAlike.add(used, number);
      });
      if (this.#server === undefined && !session.watch.hasMetFaultOfV8)
        assert.equal(await adapter.exit, 0, 'the adapter has failed');
      assert.deepEqual(session.watch.breaches, []);
      // What goes on after the end of a session that lasts is too short to have a level.
      if (LASTS && sent >= REQUESTS / 2) {
        judgeLevel('memory of the session (MB)', memory, SESSION_GROWTH);
        const alike = memoryAlike.growth(PARTS);
        judge('memory of the session with as many threads (MB):', alike, SESSION_GROWTH);
        judgeLevel('threads of the session', threads, MORE_THREADS);
      }
      this.#serving.add(residentMb(adapter.process.pid!));
      return sent;
    } catch (error) {
      throw new Error(
        `SEED=${seed - Number(this.#over === '--port')} RUNS=1 REQUESTS=${REQUESTS} OVER=${this.#over}: ${(error as Error).message}\nwhat led there:\n${session.watch.history()}\n${adapter.stderr.slice(-4000)}`,
        { cause: error },
      );
    } finally {
      if (this.#server === undefined) adapter.kill();
    }
  }
}

/** It may grow in the first part; after that it stays at its level. */
function judgeLevel(what: string, level: Level, most: number): void {
  const told = `${what}: the level of each fifth is ${level.levels(PARTS).join(', ')};`;
  judge(told, level.growth(PARTS), most);
}
function judge(what: string, growth: number, most: number): void {
  const told = `${what} it grows by ${growth}`;
  console.log(`      ${told}`);
  assert.ok(growth <= most, `too much: ${told}`);
}

describe('debug adapter: requests in any order', () => {
  for (const over of OVER)
    it(`answers all that comes over ${over}, and lives (SEED=${SEED})`, async function () {
      this.timeout(BEGIN_MS + SESSIONS[over] * REQUESTS * REQUEST_MS);
      await new Soak(over).run();
    });
});
