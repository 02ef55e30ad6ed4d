/** What a process asks of the host (files, names): the world waits for the answer, which enters at one event and is written down. */
import type { task_struct } from '../include/linux/sched.ts';
import type { Outcome } from '../world/outside.ts';
import type { World } from '../world/world.ts';
import { run_in_process } from './process.ts';

/**
 * Ask the host for something that takes time. The process goes on as itself when the answer enters.
 *
 * @param name what is asked, for messages: 'fs.readFile'
 */
export function ask_host<T>(world: World, name: string, question: () => Promise<T>): Promise<T> {
  const task = world.current;
  // Top-level code of a program runs before the world does: nothing else could happen meanwhile.
  if (task === null) return world.outside.ask_before(name, question) as Promise<T>;
  return new Promise<T>((resolve, reject) => {
    world.outside.ask(name, question, (outcome) =>
      run_in_process(task, () => {
        if ('error' in outcome) reject(outcome.error as Error);
        else resolve(outcome.value as T);
      }),
    );
  });
}

/** Ask the host for something that it answers by calling back once. */
export function ask_host_back(
  world: World,
  name: string,
  question: (callback: (...results: unknown[]) => void) => void,
  callback: (...results: unknown[]) => void,
): void {
  const task: task_struct | null = world.current;
  const asked = () => new Promise<unknown[]>((resolve) => question((...results) => resolve(results)));
  if (task === null) return void asked().then((results) => callback(...results));
  world.outside.ask(name, asked, (outcome: Outcome) =>
    run_in_process(task, () =>
      callback(...('value' in outcome ? (outcome.value as unknown[]) : [outcome.error])),
    ),
  );
}

/** What keeps Node's event loop alive and is not the world's: files, sockets and processes of the host. */
const HOST_RESOURCES =
  /^(?:FS|TCP|Pipe|TLS|TTY|UDP|Process|GetAddrInfo|GetNameInfo|QueryReq|HTTP|Zlib|Worker|SignReq|Pbkdf2|Scrypt)/i;

function host_resources(): number {
  return process.getActiveResourcesInfo().filter((name) => HOST_RESOURCES.test(name)).length;
}

/**
 * What a process has begun on the host without asking through the world (an event emitter of Node's) may still wake it.
 *
 * @returns tells whether it may, while one of the world's processes waits for nothing that the world has
 */
export function host_is_busy(world: World): () => boolean {
  const before = host_resources();
  return () =>
    world.machines.some(({ tasks }) =>
      [...tasks.values()].some((task) => !task.exited && task.syscall === ''),
    ) && host_resources() > before;
}
