/** Going back in runs of 10,000, 100,000 and 1,000,000 events: what a person waits for. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { ADAPTER, ROOT } from './adapterSession.ts';
import { median } from './statistics.ts';

/** The round trips after which the programs stand (their STANDS). */
const STANDS = [139, 1389, 13_890];
/** Where a program is, and what stands in the line in which its client connects. */
interface Program {
  file: string;
  connects: string;
}
const programOf = (name: string, connects: string): Program => ({
  file: `${ROOT}test/bench/programs/${name}`,
  connects,
});
const SCENARIO = programOf('history.ts', 'await connect(fd');
const NODE_PROGRAM = programOf('history.mjs', "await once(client, 'connect')");
const CONNECTION = 'sockets.find((sk) => sk.skc_state === 1)';
/** A person looks at a stop for so long before going back, in ms. */
const LOOK_MS = 3000;
/** So soon somebody reacts to a stop, in ms. */
const SEEN_MS = 500;
/** Steps back one after the other, as from a key that is held. */
const STEPS = 4;
/** A run of a million events, with everything recorded. */
const RUN_MS = 120_000;

/** In ms, from the request until the new stop's stack has come. */
export interface TravelFigures {
  events: number;
  /** As soon as the machine has stopped. */
  first_at_once: number;
  /** As soon as a person may have seen that it has stopped. */
  first_soon: number;
  /** The same as at once of somebody who has gone back from an earlier stop. */
  again_at_once: number;
  /** The first one, after a look at the stop. */
  first: number;
  /** The next ones after looks. */
  later: number;
  /** One after the other. */
  held: number;
  /** Back over the call in which nearly all events were. */
  over_call: number;
  /** To a breakpoint shortly before. */
  to_near_stop: number;
  /** To a breakpoint near the beginning. */
  to_far_stop: number;
  /** To an event amid the run. */
  to_event: number;
  /** To who has written a field of the socket last. */
  to_write: number;
  /** To the statement that has changed a byte of a packet's header last. */
  to_bytes: number;
}

export const measureTravel = (): Promise<TravelFigures[]> => measureAll(SCENARIO);
export const measureNodeTravel = (): Promise<TravelFigures[]> => measureAll(NODE_PROGRAM);

async function measureAll(program: Program): Promise<TravelFigures[]> {
  const figures: TravelFigures[] = [];
  for (const stand of STANDS) figures.push(await measure(program, stand));
  return figures;
}

async function measure(program: Program, stand: number): Promise<TravelFigures> {
  const hasty = await Traveller.at(program, stand);
  const first_at_once = await hasty.stepBack();
  await hasty.stop();
  const awake = await Traveller.at(program, stand);
  await sleep(SEEN_MS);
  const first_soon = await awake.stepBack();
  await awake.stop();
  const used = await Traveller.at(program, stand, true);
  const again_at_once = await used.stepBack();
  await used.stop();
  const traveller = await Traveller.at(program, stand);
  const { events } = traveller;
  try {
    await sleep(LOOK_MS);
    const first = await traveller.stepBack();
    const later: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      await sleep(LOOK_MS);
      later.push(await traveller.stepBack());
    }
    await traveller.forward();
    await sleep(LOOK_MS);
    const held: number[] = [];
    for (let i = 0; i < STEPS; i++) held.push(await traveller.stepBack());
    await traveller.forward();
    await sleep(LOOK_MS);
    const to_event = await traveller.go('sockscope/goToEvent', { event: Math.floor(events / 2) });
    await traveller.forward();
    await sleep(LOOK_MS);
    await traveller.breakAt('let value = trips');
    const to_near_stop = await traveller.go('reverseContinue');
    await sleep(LOOK_MS);
    await traveller.stepBack();
    await sleep(LOOK_MS);
    const over_call = await traveller.stepBack();
    await traveller.forward();
    await sleep(LOOK_MS);
    await traveller.breakAt(program.connects);
    const to_far_stop = await traveller.go('reverseContinue');
    await traveller.forward();
    await traveller.say(`watch ${CONNECTION}.snd_nxt`);
    await sleep(LOOK_MS);
    const to_write = await traveller.go('reverseContinue');
    await traveller.say('unwatch');
    await traveller.breakIn('vnic_xmit');
    await traveller.go('reverseContinue');
    await traveller.breakIn();
    await traveller.say('watch skb.data[12..16]');
    await sleep(LOOK_MS);
    const to_bytes = await traveller.go('reverseContinue');
    const rounded = (ms: number): number => Math.round(ms);
    return {
      events,
      first_at_once: rounded(first_at_once),
      first_soon: rounded(first_soon),
      again_at_once: rounded(again_at_once),
      first: rounded(first),
      later: rounded(median(later)),
      held: rounded(median(held)),
      over_call: rounded(over_call),
      to_near_stop: rounded(to_near_stop),
      to_far_stop: rounded(to_far_stop),
      to_event: rounded(to_event),
      to_write: rounded(to_write),
      to_bytes: rounded(to_bytes),
    };
  } finally {
    await traveller.stop();
  }
}

