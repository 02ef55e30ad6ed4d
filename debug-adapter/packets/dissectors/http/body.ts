/** The body of a message: chunks put together, then decoded by its content type. */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { dissectData } from '../data.ts';
import { dissectMedia } from '../media/media.ts';
import { addChunks, HTTP_CHUNK_FIELDS } from './chunks.ts';
import { addDecompressed, HTTP_ENCODING_FIELDS } from './encoding.ts';
import type { Headers } from './headers.ts';

const FILE_DATA = field('http.file_data', 'File Data', 'string');

export const HTTP_BODY_FIELDS: readonly Field[] = [FILE_DATA, ...HTTP_CHUNK_FIELDS, ...HTTP_ENCODING_FIELDS];

/** @param rest from the body's first byte on. @param end where the message ends */
export function addBody(
  packet: Packet,
  layer: Item,
  rest: PacketBytes,
  end: number,
  { isChunked, contentType, contentEncoding }: Headers,
): void {
  const raw = rest.part(rest.begin, end);
  if (raw.captured <= raw.begin) return;
  const sent = isChunked ? addChunks(packet, layer, raw) : raw;
  if (sent.captured <= sent.begin) return;
  const body = addDecompressed(packet, layer, sent, contentEncoding);
  if (!body) return;
  const size = body.captured - body.begin;
  layer
    .add(FILE_DATA, body, body.begin, size, untilNul(body.ascii(body.begin, size)))
    .as(() => `${size} bytes`);
  if (!contentType) {
    dissectData(packet, body, layer);
    return;
  }
  // The body's layer follows.
  if (dissectMedia(packet, body, contentType) && rest.source === layer.source)
    layer.extend(rest.begin - layer.offset);
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
