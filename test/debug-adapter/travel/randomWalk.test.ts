/**
 * Random walks through the runs of random programs, forward and back. What is seen where a walk goes back is what a fresh
 * run shows, which is brought there by breakpoints alone; and what was seen once is seen again. At one moment of its past
 * a setting is changed: from there on, forward and back, the walk sees what a fresh run shows that is changed there.
 * `SEED=n` chooses other walks: three in a row have a program of each kind, of which two are enough here. `RUNS=n` makes so many, longer ones, which now
 * and then stand still as a person does, until machines are ready.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UNCAUGHT_FILTER } from '../../../debug-adapter/filters/all.ts';
import { Random } from '../../support/random.ts';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';
import { randomProgram } from '../support/randomProgram.ts';
import { fieldOf, randomWatch, watchData, type DataWatch } from '../support/randomWatch.ts';
import { look, type Seen } from '../support/seen.ts';

/** On two hosts; the next one is a Node program. */
const SEED = Number(process.env['SEED'] ?? 2);
const IS_SMALL = process.env['RUNS'] === undefined;
const RUNS = Number(process.env['RUNS'] ?? 2);
const STEPS = IS_SMALL ? 6 : 12;
/** Stops that are passed before. */
const MOST_PASSED = IS_SMALL ? 8 : 16;
/** Until machines are ready for going back, in ms. */
const LOOK_MS = IS_SMALL ? 0 : 5000;
const FORWARD = ['continue', 'next', 'next', 'stepIn', 'stepIn', 'stepOut'] as const;
const BACK = ['stepBack', 'stepBack', 'stepBack', 'reverseContinue'] as const;
/** Each is called at every packet. */
const FUNCTIONS = ['tcp_v4_rcv', 'ip_queue_xmit', 'ip_local_deliver'];
const FILTER = 'transition';
const DATA = 'data breakpoint';
/** What is changed, in every segment that is sent later. */
const SETTING = 'world.machines[0].init_net.ipv4.sysctl_tcp_timestamps';
/** Arrivals at the lines looked for, of one event. */
const MOST_ARRIVALS = 200;

/** What a walk has seen where it had gone back; and what it has seen at all since it has changed something there. */
interface Walked {
  /** A data breakpoint, and where it was set. */
  watched?: { at: Seen; watch: DataWatch };
  back: Seen[];
  changed?: { at: Seen; later: Seen[] };
}

const see = (adapter: Adapter, stop: Stopped): Promise<Seen> => look(adapter, stop, SETTING);
const change = (adapter: Adapter): Promise<string> => adapter.evaluate(`${SETTING} = 0`);

/** Where a data breakpoint stops, after a write, another stop may be before it. */
const key = ({ event, place, reason }: Seen): string =>
  `${event} ${place}${reason === DATA ? ` ${reason}` : ''}`;

async function walk(adapter: Adapter, program: string, random: Random, told: string[]): Promise<Walked> {
  await adapter.launch({ program, stopOnEntry: true }, async () => {
    const breakpoints = [{ name: random.pick(FUNCTIONS) }];
    await adapter.request('setFunctionBreakpoints', { breakpoints });
    await adapter.request('setExceptionBreakpoints', { filters: [FILTER, UNCAUGHT_FILTER] });
  });
  let first = (await adapter.stopped()) as Stopped;
  for (let left = random.below(MOST_PASSED); left > 0; left--) {
    const stop = await adapter.go('continue');
    assert.notEqual(stop, 'terminated', told.join('\n'));
    first = stop as Stopped;
  }
  let here = await see(adapter, first);
  const known = new Map<string, Seen>();
  const walked: Walked = { back: [] };
  const watch = randomWatch(random);
  const dataId = random.chance(0.7) ? await fieldOf(adapter, watch) : null;
  if (dataId !== null) {
    await watchData(adapter, dataId, watch.hits);
    walked.watched = { at: here, watch };
    told.push(`${here.place} at event ${here.event}: ${JSON.stringify(watch)}`);
  }
  for (let i = 0; i < STEPS; i++) {
    known.set(key(here), here);
    // Who goes back to where it was changed sees it as it was before, and who goes forward to there as it is then.
    if (walked.changed !== undefined) known.delete(key(walked.changed.at));
    const isBack = i > 1 && random.chance(0.6);
    if (LOOK_MS > 0 && random.chance(0.2)) await sleep(LOOK_MS);
    const command = isBack ? random.pick(BACK) : random.pick(FORWARD);
    const stop = await adapter.go(command).catch((error: Error) => {
      throw new Error([...told, `${command}: ${error.message}`].join('\n'));
    });
    if (stop === 'terminated') break;
    const there = await see(adapter, stop);
    told.push(`${command}: ${there.place} at event ${there.event} (${there.reason})`);
    if (isBack) {
      // There may be no line before.
      if (there.place === here.place && there.event === here.event) continue;
      assert.ok(there.event <= here.event, `it went forward\n${told.join('\n')}`);
    }
    const before = known.get(key(there));
    if (before !== undefined) assert.deepEqual(there.state, before.state, told.join('\n'));
    here = there;
    // Where a step out ends, amid a line, no breakpoint of a line leads.
    if (walked.changed !== undefined && command !== 'stepOut') walked.changed.later.push(here);
    else if (walked.changed === undefined && isBack) walked.back.push(here);
    const isChanged = isBack && i > STEPS / 4 && stop.reason !== 'exception';
    if (walked.changed !== undefined || !isChanged) continue;
    told.push('a setting is changed');
    const stopped = adapter.stopped();
    await change(adapter);
    here = await see(adapter, (await stopped) as Stopped);
    assert.equal(`${here.event} ${here.place}`, `${there.event} ${there.place}`, told.join('\n'));
    walked.changed = { at: there, later: [here] };
    for (const [at, seen] of known) if (seen.event >= here.event) known.delete(at);
  }
  return walked;
}

