/** Decodes a captured frame: a row for the list, layers for the tree. */
import type { PacketLayer, PacketRow } from '../protocol.ts';
import { plural } from './bytes.ts';
import type { CapturedFrame } from './frame.ts';
import { field, Packet, type Columns, type RowContext } from './packet.ts';
import { decodeEthernet } from './protocols/ethernet.ts';
import { Icmp } from './protocols/icmp.ts';
import { decodeIpv4 } from './protocols/ipv4.ts';

/** Never throws, whatever the bytes are: undecodable parts are reported in the packet. */
export function dissect(frame: CapturedFrame, context: RowContext = {}): Packet {
  const packet = new Packet(frame, context);
  // A capture cannot hold more than the wire carried; if the length says so, trust the bytes.
  decodeEthernet(packet, 0, Math.max(frame.length, frame.bytes.length));
  const icmp = packet.get(Icmp);
  if (icmp?.quotes) {
    packet.quoted = new Packet(frame, {}, true);
    decodeIpv4(packet.quoted, icmp.quoted, icmp.end);
  }
  return packet;
}

/** The packet's line in the list. */
export function packetRow(packet: Packet): PacketRow {
  const { frame } = packet;
  const columns: Columns = { source: '', destination: '', protocol: '', info: '' };
  for (const header of packet.headers) header.columns(columns);
  const row: PacketRow = {
    number: frame.number,
    time: secondsText(frame.timeNs),
    direction: frame.direction,
    ...columns,
    length: frame.length,
  };
  if (frame.fate) row.fate = frame.fate;
  if (frame.reason) row.reason = frame.reason;
  return row;
}

/** The packet's layers, the frame itself first. */
export function packetLayers(packet: Packet): PacketLayer[] {
  return [frameLayer(packet), ...packet.headers.map((header) => header.layer())];
}

/** Virtual seconds with nine digits, exact even where a float of seconds would not be. */
export function secondsText(ns: number): string {
  const whole = Math.floor(ns / 1e9);
  return `${whole}.${String(Math.round(ns - whole * 1e9)).padStart(9, '0')}`;
}

function frameLayer(packet: Packet): PacketLayer {
  const { frame, bytes, context } = packet;
  const size = (count: number) => `${plural(count, 'byte')} (${count * 8} bits)`;
  const fields = [
    field('Interface', frame.interface, 0, 0),
    field('Direction', frame.direction === 'out' ? 'out (sent)' : 'in (received)', 0, 0),
    field('Time (virtual)', `${secondsText(frame.timeNs)} seconds`, 0, 0),
  ];
  if (context.previousTimeNs !== undefined)
    fields.push(
      field(
        '[Time delta from previous packet]',
        `${secondsText(frame.timeNs - context.previousTimeNs)} seconds`,
        0,
        0,
      ),
    );
  fields.push(
    field('Frame Number', frame.number, 0, 0),
    field('Frame Length', size(frame.length), 0, 0),
    field('Capture Length', size(bytes.length), 0, 0),
    field('[Protocols in frame]', packet.protocols.join(':').toLowerCase(), 0, 0),
  );
  if (frame.comment !== undefined) fields.unshift(field('Comment', frame.comment, 0, 0));
  if (frame.isMarked) fields.push(field('[Frame is marked]', 'True', 0, 0));
  if (frame.isReference) fields.push(field('[This is a Time Reference frame]', '', 0, 0));
  if (frame.fate)
    fields.push(field('[What became of it]', frame.fate + (frame.reason ? `: ${frame.reason}` : ''), 0, 0));
  return {
    name: 'Frame',
    summary: `Frame ${frame.number}: ${plural(frame.length, 'byte')} on wire, ${plural(bytes.length, 'byte')} captured on interface ${frame.interface}`,
    offset: 0,
    length: bytes.length,
    fields,
  };
}
