/**
 * Memory of machines that have ended goes back to the system at once. glibc takes large blocks from the system and gives
 * them back; but once such a block was freed, it takes blocks of its size from its own heap, where a small one above them
 * keeps them all. A session that restarts or goes back a hundred times grew by 1.2 MB each time. glibc reads the setting
 * from the environment as a process starts; other C libraries know nothing of it.
 */
const NAME = 'MALLOC_MMAP_THRESHOLD_';
/** In bytes; glibc's own value, which does not change once it is set. */
const THRESHOLD = '131072';

/** The environment of a session's process. What the user has set stays. */
export function withFreedMemory(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { [NAME]: THRESHOLD, ...env };
}
/** Programs that are debugged see the environment without the setting. */
export function hideSetting(env: NodeJS.ProcessEnv): void {
  if (env[NAME] === THRESHOLD) Reflect.deleteProperty(env, NAME);
}
