/** Classifies code by V8's script URL. The stack classifies its own files. */
import { CODE, isIn, isStack, MACHINE_STOP } from '../../stack/debugger/places.ts';

/** Code between the kernel and the user: a scenario's call goes through it into the kernel. */
export function isLibrary(url: string): boolean {
  return isIn(CODE.library, url);
}
/** The scheduler: code that switches tasks on the CPU. */
export function isScheduler(url: string): boolean {
  return isIn(CODE.scheduler, url);
}
export function isTracing(url: string): boolean {
  return isIn(CODE.tracing, url);
}
/** Sockscope's internal code, and Node's. */
export function isForeign(url: string): boolean {
  return (
    url === '' ||
    url.startsWith('debug-adapter/') ||
    url.startsWith('node:') ||
    (url.startsWith('file:') && url.includes('/node_modules/'))
  );
}
/** The debugger's own code. */
export function isDebugger(url: string): boolean {
  return url.startsWith('debug-adapter/');
}
export function isKernel(url: string): boolean {
  return isStack(url) && !isLibrary(url) && !isScheduler(url) && !isTracing(url);
}
export function isScenario(url: string): boolean {
  return !isStack(url) && !isForeign(url);
}

/** What the debugger evaluates in the thread by itself: each time a script, which is not worth remembering. */
export const EVALUATED_URL = 'node:sockscope';

/**
 * URL patterns of code that V8 skips when stepping. The code in which the machine stops itself is not
 * included: V8 ignores `debugger` statements in skipped code.
 */
export const SKIPPED_PATTERNS: readonly string[] = [
  '^node:',
  '^debug-adapter/',
  '/node_modules/',
  ...Object.values(CODE)
    .flat()
    .map((place) => `^(?!${escaped(MACHINE_STOP.url)}$)${escaped(place)}`),
];
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
