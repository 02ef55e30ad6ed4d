/** The packets that match one filter; kept up to date as packets come and go, each looked at once. */
import { dissect } from './dissect.ts';
import { compileFilter, type Predicate } from './filter/evaluate.ts';
import { parseFilter } from './filter/parser.ts';
import type { Entry } from './packetStore.ts';

export class FilteredList {
  readonly text: string;
  /** True if a packet may match now and not later, because its fate is asked for. */
  readonly dependsOnFate: boolean;
  private readonly matches: Predicate;
  private found: Entry[] = [];
  /** Number of the last packet that was looked at. */
  private seen = 0;

  /** @throws FilterError if the text is no filter */
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

  /** Position of a packet, or -1 if it does not match. */
  indexOf(number: number): number {
    return this.found.findIndex(({ frame }) => frame.number === number);
  }

  /** Look at what is new in `entries`, and forget what was let go before `first`. */
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
