/** The search for a moment that is under way: told as a work, given up when the client cancels it or the session leaves the run. */
import { GivenUpError } from '../travel/replica.ts';
import type { Works } from './works.ts';

/** A search, as its work sees it. */
export class Search {
  /** The user does not wait for what is searched. */
  isGivenUp = false;
  /** The session has left the run whose past is searched: nothing that is found is shown any more. */
  isLeft = false;

  /** @throws GivenUpError if what is found is not to be shown any more */
  checkShown(): void {
    if (this.isLeft) throw new GivenUpError();
  }
  /** @throws GivenUpError if nobody waits for it */
  checkWanted(): void {
    if (this.isLeft || this.isGivenUp) throw new GivenUpError();
  }
}

export class Searches {
  readonly #works: Works;
  /** Tells the client why a search has led nowhere. */
  readonly #failed: (error: unknown) => void;
  #current: Search | undefined;
  #arrival: Promise<void> = Promise.resolve();

  constructor(works: Works, failed: (error: unknown) => void) {
    this.#works = works;
    this.#failed = failed;
  }

  /**
   * @param stop gives up what the work uses
   * @param goBack leads to a stop if the work fails or is given up
   */
  begin(
    title: string,
    stop: () => void,
    work: (search: Search) => Promise<void>,
    goBack: (search: Search) => Promise<void>,
  ): void {
    const search = (this.#current = new Search());
    const told = this.#works.begin(title, () => {
      if (this.giveUp()) stop();
    });
    this.#arrival = work(search)
      .catch(async (error: unknown) => {
        if (search.isLeft) return;
        if (!(error instanceof GivenUpError) && !search.isGivenUp) this.#failed(error);
        await goBack(search);
      })
      .finally(() => {
        told.end();
        // A restart may have begun another one.
        if (this.#current === search) this.#current = undefined;
      });
  }
  /** Resolves when the moment is shown that is being looked for; at once if none is. */
  get arrival(): Promise<void> {
    return this.#arrival;
  }

  /** Nobody waits for it. @returns whether one is under way */
  giveUp(): boolean {
    if (this.#current === undefined) return false;
    this.#current.isGivenUp = true;
    return true;
  }
  /** The session leaves the run. */
  leave(): void {
    if (this.#current !== undefined) this.#current.isLeft = true;
    this.#current = undefined;
  }
}
