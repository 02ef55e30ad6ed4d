/**
 * Tracks which process's code continues after an `await`: the process that awaited, even if another process
 * settled the promise and the continuation runs among that one's callbacks, or if the host settled it between
 * two turns.
 */
import { promiseHooks } from 'node:v8';
import type { task_struct } from '../include/linux/sched.ts';
import type { World } from '../world/world.ts';

/** The task that created a promise; an `await` waits with a promise of its own. */
const OWNER = Symbol('owner');
/** Whether a promise's property is not the program's, but the one with which its process is followed. */
export function is_owner_key(key: PropertyKey): boolean {
  return key === OWNER;
}
type Owned = Promise<unknown> & { [OWNER]?: task_struct };

/**
 * Start to follow the promises of a world's processes. Two worlds in one process each follow their own: only
 * one of them has a task on a CPU at a time.
 *
 * @returns a function that stops following
 */
export function follow_promises(world: World): () => void {
  let interrupted: { machine: World['running']; task: task_struct; in_task: boolean } | null = null;
  const stop = promiseHooks.createHook({
    init(promise: Owned) {
      if (world.in_task) promise[OWNER] = world.running!.current;
    },
    before(promise: Owned) {
      const owner = promise[OWNER];
      if (owner === undefined) return;
      const { machine } = owner;
      if (machine.world !== world || (machine === world.running && owner.tgid === machine.current.tgid))
        return;
      interrupted = { machine: world.running, task: machine.current, in_task: world.in_task };
      world.running = machine;
      world.in_task = true;
      machine.current = owner;
    },
    after(promise: Owned) {
      if (interrupted === null) return;
      promise[OWNER]!.machine.current = interrupted.task;
      world.running = interrupted.machine;
      world.in_task = interrupted.in_task;
      interrupted = null;
    },
  }) as () => void;
  // As in Node: an unhandled rejection ends the process, here the process that owns the promise.
  const unhandled = (reason: unknown, promise: Owned) => {
    const owner = promise[OWNER];
    if (owner?.machine.world === world) owner.signal.uncaught(reason, promise);
    else if (process.listenerCount('unhandledRejection') === 1) throw reason;
  };
  // An error in what a process left to the host's event loop, for which V8 finds no handler.
  const uncaught = (error: unknown) => {
    const task = world.current;
    if (task === null || task.signal.runtime === null) throw error;
    task.signal.uncaught(error);
  };
  process.on('unhandledRejection', unhandled);
  process.on('uncaughtException', uncaught);
  return () => {
    stop();
    process.off('unhandledRejection', unhandled);
    process.off('uncaughtException', uncaught);
  };
}
