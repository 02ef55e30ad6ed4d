/** Which code is whose, by the name under which V8 knows it. */

/** Code between the kernel and the user: a scenario's call goes through it into the kernel. */
export function isLibrary(url: string): boolean {
  return url.startsWith('stack/user/');
}
/** The scheduler: what puts tasks on the CPU and takes them off it. */
export function isScheduler(url: string): boolean {
  return /^stack\/(?:kernel\/sched\/(?:idle|runqueue|microtasks|core|no_sleep)\.ts$|world\/)/.test(url);
}
export function isTracing(url: string): boolean {
  return url.startsWith('stack/trace/');
}
/** Sockscope's own, and Node's. */
export function isForeign(url: string): boolean {
  return (
    url === '' ||
    url.startsWith('debug-adapter/') ||
    url.startsWith('node:') ||
    (url.startsWith('file:') && url.includes('/node_modules/'))
  );
}
export function isKernel(url: string): boolean {
  return url.startsWith('stack/') && !isLibrary(url) && !isScheduler(url) && !isTracing(url);
}
export function isScenario(url: string): boolean {
  return !url.startsWith('stack/') && !isForeign(url);
}

/**
 * What stepping passes over, as patterns for V8. machine_stop() is not among them: V8 ignores `debugger` statements in
 * code that is passed over.
 */
export const SKIPPED_PATTERNS: readonly string[] = [
  '^node:',
  '^debug-adapter/',
  '/node_modules/',
  '^stack/user/',
  '^stack/trace/(?!stop\\.ts$)',
  '^stack/kernel/sched/(idle|runqueue|microtasks|core|no_sleep)\\.ts$',
  '^stack/world/',
];
