/** Runs a world turn by turn; when nothing can run, virtual time advances. */
import { setImmediate } from 'node:timers';
import type { task_struct } from '../include/linux/sched.ts';
import type { World } from './world.ts';

/** How a run ended. */
export type RunEnd = 'idle' | 'halted';
/**
 * Turns between two visits to the host's event loop, which delivers the debugger's messages and the host's
 * answers.
 */
const TURNS_PER_SLICE = 4096;
/** The same while something outside is connected: what comes from there must not wait, nor its clock. */
const TURNS_PER_OPEN_SLICE = 128;
/** What a process may have left to the host's event loop is done after so many events, or before time passes. */
const EVENTS_PER_HOST_TURN = 512;
const NSEC_PER_MSEC = 1_000_000;

/**
 * Run until nothing is left to do (no runnable task, no armed timer, no frame on a wire, no pending host
 * call), or until `halted` returns true.
 */
export function run_world(world: World, halted: () => boolean): Promise<RunEnd> {
  return new Promise((resolve, reject) => {
    const slice = () => {
      try {
        const turns = world.outside.is_open ? TURNS_PER_OPEN_SLICE : TURNS_PER_SLICE;
        if (world.outside.is_open) world.outside.time.look();
        for (let turn = 0; turn < turns || world.host_turn !== null; turn++) {
          const state = step(world, halted);
          const task = world.host_turn;
          if (task !== null && (state !== 'running' || needs_host_turn(world, task)))
            return host_turn(world, task, slice);
          if (state === 'waiting') return world.outside.when_something_comes(slice);
          if (state === 'idle' || state === 'halted') return resolve(state);
        }
      } catch (error) {
        // Errors thrown by the host's own callbacks belong to the host: pass them through to Node's handler.
        if (world.in_task) throw error;
        return reject(error as Error);
      }
      setImmediate(slice);
    };
    setImmediate(slice);
  });
}

/**
 * Whether the host's event loop must be visited now. A visit costs as much as a small system call, so a process
 * of which nobody knows that it uses the host has one now and then. A world that waits for answers of the host, or
 * for the outside, visits it while it waits, for as long as that takes: there each turn has its visit, so that
 * all runs have the same.
 */
function needs_host_turn(world: World, { signal }: task_struct): boolean {
  return (
    world.outside.is_open ||
    world.outside.was_asked ||
    signal.runtime?.uses_host === true ||
    world.event - world.host_turn_since >= EVENTS_PER_HOST_TURN
  );
}
/**
 * A process that runs an event loop has had its turn: what it left to the host's event loop (native parts of
 * Node do so) is done as that process.
 */
function host_turn(world: World, task: task_struct, proceed: () => void): void {
  const { machine, syscall, entry_stack } = task;
  world.host_turn = null;
  world.running = machine;
  world.in_task = true;
  machine.current = task;
  setImmediate(() => {
    task.syscall = syscall;
    task.entry_stack = entry_stack;
    machine.current = machine.idle;
    world.in_task = false;
    proceed();
  });
}

/**
 * One turn. 'leaving': a process has had its turn at a moment that time is about to leave.
 */
function step(world: World, halted: () => boolean): RunEnd | 'running' | 'waiting' | 'leaving' {
  if (halted()) return 'halted';
  const { inputs, outside } = world;
  if (inputs.enter_due()) outside.go_on();
  // A pending answer enters at the event at which it was requested, however long the host takes: everything
  // else stands still.
  if (outside.owes_answer) return 'waiting';
  if (world.host_turn === null && outside.begins_to_stand()) world.on_idle?.();
  if (outside.is_standing) {
    const passed = outside.pass_time();
    if (passed === 'waiting') return 'waiting';
    if (passed === 'over') return 'idle';
  }
  const next = world.turn();
  if (next <= world.now_ns || inputs.pending) return 'running';
  if (outside.is_open) {
    outside.stand_until(next);
    return 'running';
  }
  if (world.host_turn === null) world.on_idle?.();
  if (next === Infinity || world.is_quiet) {
    if (outside.may_still_come()) return 'waiting';
    if (inputs.is_replay) inputs.expect_none();
    return 'idle';
  }
  if (world.host_turn !== null && next - world.now_ns >= NSEC_PER_MSEC) return 'leaving';
  world.advance_to(next);
  return 'running';
}