/** A session that stands where much has happened. */
class Traveller {
  readonly #client = new DebugClient(process.execPath, ADAPTER, 'sockscope', { cwd: ROOT });
  readonly #program: Program;
  readonly #lines: readonly string[];
  #threadId = 0;
  /** The frame on top. */
  #top: DebugProtocol.StackFrame | undefined;
  /** The number of events when it stood first. */
  events = 0;
  /** What was said last that matters. */
  #said = '';

  constructor(program: Program) {
    this.#program = program;
    this.#lines = readFileSync(program.file, 'utf8').split('\n');
  }

  /** @param goesBack whether it goes back from an earlier stop, on its way */
  static async at(program: Program, stand: number, goesBack = false): Promise<Traveller> {
    const traveller = new Traveller(program);
    const client = traveller.#client;
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
      if (body.category === 'important') traveller.#said = body.output;
    });
    await client.start();
    await client.initializeRequest();
    const initialized = client.waitForEvent('initialized');
    const launched = client.launchRequest({ program: program.file } as never);
    await initialized;
    const there = (): Promise<void> => traveller.breakAt('return value', `trips === ${stand}`);
    await (goesBack ? traveller.breakAt(program.connects) : there());
    const stopped = traveller.#stop();
    await client.configurationDoneRequest();
    await Promise.all([launched, stopped]);
    await traveller.#look();
    if (goesBack) {
      await traveller.stepBack();
      await traveller.go('continue');
      await sleep(LOOK_MS);
      await there();
      await traveller.go('continue');
    }
    traveller.events = await traveller.#event();
    await traveller.breakAt();
    return traveller;
  }
  async breakAt(text?: string, condition = ''): Promise<void> {
    const line = this.#lines.findIndex((one) => text !== undefined && one.includes(text)) + 1;
    const breakpoints = text === undefined ? [] : [{ line, condition }];
    await this.#client.setBreakpointsRequest({ source: { path: this.#program.file }, breakpoints });
  }

  async breakIn(name?: string): Promise<void> {
    const breakpoints = name === undefined ? [] : [{ name }];
    await this.#client.setFunctionBreakpointsRequest({ breakpoints });
  }
  /** In the debug console. */
  async say(expression: string): Promise<string> {
    const request = { expression, frameId: this.#top!.id, context: 'repl' };
    return (await this.#client.evaluateRequest(request)).body.result;
  }

  stepBack(): Promise<number> {
    return this.go('stepBack');
  }
  /** @returns ms until the stack of the next stop has come */
  async go(command: string, more: object = {}): Promise<number> {
    const before = `${this.#top!.name}:${this.#top!.line} ${await this.#event()}`;
    this.#said = '';
    const begun = performance.now();
    const stopped = this.#stop();
    await this.#client.send(command, { threadId: this.#threadId, ...more });
    await stopped;
    await this.#look();
    const ms = performance.now() - begun;
    if (`${this.#top!.name}:${this.#top!.line} ${await this.#event()}` === before)
      throw new Error(`${command} from ${before} led nowhere: ${this.#said}`);
    return ms;
  }
  /** To the end of the past. */
  async forward(): Promise<void> {
    await this.breakAt();
    await this.go('continue');
    const event = await this.#event();
    if (event !== this.events) throw new Error(`the past ended at ${event} and not at ${this.events}`);
  }

  async #event(): Promise<number> {
    return Number(await this.say('world.event'));
  }
  async #look(): Promise<void> {
    const request = { threadId: this.#threadId, startFrame: 0, levels: 20 };
    [this.#top] = (await this.#client.stackTraceRequest(request)).body.stackFrames;
  }
  async #stop(): Promise<void> {
    const { body } = await this.#client.waitForEvent('stopped', RUN_MS);
    this.#threadId = (body as DebugProtocol.StoppedEvent['body']).threadId!;
  }

  stop(): Promise<void> {
    return this.#client.stop();
  }
}
