/** Ends work that may never end by itself: a regular expression can take longer than the universe on a few bytes. */
import vm from 'node:vm';

/** The work took too long and was ended. */
export class TookTooLong extends Error {
  override name = 'TookTooLong';
}

/** Preparing costs a millisecond, each run about 0.15 ms: run work in portions. */
export class TimeLimit {
  private readonly ms: number;
  private readonly context: vm.Context & { work?: () => void } = vm.createContext({});
  private readonly script = new vm.Script('work()');

  constructor(ms: number) {
    this.ms = ms;
  }

  /** @throws TookTooLong, or what the work throws */
  run(work: () => void): void {
    this.context.work = work;
    try {
      this.script.runInContext(this.context, { timeout: this.ms });
    } catch (error) {
      throw isTimeout(error) ? new TookTooLong(`more than ${this.ms} ms`) : error;
    } finally {
      delete this.context.work;
    }
  }
}

/** The error is one of the context's own, and no instance of this one's `Error`. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
