// What of a lesson was done, from what happens in its sessions: plain facts, without VS Code.
import type { Message } from '../../language/message.ts';
import type { Answer, Lesson } from './lesson.ts';
import { matches, type Stop } from './stop.ts';

export const QUESTION = 'question';

/** The context key that tells VS Code that a step was done. */
export const contextKey = (lesson: Lesson, step: string): string => `sockscope.did.${lesson.id}.${step}`;

/** The verdict on an answer. */
export interface Verdict {
  right: boolean;
  say: Message;
}

/** Follows one lesson. Each method returns the steps that were done by what it is told. */
export class Progress {
  readonly lesson: Lesson;
  /** The step that the present run has reached, by its place in the lesson. */
  #reached = -1;
  #stop: Stop | undefined;
  #asks = false;

  constructor(lesson: Lesson) {
    this.lesson = lesson;
  }

  /** Whether the question waits for an answer. */
  get asks(): boolean {
    return this.#asks;
  }

  opened(): string[] {
    return this.#doneBy((done) => 'opened' in done);
  }

  /** A run begins: what the one before had reached counts no more. */
  started(): void {
    this.#reached = -1;
    this.#stop = undefined;
  }

  stopped(stop: Stop): string[] {
    this.#stop = stop;
    const ids = this.#doneBy((done) => 'stop' in done && matches(stop, done.stop));
    for (const id of ids) this.#reached = Math.max(this.#reached, this.#place(id));
    return ids;
  }

  continued(): void {
    this.#stop = undefined;
  }

  /** The run has come to its end by itself. */
  ended(): string[] {
    this.#stop = undefined;
    this.#reached = this.lesson.steps.length;
    return this.#doneBy((done) => 'ended' in done);
  }

  /** Whether the machine stands where this step leads. */
  isAt(id: string): boolean {
    const done = this.lesson.steps.find((step) => step.id === id)?.done;
    return this.#stop !== undefined && done !== undefined && 'stop' in done && matches(this.#stop, done.stop);
  }

  /** Whether the run has passed where this step leads, so that it takes another run to get there. */
  hasPassed(id: string): boolean {
    return this.#place(id) <= this.#reached && !this.isAt(id);
  }

  /** From now on a stop at a breakpoint is an answer. */
  ask(): void {
    this.#asks = true;
  }

  /** What to say of a stop, if it is an answer. A right one ends the question. */
  judge(stop: Stop): Verdict | undefined {
    // The stop on entry comes with the question; a step is on its way to an answer.
    if (!this.#asks || stop.reason === 'entry' || stop.reason === 'step' || stop.reason === 'pause')
      return undefined;
    const { answers, otherwise } = this.lesson.question;
    const answer: Answer | undefined = answers.find((one) => matches(stop, one.stop));
    if (answer?.right === true) this.#asks = false;
    return { right: answer?.right ?? false, say: answer?.say ?? otherwise };
  }

  #place(id: string): number {
    return this.lesson.steps.findIndex((step) => step.id === id);
  }

  #doneBy(matching: (done: Lesson['steps'][number]['done']) => boolean): string[] {
    return this.lesson.steps.filter(({ done }) => matching(done)).map(({ id }) => id);
  }
}
