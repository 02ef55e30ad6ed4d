/** Checks at each breakpoint hit: hit counts and log points, without leaving the machine's thread. */
import { UserError } from '../../language/userError.ts';
import type { Scope } from './agent.ts';
import type { Moments } from './moments.ts';
import type { PauseWish } from './pauseWish.ts';

/** Whether a breakpoint stops at its `count`th hit. */
export type HitTest = (count: number) => boolean;

/** The least number that a hit can reach, by operator: hits count from 1. */
const LEAST_REACHED = { '=': 1, '>': 0, '>=': 0, '<': 2, '<=': 1, '%': 1 } as const;
type Operator = keyof typeof LEAST_REACHED;

/** `5`, `>= 3`, `% 2`. @throws an error that tells what is valid */
export function parseHitCondition(text: string): HitTest {
  const match = /^\s*(==?=?|>=?|<=?|%)?\s*(\d+)\s*$/.exec(text);
  const number = Number(match?.[2]);
  const operator = (match?.[1]?.replace(/^=+$/, '=') ?? '=') as Operator;
  if (!match || (operator === '%' && number === 0)) {
    throw new UserError('The hit count "{0}" is not understood. Write for example 5, >= 3 or % 2.', text);
  }
  if (number < LEAST_REACHED[operator])
    throw new UserError('The hit count "{0}" is never reached: the first hit is number 1.', text.trim());
  switch (operator) {
    case '>':
      return (count) => count > number;
    case '>=':
      return (count) => count >= number;
    case '<':
      return (count) => count < number;
    case '<=':
      return (count) => count <= number;
    case '%':
      return (count) => count % number === 0;
    default:
      return (count) => count === number;
  }
}

export interface BreakpointRule {
  hitCondition?: string | undefined;
  /** It stops nowhere: its stops are noted as passed by. */
  isPassed?: boolean;
}
/** Shows the user a message; `isError` highlights it. */
export type Tell = (text: string, isError: boolean) => void;

export class BreakpointRules {
  readonly #tell: Tell;
  readonly #show: (value: unknown) => string;
  readonly #counts = new Map<number, number>();
  readonly #tests = new Map<number, HitTest>();
  readonly #passed = new Set<number>();
  readonly #complained = new Set<number>();
  readonly #evaluated: Int32Array;
  readonly #wish: PauseWish;
  readonly #moments: Moments;
  readonly #scope: Pick<Scope, 'enter' | 'leave'>;
  /** The names that expressions know are open for one. */
  #isEntered = false;

  /**
   * @param evaluated shared with the adapter: the id of the breakpoint whose expressions are being evaluated,
   *   and how many evaluations have begun
   * @param scope the names that expressions know
   */
  constructor(
    tell: Tell,
    show: (value: unknown) => string,
    evaluated: Int32Array,
    wish: PauseWish,
    moments: Moments,
    scope: Pick<Scope, 'enter' | 'leave'>,
  ) {
    this.#scope = scope;
    this.#moments = moments;
    this.#wish = wish;
    this.#evaluated = evaluated;
    this.#tell = tell;
    this.#show = show;
  }

  /** @param isRunning settles() will tell when V8 has set it */
  define(id: number, rule: BreakpointRule, isRunning = false): void {
    this.#counts.set(id, 0);
    if (isRunning) this.#moments.breakpointComes(id);
    else this.#moments.breakpointSet(id);
    this.#complained.delete(id);
    if (rule.isPassed === true) this.#passed.add(id);
    else this.#passed.delete(id);
    if (rule.hitCondition === undefined) this.#tests.delete(id);
    else this.#tests.set(id, parseHitCondition(rule.hitCondition));
  }
  /** V8 has set a breakpoint while the machine ran: it is in force from the next event on. */
  settles(id: number): void {
    this.#moments.breakpointSettles(id);
  }
  forget(id: number): void {
    this.#counts.delete(id);
    this.#tests.delete(id);
    this.#passed.delete(id);
  }

  /** The condition of a breakpoint without expressions: whether it stops at this hit. */
  reached(id: number, place: number): boolean {
    return (this.#moments.breakpointReached(id, place) && this.#stops(id)) || this.pauses(id);
  }

  /** The evaluation of a breakpoint's expressions begins. @returns whether it may stop here */
  enter(id: number, place: number): boolean {
    this.#begin(id);
    this.#isEntered = true;
    this.#scope.enter();
    return this.#moments.breakpointReached(id, place);
  }
  /** Its condition has a value, with which the evaluation is over: whether it stops at this hit. */
  decides(id: number, condition: unknown): boolean {
    this.#leave();
    return (Boolean(condition) && this.#stops(id)) || this.pauses(id);
  }
  /** It does not stop at this hit: whether it pauses there. */
  passesBy(id: number): boolean {
    this.#leave();
    return this.pauses(id);
  }
  /** A hit of a log point, which never stops: whether it pauses there. */
  logs(id: number, parts: readonly string[], values: readonly unknown[]): boolean {
    const shown = values.map((value) => (typeof value === 'string' ? value : this.#show(value)));
    this.#tell(parts.map((part, index) => part + (shown[index] ?? '')).join(''), false);
    return this.passesBy(id);
  }
  /** Its expressions could not be evaluated: whether it pauses there. */
  failed(id: number, error: unknown): boolean {
    this.#fails(id, error);
    return this.passesBy(id);
  }
  #begin(id: number): void {
    Atomics.add(this.#evaluated, 1, 1);
    Atomics.store(this.#evaluated, 0, id);
  }
  #leave(): void {
    Atomics.store(this.#evaluated, 0, 0);
    if (this.#isEntered) this.#scope.leave();
    this.#isEntered = false;
  }

  /** Evaluate what a breakpoint asks for that has no place in the code. @returns undefined: it could not be */
  evaluates<T>(id: number, evaluate: () => T): T | undefined {
    this.#begin(id);
    try {
      return evaluate();
    } catch (error) {
      this.#fails(id, error);
      return undefined;
    } finally {
      Atomics.store(this.#evaluated, 0, 0);
    }
  }

  /** A breakpoint's condition is true: whether this hit stops. */
  hit(id: number): boolean {
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    return this.#tests.get(id)?.(count) ?? true;
  }

  #stops(id: number): boolean {
    return this.hit(id) && (!this.#passed.has(id) || this.#moments.passes(id));
  }
  /** It does not stop at this hit. @returns whether it does because a pause is wanted, or there are too many hits */
  pauses(id: number): boolean {
    return this.#moments.tires() || this.#wish.fulfil(id);
  }
  #fails(id: number, error: unknown): void {
    this.#complain(id, `breakpoint: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** Report only once per breakpoint: it may be hit a million times. */
  #complain(id: number, text: string): void {
    if (this.#complained.has(id)) return;
    this.#complained.add(id);
    this.#tell(text, true);
  }
}
