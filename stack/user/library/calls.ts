/** What the calls of a scenario share. */
import type { Sleeps } from '../../include/linux/sched.ts';
import type { Errno } from '../../include/uapi/asm-generic/errno.ts';
import type { Machine } from '../../machine.ts';
import type { World } from '../../world/world.ts';

/** The machine of the calling process. */
export const hereIn = (world: World) => (): Machine => world.running!;

/** A call that does not sleep. */
export function* atomic<T>(value: () => T): Sleeps<T> {
  return value();
}
/** The bytes received, for a caller that passed no buffer. */
export function* received(body: Sleeps<number | Errno>, buffer: Uint8Array): Sleeps<Uint8Array | Errno> {
  const count = yield* body;
  return count < 0 ? count : buffer.subarray(0, count);
}
