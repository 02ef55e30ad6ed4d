/** ICMPv6 (RFC 4443): echo, and errors, which quote the packet they are about. */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { addChecksum, checksumFields, listed, onesSum, rightChecksum } from './checksum.ts';
import { dissectData } from './data.ts';
import { ICMPV6_TYPES, icmpv6CodeName } from './icmpv6Names.ts';
import { pseudoHeader, type IpHeader } from './ip.ts';
import { addListenerMessage, LISTENER_FIELDS, LISTENER_TYPES } from './multicastListener.ts';
import { addDiscovery, DISCOVERY_FIELDS, DISCOVERY_TYPES } from './neighborDiscovery.ts';

const HEADER = 8;
const UNREACHABLE = 1;
const TOO_BIG = 2;
const TIME_EXCEEDED = 3;
const PARAMETER = 4;
const ECHO = 128;
const ECHO_REPLY = 129;
/** RFC 4884: in units of eight bytes, the quoted packet's length, if something follows it. */
const HAVING_LENGTH: ReadonlySet<number> = new Set([UNREACHABLE, TIME_EXCEEDED]);

const ICMPV6 = field('icmpv6', 'Internet Control Message Protocol v6', 'protocol');
const TYPE = field('icmpv6.type', 'Type', 'uint8', { names: ICMPV6_TYPES });
const CODE = field('icmpv6.code', 'Code', 'uint8');
const CHECKSUM = checksumFields(
  'icmpv6',
  { checksum: 'Checksum', status: 'Checksum Status' },
  'icmpv6.checksum_bad.expert',
  { hasCalculated: false, severity: 'Warning' },
);
const RESERVED = field('icmpv6.reserved', 'Reserved', 'bytes');
const LENGTH = field('icmpv6.length', 'Length of original datagram', 'uint8');
const MTU = field('icmpv6.mtu', 'MTU', 'uint32');
const POINTER = field('icmpv6.pointer', 'Pointer', 'uint32');
const ID = field('icmpv6.echo.identifier', 'Identifier', 'uint16', { base: 'hex' });
const SEQUENCE = field('icmpv6.echo.sequence_number', 'Sequence', 'uint16');
const RESPONSE_IN = field('icmpv6.resp_in', 'Response In', 'uint32', { isFrame: true });
const NO_RESPONSE = field('icmpv6.no_resp', 'No response seen', 'none');
const NOT_FOUND = field('icmpv6.resp_not_found', 'Response not found', 'none');
const RESPONSE_TO = field('icmpv6.resp_to', 'Response To', 'uint32', { isFrame: true });
const RESPONSE_TIME = field('icmpv6.resptime', 'Response Time', 'double');
const DATA = field('icmpv6.data', 'Data', 'bytes');
const UNDECODED = field('icmpv6.undecoded.type', 'Undecoded type', 'none');

export const ICMPV6_FIELDS: readonly Field[] = [
  ICMPV6,
  TYPE,
  CODE,
  ...listed(CHECKSUM),
  RESERVED,
  LENGTH,
  MTU,
  POINTER,
  ID,
  SEQUENCE,
  RESPONSE_IN,
  NO_RESPONSE,
  NOT_FOUND,
  RESPONSE_TO,
  RESPONSE_TIME,
  DATA,
  UNDECODED,
  ...DISCOVERY_FIELDS,
  ...LISTENER_FIELDS,
];

/** @param dissectQuoted decodes the packet that a message quotes */
export function dissectIcmpv6(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  dissectQuoted: (bytes: PacketBytes) => void,
): void {
  packet.show({ protocol: 'ICMPv6', info: '' });
  packet.attempt('ICMPv6', bytes, () => dissect(packet, bytes, ip, dissectQuoted), ICMPV6.name);
}

