/** Runs trials, each in a thread of its own: programs change what is global in a thread. */
import { Worker } from 'node:worker_threads';
import { topLevelFailureText } from '../cli/failure.ts';
import { MACHINE_FLAGS, machineLimits } from '../worker/thread.ts';
import type { FromTrial, ToldRun, TrialOrder } from './runTrial.ts';
import type { Failure, Sleepers, Subject, Survey, Trial } from './trial.ts';

/** The host's time that a run may take: after it the program computes without end. */
const HOST_LIMIT_S = 60;

/** A run that could not begin: the subject is wrong, and every other run would be, too. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}

export interface Ran {
  failure: Failure | null;
  /** null: the world itself could not tell of its end, and so of nothing. */
  survey: Survey | null;
  /** Where it was asked for, and the run could say it. */
  told: ToldRun | null;
}

export class Threads {
  readonly #subject: Subject;
  readonly #jobs: number;
  readonly #alive = new Set<Worker>();
  /** Runs that wait for a thread. */
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #isStopped = false;
  /** The names of processes that may sleep for ever; null: each server and idle client may. */
  sleepers: Sleepers | null = null;
  /** Runs that were begun. */
  count = 0;

  /** @param jobs how many run at a time */
  constructor(subject: Subject, jobs: number) {
    this.#subject = subject;
    this.#jobs = jobs;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }
  /** End all runs; what they were to say is not waited for. */
  stop(): void {
    this.#isStopped = true;
    for (const worker of this.#alive) void worker.terminate();
    for (const begin of this.#waiting.splice(0)) begin();
  }

  /** @returns null when it was stopped @throws RefusedError */
  async run(trial: Trial, isTold = false): Promise<Ran | null> {
    if (this.#busy >= this.#jobs) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#isStopped) return null;
    this.#busy++;
    try {
      return await this.#run(trial, isTold);
    } finally {
      this.#busy--;
      this.#waiting.shift()?.();
    }
  }
  #run(trial: Trial, isTold: boolean): Promise<Ran | null> {
    this.count++;
    const order: TrialOrder = { subject: this.#subject, trial, sleepers: this.sleepers, isTold };
    const worker = new Worker(new URL('../../explore-run.js', import.meta.url), {
      workerData: order,
      execArgv: [...MACHINE_FLAGS],
      resourceLimits: machineLimits(),
      stdout: true,
      stderr: true,
    });
    this.#alive.add(worker);
    return new Promise((resolve, reject) => {
      let answer: Ran | null = null;
      const failed = (failure: Pick<Failure, 'kind' | 'text' | 'signature'>): void => {
        answer ??= outsideOfRun({ ...failure, process: '', event: 0, timeNs: 0 });
      };
      const watch = setTimeout(() => {
        const text = `computes for more than ${HOST_LIMIT_S} s without an end`;
        failed({ kind: 'endless', text, signature: 'endless||host' });
        void worker.terminate();
      }, HOST_LIMIT_S * 1000);
      worker.on('message', (message: FromTrial) => {
        if (message.type === 'refused') reject(new RefusedError(message.message));
        else answer = { ...message.result, told: message.told };
      });
      worker.on('error', (error) => {
        const text = topLevelFailureText(error, this.#subject.programs[0]!.file);
        failed({ kind: 'uncaught', text, signature: `uncaught||${error.name}: ${error.message}` });
      });
      worker.on('exit', (code) => {
        clearTimeout(watch);
        this.#alive.delete(worker);
        if (!this.#isStopped)
          failed({
            kind: 'exit',
            text: `the program ended its thread with exit code ${code}`,
            signature: 'exit||thread',
          });
        // What it had said before it was stopped is so.
        resolve(answer);
      });
    });
  }
}

/** A failure of which the world itself could not tell. */
function outsideOfRun(failure: Failure): Ran {
  return { failure, survey: null, told: null };
}
