/** Numbers under which the client knows things: none is given twice in a session, restarts included. */

/** A machine gives its values numbers of its own, in a range of its own: so many. */
const VALUES_OF_A_MACHINE = 20_000_000;
const FIRST_VALUE = 1_000_000;
/** DAP's numbers have 31 bits. After so many restarts the ranges begin anew. */
const RANGES = 100;

export class Numbers {
  #breakpoint = 1;
  #frame = 1;
  #range = 0;

  readonly nextBreakpoint = (): number => this.#breakpoint++;
  readonly nextFrame = (): number => this.#frame++;
  /** Where the numbers of the next machine's values begin. */
  nextValueRange(): number {
    return FIRST_VALUE + (this.#range++ % RANGES) * VALUES_OF_A_MACHINE;
  }
}
