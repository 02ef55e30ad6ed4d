/**
 * Work that may take long: after half a second the client is told of it, and can cancel it.
 */
import type { Emit } from './teller.ts';

/** What takes less is over before somebody has read of it. */
const TOLD_AFTER_MS = 500;

export interface Work {
  /** Say how far it is. */
  report(message: string, percentage?: number): void;
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
      report: (message, percentage) => {
        const body = { progressId, message, ...(percentage === undefined ? {} : { percentage }) };
        if (isTold) this.#emit('progressUpdate', body);
      },
      end: () => {
        clearTimeout(timer);
        if (!this.#cancels.delete(progressId)) return;
        if (isTold) this.#emit('progressEnd', { progressId });
      },
    };
  }

  cancel(progressId: string): void {
    this.#cancels.get(progressId)?.();
  }
}
