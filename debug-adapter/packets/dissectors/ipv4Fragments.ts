/** Datagrams put together from their fragments: shown in the packet that completes them, as Wireshark has it. */
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import type { FragmentPlace } from '../tracking/fragments.ts';
import type { Ipv4 } from './ipv4.ts';

const FRAGMENTS = field('ip.fragments', 'IPv4 Fragments', 'bytes');
const FRAGMENT = field('ip.fragment', 'IPv4 Fragment', 'uint32', { isFrame: true });
const COUNT = field('ip.fragment.count', 'Fragment count', 'uint32');
const OVERLAP = field('ip.fragment.overlap', 'Fragment overlap', 'boolean');
const CONFLICT = field('ip.fragment.overlap.conflict', 'Conflicting data in fragment overlap', 'boolean');
const TOO_LONG = field('ip.fragment.toolongfragment', 'Fragment too long', 'boolean');
const REASSEMBLED_IN = field('ip.reassembled_in', 'Reassembled IPv4 in frame', 'uint32', { isFrame: true });
const LENGTH = field('ip.reassembled.length', 'Reassembled IPv4 length', 'uint32');
const DATA = field('ip.reassembled.data', 'Reassembled IPv4 data', 'bytes');

export const IPV4_FRAGMENT_FIELDS: readonly Field[] = [
  FRAGMENTS,
  FRAGMENT,
  COUNT,
  OVERLAP,
  CONFLICT,
  TOO_LONG,
  REASSEMBLED_IN,
  LENGTH,
  DATA,
];

/** @returns the whole datagram's payload if this fragment completes it, else null */
export function addReassembly(
  packet: Packet,
  layer: Item,
  payload: PacketBytes,
  ip: Ipv4,
  place: FragmentPlace,
): PacketBytes | null {
  const { context, frame, trackers } = packet;
  if (trackers)
    context.datagram = trackers.fragments.add(
      frame.number,
      ip,
      place,
      payload.bytes(payload.begin, payload.length),
    );
  const datagram = context.datagram;
  if (!datagram?.data) return null;
  if (datagram.completedBy !== frame.number) {
    layer.generate(REASSEMBLED_IN, payload, datagram.completedBy);
    packet.alsoInfo(() => `[Reassembled in #${datagram.completedBy}]`);
    return null;
  }
  const whole = packet.addSource('Reassembled IPv4', datagram.data);
  const total = datagram.data.length;
  const { pieces } = datagram;
  const line = layer.add(FRAGMENTS, whole, 0, total, datagram.data).generated();
  line.label(
    () =>
      `${pieces.length} IPv4 Fragment${pieces.length === 1 ? '' : 's'} (${total} byte${total === 1 ? '' : 's'}): ${pieces
        .map(({ number, data }) => `#${number}(${data.length})`)
        .join(', ')}`,
  );
  for (const { number, offset, data, overlaps, conflicts } of pieces) {
    const { length } = data;
    const piece = line.add(FRAGMENT, whole, offset, length, number).generated();
    piece.label(
      () =>
        `Frame: ${number}, payload: ${offset}-${offset + length - 1} (${length} byte${length === 1 ? '' : 's'})`,
    );
    if (overlaps) piece.add(OVERLAP, whole, 0, 0, 1).generated();
    if (conflicts) piece.add(CONFLICT, whole, 0, 0, 1).generated();
  }
  line.generate(COUNT, whole, pieces.length);
  line.generate(LENGTH, whole, total);
  line.add(DATA, whole, 0, total, datagram.data).generated();
  return whole;
}
