/**
 * The way back is the way there: in random programs, reverse-continue visits every stop of the run once more, from the last
 * to the first, and a step back undoes every step over a line or into a call. None is left out, and nothing is added.
 * `SEED=n` chooses other programs: three in a row have one of each kind, and take turns in which way they go.
 * `RUNS=n` makes so many, which go both ways, and longer ones.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Random } from '../../support/random.ts';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { KIND_COUNT, randomProgram } from '../support/randomProgram.ts';
import { fieldOf, randomWatch, watchData } from '../support/randomWatch.ts';
import { look, type Seen } from '../support/seen.ts';

const SEED = Number(process.env['SEED'] ?? 1);
const IS_SMALL = process.env['RUNS'] === undefined;
const RUNS = IS_SMALL ? KIND_COUNT : Number(process.env['RUNS']);
const STOPS = IS_SMALL ? 5 : 8;
const STEPS = IS_SMALL ? 7 : 14;
/** With a data breakpoint. */
const WATCHED_STOPS = 5;
/** Passed until there is a connection. */
const MOST_PASSED_UNWATCHED = 60;
/** Passed before the steps begin. */
const MOST_PASSED = 10;
const FUNCTIONS = ['tcp_v4_rcv', 'ip_queue_xmit', 'tcp_rcv_established', 'tcp_write_xmit'];
const CONDITIONS = [
  {},
  { condition: 'machine.now_ns > 30_000' },
  { hitCondition: '% 2' },
  { hitCondition: '>= 3' },
];
/** Beside the system calls, of which each program makes enough. */
const FILTERS = ['transition', 'packetSent', 'packetReceived', 'uncaught'];
const STEP = ['next', 'next', 'stepIn'] as const;

/** Where the stacks' innermost function is, and below which ones. */
interface Line {
  seen: Seen;
  stack: string[];
}
const told = ({ place, event }: Seen): string => `${place} at event ${event}`;

/** Go on from stop to stop, and back; a data breakpoint is among them, for the most part. */
async function stops(adapter: Adapter, first: Stopped, random: Random): Promise<void> {
  const watch = random.chance(0.7) ? randomWatch(random) : undefined;
  let begin: Stopped | 'terminated' = first;
  let dataId: string | null = null;
  for (let left = MOST_PASSED_UNWATCHED; watch !== undefined && dataId === null && left > 0; left--) {
    dataId = await fieldOf(adapter, watch);
    if (dataId === null) begin = await adapter.go('continue');
    // Without its hits: going back they are counted from the run's beginning, and there from here on.
    else await watchData(adapter, dataId, {});
  }
  // Among all the others there would be no stop of it; a connection's end has transitions enough.
  if (dataId !== null) {
    await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
    await adapter.request('setExceptionBreakpoints', { filters: ['transition'] });
    begin = await adapter.go('continue');
  }
  assert.notEqual(begin, 'terminated');
  const there = [await look(adapter, begin as Stopped)];
  while (there.length < (dataId === null ? STOPS : WATCHED_STOPS)) {
    const stop = await adapter.go('continue');
    if (stop === 'terminated') throw new Error('the program is too short');
    there.push(await look(adapter, stop));
  }
  const way = there.map(told);
  for (let at = there.length - 2; at >= 0; at--) {
    const stop = (await adapter.go('reverseContinue')) as Stopped;
    const back = await look(adapter, stop);
    const text = `back from stop ${at + 1} of\n${there.map((one) => `${told(one)} (${one.reason})`).join('\n')}\n${JSON.stringify(watch)}`;
    assert.equal(told(back), way[at], text);
    assert.equal(back.reason, there[at]!.reason, text);
    assert.deepEqual(back.state, there[at]!.state, text);
  }
}

async function lineAt(adapter: Adapter, stop: Stopped): Promise<Line> {
  const seen = await look(adapter, stop);
  return {
    seen,
    stack: (await adapter.stack()).map(({ name, source }) => `${name} ${source?.path}`).reverse(),
  };
}
/** A step has led to another line of the function, or into a call. */
function isUndone(one: Line, other: Line): boolean {
  return (
    other.stack.length >= one.stack.length && one.stack.every((frame, depth) => frame === other.stack[depth])
  );
}
/** It is a line that is done in parts: a step back leads to where it begins. */
function isSameLine(one: Line, other: Line): boolean {
  return (
    one.seen.line === other.seen.line &&
    one.seen.event === other.seen.event &&
    one.stack.join() === other.stack.join()
  );
}

/**
 * Step over lines and into calls, and back. A step out of a function begins anew: nothing undoes it.
 *
 * @returns false: a step has led to the program's end, from which there is no way back
 */
async function steps(adapter: Adapter, first: Stopped, random: Random): Promise<boolean> {
  let there = [await lineAt(adapter, first)];
  const way = [told(there[0]!.seen)];
  for (let i = 0; i < STEPS; i++) {
    const command = random.pick(STEP);
    const stop = await adapter.go(command);
    if (stop === 'terminated') return false;
    const line = await lineAt(adapter, stop);
    way.push(`${command}: ${told(line.seen)}`);
    const last = there.at(-1)!;
    if (!isUndone(last, line)) there = [line];
    else if (!isSameLine(last, line)) there.push(line);
  }
  for (let at = there.length - 2; at >= 0; at--) {
    const back = await look(adapter, (await adapter.go('stepBack')) as Stopped);
    const { seen } = there[at]!;
    const text = `back to ${told(seen)} of\n${way.join('\n')}`;
    assert.equal(told(back), told(seen), text);
    assert.deepEqual(back.state, seen.state, text);
  }
  return true;
}

describe('debug adapter: there and back', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'sockscope-back-'))));
  after(() => rm(folder, { recursive: true }));

  /** A program that stands at a stop of some function, or of some filter. */
  async function standing(
    seed: number,
    use: (adapter: Adapter, stop: Stopped, random: Random) => Promise<void>,
  ): Promise<void> {
    const random = new Random(seed * 104_729);
    const { name, source } = randomProgram(seed, random);
    const program = path.join(folder, name);
    await writeFile(program, source);
    await withAdapter(async (adapter) => {
      await adapter.launch({ program }, async () => {
        const breakpoints = [0, 1].map(() => ({ name: random.pick(FUNCTIONS), ...random.pick(CONDITIONS) }));
        await adapter.request('setFunctionBreakpoints', { breakpoints });
        await adapter.request('setExceptionBreakpoints', { filters: ['syscallEnter', random.pick(FILTERS)] });
      });
      await use(adapter, (await adapter.stopped()) as Stopped, random);
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${source}`, { cause: error });
    });
  }

  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    const isOdd = seed % 2 === 1;
    if (isOdd || !IS_SMALL)
      it(`reverse-continue visits each stop (SEED=${seed})`, () => standing(seed, stops));
    if (!isOdd || !IS_SMALL)
      it(`a step back undoes each step (SEED=${seed})`, async function () {
        let hasEnded = false;
        await standing(seed, async (adapter, first, random) => {
          let stop: Stopped | 'terminated' = first;
          for (let left = random.below(MOST_PASSED); left > 0 && stop !== 'terminated'; left--)
            stop = await adapter.go('continue');
          await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
          await adapter.request('setExceptionBreakpoints', { filters: [] });
          assert.notEqual(stop, 'terminated');
          hasEnded = !(await steps(adapter, stop as Stopped, random));
        });
        if (hasEnded) this.skip();
      });
  }
});
