/** ICMP (RFC 792): echo, and errors, which quote the packet they are about. */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { addChecksum, checksumFields, listed, onesSum, rightChecksum } from './checksum.ts';
import { dissectData } from './data.ts';
import { CODES, TYPES } from './icmpNames.ts';
import type { IpHeader } from './ip.ts';

const HEADER = 8;
/** A header without options, and eight bytes. */
const QUOTED = 28;
const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const REDIRECT = 5;
const ECHO = 8;
const PARAMETER = 12;
const TIMESTAMP = 13;
const TIMESTAMP_REPLY = 14;
const FRAGMENTATION_NEEDED = 4;
/** These types carry the IP header and the first bytes of the packet they are about. */
const QUOTING: ReadonlySet<number> = new Set([UNREACHABLE, 4, REDIRECT, 11, PARAMETER]);

const ICMP = field('icmp', 'Internet Control Message Protocol', 'protocol');
const TYPE = field('icmp.type', 'Type', 'uint8');
const CODE = field('icmp.code', 'Code', 'uint8');
const CHECKSUM = checksumFields(
  'icmp',
  { checksum: 'Checksum', status: 'Checksum Status' },
  'icmp.checksum_bad',
  { hasCalculated: false, severity: 'Warning' },
);
const ID = field('icmp.ident', 'Identifier (BE)', 'uint16', { base: 'dec_hex' });
const ID_LE = field('icmp.ident_le', 'Identifier (LE)', 'uint16', { base: 'dec_hex' });
const SEQUENCE = field('icmp.seq', 'Sequence Number (BE)', 'uint16', { base: 'dec_hex' });
const SEQUENCE_LE = field('icmp.seq_le', 'Sequence Number (LE)', 'uint16', { base: 'dec_hex' });
const RESPONSE_IN = field('icmp.resp_in', 'Response frame', 'uint32', { isFrame: true });
const NO_RESPONSE = field('icmp.no_resp', 'No response seen', 'none');
const NOT_FOUND = field('icmp.resp_not_found', 'Response not found', 'none');
const RESPONSE_TO = field('icmp.resp_to', 'Request frame', 'uint32', { isFrame: true });
const RESPONSE_TIME = field('icmp.resptime', 'Response time', 'double');
const UNUSED = field('icmp.unused', 'Unused', 'bytes');
const MTU = field('icmp.mtu', 'MTU of next hop', 'uint16');
const GATEWAY = field('icmp.redir_gw', 'Gateway Address', 'ipv4');
const POINTER = field('icmp.pointer', 'Pointer', 'uint32');
const ORIGINATED = field('icmp.originate_timestamp', 'Originate Timestamp', 'uint32');
const RECEIVED = field('icmp.receive_timestamp', 'Receive Timestamp', 'uint32');
const TRANSMITTED = field('icmp.transmit_timestamp', 'Transmit Timestamp', 'uint32');

export const ICMP_FIELDS: readonly Field[] = [
  ICMP,
  TYPE,
  CODE,
  ...listed(CHECKSUM),
  ID,
  ID_LE,
  SEQUENCE,
  SEQUENCE_LE,
  RESPONSE_IN,
  NO_RESPONSE,
  NOT_FOUND,
  RESPONSE_TO,
  RESPONSE_TIME,
  UNUSED,
  MTU,
  GATEWAY,
  POINTER,
  ORIGINATED,
  RECEIVED,
  TRANSMITTED,
];

/** @param dissectQuoted decodes the packet that an error quotes */
export function dissectIcmp(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  dissectQuoted: (bytes: PacketBytes) => void,
): void {
  packet.show({ protocol: 'ICMP', info: '' });
  packet.attempt('ICMP', bytes, () => dissect(packet, bytes, ip, dissectQuoted), ICMP.name);
}

