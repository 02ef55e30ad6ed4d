/** Reading and writing bytes: packets and buffers, as the client's hex editor shows them. */
import { UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Checksum } from '../inspect/checksums.ts';
import type { BytesPlace, ReadBytes, WrittenBytes } from '../inspect/memory.ts';
import type { UpdateChecksumsArguments, UpdateChecksumsResponse } from '../protocol.ts';
import { bytesChanged, change } from './changes.ts';
import type { Run } from './run.ts';

/** A longer answer would take the machine's time; a client asks for the rest. */
const MOST_BYTES = 4 * 1024 * 1024;

export async function readMemory(
  run: Run,
  { memoryReference, offset = 0, count }: DebugProtocol.ReadMemoryArguments,
): Promise<DebugProtocol.ReadMemoryResponse['body']> {
  const { shownMemory: shown, debuggee } = run;
  const wanted = Math.min(count, MOST_BYTES);
  const args = [memoryReference, offset, wanted, shown.placeOf(memoryReference)];
  const { data, missing } = await debuggee.ask<ReadBytes>('memory.read', ...args);
  if (!shown.has(memoryReference))
    shown.add(memoryReference, await debuggee.ask<BytesPlace | null>('memory.placeOf', memoryReference));
  shown.readTo(memoryReference, offset + count);
  const unreadableBytes = missing + count - wanted;
  return {
    address: `0x${Math.max(0, offset).toString(16)}`,
    ...(data === '' ? {} : { data }),
    ...(unreadableBytes === 0 ? {} : { unreadableBytes }),
  };
}

export async function writeMemory(
  run: Run,
  { memoryReference, offset = 0, allowPartial = false, data }: DebugProtocol.WriteMemoryArguments,
): Promise<DebugProtocol.WriteMemoryResponse['body']> {
  if (!isBase64(data)) throw new UserError('writeMemory needs "data" as base64');
  const args = [memoryReference, offset, data, allowPartial];
  const { count } = await run.changing(async () => {
    const written = await change<WrittenBytes>(run, 'memory.write', ...args);
    await changed(run, [written]);
    return written;
  });
  return { bytesWritten: count };
}

export async function updateChecksums(
  run: Run,
  { memoryReference }: UpdateChecksumsArguments,
): Promise<UpdateChecksumsResponse> {
  const checksums = await run.changing(async () => {
    const { checksums, written } = await change<{ checksums: Checksum[]; written: WrittenBytes[] }>(
      run,
      'memory.updateChecksums',
      memoryReference,
    );
    await changed(run, written);
    return checksums;
  });
  return { checksums: checksums.map(({ of, stored, computed }) => ({ of, before: stored, now: computed })) };
}

async function changed(run: Run, written: readonly WrittenBytes[]): Promise<void> {
  await bytesChanged(run, written);
  run.frames.forgetItems();
  run.valuesChanged();
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/**
 * The writes of a client, one after the other: a hex editor saves each changed byte by its own, all at once, and the first
 * that is made in the past begins another run, in which those after it are made.
 */
export class MemoryWrites {
  #last: Promise<unknown> = Promise.resolve();

  add<T>(shown: ShownMemory, reference: string, write: () => Promise<T>): Promise<T> {
    const done = this.#last.then(write).finally(shown.beginWrite(reference));
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** The bytes that the client has read: it is told when they may have changed, and they are found at other moments. */
export class ShownMemory {
  /** By reference; `end` of what was read. */
  readonly #shown = new Map<string, { end: number; place: BytesPlace | null }>();
  /** How many writes of the client are under way, by reference; one map for all runs of a session. */
  #writes = new Map<string, number>();

  get references(): string[] {
    return [...this.#shown.keys()];
  }
  has(reference: string): boolean {
    return this.#shown.has(reference);
  }
  add(reference: string, place: BytesPlace | null): void {
    this.#shown.set(reference, { end: 0, place });
    if (this.#shown.size > MOST_SHOWN) this.#shown.delete(this.#shown.keys().next().value!);
  }
  takeFrom(other: ShownMemory): void {
    for (const [reference, known] of other.#shown) this.#shown.set(reference, { ...known });
    this.#writes = other.#writes;
  }
  /** @returns a function that ends it */
  beginWrite(reference: string): () => void {
    const count = (by: number): void => {
      this.#writes.set(reference, (this.#writes.get(reference) ?? 0) + by);
      if (this.#writes.get(reference) === 0) this.#writes.delete(reference);
    };
    count(1);
    return () => count(-1);
  }
  readTo(reference: string, end: number): void {
    const known = this.#shown.get(reference);
    if (known === undefined) return;
    known.end = Math.max(known.end, end);
    // Last in order: what is read at each stop stays.
    this.#shown.delete(reference);
    this.#shown.set(reference, known);
  }
  placeOf(reference: string): BytesPlace | null {
    return this.#shown.get(reference)?.place ?? null;
  }
  /**
   * What may have changed. Who writes knows it: told of a change in the middle of its save, a hex editor would warn that
   * somebody else has made one.
   */
  events(): DebugProtocol.MemoryEvent['body'][] {
    const shown = [...this.#shown].filter(([reference]) => !this.#writes.has(reference));
    return shown.map(([memoryReference, { end }]) => ({ memoryReference, offset: 0, count: end }));
  }
}
/** Nobody has more editors open; the oldest are not told of changes. */
const MOST_SHOWN = 100;
