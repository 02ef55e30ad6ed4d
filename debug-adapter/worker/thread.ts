/** With which flags and how much memory a thread runs a world. */
import type { ResourceLimits } from 'node:worker_threads';
import { GRAPH_FLAGS } from '../moduleGraph.ts';

/** Modules are loaded by the world's own loader, and found as Node finds them. */
export const MACHINE_FLAGS: readonly string[] = [...GRAPH_FLAGS, '--experimental-import-meta-resolve'];

/** The first V8 that counts a function's calls before it optimizes it; older ones count bytes of bytecode. */
const V8_COUNTS_CALLS = 12;
/**
 * A flag of V8 for a process in which a world runs without a debugger: functions are optimized earlier than by
 * default. A packet goes through some hundred functions, once or twice each, and a run is short: V8 would find
 * them hot near its end. Under a debugger each step throws optimized code away, and becomes a tenth slower.
 */
export const EARLY_OPTIMIZATION: string =
  Number.parseInt(process.versions.v8) >= V8_COUNTS_CALLS
    ? '--invocation-count-for-turbofan=300'
    : '--interrupt-budget=15000';

/**
 * A half of the young generation, in MB. Each collection of it visits every page of the old generation, which
 * with 100,000 sockets takes longer than all else it does; with 64 instead of V8's 16 MB it runs a quarter as
 * often.
 */
export const SEMI_SPACE_MB = 64;
/**
 * The same of a thread that repeats runs. It keeps what it has grown to while it waits, and several wait: with 4 MB they take
 * half the memory, and are as quick as long as the run's heap is small.
 */
const WAITING_SEMI_SPACE_MB = 4;
const SMALL_HEAP = 200e6;
/** @param heapUsed bytes of the heap of the run that is repeated */
export function waitingSemiSpace(heapUsed: number): number {
  return heapUsed > SMALL_HEAP ? SEMI_SPACE_MB : WAITING_SEMI_SPACE_MB;
}

/** V8 counts three halves: two of objects, and one for what is larger than a page. */
const HALVES = 3;

/** @param maxHeap limit of the old generation, in MB; default: V8's own */
export function machineLimits(maxHeap?: number, semiSpace: number = SEMI_SPACE_MB): ResourceLimits {
  return {
    maxYoungGenerationSizeMb: HALVES * semiSpace,
    ...(maxHeap === undefined ? {} : { maxOldGenerationSizeMb: maxHeap }),
  };
}
