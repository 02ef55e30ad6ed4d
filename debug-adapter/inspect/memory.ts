/**
 * Bytes that the client reads and writes by a reference: packets and buffers. A reference lasts as long as its
 * object, so that a hex editor shows the same packet at each stop. Another moment of the run is another machine: frames
 * and buffers are found again there, other packets have no bytes until their own moment is shown again.
 */
import { UserError } from '../../language/userError.ts';
import { object_at, type EditPath } from '../../stack/world/edit.ts';
import { frames_in_transit, is_in_flight } from '../../stack/world/frames.ts';
import {
  byte_length,
  edit_bytes,
  is_byte_store,
  is_frame,
  is_packet,
  path_of,
  read_bytes,
  write_bytes,
  type ByteStore,
  type StoredBytes,
} from '../../stack/world/memory.ts';
import type { World } from '../../stack/world/world.ts';
import { checksumsOf, type Checksum } from './checksums.ts';
import { Held } from './held.ts';
import { TOOLS } from './tools.ts';

/** Bytes of a range, as base64; `missing`: how many were wanted beyond its end. */
export interface ReadBytes {
  data: string;
  missing: number;
}
/** Where bytes are in every machine that repeats the run: a frame by its number, a buffer by the way to its field. */
export type BytesPlace = { frame: number } | { path: EditPath };
/** What was written, and the expression that does it again, with the frame that it holds in. */
export interface WrittenBytes {
  count: number;
  expression: string | undefined;
  below: number | undefined;
}
/** How another machine finds bytes, which it is to know by a reference. */
export type BytesWay =
  | { reference: string; path: EditPath }
  /** Evaluated in the frame that has so many frames below it, it gives them the reference. */
  | { reference: string; expression: string; below: number | undefined };

interface Known {
  store: WeakRef<ByteStore>;
  stored: StoredBytes | undefined;
}
interface Named {
  expression: string;
  below: number | undefined;
}

/** Maximum number of references; the oldest are discarded first. */
const MOST = 100_000;

export class Memory {
  readonly #world: World;
  /** Called with what writes bytes for the user. */
  readonly #writes: (write: () => void) => void;
  #first = 1;
  #next = 1;
  readonly #references = new WeakMap<ByteStore, string>();
  readonly #known = new Map<string, Known>();
  /** Expressions for the bytes at this stop, by reference. */
  readonly #named = new Map<string, Named>();

  constructor(world: World, writes: (write: () => void) => void) {
    this.#world = world;
    this.#writes = writes;
  }

  /** Start of this machine's range of numbers: a reference of another machine is recognized. */
  startAt(first: number): void {
    this.#first = this.#next = first;
  }
  /** The machine has gone on: what expressions mean may have changed. */
  clear(): void {
    this.#named.clear();
  }

