/** The flags of a frame: which there are depends on its type. */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';

const FLAGS = field('http2.flags', 'Flags', 'uint8', { base: 'hex' });
const flag = (name: string, title: string, mask: number) =>
  field(`http2.flags.${name}`, title, 'boolean', { mask });
const unused = (name: string, mask: number) =>
  field(`http2.flags.${name}`, 'Unused', 'uint8', { base: 'hex', mask });
const END_STREAM = flag('end_stream', 'End Stream', 0x01);
const END_HEADERS = flag('eh', 'End Headers', 0x04);
const PADDED = flag('padded', 'Padded', 0x08);
const PRIORITY = flag('priority', 'Priority', 0x20);
const PING_ACK = flag('ack.ping', 'ACK', 0x01);
const SETTINGS_ACK = flag('ack.settings', 'ACK', 0x01);
const UNUSED = unused('unused', 0xff);

/** By the types of frames, in the order of their lines. */
const BY_TYPE: Readonly<Record<number, readonly Field[]>> = {
  0: [unused('unused_data', 0xf6), PADDED, END_STREAM],
  1: [unused('unused_headers', 0xd2), PRIORITY, PADDED, END_HEADERS, END_STREAM],
  4: [unused('unused_settings', 0xfe), SETTINGS_ACK],
  5: [unused('unused_push_promise', 0xf3), PADDED, END_HEADERS],
  6: [unused('unused_ping', 0xfe), PING_ACK],
  9: [unused('unused_continuation', 0xfb), PADDED, END_HEADERS],
};

export const HTTP2_FLAG_FIELDS: readonly Field[] = [FLAGS, UNUSED, ...new Set(Object.values(BY_TYPE).flat())];

/** In the order in which the line of all flags names those that are set. */
const NAMED = [PRIORITY, PADDED, END_HEADERS, END_STREAM, PING_ACK, SETTINGS_ACK];

export function addFlags(stream: Item, bytes: PacketBytes, at: number, type: number, flags: number): void {
  const own = BY_TYPE[type] ?? [UNUSED];
  const line = stream.add(FLAGS, bytes, at, 1, flags);
  line.also(() =>
    NAMED.filter((one) => own.includes(one) && flags & one.mask!)
      .map(({ title }) => `, ${title}`)
      .join(''),
  );
  for (const one of own) {
    const item = line.bits(one, bytes, at, 1, flags);
    if (one.title === 'Unused')
      item.label(
        () => `${pattern(flags, one.mask!)} = Unused: 0x${(flags & one.mask!).toString(16).padStart(2, '0')}`,
      );
  }
}

/** `0000 .00.`: the bits of a mask that has gaps. */
function pattern(flags: number, mask: number): string {
  let text = '';
  for (let bit = 7; bit >= 0; bit--) {
    text += mask & (1 << bit) ? ((flags >> bit) & 1).toString() : '.';
    if (bit === 4) text += ' ';
  }
  return text;
}
