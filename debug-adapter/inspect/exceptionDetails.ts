/** An error that a process has thrown, without running any of its code. */
import { types } from 'node:util';
import { primitiveText } from './values/primitives.ts';
import { className, isProxy, storedText, storedValue } from './values/peek.ts';
import type { TextFrame } from './stackText.ts';

export interface ExceptionDetails {
  /** `Error`; of anything else that was thrown, its type. */
  typeName: string;
  message: string;
  /** `ECONNREFUSED`, if it has one. */
  code: string | undefined;
  places: TextFrame[];
  /** Its cause, or the errors that it gathers. */
  inner: ExceptionDetails[];
}
/** An error may be its own cause. */
const MOST_LEVELS = 5;
/** Of an AggregateError. */
const MOST_INNER = 20;

/** @param stops knows where an error has come from */
export function exceptionDetails(
  error: unknown,
  stops: { placesOf(error: unknown): TextFrame[] },
  levels = MOST_LEVELS,
): ExceptionDetails {
  if (!types.isNativeError(error) || isProxy(error)) {
    const typeName = error === null ? 'null' : typeof error;
    const message = typeof error === 'object' || typeof error === 'function' ? '' : primitiveText(error);
    return { typeName, message, code: undefined, places: [], inner: [] };
  }
  const errors = storedValue(error, 'errors');
  const cause = storedValue(error, 'cause');
  const within = Array.isArray(errors) ? (errors as unknown[]).slice(0, MOST_INNER) : [];
  if (cause !== undefined) within.push(cause);
  return {
    typeName: className(error) || 'Error',
    message: storedText(error, 'message') ?? '',
    code: storedText(error, 'code'),
    places: stops.placesOf(error),
    inner: levels === 0 ? [] : within.map((one) => exceptionDetails(one, stops, levels - 1)),
  };
}