  /** The reference of bytes. @param named an expression for them at this stop */
  offer(store: ByteStore, stored?: StoredBytes, named?: Named): string {
    let reference = this.#references.get(store);
    if (reference === undefined || !this.#known.has(reference)) {
      // VS Code shows it above the bytes, as the name of a folder.
      reference = `${is_packet(store) ? 'packet' : is_frame(store) ? 'frame' : 'bytes'}-${this.#next++}`;
      this.#add(reference, store, stored);
    }
    if (named !== undefined) this.#named.set(reference, named);
    return reference;
  }
  #add(reference: string, store: ByteStore, stored: StoredBytes | undefined): void {
    this.#references.set(store, reference);
    this.#known.set(reference, { store: new WeakRef(store), stored });
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value!);
  }

  /** How another machine at this moment finds the bytes of references; those to which nothing leads are left out. */
  waysTo(references: readonly string[]): BytesWay[] {
    return references.flatMap((reference): BytesWay[] => {
      const known = this.#known.get(reference);
      const store = known?.store.deref();
      const path = store && path_of(this.#world, store, known!.stored);
      if (path) return [{ reference, path }];
      const named = this.#named.get(reference);
      if (named === undefined) return [];
      const { expression, below } = named;
      return [{ reference, expression: `${TOOLS}.adopt(${expression}, "${reference}")`, below }];
    });
  }
  /** Bytes have the reference that they have in another machine, which stands at the same moment. */
  adopt(value: unknown, reference: string, stored?: StoredBytes): void {
    const store = Held.open(value);
    if (is_byte_store(store)) this.#add(reference, store, stored);
  }
  adoptAt(path: EditPath, reference: string): void {
    const owner = object_at(this.#world, path.slice(0, -1));
    const name = path.at(-1);
    const stored = owner !== undefined && typeof name === 'string' ? { owner, name } : undefined;
    this.adopt(object_at(this.#world, path), reference, stored);
  }

  /** Where bytes are found at other moments; null: nowhere. */
  placeOf(reference: string): BytesPlace | null {
    const known = this.#known.get(reference);
    const store = known?.store.deref();
    if (store === undefined || is_packet(store)) return null;
    if (is_frame(store)) return { frame: store.number };
    const path = path_of(this.#world, store, known!.stored);
    return path && { path };
  }
  #adoptFrom(place: BytesPlace, reference: string): void {
    if ('path' in place) return this.adoptAt(place.path, reference);
    const frame = frames_in_transit(this.#world).find(({ number }) => number === place.frame);
    if (frame !== undefined) this.#add(reference, frame.store, frame.stored);
  }

  /**
   * Bytes that are not there at this moment have none: a hex editor that is told of an error goes on showing the old ones.
   *
   * @param place where they are if the reference is of another moment
   */
  read(reference: string, offset: number, count: number, place: BytesPlace | null): ReadBytes {
    if (!this.#known.has(reference) && place !== null) this.#adoptFrom(place, reference);
    const store = this.#known.get(reference)?.store.deref();
    if (store === undefined || !this.#isThere(store)) return { data: '', missing: count };
    const bytes = read_bytes(store, offset, count);
    return { data: Buffer.from(bytes).toString('base64'), missing: count - bytes.length };
  }
  /** @param allowPartial else nothing is written if not all of it can be */
  write(reference: string, offset: number, base64: string, allowPartial: boolean): WrittenBytes {
    const { store, stored } = this.#find(reference);
    const bytes = Buffer.from(base64, 'base64');
    const room = Math.max(0, byte_length(store) - offset);
    if (offset < 0 || (bytes.length > room && !allowPartial))
      throw new UserError(
        'there are {0} bytes here: nothing can be written at {1}',
        byte_length(store),
        Math.max(offset, byte_length(store)),
      );
    const written = bytes.subarray(0, room);
    this.#writes(() => edit_bytes(this.#world, store, stored, offset, written));
    return { count: written.length, ...this.#again(reference, offset, written) };
  }
  #again(reference: string, at: number, bytes: Buffer): Omit<WrittenBytes, 'count'> {
    const named = this.#named.get(reference);
    const expression = named && `${TOOLS}.write(${named.expression}, ${at}, "${bytes.toString('hex')}")`;
    return { expression, below: named?.below };
  }

  /** Compute a packet's checksums again. @returns what was written for each that was wrong */
  updateChecksums(reference: string): { checksums: Checksum[]; written: WrittenBytes[] } {
    const { store } = this.#find(reference);
    if (!is_packet(store) && !is_frame(store)) throw new UserError('only a packet has checksums');
    const checksums = checksumsOf(read_bytes(store, 0, byte_length(store)), store);
    const wrong = checksums.filter(({ stored, computed }) => stored !== computed);
    const written = wrong.map(({ at, computed }) =>
      this.write(reference, at, Buffer.from([computed >> 8, computed & 0xff]).toString('base64'), false),
    );
    return { checksums, written };
  }

  #find(reference: string): { store: ByteStore; stored: StoredBytes | undefined } {
    const known = this.#known.get(reference);
    const store = known?.store.deref();
    if (known === undefined && this.#isForeign(reference))
      throw new UserError(
        'these bytes were shown at another moment of the run: open them again in the variables of this one',
      );
    if (known === undefined || store === undefined || !this.#isThere(store))
      throw new UserError('these bytes are not there any more: their packet was freed');
    return { store, stored: known.stored };
  }
  /** Whether another machine has given a reference. */
  #isForeign(reference: string): boolean {
    const number = Number(/-(\d+)$/.exec(reference)?.[1]);
    return number < this.#first || number >= this.#next;
  }
  #isThere(store: ByteStore): boolean {
    if (is_packet(store)) return store.users > 0;
    return !is_frame(store) || is_in_flight(this.#world, store);
  }
}

/** For the expression that writes bytes again in another run. */
export function writeHex(value: unknown, at: number, hex: string): void {
  const store = Held.open(value);
  if (!is_byte_store(store)) throw new UserError('there are no bytes here');
  write_bytes(store, at, Buffer.from(hex, 'hex'));
}
