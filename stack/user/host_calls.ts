/**
 * A process's calls to the host (files, names): the world waits for the answer, which enters at one event and
 * is logged.
 */
import type { task_struct } from '../include/linux/sched.ts';
import type { Outcome } from '../world/outside.ts';
import type { World } from '../world/world.ts';
import { run_in_process } from './process.ts';

/**
 * Make a host call that takes time. The process continues as the same task when the answer enters.
 *
 * @param name the host function, for messages: 'fs.readFile'
 */
export function ask_host<T>(world: World, name: string, question: () => Promise<T>): Promise<T> {
  const task = world.current;
  // Top-level code of a program runs before the world does: nothing else could happen in the meantime.
  if (task === null) return world.outside.ask_before(name, question) as Promise<T>;
  return new Promise<T>((resolve, reject) => {
    ask_for(task, name, question, (outcome) => {
      if ('error' in outcome) reject(outcome.error as Error);
      else resolve(outcome.value as T);
    });
  });
}

/** Make a host call that answers with a single callback. */
export function ask_host_back(
  world: World,
  name: string,
  question: (callback: (...results: unknown[]) => void) => void,
  callback: (...results: unknown[]) => void,
): void {
  const asked = () => new Promise<unknown[]>((resolve) => question((...results) => resolve(results)));
  ask_host_then(world, name, asked, (outcome) =>
    callback(...('value' in outcome ? (outcome.value as unknown[]) : [outcome.error])),
  );
}
/** Make a host call whose answer a function takes, in the process that has asked. */
export function ask_host_then(
  world: World,
  name: string,
  question: () => Promise<unknown>,
  take: (outcome: Outcome) => void,
): void {
  const task: task_struct | null = world.current;
  // An event loop calls it in the async context of the call.
  const taken = task?.signal.runtime?.bind(take) ?? take;
  if (task !== null) return ask_for(task, name, question, taken);
  // What the function throws has nobody to catch it.
  void world.outside
    .ask_before(name, question)
    .then(
      (value): Outcome => ({ value }),
      (error: unknown): Outcome => ({ error }),
    )
    .then(taken);
}

/** The task's process takes the answer when it next runs; until then it has something to wait for. */
function ask_for(
  task: task_struct,
  name: string,
  question: () => Promise<unknown>,
  take: (outcome: Outcome) => void,
): void {
  const { runtime } = task.signal;
  runtime?.hold();
  task.machine.world.outside.ask(name, question, (outcome) =>
    run_in_process(task, () => {
      runtime?.release();
      take(outcome);
    }),
  );
}

/**
 * Resources that keep Node's event loop alive and do not belong to the world: files, sockets and processes of
 * the host.
 */
const HOST_RESOURCES =
  /^(?:FS|TCP|Pipe|TLS|TTY|UDP|Process|GetAddrInfo|GetNameInfo|QueryReq|HTTP|Zlib|MessagePort|SignReq|Pbkdf2|Scrypt)/i;

function host_resources(): number {
  return process.getActiveResourcesInfo().filter((name) => HOST_RESOURCES.test(name)).length;
}

/**
 * Host activity that a process started without asking through the world (one of Node's event emitters) may
 * still wake it.
 *
 * @returns a function that tells whether such activity can wake a process that waits for nothing in the world
 */
export function host_is_busy(world: World): () => boolean {
  const before = host_resources();
  return () =>
    world.machines.some(({ tasks }) =>
      [...tasks.values()].some((task) => !task.exited && task.syscall === ''),
    ) && host_resources() > before;
}
