/** The packets that match a filter, updated as packets are added and discarded; each is tested once. */
import { dissect } from './dissect.ts';
import { compileFilter, type Predicate } from './filter/evaluate.ts';
import { parseFilter } from './filter/parser.ts';
import type { Entry } from './packetStore.ts';

export class FilteredList {
  readonly text: string;
  /** True if the filter tests the fate of packets, which may change. */
  readonly dependsOnFate: boolean;
  private readonly matches: Predicate;
  private found: Entry[] = [];
  /** Number of the last packet tested. */
  private seen = 0;

  /** @throws FilterError if the filter is invalid */
  constructor(text: string) {
    this.text = text;
    this.matches = compileFilter(parseFilter(text));
    this.dependsOnFate = /frame\.(fate|reason)/i.test(text);
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

  /** Test the new entries, and forget those before `first`. */
  update(entries: readonly Entry[], first: number): void {
    const oldest = entries[first]?.frame.number ?? Infinity;
    const gone = this.found.findIndex(({ frame }) => frame.number >= oldest);
    if (gone !== 0) this.found = gone < 0 ? [] : this.found.slice(gone);
    let at = entries.length;
    while (at > first && entries[at - 1]!.frame.number > this.seen) at--;
    for (; at < entries.length; at++) {
      const entry = entries[at]!;
      if (this.matches(dissect(entry.frame, entry.context))) this.found.push(entry);
    }
    this.seen = entries.at(-1)?.frame.number ?? this.seen;
  }
}
