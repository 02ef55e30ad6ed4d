/**
 * The wish that the machine pauses, shared by the adapter and the machine's thread. V8 does not pause where the condition of a
 * breakpoint is false, and in a loop with such a breakpoint it takes each interrupt right there. So the breakpoint itself stops.
 */
const NONE = 0;
const WANTED = -1;

export class PauseWish {
  /** One number: none, wanted, or the id of the breakpoint that has fulfilled it. */
  readonly shared: Int32Array;

  constructor(shared: Int32Array = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))) {
    this.shared = shared;
  }

  /** In the adapter: a pause is wanted, or no more. */
  set isWanted(isWanted: boolean) {
    Atomics.store(this.shared, 0, isWanted ? WANTED : NONE);
  }
  /** In the adapter, while V8 is paused: the breakpoint that has stopped only for the wish; undefined: none. */
  get fulfilledBy(): number | undefined {
    const id = Atomics.load(this.shared, 0);
    return id > 0 ? id : undefined;
  }

  /** In the machine's thread: a breakpoint is reached that would not stop. @returns whether it stops for the wish */
  fulfil(id: number): boolean {
    const state = Atomics.load(this.shared, 0);
    // The adapter may take the wish back meanwhile.
    return state !== NONE && Atomics.compareExchange(this.shared, 0, state, id) === state;
  }
}
