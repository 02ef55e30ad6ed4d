/** Threads of machines that are not needed any more: the next machine begins in one of them, and need not load the code. */
import type { Debuggee } from '../control/debuggee.ts';
import { MachineThread, type ThreadKind } from '../control/machineThread.ts';

/** So many wait for a machine: more than a search and what follows it use at once would be memory for nothing. */
const MOST_IDLE = 2;

/** A thread that will soon have no machine. */
interface Coming {
  kind: ThreadKind;
  /** Settles when it has none, or has ended with it. */
  isFree: Promise<void>;
}

export class Threads {
  #idle: MachineThread[] = [];
  readonly #coming = new Set<Coming>();
  #isClosed = false;

  /** A thread for a machine: of those that have had machines before, the one in which V8 has compiled most. */
  async take(kind: ThreadKind): Promise<MachineThread> {
    for (;;) {
      const [thread] = this.#idle
        .filter((one) => isSame(one.kind, kind) && !one.client.gone)
        .sort((one, other) => other.longRuns - one.longRuns);
      if (thread !== undefined) {
        this.#idle.splice(this.#idle.indexOf(thread), 1);
        return thread;
      }
      const coming = [...this.#coming].find((one) => isSame(one.kind, kind));
      if (coming === undefined) return new MachineThread(kind);
      await coming.isFree;
    }
  }

  /** Whether there is one that has had a machine, or soon will be. */
  get isOneFree(): boolean {
    return this.#idle.length + this.#coming.size > 0;
  }

  /**
   * The machine is not needed any more.
   *
   * @param isChanged whether the debugger has changed something in it, which may be what all machines of a thread have in
   * common
   */
  retire(debuggee: Debuggee, isChanged: boolean): void {
    if (isChanged) return void debuggee.kill();
    const coming: Coming = { kind: debuggee.thread.kind, isFree: this.#free(debuggee) };
    this.#coming.add(coming);
    void coming.isFree.then(() => this.#coming.delete(coming));
  }
  async #free(debuggee: Debuggee): Promise<void> {
    const thread = await debuggee.vacate();
    if (thread === undefined) return;
    this.#idle.push(thread);
    const most = this.#isClosed ? 0 : MOST_IDLE;
    for (const one of this.#idle.splice(0, this.#idle.length - most)) void one.end(false);
  }

  /** No machine will be needed any more. */
  close(): void {
    this.#isClosed = true;
    for (const thread of this.#idle.splice(0)) void thread.end(false);
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