function dissect(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  dissectQuoted: (bytes: PacketBytes) => void,
): void {
  const at = bytes.begin;
  // Before anything else Wireshark reads the byte in which a longer quotation's length would be.
  bytes.need(at, 6);
  const [type, code] = [bytes.u8(at), bytes.u8(at + 1)];
  const typeName = TYPES[type] ?? 'Unknown ICMP (obsolete or malformed?)';
  const codes = CODES[type];
  const codeName = codes && (codes[code] ?? `Unknown code: ${code}`);
  const layer = packet.layer(ICMP, bytes, bytes.length, ICMP.title, undefined, packet.quotedIn);
  // Wireshark pads the name of a redirect; so one text can be searched for in the other.
  const shownName = type === REDIRECT ? typeName.padEnd(20) : typeName;
  packet.show({ info: () => shownName + (codeName ? ` (${codeName})` : '') });
  layer.add(TYPE, bytes, at, 1, type).as(() => `${type} (${typeName})`);
  layer.add(CODE, bytes, at + 1, 1, code).as(() => `${code}${codeName ? ` (${codeName})` : ''}`);
  const whole = bytes.length;
  const isVerified = bytes.has(at, whole) && !packet.isQuoted;
  const expected = isVerified ? rightChecksum(onesSum(bytes.bytes(at, whole)), bytes.u16(at + 2)) : null;
  const { line, status } = addChecksum(layer, CHECKSUM, bytes, at + 2, expected);
  const isSound = status !== 'Bad';
  if (!isVerified) line.also(packet.isQuoted ? ' [in ICMP error packet]' : ' [fragmented datagram]');
  switch (type) {
    case ECHO:
    case ECHO_REPLY:
      addEcho(packet, layer, bytes, ip, isSound);
      return dissectData(packet, bytes.part(at + HEADER), layer);
    case TIMESTAMP:
    case TIMESTAMP_REPLY:
      addIdentity(layer, bytes);
      layer.read(ORIGINATED, bytes, at + 8, 4);
      layer.read(RECEIVED, bytes, at + 12, 4);
      layer.read(TRANSMITTED, bytes, at + 16, 4);
      return;
    case REDIRECT:
      layer.read(GATEWAY, bytes, at + 4, 4);
      break;
    case PARAMETER:
      layer.read(POINTER, bytes, at + 4, 1);
      layer.read(UNUSED, bytes, at + 5, 3);
      break;
    case UNREACHABLE:
      if (code === FRAGMENTATION_NEEDED) {
        layer.read(UNUSED, bytes, at + 4, 2);
        layer.read(MTU, bytes, at + 6, 2);
        break;
      }
      layer.read(UNUSED, bytes, at + 4, 4);
      break;
    default:
      if (QUOTING.has(type)) layer.read(UNUSED, bytes, at + 4, 4);
  }
  if (!QUOTING.has(type)) return dissectData(packet, bytes.part(at + 4), layer);
  // Nothing is quoted within what is quoted.
  if (packet.isQuoted) return;
  if (bytes.length <= HEADER) return;
  packet.quotedIn = layer;
  // Of a redirect Wireshark decodes no more than the bytes that RFC 792 asks for.
  dissectQuoted(bytes.part(at + HEADER, type === REDIRECT ? at + HEADER + QUOTED : bytes.end));
  packet.quotedIn = null;
}

function addIdentity(layer: Item, bytes: PacketBytes): { id: number; sequence: number } {
  const at = bytes.begin;
  const id = layer.read(ID, bytes, at + 4, 2).own as number;
  layer.add(ID_LE, bytes, at + 4, 2, swapped(id));
  const sequence = layer.read(SEQUENCE, bytes, at + 6, 2).own as number;
  layer.add(SEQUENCE_LE, bytes, at + 6, 2, swapped(sequence));
  return { id, sequence };
}

function addEcho(packet: Packet, layer: Item, bytes: PacketBytes, ip: IpHeader, isSound: boolean): void {
  const { frame, context, trackers, isQuoted } = packet;
  const isRequest = bytes.u8(bytes.begin) === ECHO;
  const { id, sequence } = addIdentity(layer, bytes);
  if (isQuoted) return;
  if (trackers)
    context.echo = trackers.echo.add(isRequest, isSound, ip, id, sequence, frame.number, frame.timeNs);
  const echo = context.echo;
  packet.show({
    info: () => {
      const known = isRequest
        ? echo?.reply
          ? ` (reply in ${echo.reply})`
          : echo
            ? ' (no response found!)'
            : ''
        : echo?.request
          ? ` (request in ${echo.request})`
          : '';
      const name = `Echo (ping) ${isRequest ? 'request' : 'reply'}`.padEnd(19);
      return `${name}  id=0x${id.toString(16).padStart(4, '0')}, seq=${sequence}/${swapped(sequence)}, ttl=${ip.ttl}${known}`;
    },
  });
  if (isRequest) {
    if (echo?.reply) layer.generate(RESPONSE_IN, bytes, echo.reply);
    else if (echo) {
      const line = layer.heading(NO_RESPONSE, bytes, bytes.begin, 0, NO_RESPONSE.title).generated();
      expert(line, NOT_FOUND, 'Warning', 'Sequence', () => `No response seen to ICMP request`);
    }
    return;
  }
  if (!echo?.request) return;
  layer.generate(RESPONSE_TO, bytes, echo.request);
  const milliseconds = (frame.timeNs - echo.requestNs) / 1e6;
  layer.generate(RESPONSE_TIME, bytes, milliseconds).as(() => `${milliseconds.toFixed(3)} ms`);
}

function swapped(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
