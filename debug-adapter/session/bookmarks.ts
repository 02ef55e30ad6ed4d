/** Moments of a run to which the user has given names. */
import { UserError } from '../../language/userError.ts';
import type { RecordedBookmark } from '../recordings/data.ts';
import type { Bookmark } from '../protocol.ts';

/** A view lists them, so a name is a line. */
const LONGEST_NAME = 100;

export class Bookmarks {
  /** By name. */
  readonly #all = new Map<string, RecordedBookmark>();

  /** In the order of their moments. */
  get all(): RecordedBookmark[] {
    return [...this.#all.values()].sort((a, b) => a.event - b.event);
  }
  /** As clients see them. */
  list(): Bookmark[] {
    return this.all.map(({ name, event, timeNs }) => ({ name, event, timeNs }));
  }
  restore(bookmarks: readonly RecordedBookmark[]): void {
    for (const bookmark of bookmarks) this.#all.set(bookmark.name, bookmark);
  }

  /** @throws an error for the user if the name is taken, or is none */
  add(bookmark: RecordedBookmark): void {
    const name = this.#free(bookmark.name);
    this.#all.set(name, { ...bookmark, name });
  }
  /** @throws an error for the user if there is no such bookmark */
  get(name: string): RecordedBookmark {
    const bookmark = this.#all.get(name);
    if (bookmark === undefined) throw new UserError('There is no bookmark "{0}" in this run.', name);
    return bookmark;
  }
  /** @throws as add() and get() do */
  rename(name: string, newName: string): void {
    const bookmark = this.get(name);
    if (newName === name) return;
    this.#all.set(this.#free(newName), { ...bookmark, name: newName.trim() });
    this.#all.delete(name);
  }
  /** @throws as get() does */
  remove(name: string): void {
    this.get(name);
    this.#all.delete(name);
  }

  #free(name: string): string {
    const trimmed = name.trim();
    if (trimmed === '') throw new UserError('A bookmark needs a name.');
    if (trimmed.length > LONGEST_NAME || trimmed.includes('\n'))
      throw new UserError('The name of a bookmark is one line of at most {0} characters.', LONGEST_NAME);
    if (this.#all.has(trimmed))
      throw new UserError('There is a bookmark "{0}" already: choose another name.', trimmed);
    return trimmed;
  }
}
