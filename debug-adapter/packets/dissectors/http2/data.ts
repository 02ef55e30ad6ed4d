/** DATA frames, and bodies put together from several of them. */
import { FLAG, type Http2Body, type Http2Frame } from '../../streams/http2/http2.ts';
import { Forgotten } from '../../streams/streamBytes.ts';
import { field, units, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { dissectMedia } from '../media/media.ts';
import { addPadLength, addPadding } from './padding.ts';

const DATA = field('http2.data.data', 'Data', 'bytes');
const PADDING = field('http2.data.padding', 'Padding', 'bytes');
const FRAGMENTS = field('http2.body.fragments', 'Body fragments', 'none');
const FRAGMENT = field('http2.body.fragment', 'Body fragment', 'uint32', { isFrame: true });
const COUNT = field('http2.body.fragment.count', 'Body fragment count', 'uint32');
const REASSEMBLED_IN = field('http2.body.reassembled.in', 'Reassembled body in frame', 'uint32', {
  isFrame: true,
});
const LENGTH = field('http2.body.reassembled.length', 'Reassembled body length', 'uint32');
const WHOLE = field('http2.body.reassembled.data', 'Reassembled body data', 'bytes');

export const HTTP2_DATA_FIELDS: readonly Field[] = [
  DATA,
  PADDING,
  FRAGMENTS,
  FRAGMENT,
  COUNT,
  REASSEMBLED_IN,
  LENGTH,
  WHOLE,
];

const bytesUnit = units('byte');

/** @param payload the frame's, with its padding */
export function addData(
  packet: Packet,
  layer: Item,
  stream: Item,
  payload: PacketBytes,
  content: PacketBytes,
  flags: number,
  { body, endsParts }: Http2Frame,
): void {
  addPadLength(stream, payload, flags);
  const isPart = body !== null && !(flags & FLAG.endStream);
  if (isPart && body.endedIn !== 0) stream.generate(REASSEMBLED_IN, payload, body.endedIn);
  const whole = endsParts && body ? addBody(packet, stream, payload, body) : content;
  if (!whole) return;
  const size = whole.captured - whole.begin;
  if (size > 0) stream.read(DATA, whole, whole.begin, size);
  addPadding(stream, PADDING, payload, content);
  if (!isPart && size > 0 && body?.contentType) dissectMedia(packet, whole, body.contentType, layer);
}

/** @returns null if a packet of it was let go */
function addBody(
  packet: Packet,
  stream: Item,
  payload: PacketBytes,
  { parts }: Http2Body,
): PacketBytes | null {
  const contents = contentsOf(parts);
  if (!contents) return null;
  const whole = packet.addSource('Reassembled body', new Uint8Array(Buffer.concat(contents)));
  const size = whole.captured;
  const line = stream.heading(FRAGMENTS, whole, 0, size, '').generated();
  line.label(
    () =>
      `${parts.length} Body fragment${parts.length === 1 ? '' : 's'} (${size}${bytesUnit(size)}): ${parts
        .map(({ number, data }) => `#${number}(${data.length})`)
        .join(', ')}`,
  );
  let offset = 0;
  for (const { number, data } of parts) {
    const [begin, { length }] = [offset, data];
    line
      .add(FRAGMENT, whole, begin, length, number)
      .generated()
      .label(
        () => `Frame: ${number}, payload: ${begin}-${begin + length - 1} (${length}${bytesUnit(length)})`,
      );
    offset += length;
  }
  line.generate(COUNT, payload, parts.length);
  line.generate(LENGTH, payload, size);
  line.read(WHOLE, whole, 0, size).generated();
  return whole;
}

function contentsOf(parts: Http2Body['parts']): Uint8Array[] | null {
  try {
    return parts.map(({ data }) => data.slice(0, data.length));
  } catch (error) {
    if (error instanceof Forgotten) return null;
    throw error;
  }
}
