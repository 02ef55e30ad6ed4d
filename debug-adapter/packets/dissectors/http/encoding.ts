/** Bodies that were compressed. */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { expert } from '../../tree/expert.ts';
import { field, units, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { dissectData } from '../data.ts';

const HEADING = field('', '', 'none');
const FAILED = field('http.decompression_failed', 'Decompression failed', 'none');

export const HTTP_ENCODING_FIELDS: readonly Field[] = [FAILED];

/** A body that claims to be larger is not decompressed: it may be made to fill the memory. */
const LIMIT = { maxOutputLength: 64 * 1024 * 1024 };
const bytesUnit = units('byte');

/** @returns the body as it was before it was compressed; null if it cannot be read */
export function addDecompressed(
  packet: Packet,
  layer: Item,
  body: PacketBytes,
  encoding: string,
): PacketBytes | null {
  const name = encoding.trim();
  if (!name || /^identity$/i.test(name)) return body;
  const sent = body.bytes(body.begin, body.captured - body.begin);
  const plain = decompress(name.toLowerCase(), sent);
  const text = `Content-encoded entity body (${name}): ${sent.length} bytes`;
  const line = layer.heading(HEADING, body, body.begin, sent.length, text);
  if (!plain) {
    expert(line, FAILED, 'Warning', 'Undecoded');
    dissectData(packet, body, line);
    return null;
  }
  line.also(() => ` -> ${plain.length}${bytesUnit(plain.length)}`);
  return packet.addSource('Uncompressed entity body', plain);
}

function decompress(name: string, bytes: Uint8Array): Uint8Array | null {
  try {
    switch (name) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, LIMIT);
      case 'deflate':
      case 'x-deflate':
        // Some senders leave out the header of zlib (RFC 9110 8.4.1.2).
        return (bytes[0]! & 0x0f) === 8 ? inflateSync(bytes, LIMIT) : inflateRawSync(bytes, LIMIT);
      case 'br':
        return brotliDecompressSync(bytes, LIMIT);
      default:
        return null;
    }
  } catch (error) {
    // What zlib cannot read is told in the packet.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
