/**
 * Follows how a machine came to where V8 pauses, so that the moment can be found again. Most stops have numbers of
 * their own; a step is a move from the stop before it.
 */
import type { CountedArrival } from '../inspect/moments.ts';
import { at, BEGIN, type CodePoint, type Mark, type Moment, type Move } from './moment.ts';

export class Trail {
  #moment: Moment | undefined = BEGIN;
  /** Where the machine stood when a breakpoint was set, by DAP's id. */
  readonly #setAt = new Map<number, Moment | undefined>();

  /** Undefined: V8 was interrupted somewhere, which nothing repeats. */
  get moment(): Moment | undefined {
    return this.#moment;
  }

  /** The machine stands at a moment that numbers tell. */
  stands(mark: Mark): void {
    this.#moment = at(mark);
  }
  is(moment: Moment): void {
    this.#moment = moment;
  }
  moves(move: Move): void {
    if (this.#moment === undefined) return;
    const { mark, moves } = this.#moment;
    this.#moment = { mark, moves: [...moves, move] };
  }
  /** A conditional breakpoint has paused V8. */
  arrives(place: CodePoint, { id, event, arrival, isWhole }: CountedArrival): void {
    if (isWhole) return this.stands({ kind: 'place', event, place, arrival });
    this.#moment = this.#setAt.get(id);
    this.moves({ how: 'arrive', place, arrival });
  }
  /** V8 was interrupted. */
  isLost(): void {
    this.#moment = undefined;
  }
  /** A conditional breakpoint is set; at a stop, the machine stands where it did then. */
  breakpointSet(id: number, isStopped: boolean): void {
    this.#setAt.set(id, isStopped ? this.#moment : undefined);
  }
}
