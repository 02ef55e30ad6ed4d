/** IPv6's routing header (RFC 8200 4.4): source routes, the one of Mobile IP, segment routing (RFC 8754). */
import { expert } from '../tree/expert.ts';
import { field, type Field, type ValueNames } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv6Text } from '../tree/text.ts';

const FIXED = 8;
const ADDRESS = 16;
const SOURCE_ROUTE = 0;
const MOBILE = 2;
const SEGMENTS = 4;

const TYPES: Readonly<Record<number, string>> = {
  [SOURCE_ROUTE]: 'Source Route',
  1: 'Nimrod',
  [MOBILE]: 'Type 2 Routing',
  3: 'RPL Source Route',
  [SEGMENTS]: 'Segment Routing',
  5: 'Compact Routing Header 16',
  6: 'Compact Routing Header 32',
  253: 'Experiment 1',
  254: 'Experiment 2',
};
const TYPE_NAMES: ValueNames = TYPES;

const TYPE = field('ipv6.routing.type', 'Type', 'uint8', { names: TYPE_NAMES });
const LEFT = field('ipv6.routing.segleft', 'Segments Left', 'uint8');
const UNKNOWN_DATA = field('ipv6.routing.unknown_data', 'Type-Specific Data', 'bytes');
const SOURCE_RESERVED = field('ipv6.routing.src.reserved', 'Reserved', 'bytes');
const SOURCE_ADDRESS = field('ipv6.routing.src.addr', 'Address', 'ipv6');
const MOBILE_RESERVED = field('ipv6.routing.mipv6.reserved', 'Reserved', 'bytes');
const HOME_ADDRESS = field('ipv6.routing.mipv6.home_address', 'Home Address', 'ipv6');
const LAST_ENTRY = field('ipv6.routing.srh.last_entry', 'Last Entry', 'uint8');
const FLAGS = field('ipv6.routing.srh.flags', 'Flags', 'uint8', { base: 'hex' });
const TAG = field('ipv6.routing.srh.tag', 'Tag', 'bytes');
const SEGMENT = field('ipv6.routing.srh.addr', 'Address', 'ipv6');
const DEPRECATED = field('ipv6.routing.deprecated', 'Routing header type is deprecated', 'none');
const UNDECODED = field('ipv6.routing.undecoded', 'Undecoded IPv6 routing header field', 'none');
const INVALID_LENGTH = field('ipv6.routing.invalid_length', 'Invalid IPv6 Routing header length', 'none');
const INVALID_LEFT = field(
  'ipv6.routing.invalid_segleft',
  'IPv6 Routing Header segments left field must not exceed address count',
  'none',
);
const MULTICAST = field(
  'ipv6.src_route_list.multicast_addr',
  'Multicast addresses must not appear in the source route list',
  'none',
);

export const IPV6_ROUTING_FIELDS: readonly Field[] = [
  TYPE,
  LEFT,
  UNKNOWN_DATA,
  SOURCE_RESERVED,
  SOURCE_ADDRESS,
  MOBILE_RESERVED,
  HOME_ADDRESS,
  LAST_ENTRY,
  FLAGS,
  TAG,
  SEGMENT,
  DEPRECATED,
  UNDECODED,
  INVALID_LENGTH,
  INVALID_LEFT,
  MULTICAST,
];

export function routingTypeName(type: number): string {
  return TYPES[type] ?? `Type ${type}`;
}

/**
 * Adds what is behind a routing header's lengths.
 *
 * @param lengthLine that of the length in units of eight bytes
 * @param onVisit is told where the packet goes last
 */
export function addRouting(
  layer: Item,
  lengthLine: Item,
  bytes: PacketBytes,
  at: number,
  end: number,
  onVisit: (address: Uint8Array) => void,
): void {
  const units = lengthLine.own as number;
  const typeLine = layer.read(TYPE, bytes, at + 2, 1);
  const type = typeLine.own as number;
  const left = layer.read(LEFT, bytes, at + 3, 1);
  const isVisited = (left.own as number) > 0;
  const visit = (offset: number) => {
    if (isVisited) onVisit(bytes.bytes(offset, ADDRESS));
  };
  switch (type) {
    case SOURCE_ROUTE: {
      expert(typeLine, DEPRECATED, 'Note', 'Deprecated');
      if (units % 2 !== 0)
        invalidLength(lengthLine, 'IPv6 Routing Header extension header length must not be odd');
      const count = Math.floor(units / 2);
      checkLeft(left, type, count);
      layer.read(SOURCE_RESERVED, bytes, at + 4, 4);
      for (let number = 1, offset = at + FIXED; number <= count; number++, offset += ADDRESS) {
        addNumbered(layer, SOURCE_ADDRESS, bytes, offset, number);
        visit(offset);
      }
      return;
    }
    case MOBILE:
      if (units !== 2)
        invalidLength(lengthLine, 'IPv6 Type 2 Routing Header extension header length must equal 2');
      if (left.own !== 1)
        expert(
          left,
          INVALID_LEFT,
          'Warning',
          'Protocol',
          'IPv6 Type 2 Routing Header segments left field must equal 1',
        );
      layer.read(MOBILE_RESERVED, bytes, at + 4, 4);
      addNumbered(layer, HOME_ADDRESS, bytes, at + FIXED, 1);
      visit(at + FIXED);
      return;
    case SEGMENTS: {
      const last = layer.read(LAST_ENTRY, bytes, at + 4, 1).own as number;
      checkLeft(left, type, last + 1);
      layer.read(FLAGS, bytes, at + 5, 1);
      layer.read(TAG, bytes, at + 6, 2);
      for (let number = 0, offset = at + FIXED; number <= last; number++, offset += ADDRESS) {
        addNumbered(layer, SEGMENT, bytes, offset, number);
        if (number === 0) visit(offset);
      }
      return;
    }
    default:
      expert(layer.read(UNKNOWN_DATA, bytes, at + 4, end - at - 4), UNDECODED, 'Note', 'Undecoded');
  }
}

function addNumbered(layer: Item, kind: Field, bytes: PacketBytes, at: number, number: number): void {
  const line = layer.read(kind, bytes, at, ADDRESS);
  const address = bytes.bytes(at, ADDRESS);
  line.label(() => `Address[${number}]: ${ipv6Text(address)}`);
  if (kind === SOURCE_ADDRESS && address[0] === 0xff) expert(line, MULTICAST, 'Warning', 'Protocol');
}

function invalidLength(line: Item, message: string): void {
  expert(line, INVALID_LENGTH, 'Error', 'Malformed', message);
}

function checkLeft(line: Item, type: number, count: number): void {
  if ((line.own as number) <= count) return;
  const message = `IPv6 Type ${type} Routing Header segments left field must not exceed address count (${count})`;
  expert(line, INVALID_LEFT, 'Warning', 'Protocol', message);
}
