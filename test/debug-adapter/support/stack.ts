/** The functions that are on the call stack. */
import { parseStack } from '../../../debug-adapter/inspect/stackText.ts';

export function stackNow(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = before;
  return stack;
}
/** Innermost first. */
export const functionsOf = (stack: string): string[] => parseStack(stack).map(({ name }) => name);
