/** Threads of machines that are not needed any more: the next machine begins in one of them, and need not load the code. */
import type { Debuggee } from '../control/debuggee.ts';
import { MachineThread, practiceAfter, type ThreadKind } from '../control/machineThread.ts';

/**
 * So many have machines or wait for one: five that are ready if bytes are watched, the one that is shown, and one that rehearses.
 * Whoever needs more gets them, but they end when they are free.
 */
const MOST = 7;
/** One that waits for so long is not needed: whoever stands and looks has machines that are ready. */
const IDLE_MS = 5000;

/** A thread that will soon have no machine. */
interface Coming {
  thread: MachineThread;
  /** What V8 will have learnt in it: one of PRACTICE. */
  practice: number;
  /** Settles when it has none, or has ended with it. */
  isFree: Promise<void>;
}

export class Threads {
  /** With machines, and without. */
  readonly #all = new Set<MachineThread>();
  /** Those without, and what ends them. */
  readonly #idle = new Map<MachineThread, NodeJS.Timeout>();
  readonly #coming = new Set<Coming>();
  #isClosed = false;

  /** A thread for a machine: of those that have had machines before, the one in which V8 has learnt most. */
  async take(kind: ThreadKind): Promise<MachineThread> {
    for (;;) {
      const waiting = this.#waiting.findLast((one) => isSame(one.kind, kind) && !one.client.gone);
      const [coming] = [...this.#coming]
        .filter(({ thread }) => isSame(thread.kind, kind))
        .sort((one, other) => other.practice - one.practice);
      // One that is about to be free is worth waiting for if V8 has learnt more in it.
      if (waiting !== undefined && (coming?.practice ?? 0) <= waiting.practice) {
        this.#waitsNoMore(waiting);
        return waiting;
      }
      if (coming === undefined) return this.#begin(kind);
      await coming.isFree;
    }
  }
  #begin(kind: ThreadKind): MachineThread {
    const thread = new MachineThread(kind);
    this.#all.add(thread);
    void thread.ended.then(() => this.#all.delete(thread));
    this.#endSurplus();
    return thread;
  }

  /**
   * What V8 has learnt in the best one that has no machine any more, or soon will have none: one of PRACTICE; undefined: there
   * is no such thread.
   */
  get free(): number | undefined {
    const threads = [...this.#idle.keys(), ...this.#coming];
    return threads.length === 0 ? undefined : Math.max(...threads.map(({ practice }) => practice));
  }

  /**
   * The machine is not needed any more.
   *
   * @param event to which it has come at least
   * @param isChanged whether the debugger has changed something in it, which may be what all machines of a thread have in
   * common
   */
  retire(debuggee: Debuggee, event: number, isChanged: boolean): void {
    if (isChanged) return void debuggee.kill();
    const { thread } = debuggee;
    const practice = practiceAfter(thread.practice, event);
    const coming: Coming = { thread, practice, isFree: this.#free(debuggee) };
    this.#coming.add(coming);
    void coming.isFree.then(() => this.#coming.delete(coming));
  }
  async #free(debuggee: Debuggee): Promise<void> {
    const thread = await debuggee.vacate();
    if (thread === undefined) return;
    this.#idle.set(thread, setTimeout(() => this.#end([thread]), IDLE_MS).unref());
    this.#endSurplus();
  }
  /** Those that wait; V8 has learnt most in the last one. */
  get #waiting(): MachineThread[] {
    return [...this.#idle.keys()].sort((one, other) => one.practice - other.practice);
  }
  #endSurplus(): void {
    if (this.#isClosed) this.endIdle();
    else this.#end(this.#waiting.slice(0, Math.max(0, this.#all.size - MOST)));
  }
  /** All machines that may be needed are ready: nothing waits for one. */
  endIdle(): void {
    this.#end(this.#waiting);
  }
  #end(threads: readonly MachineThread[]): void {
    for (const thread of threads) {
      this.#waitsNoMore(thread);
      this.#all.delete(thread);
      void thread.end(false);
    }
  }
  #waitsNoMore(thread: MachineThread): void {
    clearTimeout(this.#idle.get(thread));
    this.#idle.delete(thread);
  }

  /** No machine will be needed any more. */
  close(): void {
    this.#isClosed = true;
    this.#endSurplus();
  }
}

function isSame(one: ThreadKind, other: ThreadKind): boolean {
  return (
    one.root === other.root &&
    one.maxHeap === other.maxHeap &&
    one.semiSpace === other.semiSpace &&
    one.isTraced === other.isTraced &&
    one.counted.length === other.counted.length &&
    one.counted.every(
      ({ url, name }, at) => url === other.counted[at]!.url && name === other.counted[at]!.name,
    )
  );
}
