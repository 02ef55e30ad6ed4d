/** What a program gives to be written or filled, in the ways that only promises accept. */

type View = NodeJS.ArrayBufferView;

/** What Node allocates if a program gives no memory. */
const READ_BYTES = 16 * 1024;

/** Data of an iterable or a stream is read first: the host must not run the program's code amid its answer. */
export async function written(data: unknown, options?: unknown): Promise<unknown> {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data) || !is_iterable(data))
    return data;
  const encoding = (
    typeof options === 'string' ? options : (options as { encoding?: string } | null | undefined)?.encoding
  ) as BufferEncoding | undefined;
  const parts: Uint8Array[] = [];
  for await (const part of data)
    parts.push(
      ArrayBuffer.isView(part)
        ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
        : Buffer.from(String(part), encoding ?? 'utf8'),
    );
  return Buffer.concat(parts);
}
function is_iterable(data: object): data is AsyncIterable<View | string> {
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

/** The arguments of a FileHandle's read(), with memory if there is none. */
export function bytes_read_by(args: readonly unknown[]): { buffer: View; given: unknown[] } {
  const [first, ...more] = args;
  if (ArrayBuffer.isView(first)) return { buffer: first as View, given: [first, ...more] };
  const options = (first ?? {}) as { buffer?: View };
  const buffer = options.buffer ?? Buffer.alloc(READ_BYTES);
  return { buffer, given: [{ ...options, buffer }] };
}
