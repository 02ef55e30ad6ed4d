/** Ids for the client: none is used twice in a session, including restarts. */

/** The size of each machine's own range of value ids. */
const VALUES_OF_A_MACHINE = 20_000_000;
const FIRST_VALUE = 1_000_000;
/** DAP's ids have 31 bits. After this many restarts the ranges are reused. */
const RANGES = 100;

export class Numbers {
  #breakpoint = 1;
  #frame = 1;
  #range = 0;

  readonly nextBreakpoint = (): number => this.#breakpoint++;
  readonly nextFrame = (): number => this.#frame++;
  /** Start of the next machine's value ids. */
  nextValueRange(): number {
    return FIRST_VALUE + (this.#range++ % RANGES) * VALUES_OF_A_MACHINE;
  }
}
