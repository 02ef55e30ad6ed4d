/** Reading and writing bytes: packets and buffers, as the client's hex editor shows them. */
import { UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Checksum } from '../inspect/checksums.ts';
import type { BytesPlace, ReadBytes, WrittenBytes } from '../inspect/memory.ts';
import type { UpdateChecksumsArguments, UpdateChecksumsResponse } from '../protocol.ts';
import { bytesChanged } from './changes.ts';
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
    const written = await run.debuggee.ask<WrittenBytes>('memory.write', ...args);
    await changed(run, [written], memoryReference);
    return written;
  });
  return { bytesWritten: count };
}

export async function updateChecksums(
  run: Run,
  { memoryReference }: UpdateChecksumsArguments,
): Promise<UpdateChecksumsResponse> {
  const checksums = await run.changing(async () => {
    const { checksums, written } = await run.debuggee.ask<{ checksums: Checksum[]; written: WrittenBytes[] }>(
      'memory.updateChecksums',
      memoryReference,
    );
    await changed(run, written);
    return checksums;
  });
  return { checksums: checksums.map(({ of, stored, computed }) => ({ of, before: stored, now: computed })) };
}

/**
 * @param known the reference whose bytes the client itself has written. Told of a change in the middle of its save, a hex
 * editor would warn that somebody else has changed them
 */
async function changed(run: Run, written: readonly WrittenBytes[], known?: string): Promise<void> {
  await bytesChanged(run, written);
  run.frames.forgetItems();
  run.valuesChanged(known);
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** The bytes that the client has read: it is told when they may have changed, and they are found at other moments. */
export class ShownMemory {
  /** By reference; `end` of what was read. */
  readonly #shown = new Map<string, { end: number; place: BytesPlace | null }>();

  has(reference: string): boolean {
    return this.#shown.has(reference);
  }
  add(reference: string, place: BytesPlace | null): void {
    this.#shown.set(reference, { end: 0, place });
    if (this.#shown.size > MOST_SHOWN) this.#shown.delete(this.#shown.keys().next().value!);
  }
  takeFrom(other: ShownMemory): void {
    for (const [reference, known] of other.#shown) this.#shown.set(reference, { ...known });
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
  /** @param known the reference whose bytes the client knows */
  events(known?: string): DebugProtocol.MemoryEvent['body'][] {
    const shown = [...this.#shown].filter(([reference]) => reference !== known);
    return shown.map(([memoryReference, { end }]) => ({ memoryReference, offset: 0, count: end }));
  }
}
/** Nobody has more editors open; the oldest are not told of changes. */
const MOST_SHOWN = 100;