/**
 * A run that only goes forward, from breakpoint to breakpoint, sees the same. A data breakpoint is set again where it was:
 * what it had stopped at before that is left out.
 *
 * @param changed where a setting is changed
 */
async function seeAgain(
  program: string,
  stops: readonly Seen[],
  { watched, changed }: { watched?: Walked['watched']; changed?: Seen },
  told: readonly string[],
): Promise<void> {
  const first = changed === undefined || (watched?.at.event ?? 0) < changed.event ? watched : undefined;
  const seen = stops.filter(({ reason, event }) => reason !== DATA || event > (first?.at.event ?? Infinity));
  const isWatched = seen.some(({ reason }) => reason === DATA);
  const all = [...seen, ...(changed === undefined ? [] : [changed]), ...(isWatched ? [first!.at] : [])];
  const events = [...new Set(all.map(({ event }) => event))].sort((a, b) => a - b);
  await withAdapter(async (adapter) => {
    await adapter.launch({ program, stopOnEntry: true });
    let stop = await adapter.stopped();
    let dataId: string | null = null;
    for (const event of events) {
      const wanted = all.filter((one) => one.event === event);
      const unseen = new Set(wanted);
      await breakAt(adapter, wanted);
      if (dataId !== null && wanted.some(({ reason }) => reason === DATA))
        await watchData(adapter, dataId, { condition: `world.event === ${event}` });
      let last: Seen | undefined;
      for (let i = 0; unseen.size > 0 && i < MOST_ARRIVALS && stop !== 'terminated'; i++) {
        let here = await see(adapter, stop);
        const find = (): void => {
          for (const one of unseen)
            if (one.place === here.place && isSame(one.state, here.state)) unseen.delete(one);
        };
        const isThere = changed !== undefined && unseen.has(changed);
        find();
        if (isThere && !unseen.has(changed)) {
          await change(adapter);
          here = await see(adapter, stop);
          find();
        }
        if (isWatched && dataId === null && !unseen.has(first!.at))
          dataId = event === first!.at.event ? await fieldOf(adapter, first!.watch) : null;
        last = here;
        if (unseen.size > 0) stop = await adapter.go('continue');
      }
      const [missed] = unseen;
      if (missed !== undefined)
        assert.deepEqual(
          last && [last.place, ...last.state],
          [missed.place, ...missed.state],
          told.join('\n'),
        );
    }
  });
}
async function breakAt(adapter: Adapter, wanted: readonly Seen[]): Promise<void> {
  const isFilters = wanted.some(({ reason }) => reason === FILTER);
  await adapter.request('setExceptionBreakpoints', { filters: isFilters ? [FILTER] : [] });
  await adapter.request('setDataBreakpoints', { breakpoints: [] });
  for (const file of new Set(wanted.map((one) => one.file))) {
    const lines = new Set(wanted.filter((one) => one.file === file).map(({ line }) => line));
    const condition = `world.event === ${wanted[0]!.event}`;
    const breakpoints = [...lines].map((line) => ({ line, condition }));
    await adapter.request('setBreakpoints', { source: { path: file }, breakpoints });
  }
}
const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.join('\n') === other.join('\n');

describe('debug adapter: random walks in time', function () {
  this.timeout(180_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'sockscope-walk-'))));
  after(() => rm(folder, { recursive: true }));

  for (let seed = SEED; seed < SEED + RUNS; seed++)
    it(`see what was, and what a fresh run sees (SEED=${seed})`, async () => {
      const random = new Random(seed * 7919);
      const { name, source } = randomProgram(seed, random);
      const program = path.join(folder, name);
      await writeFile(program, source);
      const told = [source];
      const { back, changed, watched } = await withAdapter(async (adapter) => {
        const seen = await walk(adapter, program, random, told);
        const said = adapter.output.filter(({ category }) => category === 'important');
        const isKnown = said.every(({ text }) => /no line before this one|changed the past/.test(text));
        assert.ok(isKnown, [...told, ...said.map(({ text }) => text)].join('\n'));
        return seen;
      });
      assert.ok(back.length > 0, told.join('\n'));
      await seeAgain(program, back, { watched }, told);
      if (changed !== undefined)
        await seeAgain(program, changed.later, { watched, changed: changed.at }, told);
    });
});
