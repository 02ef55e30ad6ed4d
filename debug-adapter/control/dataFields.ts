/** The fields that the user was offered for data breakpoints, and at which moment. */
import type { DataField } from '../inspect/dataBreakpoints.ts';
import type { Moment } from './moment.ts';

export interface OfferedField extends DataField {
  /** When its path was right; undefined: nothing leads there again. */
  moment: Moment | undefined;
  /** An expression for the owner then, in the frame that has so many of V8's below it. */
  named?: { expression: string; below: number | undefined };
}

export class DataFields {
  #next = 1;
  readonly #offered = new Map<number, OfferedField>();
  readonly #used = new Set<number>();

  /** A number for the next one, which nobody else is given. */
  take(): number {
    return this.#next++;
  }
  /** @returns it, as it is kept: its number is DAP's id for it */
  add(field: OfferedField): OfferedField {
    const known = this.#offered.get(field.number);
    // What was changed where it was accessed comes after the moment at which it was first offered, and may come before this one.
    if (!this.#used.has(field.number) || known?.moment === undefined) this.#offered.set(field.number, field);
    return this.#offered.get(field.number)!;
  }
  /** Undefined: there is none of this id. */
  byId(dataId: string): OfferedField | undefined {
    return /^\d+$/.test(dataId) ? this.#offered.get(Number(dataId)) : undefined;
  }
  /** A breakpoint is set on it: whoever repeats the run watches it. */
  use({ number }: OfferedField): void {
    this.#used.add(number);
  }
  text(number: number): string {
    return this.#offered.get(number)?.text ?? '';
  }
  get used(): OfferedField[] {
    return [...this.#used].map((number) => this.#offered.get(number)!);
  }
  /** Only these are left. */
  keep(numbers: readonly number[]): void {
    for (const number of [...this.#offered.keys()])
      if (!numbers.includes(number)) {
        this.#offered.delete(number);
        this.#used.delete(number);
      }
  }
  /** All machines have ended. */
  clear(): void {
    this.#offered.clear();
    this.#used.clear();
  }
}
