/**
 * Virtual time while something outside is connected to the world: it follows a clock of the outside. Timers
 * fire when the clock reaches them, and what comes from outside enters at the time it comes.
 */
import type { World } from './world.ts';

/** How often a waiting world looks at the clock and checks whether it can continue, in ms of the host's time. */
export const LOOK_MS = 20;
/**
 * The longest time that counts between two looks, in ns. A running world looks more often than this: what
 * exceeds it is a stop in the debugger, or a host that was suspended, and then the outside waits. The limit
 * needs no report of the debugger's stops, which would arrive late, and covers any number of stops within a
 * turn at once.
 */
const MOST_NS = 2 * LOOK_MS * 1_000_000;
/** Waits shorter than this are spent polling, in ns: the host's own timers are too coarse for them. */
const POLL_NS = 1_000_000;

export class OutsideTime {
  /** Monotonic time in ns. The world's creator sets it; until then the clock stands, and so does the world. */
  clock: () => number = () => 0;
  readonly #world: World;
  /** The clock's last reading, in ns; NaN: none yet. */
  #reading = NaN;
  /** The virtual time up to which the clock has let the world pass. */
  #reached_ns = 0;
  /** The virtual time up to which all that came from outside has entered. */
  #complete_ns = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Something was connected: the clock counts from the first look on. */
  start(): void {
    this.#reading = NaN;
    this.#reached_ns = this.#complete_ns = this.#world.now_ns;
  }

  /** Read the clock. @returns the virtual time up to which the world may pass */
  look(): number {
    const reading = this.clock();
    if (!Number.isNaN(this.#reading)) this.#reached_ns += Math.min(reading - this.#reading, MOST_NS);
    this.#reading = reading;
    return this.#reached_ns;
  }

  /** The time at which an input enters that has come now, before the event at `next` in ns. */
  of_input(next: number): number {
    return Math.max(this.#world.now_ns, Math.min(Math.floor(this.look()), next - 1));
  }

  /**
   * Whether time may pass to an event at `next`, in ns: the clock has reached it, and the host's event loop has
   * since delivered what came before. So an acknowledgement that waits in the host's buffer enters before the
   * timer that it stops fires.
   */
  has_come(next: number): boolean {
    if (next <= this.#complete_ns) return true;
    this.#complete_ns = this.look();
    return false;
  }

  /** For how many ms of the host's time to wait for an event at `next`; 0: only visit the event loop. */
  wait_ms(next: number): number {
    const left_ns = next - this.#complete_ns;
    return left_ns < POLL_NS ? 0 : Math.min(LOOK_MS, Math.floor(left_ns / 1_000_000));
  }
}
