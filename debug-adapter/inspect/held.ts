import { isProxy } from './values/peek.ts';

/**
 * An expression's result is wrapped before V8 returns it: V8 would copy a string of any length, and describe
 * an object by reading its properties.
 */

/** Shorter strings are returned directly. */
const LONG_TEXT = 1000;

export class Held {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  static hold(value: unknown): unknown {
    const isPlain = (typeof value !== 'object' && typeof value !== 'function') || value === null;
    return isPlain && !(typeof value === 'string' && value.length > LONG_TEXT) ? value : new Held(value);
  }
  static open(value: unknown): unknown {
    return !isProxy(value) && value instanceof Held ? value.value : value;
  }
}
