/** Runs a world: turn by turn, and when nothing can run, time passes. */
import { setImmediate } from 'node:timers';
import type { World } from './world.ts';

/** How a run came to an end. */
export type RunEnd = 'idle' | 'halted';
/** Turns between two looks at the host's event loop: messages from the debugger and answers of the host come in there. */
const TURNS_PER_SLICE = 4096;

/**
 * Run until nothing is left to do (no task runnable, no timer armed, nothing on a wire, nothing owed by the outside), or
 * until `halted` says so.
 */
export function run_world(world: World, halted: () => boolean): Promise<RunEnd> {
  return new Promise((resolve, reject) => {
    const slice = () => {
      try {
        for (let turn = 0; turn < TURNS_PER_SLICE; turn++) {
          const state = step(world, halted);
          if (state === 'waiting') return world.outside.when_something_comes(slice);
          if (state !== 'running') return resolve(state);
        }
      } catch (error) {
        // What the host's own callbacks threw is the host's: it must pass through to Node's handler.
        if (world.in_task) throw error;
        return reject(error as Error);
      }
      setImmediate(slice);
    };
    setImmediate(slice);
  });
}

function step(world: World, halted: () => boolean): RunEnd | 'running' | 'waiting' {
  if (halted()) return 'halted';
  const { inputs, outside } = world;
  if (inputs.enter_due()) outside.is_standing = false;
  // An owed answer enters at the event at which it was asked for, however long the host takes: all else stands still.
  if (outside.owes_answer) return 'waiting';
  if (outside.is_standing && outside.is_open) return 'waiting';
  const next = world.turn();
  if (next <= world.now_ns || inputs.pending) return 'running';
  if (outside.is_open) {
    outside.is_standing = true;
    return 'waiting';
  }
  if (next === Infinity) return outside.may_still_come() ? 'waiting' : 'idle';
  world.advance_to(next);
  return 'running';
}
