/**
 * Follows how a machine came to where V8 pauses, so that the moment can be found again. Most stops have numbers of
 * their own; a step is a move from the stop before it.
 */
import type { CountedAccess } from '../inspect/dataBreakpoints.ts';
import type { CountedArrival } from '../inspect/moments.ts';
import { message, type Message } from '../../language/message.ts';
import type { NumberedChange } from './repetition.ts';
import {
  at,
  BEGIN,
  type Change,
  type CodePoint,
  type MadeChange,
  type Mark,
  type Moment,
  type Move,
} from './moment.ts';

export class Trail {
  readonly #isLoading: () => boolean;
  #moment: Moment | undefined = BEGIN;
  readonly #changes: MadeChange[] = [];
  #end: Message | undefined;
  /** Where the machine stood when a breakpoint was set, by DAP's id. */
  readonly #setAt = new Map<number, Moment | undefined>();

  /** @param isLoading whether the modules of the program are being evaluated: whoever repeats the run begins after that */
  constructor(isLoading: () => boolean) {
    this.#isLoading = isLoading;
  }

  /** Undefined: there is no way back from here. */
  get moment(): Moment | undefined {
    return this.#isLoading() ? undefined : this.#moment;
  }
  /** Why there is none. */
  get noWayBack(): Message {
    return this.#isLoading()
      ? message(
          'There is no way back from here: the modules of the program are being loaded. The run begins after that, with the first line of its first function.',
        )
      : message(
          'There is no way back from here: the machine was interrupted amid a computation. Let it go on to a breakpoint first.',
        );
  }
  /** What was changed in the debugger, in order: whoever repeats the run changes it again. */
  get changes(): readonly MadeChange[] {
    return this.#changes;
  }
  /** Why nothing repeats the run any more; undefined: it can be repeated. */
  get end(): Message | undefined {
    return this.#end;
  }

  /** Something was changed where the machine stands. */
  changed(change: Change, place: CodePoint): void {
    const { moment } = this;
    if (this.#isLoading()) this.ends(message('something was changed before the program was loaded'));
    else if (moment === undefined)
      this.ends(message('a value was changed where the machine was interrupted amid a computation'));
    else this.#changes.push({ change, moment, place });
  }
  /** This run repeats another one, in which this was changed. */
  repeats(changes: readonly NumberedChange[]): void {
    for (const { change, mark } of changes) {
      const place = mark.kind === 'place' ? mark.place : { url: '', line: 0, column: 0 };
      this.#changes.push({ change, moment: at(mark), place });
    }
  }
  /** The last changes of the run that this one repeats do not come. */
  drops(count: number): void {
    this.#changes.splice(this.#changes.length - count);
  }
  /** Something has happened that nothing repeats. */
  ends(why: Message): void {
    this.#end ??= why;
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
  /** A data breakpoint has stopped the machine. @param ids of the breakpoints */
  accesses({ field, how, event, arrival, isWhole }: CountedAccess, [id]: readonly number[]): void {
    if (isWhole) return this.stands({ kind: 'access', event, field, how, arrival });
    this.#moment = id === undefined ? undefined : this.#setAt.get(id);
    this.moves({ how: 'access', field, access: how, arrival });
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
