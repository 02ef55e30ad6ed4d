/** One run of an exploration, in a thread of its own: boots, loads, runs, judges, and says what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { writtenFault } from '../../stack/fault_config.ts';
import { boot, ConfigError, loadPrograms, parseConfig, ProgramError, runProgram } from '../../stack/index.ts';
import { world_links } from '../../stack/world/links.ts';
import type { World } from '../../stack/index.ts';
import type { RunFacts } from '../recordings/make.ts';
import { sourceTools } from '../sources.ts';
import { Judge } from './judge.ts';
import { Story, type Happening } from './story.ts';
import type { Sleepers, Subject, Survey, Trial, TrialResult } from './trial.ts';

/** What the thread is given. */
export interface TrialOrder {
  subject: Subject;
  trial: Trial;
  /** The names of processes that may sleep for ever; null: each server and idle client may. */
  sleepers: Sleepers | null;
  /** Whether to say what led to the failure. */
  isTold: boolean;
}
/** A run of which all is told: what led to its failure, and what repeats it. */
export interface ToldRun {
  story: readonly Happening[];
  facts: RunFacts;
}
export type FromTrial =
  | { type: 'result'; result: TrialResult; told: ToldRun | null }
  /** The run could not begin: what is wrong, for people. */
  | { type: 'refused'; message: string };

/** Stacks are deep: from the driver down to the scenario. */
const STACK_FRAMES = 64;

const { subject, trial, sleepers, isTold } = workerData as TrialOrder;
// Programs replace these.
const exit = process.exit.bind(process);
const port = parentPort!;
Error.stackTraceLimit = STACK_FRAMES;

try {
  port.postMessage(await run());
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof ProgramError)) throw error;
  port.postMessage({ type: 'refused', message: error.message } satisfies FromTrial);
}
exit();

async function run(): Promise<FromTrial> {
  const { programs, hosts, config, limit, asleep } = subject;
  const faults = trial.faults.map(writtenFault);
  const { world } = boot(parseConfig({ ...config, seed: trial.seed, faults }, 'launch'));
  let story: Story | null = null;
  world.output = (stream, text, task) => story?.said(stream, text, task?.comm ?? '');
  const program = await loadPrograms(world, programs, sourceTools, { hosts });
  // Frames of a link count from here, as those of its faults do.
  if (isTold) story = new Story(world, trial.faults);
  const judge = new Judge(world);
  const watched = judge.watch(program);
  let result: Awaited<ReturnType<typeof runProgram>> | null = null;
  try {
    result = await runProgram(world, watched, () => world.time_ns > limit * 1e9);
  } catch (error) {
    judge.threw(error);
  }
  const failure = judge.verdict(result, sleepers, asleep, limit);
  const processes = program.processes.map(({ name }) => name);
  return {
    type: 'result',
    result: { failure, survey: { ...surveyOf(world), processes, sleepers: judge.sleepers } },
    told: story && { story: story.happenings, facts: factsOf(world) },
  };
}

function factsOf(world: World): RunFacts {
  return {
    inputs: world.inputs.log,
    files: world.program_files.all,
    end: { event: world.event, timeNs: Math.round(world.time_ns) },
  };
}

function surveyOf(world: World): Pick<Survey, 'links' | 'events'> {
  const links = [...world_links(world)].map(([name, { wire }]) => [name, wire.scheduled.frames] as const);
  return { links: Object.fromEntries(links), events: world.event };
}
