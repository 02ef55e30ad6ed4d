/**
 * Bytes that are watched. V8 tells nobody of a write into a buffer, and many views share one; so their values are
 * compared at each tracepoint. A change is seen at the first one after it.
 */
import { types } from 'node:util';
import { TRACEPOINT_NAMES } from '../../../stack/trace/table.ts';
import type { World } from '../../../stack/world/world.ts';
import { storedValue } from './peek.ts';

/** Bytes of the buffer in a field: from one on, up to but without another. */
export interface ByteRange {
  from: number;
  to: number;
}

/** The buffer in a field; undefined: there is none. */
export function bufferIn(owner: object, name: string): Uint8Array | undefined {
  const value = storedValue(owner, name);
  return types.isUint8Array(value) ? value : undefined;
}
/** A copy of bytes, as far as there are so many. */
function bytesOf(owner: object, name: string, { from, to }: ByteRange): Uint8Array {
  return bufferIn(owner, name)?.slice(from, to) ?? new Uint8Array(0);
}
function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** What has become of watched bytes. */
export interface ByteChange {
  old: Uint8Array;
  now: Uint8Array;
  /** The event at which they were the old ones. */
  since: number;
}

/** Watches bytes of the buffer in a field. */
export class WatchedBytes {
  readonly #world: World;
  readonly name: string;
  readonly range: ByteRange;
  #owner: object | undefined;
  /** What they were when they were compared last; undefined: nobody watches them. */
  #seen: { bytes: Uint8Array; event: number } | undefined;
  #changed: (change: ByteChange) => void = () => {};

  constructor(world: World, name: string, range: ByteRange) {
    this.#world = world;
    this.name = name;
    this.range = range;
  }

  /** @returns a function that ends it */
  watch(owner: object, changed: (change: ByteChange) => void): () => void {
    this.#owner = owner;
    this.#changed = changed;
    this.#see(this.#now(owner));
    const unlisten = TRACEPOINT_NAMES.map((name) => this.#world.tracer.on(name, () => this.compare()));
    return () => {
      for (const end of unlisten) end();
      this.#owner = this.#seen = undefined;
    };
  }
  /** Tell whether they have changed since this was done last. */
  compare(): void {
    const { bytes: old, event: since } = this.#seen ?? {};
    if (this.#owner === undefined || old === undefined || since === undefined) return;
    const now = this.#now(this.#owner);
    this.#see(now);
    if (!isSameBytes(old, now)) this.#changed({ old, now, since });
  }
  /** They are watched, and as they were when they were compared last. */
  get isUnchanged(): boolean {
    const seen = this.#seen;
    return seen !== undefined && isSameBytes(seen.bytes, this.#now(this.#owner!));
  }
  /** What they have become is none of the machine's changes. */
  accept(): void {
    if (this.#owner !== undefined) this.#see(this.#now(this.#owner));
  }
  #now(owner: object): Uint8Array {
    return bytesOf(owner, this.name, this.range);
  }
  #see(bytes: Uint8Array): void {
    this.#seen = { bytes, event: this.#world.event };
  }

  /** What they are, in hexadecimal digits; empty: there is no buffer. */
  get hex(): string {
    return this.#owner === undefined ? '' : Buffer.from(this.#now(this.#owner)).toString('hex');
  }
  /** `head[34..38]` */
  get text(): string {
    return rangeText(this.name, this.range);
  }
}

/** What a condition sees: a single byte is a number. */
export function bytesValue(bytes: Uint8Array, { from, to }: ByteRange): unknown {
  return to - from === 1 ? bytes[0] : bytes;
}

/** Longer runs of bytes are cut. */
const SHOWN = 16;
/** `0a 00`; of many those around the first difference. */
export function bytesTexts(old: Uint8Array, now: Uint8Array): [before: string, after: string] {
  const at = old.findIndex((byte, index) => byte !== now[index]);
  const start = Math.max(0, Math.min(at < 0 ? 0 : at, old.length - SHOWN));
  const show = (bytes: Uint8Array): string => {
    const hex = Buffer.from(bytes.subarray(start, start + SHOWN)).toString('hex');
    const text = hex.replace(/..(?!$)/g, '$& ');
    return `${start > 0 ? '… ' : ''}${text}${start + SHOWN < bytes.length ? ' …' : ''}`;
  };
  return [show(old), show(now)];
}
/** `head[34..38]`; a single one is `head[34]`. */
export function rangeText(name: string, { from, to }: ByteRange): string {
  return to - from === 1 ? `${name}[${from}]` : `${name}[${from}..${to}]`;
}
