/**
 * Which arrival is the line before: of the same function, in the same activation, in the same thread; at a
 * function's first line, the line of its caller.
 */
import type { NotedArrival } from '../inspect/moments.ts';
import { SOFTIRQ_THREAD } from '../inspect/threads.ts';

/** What a tracked place is to the line that a step back begins at. */
export interface PlaceRole {
  /** In the function itself, in its caller, or in neither. */
  of: 'function' | 'caller' | 'other';
  line: number;
  /** V8 pauses here when the function returns. */
  returns: boolean;
}
/** Where a step back begins. */
export interface Here {
  thread: number;
  line: number;
  /** How often the function is on the stack. */
  depth: number;
  /** The same for the caller; undefined: it has slept, and V8's stack does not have it. */
  callerDepth: number | undefined;
  /** The thread sleeps within the line: going back leads to the line itself. */
  asleep: boolean;
}

/**
 * @param arrivals up to here, without the one that leads here
 * @returns undefined if the arrivals begin too late
 */
export function lineBefore(
  arrivals: readonly NotedArrival[],
  roles: readonly PlaceRole[],
  here: Here,
): NotedArrival | undefined {
  const own = arrivals.filter((arrival) => threadOf(arrival) === here.thread);
  let found: NotedArrival | undefined;
  let isOut = false;
  for (const arrival of own.toReversed()) {
    const { of, line, returns } = roles[arrival.place]!;
    if (of === 'function') {
      // Another activation has ended between two visits of the caller's line.
      if (isOut && found !== undefined) return found;
      if (isOut) continue;
      if (arrival.depth > here.depth) continue;
      // The function returned: what was before it is another activation.
      if (arrival.depth < here.depth || (returns && !here.asleep)) {
        if (found !== undefined) return found;
        isOut = true;
        continue;
      }
      if (found !== undefined && line !== roles[found.place]!.line) return found;
      if (found !== undefined || line !== here.line || here.asleep) found = arrival;
    } else if (of === 'caller') {
      if (here.callerDepth !== undefined && arrival.depth !== here.callerDepth) continue;
      if (found !== undefined && (returns || roles[found.place]!.of === 'function')) return found;
      if (returns) continue;
      // The beginning of the line.
      found = arrival;
      isOut = true;
    }
  }
  return found;
}

/** The thread in which an arrival was. */
export function threadOf({ pid, interrupt }: NotedArrival): number {
  return pid === 0 || interrupt ? SOFTIRQ_THREAD : pid;
}
