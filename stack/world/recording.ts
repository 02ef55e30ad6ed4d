/** The host's answers as bytes for the input log. */
import { deserialize, serialize } from 'node:v8';
import type { Outcome } from './outside.ts';

/**
 * @returns null when the answer holds something that exists only in this run (an open file, an instance of a
 *   class): a replay must then call the host again
 */
export function record(outcome: Outcome): Uint8Array | null {
  if ('error' in outcome) {
    if (!(outcome.error instanceof Error)) return isPlain(outcome.error) ? bytes(outcome) : null;
    const { name, message, stack } = outcome.error;
    return bytes({ thrown: { ...outcome.error, name, message, stack } });
  }
  return isPlain(outcome.value) ? bytes(outcome) : null;
}

export function recall(bytes: Uint8Array): Outcome {
  const found = deserialize(bytes) as Outcome | { thrown: Record<string, unknown> };
  return 'thrown' in found ? { error: error_of(found.thrown) } : found;
}

/** The classes of errors that JavaScript has itself. */
const ERRORS: readonly (new () => Error)[] = [Error, TypeError, RangeError, SyntaxError, EvalError, URIError];

/** An error of its class; what an error does not list of itself is not listed here either. */
function error_of({ name, message, stack, ...more }: Record<string, unknown>): Error {
  const error = new (ERRORS.find((one) => one.name === name) ?? Error)();
  const hidden = (value: unknown) => ({ value, writable: true, configurable: true });
  if (error.name !== name) Object.defineProperty(error, 'name', hidden(name));
  Object.defineProperty(error, 'message', hidden(message));
  Object.defineProperty(error, 'stack', hidden(stack));
  return Object.assign(error, more);
}

/** Whether a value consists only of primitives, byte arrays, lists and plain objects. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Date) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isPlain);
}

/** A copy, because serialize() returns part of a larger block. */
const bytes = (value: unknown): Uint8Array => new Uint8Array(serialize(value));
