/** The one place where an armed tracepoint stops the machine: the debugger hides this frame and shows the caller. */

/** Why the machine stops: the debugger reads it during the stop. */
export interface StopReason {
  /** The exception filter or breakpoint that matched. */
  filter: string;
  /** A short text beside the thread's name: 'SYN_RECV → ESTABLISHED'. */
  label: string;
  /** A sentence for the user: 'transition SYN_RECV → ESTABLISHED of …'. */
  description: string;
  /** Where it stands if not at a tracepoint: a task is put on the CPU, or nothing can run. */
  at?: 'switch' | 'idle';
}

export function machine_stop(reason: StopReason): StopReason {
  // eslint-disable-next-line no-debugger -- this is what the function is for
  debugger;
  return reason;
}
