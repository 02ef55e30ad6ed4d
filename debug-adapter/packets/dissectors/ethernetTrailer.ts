/** What follows a frame's payload: padding to the shortest frame, a trailer, a checksum. */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectEtherType, type ByEtherType } from './etherTypes.ts';

/** Bytes of the shortest frame, without its checksum and with it. */
const SHORTEST = 60;
const SHORTEST_CHECKED = 64;
const CHECKSUM = 4;
const UNVERIFIED = 2;

const PADDING = field('eth.padding', 'Padding', 'bytes');
const NO_PADDING = field(
  'eth.padding_bad',
  'Padding identification may be inaccurate and impact trailer dissector',
  'none',
);
const FCS = field('eth.fcs', 'Frame check sequence', 'uint32', { base: 'hex' });
const FCS_STATUS = field('eth.fcs.status', 'FCS Status', 'uint8', {
  names: { 0: 'Bad', 1: 'Good', [UNVERIFIED]: 'Unverified', 3: 'Not present' },
});

export const TRAILER_FIELDS: readonly Field[] = [PADDING, NO_PADDING, FCS, FCS_STATUS];

/** Decodes what follows a type, and adds to the type's layer what follows that. Parameters are those of `addTrailer`. */
export function addTyped(
  packet: Packet,
  layer: Item,
  payload: PacketBytes,
  type: number,
  byType: ByEtherType,
  own: Field,
  canHaveChecksum: boolean,
): void {
  if (payload.captured > payload.begin || byType[type]) packet.protocols.push('ethertype');
  const rest = payload.part(dissectEtherType(packet, payload, type, byType));
  packet.attempt('Ethertype', rest, () => addTrailer(packet, layer, rest, own, canHaveChecksum), '');
}

/**
 * Adds what is left of a frame to a layer.
 *
 * @param own the layer's field for a trailer
 * @param canHaveChecksum a capture may have kept the frame's checksum: a long trailer is taken to end with it
 * @throws BeyondEnd if the checksum was not captured
 */
export function addTrailer(
  packet: Packet,
  layer: Item,
  rest: PacketBytes,
  own: Field,
  canHaveChecksum: boolean,
): void {
  if (!rest.has(rest.begin, 1)) return;
  const total = packet.frame.length;
  const before = total - rest.length;
  const mayBePadded = total >= SHORTEST && before < SHORTEST;
  const padding = mayBePadded && isZero(rest, SHORTEST - before) ? SHORTEST - before : 0;
  if (padding > 0) layer.read(PADDING, rest, rest.begin, padding);
  const trailer = rest.part(rest.begin + padding);
  const hasChecksum = canHaveChecksum && total >= SHORTEST_CHECKED && trailer.length >= CHECKSUM;
  const end = trailer.end - (hasChecksum ? CHECKSUM : 0);
  const length = Math.min(end, trailer.captured) - trailer.begin;
  if (length > 0) {
    const line = layer.read(own, trailer, trailer.begin, length);
    if (mayBePadded && padding === 0)
      expert(
        line,
        NO_PADDING,
        'Note',
        'Protocol',
        "Didn't find padding of zeros, and an undecoded trailer exists. There may be padding of non-zeros.",
      );
  }
  if (!hasChecksum) return;
  layer.read(FCS, rest, trailer.begin + length, CHECKSUM).also(' [unverified]');
  layer.generate(FCS_STATUS, rest, UNVERIFIED).as('Unverified');
}

/** @throws BeyondEnd if the capture ends before a byte that is not zero */
function isZero(bytes: PacketBytes, length: number): boolean {
  for (let at = bytes.begin; at < bytes.begin + length; at++) if (bytes.u8(at) !== 0) return false;
  return true;
}
