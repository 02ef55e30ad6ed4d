/** Flags of V8 for a process in whose threads programs are debugged while V8 compiles what runs often. */

/**
 * Compiled code forgets a variable that it does not need any more: in a frame below the innermost one it would be shown as undefined,
 * or not at all.
 */
const KEEP_VARIABLES = '--no-analyze-environment-liveness';
/** The compiler between the interpreter and TurboFan forgets them whatever the flag says. */
const NO_MAGLEV = '--no-maglev';
/** From this version of V8 on it is used. */
const MAGLEV_SINCE = [12, 0] as const;

/**
 * V8's first compiler after the interpreter. A run is no slower without it. With it, V8 searches the whole heap before it sets the
 * first breakpoint in a function that this one has compiled: 5 ms for each.
 */
const NO_SPARKPLUG = '--no-sparkplug';

/**
 * V8 compiles a loop that runs for long, and goes on in what it has compiled ("on-stack replacement"). Some versions do not bear a
 * breakpoint in the function of such a loop. Each cure is for the versions of V8 before `until` (major and minor) that
 * no earlier one is for.
 */
const CURES: readonly { until: readonly [number, number]; flags: readonly string[] }[] = [
  {
    // V8 dies of the breakpoint if it has compiled the loop in another thread. In the loop's own thread the loop waits some
    // milliseconds for that, once. Seen in 11.3 (Node 20).
    until: [12, 0],
    flags: ['--no-concurrent-osr'],
  },
  {
    // V8 refuses to compile the loop because of the breakpoint, is asked again at each turn, and takes no interrupt meanwhile. It
    // takes them when a turn uses up the function's budget. But the asking charges the length of the function first and gives it
    // back afterwards: the budget is always used up there, where V8 only renews it. These flags are the new budget of a function
    // whose loop waits, in lengths of the function. With -1 nothing is left when the length is given back, so the turn uses it
    // up, too. A loop that V8 may compile runs as fast as without the flags; a turn of one that it refuses takes 0.3 in place of
    // 0.14 µs. Seen in 12.4 and 12.9 (Node 22 and 23); 13.6 (Node 24) asks only once.
    until: [13, 6],
    flags: ['--invocation-count-for-osr=-1', '--invocation-count-for-maglev-osr=-1'],
  },
];

/** @param version `process.versions.v8` */
export function v8Flags(version: string): readonly string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isBefore = (until: readonly [number, number]) =>
    major < until[0] || (major === until[0] && minor < until[1]);
  const cure = CURES.find(({ until }) => isBefore(until))?.flags ?? [];
  return [KEEP_VARIABLES, NO_SPARKPLUG, ...(isBefore(MAGLEV_SINCE) ? [] : [NO_MAGLEV]), ...cure];
}
