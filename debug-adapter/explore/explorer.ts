/** Explores: runs a program under many seeds and fault schedules, and makes the failures that it finds small. */
import type { FaultKind } from '../../stack/fault_config.ts';
import type { RunRecording } from '../recordings/data.ts';
import { drawFaults } from './plan.ts';
import { recordFailure } from './recordFailure.ts';
import { seedsOf, type Exploration, type Finding, type Repetition } from './result.ts';
import { shrink } from './shrink.ts';
import { storyLines } from './storyLines.ts';
import { Threads, type Ran } from './threads.ts';
import { writtenTrial, type Subject, type Trial } from './trial.ts';

/** What is to be explored. */
export interface Order {
  subject: Subject;
  seeds: Exploration['seeds'];
  faults: readonly FaultKind[];
  shard: Exploration['shard'];
  /** How many runs go on at a time. */
  jobs: number;
  /** Go on after the first failure, for others. */
  all: boolean;
}

/** How far an exploration is. */
export interface Progress {
  /** Seeds that have run, and how many there are. */
  done: number;
  of: number;
  /** Runs that were made, those for a smaller failure included. */
  runs: number;
  findings: readonly Finding[];
  /** A failure is being made smaller. */
  isShrinking: boolean;
}

/** The reference run: the same whatever seeds are explored. */
const REFERENCE: Trial = { seed: 1, faults: [] };

export class Explorer {
  readonly #order: Order;
  readonly #threads: Threads;
  readonly #tell: (progress: Progress) => void;
  readonly #findings: Finding[] = [];
  readonly #recordings = new Map<Finding, RunRecording>();
  #reference: Ran | null = null;
  #done = 0;
  #isShrinking = false;

  constructor(order: Order, tell: (progress: Progress) => void) {
    this.#order = order;
    this.#threads = new Threads(order.subject, order.jobs);
    this.#tell = tell;
  }

