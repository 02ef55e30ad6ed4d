/**
 * Watches how long a breakpoint's expressions take. V8 accepts no interrupt while it evaluates them, so one
 * without end holds the machine's thread, and the thread cannot even be terminated.
 */
import { message, type Message } from '../../language/message.ts';
import type { SourcePlace } from '../../stack/user/program_error.ts';
import type { BreakpointWish } from './breakpoints.ts';

/** Expressions that take longer end the machine. */
const CONDITION_MS = 2000;
const POLL_MS = 200;
const SHOWN_EXPRESSION = 100;

/** What a breakpoint evaluates, and how the user knows the breakpoint. */
interface Rule {
  /** `the condition of the breakpoint at client.ts:12`. */
  title: Message;
  expression: string;
  place: SourcePlace | undefined;
}

export class ConditionWatch {
  /**
   * Shared with the machine's thread: the id of the breakpoint whose expressions it evaluates (0: none), and
   * how many evaluations have begun.
   */
  readonly shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  readonly #rules = new Map<number, Rule>();
  readonly #timer: NodeJS.Timeout;
  /** The evaluation that was seen last, and how often: a process that was suspended has looked once. */
  #begun = 0;
  #looks = 0;

  /** @param onEndless called once, with a message for the user */
  constructor(onEndless: (message: Message, place: SourcePlace | undefined) => void) {
    this.#timer = setInterval(() => {
      const endless = this.#look();
      if (endless === undefined) return;
      this.stop();
      const { title, expression, place } = endless;
      onEndless(
        message(
          '{0} has taken longer than {1} s, and cannot be interrupted: {2}',
          title,
          CONDITION_MS / 1000,
          expression,
        ),
        place,
      );
    }, POLL_MS).unref();
  }
  /** @returns the rule whose evaluation takes too long */
  #look(): Rule | undefined {
    const begun = Atomics.load(this.shared, 1);
    const rule = this.#current;
    this.#looks = begun === this.#begun && rule !== undefined ? this.#looks + 1 : 0;
    this.#begun = begun;
    return this.#looks * POLL_MS >= CONDITION_MS ? rule : undefined;
  }
  get #current(): Rule | undefined {
    return this.#rules.get(Atomics.load(this.shared, 0));
  }

  /** The expressions that V8 evaluates now; undefined: none. */
  get expression(): string | undefined {
    return this.#current?.expression;
  }
  /** @param at how the user knows the breakpoint's place */
  expect(
    id: number,
    { condition = '', logMessage = '' }: BreakpointWish,
    at: string,
    place?: SourcePlace,
  ): void {
    if (condition.trim() === '' && logMessage === '') return;
    const shown = [condition.trim(), logMessage].filter((text) => text !== '').join(', ');
    this.#rules.set(id, {
      title: titleOf(condition.trim() !== '', logMessage !== '', at),
      expression: shown.length > SHOWN_EXPRESSION ? `${shown.slice(0, SHOWN_EXPRESSION)}…` : shown,
      place,
    });
  }
  forget(id: number): void {
    this.#rules.delete(id);
  }
  stop(): void {
    clearInterval(this.#timer);
  }
}

function titleOf(hasCondition: boolean, hasLog: boolean, at: string): Message {
  if (hasCondition && hasLog) return message('the condition and log message of the breakpoint at {0}', at);
  if (hasLog) return message('the log message of the breakpoint at {0}', at);
  return message('the condition of the breakpoint at {0}', at);
}
