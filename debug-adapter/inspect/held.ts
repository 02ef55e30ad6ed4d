import { isProxy } from './values/peek.ts';

/**
 * What an expression gives is packed before V8 hands it on: V8 would copy a text whatever its length, and put an object
 * into words, for which it reads properties.
 */

/** Shorter texts are handed on as they are. */
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
