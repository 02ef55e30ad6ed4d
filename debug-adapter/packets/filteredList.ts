/** The packets that match a filter, updated as packets are added and discarded; each is tested once. */
import { dissectPacket } from './dissectors/all.ts';
import { compileFilter, FilterError, parseFilter, type CompiledFilter } from './filter/filter.ts';
import { TimeLimit, TookTooLong } from './filter/run/timeLimit.ts';
import type { Entry } from './packetStore.ts';

/** Milliseconds that a portion of packets may take, and its size. */
const LIMIT = 1000;
const PORTION = 64;

export class FilteredList {
  readonly text: string;
  private readonly filter: CompiledFilter;
  private readonly limit: TimeLimit | null;
  private found: Entry[] = [];
  /** Number of the last packet tested. */
  private seen = 0;
  /** Set once a packet took too long. */
  private failure: FilterError | null = null;

  /** @throws FilterError if the filter is invalid */
  constructor(text: string) {
    this.text = text;
    this.filter = compileFilter(parseFilter(text));
    this.limit = this.filter.mayTakeLong ? new TimeLimit(LIMIT) : null;
  }

  /** True if the filter tests the fate of packets, which may change. */
  get dependsOnFate(): boolean {
    return this.filter.dependsOnFate;
  }

  get length(): number {
    return this.found.length;
  }

  at(index: number): Entry {
    return this.found[index]!;
  }

  numbers(): number[] {
    return this.found.map(({ frame }) => frame.number);
  }

  /** Position of a packet, or -1 if it does not match. */
  indexOf(number: number): number {
    let [low, high] = [0, this.found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.found[middle]!.frame.number < number) low = middle + 1;
      else high = middle;
    }
    return this.found[low]?.frame.number === number ? low : -1;
  }

  /**
   * Test the new entries, and forget those before `first`.
   *
   * @throws FilterError if a regular expression takes too long on one of them
   */
  update(entries: readonly Entry[], first: number): void {
    if (this.failure) throw this.failure;
    const oldest = entries[first]?.frame.number ?? Infinity;
    const gone = this.found.findIndex(({ frame }) => frame.number >= oldest);
    if (gone !== 0) this.found = gone < 0 ? [] : this.found.slice(gone);
    let at = entries.length;
    while (at > first && entries[at - 1]!.frame.number > this.seen) at--;
    for (; at < entries.length; at += PORTION)
      this.testPortion(entries, at, Math.min(at + PORTION, entries.length));
  }

  private testPortion(entries: readonly Entry[], from: number, to: number): void {
    const test = () => {
      for (let at = from; at < to; at++) {
        const entry = entries[at]!;
        if (this.filter.matches(dissectPacket(entry.frame, entry.context))) this.found.push(entry);
        this.seen = entry.frame.number;
      }
    };
    if (!this.limit) return test();
    try {
      this.limit.run(test);
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      const slow = entries.find(({ frame }) => frame.number > this.seen)!;
      this.failure = new FilterError(
        `a regular expression takes too long on packet ${slow.frame.number}; make it simpler, without a repetition inside a repetition`,
        0,
        this.text.length,
      );
      throw this.failure;
    }
  }
}
