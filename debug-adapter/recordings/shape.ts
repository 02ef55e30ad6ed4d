/** Reads unknown values of a recording strictly: a value of another type is refused with the name of its place. */
import { either, message, type Part } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';

/** A recording that cannot be read, or does not fit here: the message tells why, and what to do. */
export class RecordingError extends UserError {
  override name = 'RecordingError';
}

/** A value somewhere in a recording. */
export class Place {
  readonly value: unknown;
  readonly #path: string;

  /** @param path the value's name in messages; '' for the whole */
  constructor(value: unknown, path = '') {
    this.value = value;
    this.#path = path;
  }

  refuse(expected: Part): never {
    const got = JSON.stringify(this.value) ?? 'nothing';
    throw new RecordingError(
      'The recording is damaged: its {0} must be {1}, got {2}.',
      this.#path === '' ? message('content') : this.#path,
      expected,
      got.length > 60 ? `${got.slice(0, 60)}…` : got,
    );
  }

  get isThere(): boolean {
    return this.value !== undefined;
  }
  text(): string {
    return typeof this.value === 'string' ? this.value : this.refuse(message('a text'));
  }
  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse(message('true or false'));
  }
  /** A whole number from 0 on. */
  count(): number {
    const value = this.value;
    return Number.isSafeInteger(value) && (value as number) >= 0
      ? (value as number)
      : this.refuse(message('a whole number from 0 on'));
  }
  number(): number {
    return Number.isFinite(this.value) ? (this.value as number) : this.refuse(message('a number'));
  }
  bytes(): Uint8Array {
    const text = this.text();
    return /^[A-Za-z0-9+/]*={0,2}$/.test(text)
      ? new Uint8Array(Buffer.from(text, 'base64'))
      : this.refuse(message('bytes in base64'));
  }
  oneOf<const T extends string>(...allowed: readonly T[]): T {
    return allowed.find((one) => one === this.value) ?? this.refuse(either(allowed));
  }
  object(): Record<string, unknown> {
    const value = this.value;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : this.refuse(message('an object'));
  }
  list<T>(read: (one: Place) => T): T[] {
    return Array.isArray(this.value)
      ? this.value.map((one: unknown, index) => read(new Place(one, `${this.#path}[${index}]`)))
      : this.refuse(message('a list'));
  }
  /** A member of an object. */
  at(name: string): Place {
    const object = this.object();
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    return new Place(Object.hasOwn(object, name) ? object[name] : undefined, path);
  }
  /** @returns undefined if there is nothing here */
  optional<T>(read: (place: this) => T): T | undefined {
    return this.isThere ? read(this) : undefined;
  }
}
