/**
 * The packets that match a filter, updated as packets are added and let go; each is tested once. An answer tests
 * only for a limited time, so that a large capture takes several answers and blocks none of them.
 */
import { message } from '../../language/message.ts';
import { compileFilter, FilterError, parseFilter, type CompiledFilter } from './filter/filter.ts';
import { TimeLimit, TookTooLong } from './filter/run/timeLimit.ts';
import type { KeptPackets } from './kept/keptPackets.ts';
import { indexIn } from './list/rowList.ts';

/** Milliseconds that a portion of packets may take, and its size. */
const LIMIT = 1000;
const PORTION = 64;
/** Milliseconds that one answer spends on testing packets. */
const FILTER_TIME = 100;

export class FilteredList {
  readonly text: string;
  private readonly filter: CompiledFilter;
  private readonly limit: TimeLimit | null;
  /** Rows. */
  private found: number[] = [];
  /** The next row to be tested. */
  private next = 0;
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

  at(index: number): number {
    return this.found[index]!;
  }

  rows(): readonly number[] {
    return this.found;
  }

  /** Position of a row, or -1 if it does not match. */
  indexOf(row: number): number {
    return indexIn(this.found, row);
  }

  /**
   * Test the new packets, and forget those that were let go.
   *
   * @returns how many of how many are tested, if the time was too short for all of them
   * @throws FilterError if a regular expression takes too long on one of them
   */
  update(packets: KeptPackets, milliseconds = FILTER_TIME): { done: number; of: number } | null {
    if (this.failure) throw this.failure;
    const { first, end, count } = packets;
    const gone = this.found.findIndex((row) => row >= first);
    if (gone !== 0) this.found = gone < 0 ? [] : this.found.slice(gone);
    const deadline = performance.now() + milliseconds;
    const begin = Math.max(this.next, first);
    for (let row = begin; row < end; row += PORTION) {
      // Each answer gets on.
      if (row > begin && performance.now() > deadline) return { done: row - first, of: count };
      this.testPortion(packets, row, Math.min(row + PORTION, end));
    }
    return null;
  }

  /** Most packets are judged by what they have, and not decoded. */
  private matches(packets: KeptPackets, row: number): boolean {
    const { filter } = this;
    const shape = packets.shape(row);
    const known = shape ? filter.quick.matches(shape, () => packets.entry(row)) : null;
    return known ?? filter.matches(packets.packet(row));
  }

  private testPortion(packets: KeptPackets, from: number, to: number): void {
    const test = () => {
      for (this.next = from; this.next < to; this.next++)
        if (this.matches(packets, this.next)) this.found.push(this.next);
    };
    if (!this.limit) return test();
    try {
      this.limit.run(test);
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      this.failure = new FilterError(
        message(
          'a regular expression takes too long on packet {0}; make it simpler, without a repetition inside a repetition',
          packets.number(this.next),
        ),
        0,
        this.text.length,
      );
      throw this.failure;
    }
  }
}
