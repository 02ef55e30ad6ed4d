/** Datagrams put together from their fragments: shown in the packet that completes them, as Wireshark has it. */
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import type { Fragment } from '../tracking/fragments.ts';

/** The fields of one version's fragments, declared once for each. */
export interface FragmentFields {
  /** `IPv4` */
  readonly title: string;
  readonly whole: Field;
  readonly piece: Field;
  readonly count: Field;
  readonly overlap: Field;
  readonly conflict: Field;
  readonly tooLong: Field;
  readonly reassembledIn: Field;
  readonly length: Field;
  readonly data: Field;
}

export function fragmentFields(
  prefix: string,
  title: string,
  reassembledIn: string,
  type: 'bytes' | 'none',
): FragmentFields {
  const overlap = `${prefix}.fragment.overlap`;
  return {
    title,
    whole: field(`${prefix}.fragments`, `${title} Fragments`, type),
    piece: field(`${prefix}.fragment`, `${title} Fragment`, 'uint32', { isFrame: true }),
    count: field(`${prefix}.fragment.count`, 'Fragment count', 'uint32'),
    overlap: field(overlap, 'Fragment overlap', 'boolean'),
    conflict: field(`${overlap}.conflict`, 'Conflicting data in fragment overlap', 'boolean'),
    tooLong: field(`${prefix}.fragment.toolongfragment`, 'Fragment too long', 'boolean'),
    reassembledIn: field(`${prefix}.${reassembledIn}`, `Reassembled ${title} in frame`, 'uint32', {
      isFrame: true,
    }),
    length: field(`${prefix}.reassembled.length`, `Reassembled ${title} length`, 'uint32'),
    data: field(`${prefix}.reassembled.data`, `Reassembled ${title} data`, 'bytes'),
  };
}

export function listedFragmentFields({ title: _, ...fields }: FragmentFields): Field[] {
  return Object.values(fields);
}

/** @returns the whole datagram's payload if this fragment completes it, else null */
export function addReassembly(
  packet: Packet,
  layer: Item,
  fields: FragmentFields,
  payload: PacketBytes,
  fragment: Fragment,
): PacketBytes | null {
  const { context, frame, trackers } = packet;
  if (trackers)
    context.datagram = trackers.fragments.add(
      frame.number,
      fragment,
      payload.bytes(payload.begin, payload.length),
    );
  const datagram = context.datagram;
  if (!datagram?.data) return null;
  if (datagram.completedBy !== frame.number) {
    layer.generate(fields.reassembledIn, payload, datagram.completedBy);
    return null;
  }
  const { title } = fields;
  const whole = packet.addSource(`Reassembled ${title}`, datagram.data);
  const total = datagram.data.length;
  const { pieces } = datagram;
  const line = layer.add(fields.whole, whole, 0, total, datagram.data).generated();
  line.label(
    () =>
      `${pieces.length} ${title} Fragment${pieces.length === 1 ? '' : 's'} (${total} byte${total === 1 ? '' : 's'}): ${pieces
        .map(({ number, data }) => `#${number}(${data.length})`)
        .join(', ')}`,
  );
  for (const { number, offset, data, overlaps, conflicts } of pieces) {
    const { length } = data;
    const piece = line.add(fields.piece, whole, offset, length, number).generated();
    piece.label(
      () =>
        `Frame: ${number}, payload: ${offset}-${offset + length - 1} (${length} byte${length === 1 ? '' : 's'})`,
    );
    if (overlaps) piece.add(fields.overlap, whole, 0, 0, 1).generated();
    if (conflicts) piece.add(fields.conflict, whole, 0, 0, 1).generated();
  }
  line.generate(fields.count, whole, pieces.length);
  line.generate(fields.length, whole, total);
  line.add(fields.data, whole, 0, total, datagram.data).generated();
  return whole;
}
