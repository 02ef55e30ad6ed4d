/**
 * The packets that match a filter, updated as packets are added, change and are let go; each is tested once, and again
 * when it has changed. An answer tests only for a limited time, so that a large capture takes several answers and blocks
 * none of them.
 */
import { message } from '../../language/message.ts';
import { compileFilter, FilterError, parseFilter, type CompiledFilter } from './filter/filter.ts';
import { TimeLimit, TookTooLong } from './filter/run/timeLimit.ts';
import type { KeptPackets } from './kept/keptPackets.ts';
import { firstFrom, indexIn } from './list/rowList.ts';

/** Milliseconds that a portion of packets may take, and its size. */
const LIMIT = 1000;
const PORTION = 64;
/** Milliseconds that one answer spends on testing packets, and the first one, which shows that the filter is there. */
const FILTER_TIME = 100;
const FIRST_FILTER_TIME = 30;

export class FilteredList {
  readonly text: string;
  private readonly filter: CompiledFilter;
  private readonly limit: TimeLimit | null;
  /** Rows. */
  private found: number[] = [];
  /** The next row to be tested. */
  private next = 0;
  /** Rows of packets that were tested and have changed. */
  private outdated = new Set<number>();
  /** Streams of TCP that have changed, and behind which row each of their packets is still to be tested. */
  private readonly streams = new Map<number, number>();
  /** Counts how often packets that were tested came in or fell out. */
  private changes = 0;
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

  /** Is another one when packets are in the list, or are not, that were judged otherwise before. */
  get revision(): number {
    return this.changes;
  }

  /** A packet may match now that did not before, or the other way round. */
  changed(row: number): void {
    if (row < this.next) this.outdated.add(row);
  }

  /** The same, of all packets of a stream of TCP. */
  streamChanged(stream: number): void {
    this.streams.set(stream, this.next);
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
   * Test the packets that are new or have changed, and forget those that were let go.
   *
   * @returns how many of how many are tested, if the time was too short for all of them
   * @throws FilterError if a regular expression takes too long on one of them
   */
  update(packets: KeptPackets, milliseconds = this.answerTime): { done: number; of: number } | null {
    if (this.failure) throw this.failure;
    const { first, end, count } = packets;
    const gone = this.found.findIndex((row) => row >= first);
    if (gone !== 0) this.found = gone < 0 ? [] : this.found.slice(gone);
    this.next = Math.max(this.next, first);
    const deadline = performance.now() + milliseconds;
    // Each answer gets on.
    for (let isFirst = true; ; isFirst = false) {
      const isNew = this.next < end;
      const rows = isNew ? [] : this.takeOutdated(packets);
      if (!isNew && rows.length === 0) return null;
      if (!isFirst && performance.now() > deadline) {
        for (const row of rows) this.outdated.add(row);
        return { done: this.next - first - this.outdated.size, of: count };
      }
      if (isNew) this.testNew(packets, Math.min(this.next + PORTION, end));
      else this.testAgain(packets, rows);
    }
  }

  private get answerTime(): number {
    return this.next === 0 ? FIRST_FILTER_TIME : FILTER_TIME;
  }

  /** Some of the packets that are to be tested again. */
  private takeOutdated(packets: KeptPackets): number[] {
    if (this.streams.size > 0) for (const row of packets.rowsOf(this.streams)) this.outdated.add(row);
    this.streams.clear();
    const rows: number[] = [];
    for (const row of this.outdated) {
      this.outdated.delete(row);
      if (row >= packets.first && rows.push(row) === PORTION) break;
    }
    return rows;
  }

  /** Most packets are judged by what they have, and not decoded. */
  private matches(packets: KeptPackets, row: number): boolean {
    const { filter } = this;
    const shape = packets.shape(row);
    const known = shape ? filter.quick.matches(shape, () => packets.entry(row)) : null;
    return known ?? filter.matches(packets.packet(row));
  }

  private testNew(packets: KeptPackets, before: number): void {
    this.limited(
      () => {
        for (; this.next < before; this.next++)
          if (this.matches(packets, this.next)) this.found.push(this.next);
      },
      () => packets.number(this.next),
    );
  }

  private testAgain(packets: KeptPackets, rows: readonly number[]): void {
    let at = 0;
    this.limited(
      () => {
        for (; at < rows.length; at++) this.put(rows[at]!, this.matches(packets, rows[at]!));
      },
      () => packets.number(rows[at]!),
    );
  }

  private put(row: number, matches: boolean): void {
    const at = firstFrom(this.found, row);
    const isIn = this.found[at] === row;
    if (isIn === matches) return;
    this.found.splice(at, isIn ? 1 : 0, ...(isIn ? [] : [row]));
    this.changes++;
  }

  /** @param tested the number of the packet that is being tested */
  private limited(test: () => void, tested: () => number): void {
    if (!this.limit) return test();
    try {
      this.limit.run(test);
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      this.failure = new FilterError(
        message(
          'a regular expression takes too long on packet {0}; make it simpler, without a repetition inside a repetition',
          tested(),
        ),
        0,
        this.text.length,
      );
      throw this.failure;
    }
  }
}
