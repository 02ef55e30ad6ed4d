/**
 * Work that may take long: after half a second the client is told of it, and can cancel it.
 */
import type { Tell } from '../packets/pace.ts';
import type { Emit } from './teller.ts';

/** What takes less is over before somebody has read of it. */
const TOLD_AFTER_MS = 500;

/** The protocol's word for what was given up: no client shows it. */
export const CANCELLED = 'cancelled';

export interface Work {
  /** Say how far it is. */
  report(percentage: number): void;
  end(): void;
}

export class Works {
  readonly #emit: Emit;
  readonly #cancels = new Map<string, () => void>();
  #next = 1;
  /** The client shows progress. */
  isShown = false;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** @param cancel gives the work up: it ends soon after that */
  begin(title: string, cancel: () => void): Work {
    const progressId = `work ${this.#next++}`;
    this.#cancels.set(progressId, cancel);
    let isTold = false;
    const timer = setTimeout(() => {
      isTold = this.isShown;
      if (isTold) this.#emit('progressStart', { progressId, title, cancellable: true });
    }, TOLD_AFTER_MS);
    return {
      report: (percentage) => {
        if (isTold) this.#emit('progressUpdate', { progressId, percentage });
      },
      end: () => {
        clearTimeout(timer);
        if (!this.#cancels.delete(progressId)) return;
        if (isTold) this.#emit('progressEnd', { progressId });
      },
    };
  }

  /** Work in steps, each of which tells how far it is: the first one after it was cancelled is the last. */
  async inSteps<T>(title: string, work: (tell: Tell) => Promise<T>): Promise<T> {
    let isCancelled = false;
    const told = this.begin(title, () => (isCancelled = true));
    try {
      return await work((done, of) => {
        if (isCancelled) throw new Error(CANCELLED);
        told.report(Math.floor((100 * done) / Math.max(1, of)));
      });
    } finally {
      told.end();
    }
  }

  cancel(progressId: string): void {
    this.#cancels.get(progressId)?.();
  }
}
