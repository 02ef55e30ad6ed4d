/** The chunks of a body (RFC 9112 7.1). */
import { field, units, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { printable } from '../../tree/text.ts';

const HEADING = field('', '', 'none');
const SIZE = field('http.chunk_size', 'Chunk size', 'uint32', { unit: ' octets' });
const DATA = field('http.chunk_data', 'Chunk data', 'bytes');
const BOUNDARY = field('http.chunk_boundary', 'Chunk boundary', 'bytes');
const TRAILER = field('http.chunked_trailer_part', 'trailer-part', 'string');

export const HTTP_CHUNK_FIELDS: readonly Field[] = [SIZE, DATA, BOUNDARY, TRAILER];

const octets = units('octet');

/** Adds the chunks' lines. @returns their contents, put together */
export function addChunks(packet: Packet, layer: Item, body: PacketBytes): PacketBytes {
  const { begin, captured } = body;
  const heading = layer.heading(HEADING, body, begin, captured - begin, 'HTTP chunked response');
  const contents: Uint8Array[] = [];
  for (let at = begin; at < captured;) {
    const lineEnd = body.lineEnd(at);
    const size = parseInt(body.latin1(at, lineEnd - at), 16);
    if (Number.isNaN(size)) break;
    if (size === 0) {
      addLast(heading, body, at, lineEnd);
      break;
    }
    const kept = Math.max(0, Math.min(size, captured - lineEnd));
    const boundary = Math.max(0, Math.min(2, captured - lineEnd - size));
    const text = `Data chunk (${size}${octets(size)})`;
    const chunk = heading.heading(HEADING, body, at, lineEnd - at + kept + boundary, text);
    chunk.add(SIZE, body, at, lineEnd - at, size);
    chunk.read(DATA, body, lineEnd, kept);
    if (boundary > 0) chunk.read(BOUNDARY, body, lineEnd + kept, boundary);
    contents.push(body.bytes(lineEnd, kept));
    at = lineEnd + kept + boundary;
  }
  return packet.addSource('De-chunked entity body', new Uint8Array(Buffer.concat(contents)));
}

function addLast(heading: Item, body: PacketBytes, at: number, lineEnd: number): void {
  const chunk = heading.heading(HEADING, body, at, body.captured - at, 'End of chunked encoding');
  chunk.add(SIZE, body, at, lineEnd - at, 0);
  if (lineEnd >= body.captured) return;
  const length = body.captured - lineEnd;
  const line = body.latin1(lineEnd, length);
  if (/^\r?\n/.test(line)) heading.heading(HEADING, body, lineEnd, length, printable(line));
  else heading.add(TRAILER, body, lineEnd, length, line);
}
