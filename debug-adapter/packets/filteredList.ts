/**
 * The packets that match a filter, updated as packets are added and discarded; each is tested once. An answer tests
 * only for a limited time, so that a large capture takes several answers and blocks none of them.
 */
import { message } from '../../language/message.ts';
import { dissectPacket } from './dissectors/all.ts';
import { compileFilter, FilterError, parseFilter, type CompiledFilter } from './filter/filter.ts';
import { TimeLimit, TookTooLong } from './filter/run/timeLimit.ts';
import type { Entry } from './packetStore.ts';

/** Milliseconds that a portion of packets may take, and its size. */
const LIMIT = 1000;
const PORTION = 64;
/** Milliseconds that one answer spends on testing packets. */
const FILTER_TIME = 100;

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

  /** Whether the filter may read one of these fields. */
  reads(names: readonly string[]): boolean {
    const { fields } = this.filter;
    return fields === null || [...fields].some(({ name }) => names.includes(name));
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
   * @returns how many of how many are tested, if the time was too short for all of them
   * @throws FilterError if a regular expression takes too long on one of them
   */
  update(
    entries: readonly Entry[],
    first: number,
    milliseconds = FILTER_TIME,
  ): { done: number; of: number } | null {
    if (this.failure) throw this.failure;
    const oldest = entries[first]?.frame.number ?? Infinity;
    const gone = this.found.findIndex(({ frame }) => frame.number >= oldest);
    if (gone !== 0) this.found = gone < 0 ? [] : this.found.slice(gone);
    const deadline = performance.now() + milliseconds;
    const begin = this.firstUntested(entries, first);
    for (let at = begin; at < entries.length; at += PORTION) {
      // Each answer gets on.
      if (at > begin && performance.now() > deadline) return { done: at - first, of: entries.length - first };
      this.testPortion(entries, at, Math.min(at + PORTION, entries.length));
    }
    return null;
  }

  private firstUntested(entries: readonly Entry[], first: number): number {
    let [low, high] = [first, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle]!.frame.number > this.seen) high = middle;
      else low = middle + 1;
    }
    return low;
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
        message(
          'a regular expression takes too long on packet {0}; make it simpler, without a repetition inside a repetition',
          slow.frame.number,
        ),
        0,
        this.text.length,
      );
      throw this.failure;
    }
  }
}