function dissect(
  packet: Packet,
  bytes: PacketBytes,
  ip: IpHeader,
  dissectQuoted: (bytes: PacketBytes) => void,
): void {
  const at = bytes.begin;
  const layer = packet.layer(ICMPV6, bytes, bytes.length, ICMPV6.title, undefined, packet.quotedIn);
  const type = layer.read(TYPE, bytes, at, 1).own as number;
  const typeName = ICMPV6_TYPES[type] ?? `Unknown (${type})`;
  packet.show({ info: typeName });
  const code = bytes.u8(at + 1);
  const codeName = icmpv6CodeName(type, code);
  const note = codeName === undefined ? '' : ` (${codeName})`;
  layer.add(CODE, bytes, at + 1, 1, code).as(`${code}${note}`);
  packet.show({ info: typeName + note });
  const isSound = addSum(packet, layer, bytes, ip);
  const quote = (within: Item, quoted: PacketBytes) => {
    const { quotedIn } = packet;
    packet.quotedIn = within;
    dissectQuoted(quoted);
    packet.quotedIn = quotedIn;
  };
  if (DISCOVERY_TYPES.has(type)) return addDiscovery(packet, layer, bytes, type, RESERVED, DATA, quote);
  if (LISTENER_TYPES.has(type)) return addListenerMessage(layer, bytes, type, RESERVED);
  switch (type) {
    case ECHO:
    case ECHO_REPLY:
      addEcho(packet, layer, bytes, ip, isSound, type === ECHO);
      return dissectData(packet, bytes.part(at + HEADER), layer);
    case TOO_BIG:
      layer.read(MTU, bytes, at + 4, 4);
      break;
    case PARAMETER:
      layer.read(POINTER, bytes, at + 4, 4);
      break;
    case UNREACHABLE:
    case TIME_EXCEEDED:
      addReserved(layer, bytes, at + 4, HAVING_LENGTH.has(type));
      break;
    default: {
      const message = `Dissector for ICMPv6 Type (${type}) code not implemented`;
      expert(layer, UNDECODED, 'Note', 'Undecoded', message);
      layer.read(DATA, bytes, at + 4, bytes.captured - at - 4);
      return;
    }
  }
  bytes.need(at + HEADER, 1);
  quote(layer, bytes.part(at + HEADER));
}

/** @returns whether it is not wrong */
function addSum(packet: Packet, layer: Item, bytes: PacketBytes, ip: IpHeader): boolean {
  const at = bytes.begin;
  const { length } = bytes;
  const isVerified = bytes.has(at, length) && !packet.isQuoted && !ip.isFragment;
  const sum = () => onesSum(bytes.bytes(at, length), pseudoHeader(ip, length));
  const expected = isVerified ? rightChecksum(sum(), bytes.u16(at + 2)) : null;
  const { line, status } = addChecksum(layer, CHECKSUM, bytes, at + 2, expected);
  if (!isVerified) line.also(packet.isQuoted ? ' [in ICMP error packet]' : ' [fragmented datagram]');
  return status !== 'Bad';
}

function addReserved(layer: Item, bytes: PacketBytes, at: number, canHaveLength: boolean): void {
  if (!canHaveLength || bytes.u8(at) === 0) {
    layer.read(RESERVED, bytes, at, 4);
    return;
  }
  layer.read(LENGTH, bytes, at, 1);
  layer.read(RESERVED, bytes, at + 1, 3);
}

function addEcho(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  ip: IpHeader,
  isSound: boolean,
  isRequest: boolean,
): void {
  const { frame, context, trackers, isQuoted } = packet;
  const at = bytes.begin;
  const id = layer.read(ID, bytes, at + 4, 2).own as number;
  const sequence = layer.read(SEQUENCE, bytes, at + 6, 2).own as number;
  if (isQuoted) return;
  if (trackers)
    context.echo = trackers.echo.add(isRequest, isSound, ip, id, sequence, frame.number, frame.timeNs);
  const { echo } = context;
  packet.show({
    info: () => {
      const known = isRequest
        ? echo?.reply
          ? ` (reply in ${echo.reply})`
          : ' (no response found!)'
        : echo?.request
          ? ` (request in ${echo.request})`
          : '';
      const name = `Echo (ping) ${isRequest ? 'request' : 'reply'}`;
      return `${name} id=0x${id.toString(16).padStart(4, '0')}, seq=${sequence}, hop limit=${ip.ttl}${known}`;
    },
  });
  if (isRequest) {
    if (echo?.reply) layer.generate(RESPONSE_IN, bytes, echo.reply);
    else {
      const line = layer.heading(NO_RESPONSE, bytes, at, 0, NO_RESPONSE.title).generated();
      const message = `No response seen to ICMPv6 request in frame ${frame.number}`;
      expert(line, NOT_FOUND, 'Warning', 'Sequence', message);
    }
    return;
  }
  if (!echo?.request) return;
  layer.generate(RESPONSE_TO, bytes, echo.request);
  const milliseconds = (frame.timeNs - echo.requestNs) / 1e6;
  layer.generate(RESPONSE_TIME, bytes, milliseconds).as(() => `${milliseconds.toFixed(3)} ms`);
}
