/** The fields that the user was offered for data breakpoints, and at which moment. */
import type { DataField } from '../inspect/dataBreakpoints.ts';
import type { Moment } from './moment.ts';

export interface OfferedField extends DataField {
  /** When its path was right; undefined: nothing leads there again. */
  moment: Moment | undefined;
  /** It was looked for where the machine stood: no path leads there. */
  isPlaceless?: boolean;
  /** An expression for the owner then, in the frame that has so many of V8's below it. */
  named?: { expression: string; below: number | undefined };
}

/** What fields are needed for, by their numbers; not all of them need be known. */
export interface FieldNeeds {
  /** They stop the machine. */
  stopping: readonly number[];
  /** Their owners do, or moments are told by them. */
  known: readonly number[];
}

export class DataFields {
  #next = 1;
  readonly #offered = new Map<number, OfferedField>();
  readonly #needs: () => FieldNeeds;

  constructor(needs: () => FieldNeeds) {
    this.#needs = needs;
  }

  /** Up to here all numbers are those of a recording's fields. */
  skip(number: number): void {
    this.#next = Math.max(this.#next, number + 1);
  }
  /** A number for the next one, which nobody else is given. */
  take(): number {
    return this.#next++;
  }
  /** @returns it, as it is kept: its number is DAP's id for it */
  add(field: OfferedField): OfferedField {
    const known = this.#offered.get(field.number);
    // What was changed where it was accessed comes after the moment at which it was first offered, and may come before this one.
    if (!this.#needed().has(field.number) || known?.moment === undefined)
      this.#offered.set(field.number, field);
    return this.#offered.get(field.number)!;
  }
  /** Undefined: there is none of this id. */
  byId(dataId: string): OfferedField | undefined {
    return /^\d+$/.test(dataId) ? this.#offered.get(Number(dataId)) : undefined;
  }
  byNumber(number: number): OfferedField | undefined {
    return this.#offered.get(number);
  }
  text(number: number): string {
    return this.#offered.get(number)?.text ?? '';
  }
  /** Those that somebody needs now: whoever repeats the run knows them. */
  get used(): OfferedField[] {
    return [...this.#needed()].flatMap((number) => this.#offered.get(number) ?? []);
  }
  #needed(): Set<number> {
    const { stopping, known } = this.#needs();
    return new Set([...stopping, ...known]);
  }
  /** The numbers of those that stop the machine now. */
  get stopping(): readonly number[] {
    return this.#needs().stopping;
  }
  /** Only these are left. */
  keep(numbers: readonly number[]): void {
    for (const number of [...this.#offered.keys()])
      if (!numbers.includes(number)) this.#offered.delete(number);
  }
  /** All machines have ended. */
  clear(): void {
    this.#offered.clear();
  }
}
