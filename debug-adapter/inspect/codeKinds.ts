/** Which code is whose, by the name under which V8 knows it. The stack says which of its own is what. */
import { CODE, isIn, isStack, MACHINE_STOP } from '../../stack/debugger/places.ts';

/** Code between the kernel and the user: a scenario's call goes through it into the kernel. */
export function isLibrary(url: string): boolean {
  return isIn(CODE.library, url);
}
/** The scheduler: what puts tasks on the CPU and takes them off it. */
export function isScheduler(url: string): boolean {
  return isIn(CODE.scheduler, url);
}
export function isTracing(url: string): boolean {
  return isIn(CODE.tracing, url);
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
  return isStack(url) && !isLibrary(url) && !isScheduler(url) && !isTracing(url);
}
export function isScenario(url: string): boolean {
  return !isStack(url) && !isForeign(url);
}

/**
 * What stepping passes over, as patterns for V8. Where the machine stops itself is not among them: V8 ignores `debugger`
 * statements in code that is passed over.
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
