/** UDP (RFC 768). */
import { expert } from '../tree/expert.ts';
import { field, placedIn, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { addCalculated, addChecksum, checksumFields, listed, onesSum, rightChecksum } from './checksum.ts';
import { dissectData } from './data.ts';
import { endText, isIpv6, pseudoHeader, type IpHeader } from './ip.ts';

const HEADER = 8;

const UDP = field('udp', 'User Datagram Protocol', 'protocol', { hasPlaces: true });
const inHeader = placedIn(UDP);
const SOURCE = field('udp.srcport', 'Source Port', 'uint16', inHeader(0));
const DESTINATION = field('udp.dstport', 'Destination Port', 'uint16', inHeader(2));
const PORT = field('udp.port', 'Source or Destination Port', 'uint16', inHeader(0, 2));
const LENGTH = field('udp.length', 'Length', 'uint16', inHeader(4));
const CHECKSUM = checksumFields(
  'udp',
  { checksum: 'Checksum', status: 'Checksum Status' },
  'udp.checksum.bad',
);
const STREAM = field('udp.stream', 'Stream index', 'uint32', {
  known: ({ context }) => (context.udp ?? context.quotedUdp)?.stream,
});
const TIMESTAMPS = field('', 'Timestamps', 'none');
const TIME_RELATIVE = field('udp.time_relative', 'Time since first frame', 'relative');
const TIME_DELTA = field('udp.time_delta', 'Time since previous frame', 'relative');
const PAYLOAD = field('udp.payload', 'Payload', 'bytes');
const ILLEGAL_CHECKSUM = field('udp.checksum.zero', 'Illegal checksum value (0)', 'none');
const BAD_LENGTH = field('udp.length.bad', 'Bad length value', 'none');

export const UDP_FIELDS: readonly Field[] = [
  UDP,
  SOURCE,
  DESTINATION,
  PORT,
  LENGTH,
  ...listed(CHECKSUM),
  STREAM,
  TIME_RELATIVE,
  TIME_DELTA,
  PAYLOAD,
  BAD_LENGTH,
  ILLEGAL_CHECKSUM,
];

const bytesUnit = units('byte');

/** Decodes a datagram's payload. */
export type UdpApplication = (
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  ports: readonly [number, number],
) => void;
/** By their ports. */
export type UdpApplications = Readonly<Record<number, UdpApplication>>;

export function dissectUdp(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  applications: UdpApplications,
): void {
  packet.show({ protocol: 'UDP', info: '' });
  packet.attempt('UDP', bytes, () => dissect(packet, bytes, ip, applications), UDP.name);
}

function dissect(packet: Packet, bytes: PacketBytes, ip: IpHeader, applications: UdpApplications): void {
  const at = bytes.begin;
  const [source, destination] = [bytes.u16(at), bytes.u16(at + 2)];
  const ports = () => `${source} → ${destination}`;
  packet.show({
    source: () => endText(ip.source, source),
    destination: () => endText(ip.destination, destination),
    info: ports,
  });
  const title = () => `${UDP.title}, Src Port: ${source}, Dst Port: ${destination}`;
  const layer = packet.layer(UDP, bytes, HEADER, title, undefined, packet.quotedIn);
  layer.add(SOURCE, bytes, at, 2, source);
  layer.add(DESTINATION, bytes, at + 2, 2, destination);
  layer.add(PORT, bytes, at, 2, source).hidden();
  layer.add(PORT, bytes, at + 2, 2, destination).hidden();
  const length = bytes.u16(at + 4);
  const lengthLine = layer.add(LENGTH, bytes, at + 4, 2, length);
  const most = bytes.length;
  if (length < HEADER || (length > most && !packet.isQuoted)) {
    const isShort = length < HEADER;
    packet.show({
      info: () => `BAD UDP LENGTH ${length} ${isShort ? `< ${HEADER}` : '> IP PAYLOAD LENGTH'}`,
    });
    lengthLine.as(() => `${length} (bogus, ${isShort ? `must be >= ${HEADER}` : `payload length ${most}`})`);
    expert(lengthLine, BAD_LENGTH, 'Error', 'Malformed', () =>
      isShort ? `Bad length value ${length} < ${HEADER}` : `Bad length value ${length} > IP payload length`,
    );
    if (isShort) return;
  }
  const payload = bytes.part(at + HEADER, at + length);
  packet.show({ info: () => `${ports()} Len=${length - HEADER}` });
  const found = bytes.u16(at + 6);
  if (found === 0) {
    addNoChecksum(packet, layer, bytes, at + 6, isIpv6(ip.source) && !packet.isQuoted);
  } else {
    const canVerify = bytes.has(at, length) && !ip.isFragment;
    const sum = () => onesSum(bytes.bytes(at, length), pseudoHeader(ip, length));
    const expected = canVerify ? rightChecksum(sum(), found) || 0xffff : null;
    const hint = ' (maybe caused by "UDP checksum offload"?)';
    const { line } = addChecksum(layer, CHECKSUM, bytes, at + 6, expected, hint);
    addCalculated(line, CHECKSUM, bytes, at + 6, expected);
  }
  const { context, trackers, isQuoted } = packet;
  if (trackers) {
    const known = trackers.udp.add(
      ip,
      source,
      destination,
      packet.frame.timeNs,
      isQuoted || length === HEADER,
    );
    if (isQuoted) context.quotedUdp = known;
    else context.udp = known;
  }
  const flow = isQuoted ? context.quotedUdp : context.udp;
  if (flow) layer.generate(STREAM, bytes, flow.stream);
  // An empty datagram ends here.
  if (length === HEADER) return;
  if (flow && !isQuoted) {
    const times = layer.heading(TIMESTAMPS, bytes, at, 0, 'Timestamps').generated();
    times.generate(TIME_RELATIVE, bytes, flow.sinceFirstNs);
    times.generate(TIME_DELTA, bytes, flow.sinceLastNs);
  }
  const kept = payload.captured - payload.begin;
  if (isQuoted && kept <= 0) return;
  if (kept > 0 || payload.length > 0) {
    // Of something, at least the beginning must be there.
    bytes.need(payload.begin, Math.max(kept, 1));
    layer.read(PAYLOAD, payload, payload.begin, kept).label(() => `UDP payload (${kept}${bytesUnit(kept)})`);
  }
  // The lower port is asked first: it is the server's more often.
  const [low, high] = source < destination ? [source, destination] : [destination, source];
  const application = applications[low] ?? applications[high];
  if (application) application(packet, payload, ip, [source, destination]);
  else dissectData(packet, payload);
}

/** Only IPv4 lets a sender do without one (RFC 8200 8.1). */
function addNoChecksum(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  at: number,
  isIllegal: boolean,
): void {
  const line = layer.read(CHECKSUM.checksum, bytes, at, 2);
  line.also(isIllegal ? ' [zero-value illegal]' : ' [zero-value ignored]');
  if (isIllegal) {
    packet.alsoInfo('[ILLEGAL CHECKSUM (0)]');
    expert(line, ILLEGAL_CHECKSUM, 'Error', 'Checksum');
  }
  const [status, name] = isIllegal ? [4, 'Illegal'] : [3, 'Not present'];
  line.add(CHECKSUM.status, bytes, at, 2, status).as(name).generated();
}
