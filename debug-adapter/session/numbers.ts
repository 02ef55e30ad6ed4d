/** Ids for the client: none is used twice in a session, including restarts. */

/** The size of each machine's own range of value ids. */
const VALUES_OF_A_MACHINE = 20_000_000;
const FIRST_VALUE = 1_000_000;
/** DAP's ids have 31 bits. After this many restarts the ranges are reused. */
const RANGES = 100;
/** Above them are the value ids of machines that are only looked at, of which there are few at a time. */
const FIRST_GLANCE = FIRST_VALUE + RANGES * VALUES_OF_A_MACHINE;
const VALUES_OF_A_GLANCE = 1_000_000;
const GLANCES = 140;

export class Numbers {
  #breakpoint = 1;
  #frame = 1;
  #range = 0;
  #glance = 0;

  readonly nextBreakpoint = (): number => this.#breakpoint++;
  readonly nextFrame = (): number => this.#frame++;
  /** Start of the next machine's value ids. */
  nextValueRange(): number {
    return FIRST_VALUE + (this.#range++ % RANGES) * VALUES_OF_A_MACHINE;
  }
  /** The same for a machine that is only looked at. */
  nextGlance(): number {
    return FIRST_GLANCE + (this.#glance++ % GLANCES) * VALUES_OF_A_GLANCE;
  }
}

/** Whether a value is of a machine that is only looked at. */
export function isGlance(value: number): boolean {
  return value >= FIRST_GLANCE;
}
/** Where the ids of that machine begin. */
export function glanceOf(value: number): number {
  return value - ((value - FIRST_GLANCE) % VALUES_OF_A_GLANCE);
}
