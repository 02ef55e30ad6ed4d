/** What a segment carries of its stream: messages, parts of messages, and what was put together. */
import type { Piece } from '../streams/streamTracker.ts';
import type { Message } from '../streams/streamProtocol.ts';
import type { Reassembly } from '../streams/reassembly.ts';
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';

const SEGMENT_DATA = field('tcp.segment_data', 'TCP segment data', 'bytes');
const REASSEMBLED_IN = field('tcp.reassembled_in', 'Reassembled PDU in frame', 'uint32', { isFrame: true });
const SEGMENTS = field('tcp.segments', 'Reassembled TCP Segments', 'none');
const SEGMENT = field('tcp.segment', 'TCP Segment', 'uint32', { isFrame: true });
const OVERLAP = field('tcp.segment.overlap', 'Segment overlap', 'boolean');
const COUNT = field('tcp.segment.count', 'Segment count', 'uint32');
const LENGTH = field('tcp.reassembled.length', 'Reassembled TCP length', 'uint32');
const DATA = field('tcp.reassembled.data', 'Reassembled TCP Data', 'bytes');
const PDU_SIZE = field('tcp.pdu.size', 'PDU Size', 'uint32');

export const TCP_STREAM_FIELDS: readonly Field[] = [
  SEGMENT_DATA,
  REASSEMBLED_IN,
  SEGMENTS,
  SEGMENT,
  OVERLAP,
  COUNT,
  LENGTH,
  DATA,
  PDU_SIZE,
];

/**
 * Decodes a message. It is given the bytes from the message's beginning to the end of what it lies in.
 *
 * @param name what its layer is called among the packet's protocols: nothing, if another of its messages was before
 */
export type ApplicationDissector = (
  packet: Packet,
  bytes: PacketBytes,
  message: Message,
  name: string,
) => void;
/** By the names of their protocols. */
export type ApplicationDissectors = Readonly<Record<string, ApplicationDissector>>;

const bytesUnit = units('byte');

/**
 * Decodes a segment's payload.
 *
 * @param layer the segment's
 * @param pieces what the payload is; without them no protocol is known
 */
export function dissectStream(
  packet: Packet,
  layer: Item,
  payload: PacketBytes,
  pieces: readonly Piece[] | undefined,
  applications: ApplicationDissectors,
): void {
  if (!pieces) {
    dissectData(packet, payload);
    return;
  }
  for (const piece of pieces) addPart(packet, layer, payload, piece);
  for (const piece of pieces) dissectPiece(packet, payload, piece, applications);
}

/** The lines of what belongs to a message in other packets. */
function addPart(packet: Packet, layer: Item, payload: PacketBytes, piece: Piece): void {
  const { kind, at, length, reassembly, messages, rest } = piece;
  for (const { protocol, begin, end } of messages) {
    if (!protocol.hasLengths) continue;
    // What began in another packet has no place in this one.
    const isHere = kind === 'whole';
    layer.add(PDU_SIZE, payload, isHere ? begin : at, isHere ? end - begin : 0, end - begin).generated();
  }
  if (kind === 'retransmitted')
    layer
      .read(SEGMENT_DATA, payload, at, length)
      .label(() => `Retransmitted TCP segment data (${length}${bytesUnit(length)})`);
  else if (kind === 'segment') addSegmentData(packet, layer, payload, at, length, reassembly);
  else if (kind === 'end')
    addSegmentData(packet, layer, payload, at, (rest ? rest.at : at + length) - at, null);
  if (!rest) return;
  // Where a message begins, Wireshark names the last packet of it, even if it does not end there.
  const { lookedAtIn } = rest.reassembly;
  if (lookedAtIn !== 0) layer.generate(REASSEMBLED_IN, payload, lookedAtIn);
  addSegmentData(packet, layer, payload, rest.at, at + length - rest.at, null);
}

function addSegmentData(
  packet: Packet,
  layer: Item,
  payload: PacketBytes,
  at: number,
  length: number,
  reassembly: Reassembly | null,
): void {
  addReassembledIn(packet, layer, payload, reassembly);
  layer
    .read(SEGMENT_DATA, payload, at, length)
    .label(() => `TCP segment data (${length}${bytesUnit(length)})`);
}

function addReassembledIn(
  { frame }: Packet,
  layer: Item,
  payload: PacketBytes,
  reassembly: Reassembly | null,
): void {
  const completedIn = reassembly?.completedIn ?? 0;
  if (completedIn !== 0 && completedIn !== frame.number) layer.generate(REASSEMBLED_IN, payload, completedIn);
}

function dissectPiece(
  packet: Packet,
  payload: PacketBytes,
  { kind, at, length, reassembly, messages, rest }: Piece,
  applications: ApplicationDissectors,
): void {
  const isPart = kind === 'segment' || (kind === 'whole' && messages.length === 0 && rest !== null);
  if (isPart && packet.columns.protocol === 'TCP') packet.alsoInfo('[TCP segment of a reassembled PDU]');
  if (kind === 'whole') {
    const own = payload.part(at, at + length);
    if (messages.length === 0 && !rest) dissectData(packet, own);
    dissectMessages(packet, own, messages, applications);
  } else if (kind === 'end' || kind === 'closing') {
    const whole = addReassembled(packet, payload, reassembly!);
    if (whole) dissectMessages(packet, whole, messages, applications);
  }
}

function dissectMessages(
  packet: Packet,
  bytes: PacketBytes,
  messages: readonly Message[],
  applications: ApplicationDissectors,
): void {
  for (const [at, message] of messages.entries()) {
    const { protocol, begin } = message;
    const own = bytes.part(begin);
    const dissect = applications[protocol.name]!;
    const isFirst = messages[at - 1]?.protocol !== protocol;
    if (isFirst && protocol.within !== undefined) packet.protocols.push(protocol.within);
    const name = isFirst ? protocol.name : '';
    packet.attempt(protocol.title, own, () => dissect(packet, own, message, name), name);
  }
}

/** @returns the bytes that were put together, if all of them are still kept */
function addReassembled(packet: Packet, payload: PacketBytes, reassembly: Reassembly): PacketBytes | null {
  const bytes = reassembly.assemble();
  const { parts } = reassembly;
  const count = parts.length;
  const size = reassembly.length;
  if (!bytes) {
    const text = `[${count} Reassembled TCP Segments (${size} bytes), of which some are no longer kept]`;
    packet.layer(SEGMENTS, payload, 0, text, '');
    return null;
  }
  const whole = packet.addSource('Reassembled TCP', bytes);
  const line = packet.layer(SEGMENTS, whole, size, '', '').generated();
  line.label(
    () =>
      `${count} Reassembled TCP Segment${count === 1 ? '' : 's'} (${size} byte${size === 1 ? '' : 's'}): ${parts
        .map(({ number, length }) => `#${number}(${length})`)
        .join(', ')}`,
  );
  for (const { number, offset, length, overlaps } of parts) {
    const part = line.add(SEGMENT, whole, offset, length, number).generated();
    part.label(() =>
      length === 0
        ? `Frame: ${number} (no data)`
        : `Frame: ${number}, payload: ${offset}-${offset + length - 1} (${length}${bytesUnit(length)})`,
    );
    if (overlaps) part.add(OVERLAP, whole, 0, 0, 1).generated();
  }
  line.generate(COUNT, whole, count);
  line.generate(LENGTH, whole, size);
  line.read(DATA, whole, 0, size).generated();
  return whole;
}
