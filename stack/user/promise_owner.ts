/**
 * Whose code it is that goes on after an `await`: the process's that awaited, even where another one settled the promise and the
 * continuation runs among that one's.
 */
import { promiseHooks } from 'node:v8';
import type { task_struct } from '../include/linux/sched.ts';
import type { Machine } from '../machine.ts';

/** The task that made a promise; that an `await` waits with is one of its own. */
const OWNER = Symbol('owner');
type Owned = Promise<unknown> & { [OWNER]?: task_struct };

/** Begin to follow the promises of a machine's processes. @returns ends it */
export function follow_promises(machine: Machine): () => void {
  let interrupted: task_struct | null = null;
  const stop = promiseHooks.createHook({
    init(promise: Owned) {
      promise[OWNER] = machine.current;
    },
    before(promise: Owned) {
      const owner = promise[OWNER];
      // Outside of the scheduler's turns there is no process: what the host settles is an error there.
      if (owner === undefined || !machine.draining || owner.tgid === machine.current.tgid) return;
      interrupted = machine.current;
      machine.current = owner;
    },
    after() {
      if (interrupted === null) return;
      machine.current = interrupted;
      interrupted = null;
    },
  }) as () => void;
  return stop;
}