  get progress(): Progress {
    const { shard, seeds } = this.#order;
    const of = seedsOf(seeds, shard).length;
    const { count: runs } = this.#threads;
    return { done: this.#done, of, runs, findings: [...this.#findings], isShrinking: this.#isShrinking };
  }
  /** What opens a failure in the debugger; undefined: nothing repeats it. */
  recordingOf(finding: Finding): RunRecording | undefined {
    return this.#recordings.get(finding);
  }
  /** End it: run() returns what was found by then. */
  stop(): void {
    this.#threads.stop();
  }

  /** @throws RefusedError when the programs cannot be run */
  async run(): Promise<Pick<Exploration, 'runs' | 'done' | 'findings' | 'servers' | 'idle'>> {
    try {
      await this.#explore();
    } finally {
      // A run that is refused ends the others.
      this.#threads.stop();
    }
    const { count: runs } = this.#threads;
    const { servers, idle } = this.#reference?.survey?.sleepers ?? { servers: [], idle: [] };
    return { runs, done: this.#done, findings: this.#findings, servers, idle };
  }

  async #explore(): Promise<void> {
    const { seeds, shard, faults, all } = this.#order;
    this.#reference = await this.#threads.run(REFERENCE);
    if (this.#reference === null) return;
    const { survey } = this.#reference;
    // Nothing tells where faults can happen, and which processes may sleep for ever.
    if (survey === null) return this.#found(REFERENCE, this.#reference);
    const names = (list: readonly string[]) => list.map((one) => one.slice(0, one.lastIndexOf(':')));
    const { servers, idle } = survey.sleepers;
    this.#threads.sleepers = { servers: names(servers), idle: names(idle) };
    const trials = seedsOf(seeds, shard).map((seed): Trial => ({
      seed,
      faults: drawFaults(seed, faults, survey),
    }));
    for (let from = 0; from < trials.length && !this.#threads.isStopped;) {
      const [failed, ...more] = await this.#sweep(trials, from);
      if (failed === undefined) break;
      await this.#found(trials[failed.index]!, failed.ran);
      if (!all) return;
      from = failed.index + 1;
      // These would be met again.
      if (this.#threads.isStopped)
        for (const { index, ran } of more)
          if (!this.#isKnown(ran.failure!.signature)) await this.#found(trials[index]!, ran);
    }
    // Also where its seed is none of those: all others were judged by it.
    const { failure } = this.#reference;
    if (failure !== null && !this.#isKnown(failure.signature)) await this.#found(REFERENCE, this.#reference);
  }

  /**
   * Run a trial. The reference run, of a seed of its own and without faults, has been: it shows where faults can
   * happen, and which processes may sleep for ever: servers, and clients that are idle. Neither the seeds that are asked for nor
   * shards change what counts as a failure.
   */
  #run(trial: Trial): Promise<Ran | null> {
    const isReference = trial.seed === REFERENCE.seed && trial.faults.length === 0;
    return isReference ? Promise.resolve(this.#reference) : this.#threads.run(trial);
  }

  /** Run trials from an index on, to the first one that fails in a new way. @returns it, and those that ran beside it and failed, too */
  async #sweep(trials: readonly Trial[], from: number): Promise<{ index: number; ran: Ran }[]> {
    let next = from;
    const failed: { index: number; ran: Ran }[] = [];
    const work = async (): Promise<void> => {
      // What was begun before the first failure is waited for: how many run at a time does not decide which is first.
      while (next < trials.length && failed.length === 0 && !this.#threads.isStopped) {
        const index = next++;
        const ran = await this.#run(trials[index]!);
        if (ran === null) return;
        this.#done = Math.max(this.#done, index + 1);
        if (ran.failure !== null && !this.#isKnown(ran.failure.signature)) failed.push({ index, ran });
        this.#tell(this.progress);
      }
    };
    await Promise.all(Array.from({ length: this.#order.jobs }, work));
    return failed.toSorted((a, b) => a.index - b.index);
  }
  #isKnown(signature: string): boolean {
    return this.#findings.some(({ failure }) => failure.signature === signature);
  }

  /** A trial fails: make it small, run it again, and note what led to the failure; who stops that keeps it as it is by then. */
  async #found(trial: Trial, { failure }: Ran): Promise<void> {
    const { signature } = failure!;
    this.#isShrinking = true;
    this.#tell(this.progress);
    const written = (one: Trial): string => JSON.stringify(writtenTrial(one));
    const known = new Map([[written(trial), failure!]]);
    const fails = async (smaller: Trial): Promise<boolean> => {
      const ran = await this.#run(smaller);
      this.#tell(this.progress);
      if (ran?.failure?.signature !== signature) return false;
      known.set(written(smaller), ran.failure);
      return true;
    };
    const small = await shrink(trial, seedsOf(this.#order.seeds), fails);
    // Of the seeds that were still to be tried nothing is known.
    const seeds = this.#threads.isStopped ? { failing: 1, tried: 1 } : small.seeds;
    const again = await this.#threads.run(small.trial, true);
    this.#isShrinking = false;
    const seen = again?.failure ?? known.get(written(small.trial)) ?? failure!;
    const finding: Finding = {
      repetition: repetitionOf(again, signature),
      failure: seen,
      trial: writtenTrial(small.trial),
      found: writtenTrial(trial),
      seeds,
      story: storyLines(again?.told?.story ?? [], seen),
    };
    this.#findings.push(finding);
    if (finding.repetition === 'recorded')
      this.#recordings.set(finding, recordFailure(this.#order.subject, finding, again!.told!.facts));
    this.#tell(this.progress);
  }
}

/** @param again what came of it when it ran once more; null: it was stopped */
function repetitionOf(again: Ran | null, signature: string): Repetition {
  if (again === null) return 'stopped';
  // What depends on something outside the world is said so.
  if (again.failure?.signature !== signature) return 'other';
  return again.told === null ? 'unrecorded' : 'recorded';
}
