/**
 * Which statement has changed watched bytes: they are compared at each arrival at the places of all functions that run
 * meanwhile. The place before one at which they are others is that of the statement.
 */
import { say, type Translate } from '../../language/message.ts';
import type { PausePlace } from '../control/moment.ts';
import type { DataBreakpoints } from './dataBreakpoints.ts';
import type { Moments } from './moments.ts';
import { callSites } from './values/callSites.ts';

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
  #places: readonly PausePlace[] = [];
  /** The number of the first place. */
  #first = 0;
  /** The last arrival at each. */
  readonly #arrived = new Map<PausePlace, Noted>();
  #fields: readonly number[] = [];
  #bytes: readonly string[] = [];
  #last: Noted | undefined;
  #change: StatementChange | undefined;

  constructor(data: DataBreakpoints, moments: Moments, t: Translate) {
    this.#t = t;
    this.#data = data;
    this.#moments = moments;
  }

  begin(fields: readonly number[], places: readonly PausePlace[], first: number): void {
    this.#fields = fields;
    this.#places = places;
    this.#first = first;
    this.#bytes = this.#data.bytesOf(fields);
  }
  /** The condition of a breakpoint at one of the places: it never pauses. */
  note(number: number): false {
    this.#compare();
    const place = this.#places[number - this.#first]!;
    const { event, passedBy: passed } = this.#moments;
    const noted = { place: number, event, arrival: this.#moments.count(number), passed };
    this.#arrived.delete(place);
    this.#arrived.set(place, noted);
    this.#last = place.returns ? this.#callerOf(place) : noted;
    return false;
  }
  /** The statement that goes on when the function returns. */
  #callerOf(place: PausePlace): Noted | undefined {
    const calls = callSites();
    const top = calls.findIndex((call) => call.getScriptNameOrSourceURL() === place.url);
    const caller = calls[top + 1];
    const url = caller?.getScriptNameOrSourceURL();
    const [line, column] = [(caller?.getLineNumber() ?? 0) - 1, (caller?.getColumnNumber() ?? 0) - 1];
    const those = [...this.#arrived].filter(([one]) => one.url === url && one.line === line && !one.returns);
    const [, noted] = those.findLast(([one]) => one.column === column) ?? those.at(-1) ?? [];
    return noted;
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
