/**
 * A thread that ends itself waits until its debugger is told nothing any more, by memory that it shares with the adapter: Node
 * aborts the process if a command comes just while it takes down what receives commands. A program does that by `process.exit()`.
 */

/** An adapter that is busy for longer sends no command meanwhile either. */
const FAREWELL_MS = 1000;

export class Farewell {
  /** One number: 1 once it is said. */
  readonly shared: Int32Array;

  constructor(shared: Int32Array = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))) {
    this.shared = shared;
  }

  /** In the adapter: no command follows. */
  say(): void {
    Atomics.store(this.shared, 0, 1);
    Atomics.notify(this.shared, 0);
  }
  /** In the machine's thread: wait until it is said. */
  hear(): void {
    Atomics.wait(this.shared, 0, 0, FAREWELL_MS);
  }
}
