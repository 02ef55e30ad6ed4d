/** Runs the promise callbacks of the task on the CPU until none are left. */

/**
 * Run all pending microtasks now. V8 drains them only when the JavaScript stack is empty. The scheduler must
 * drain them between two tasks, so that exactly one task runs at a time. `process._tickCallback` is the
 * function that Node calls after each of its own callbacks. It is undocumented but long-standing; a turn of
 * the event loop (setImmediate) would take seven times as long.
 */
export function drainMicrotasks(): void {
  (process as unknown as { _tickCallback(): void })._tickCallback();
}
