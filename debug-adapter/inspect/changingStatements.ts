/**
 * Which statement has changed watched bytes: they are compared at each arrival at the places of a function. The place before
 * one at which they are others is that of the statement.
 */
import { say, type Translate } from '../../language/message.ts';
import type { DataBreakpoints } from './dataBreakpoints.ts';
import type { Moments } from './moments.ts';

/** An arrival at one of the places. */
interface Noted {
  /** Its number. */
  place: number;
  event: number;
  /** Arrivals at it since the event, this one included. */
  arrival: number;
  /** How many stops were passed by before. */
  passed: number;
}
/** A change of the bytes of a field. */
export interface StatementChange extends Noted {
  field: number;
  /** In the user's language. */
  sentence: string;
}

export class ChangingStatements {
  readonly #data: DataBreakpoints;
  readonly #t: Translate;
  readonly #moments: Moments;
  #fields: readonly number[] = [];
  #bytes: readonly string[] = [];
  #last: Noted | undefined;
  #change: StatementChange | undefined;

  constructor(data: DataBreakpoints, moments: Moments, t: Translate) {
    this.#t = t;
    this.#data = data;
    this.#moments = moments;
  }

  begin(fields: readonly number[]): void {
    this.#fields = fields;
    this.#bytes = this.#data.bytesOf(fields);
  }
  /** The condition of a breakpoint at one of the places: it never pauses. */
  note(place: number): false {
    this.#compare();
    const arrival = this.#moments.count(place);
    this.#last = { place, event: this.#moments.event, arrival, passed: this.#moments.passedBy };
    return false;
  }
  /** The last change of those bytes, up to here. */
  take(): StatementChange | null {
    this.#compare();
    return this.#change ?? null;
  }
  #compare(): void {
    const old = this.#bytes;
    this.#bytes = this.#data.bytesOf(this.#fields);
    const index = this.#bytes.findIndex((bytes, at) => bytes !== old[at] && old[at] !== '');
    if (index < 0) return;
    const field = this.#fields[index]!;
    const sentence = say(this.#t, this.#data.statementText(field, old[index]!, this.#bytes[index]!));
    this.#change = this.#last && { ...this.#last, field, sentence };
  }
}
