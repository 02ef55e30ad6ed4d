/** Neighbor Discovery (RFC 4861): routers and neighbours of a link, and their link-layer addresses. */
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { ipv6Text } from '../tree/text.ts';
import {
  addNeighborOptions,
  flagNames,
  NEIGHBOR_OPTION_FIELDS,
  PREFERENCES,
  type Quote,
} from './neighborOptions.ts';

const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOR_SOLICITATION = 135;
const NEIGHBOR_ADVERTISEMENT = 136;
const REDIRECT = 137;
export const DISCOVERY_TYPES: ReadonlySet<number> = new Set([
  ROUTER_SOLICITATION,
  ROUTER_ADVERTISEMENT,
  NEIGHBOR_SOLICITATION,
  NEIGHBOR_ADVERTISEMENT,
  REDIRECT,
]);
const ADDRESS = 16;

const SET = { 1: 'Set', 0: 'Not set' };
const HOP_LIMIT = field('icmpv6.nd.ra.cur_hop_limit', 'Cur hop limit', 'uint8');
const ROUTER_FLAGS = field('icmpv6.nd.ra.flag', 'Flags', 'uint8', { base: 'hex' });
const ROUTER_FLAG_BITS = [
  field('icmpv6.nd.ra.flag.m', 'Managed address configuration', 'boolean', { mask: 0x80, names: SET }),
  field('icmpv6.nd.ra.flag.o', 'Other configuration', 'boolean', { mask: 0x40, names: SET }),
  field('icmpv6.nd.ra.flag.h', 'Home Agent', 'boolean', { mask: 0x20, names: SET }),
  field('icmpv6.nd.ra.flag.prf', 'Prf (Default Router Preference)', 'uint8', {
    mask: 0x18,
    names: PREFERENCES,
  }),
  field('icmpv6.nd.ra.flag.p', 'Proxy', 'boolean', { mask: 0x04, names: SET }),
  field('icmpv6.nd.ra.flag.rsv', 'Reserved', 'uint8', { mask: 0x03 }),
];
const LIFETIME = field('icmpv6.nd.ra.router_lifetime', 'Router lifetime (s)', 'uint16');
const REACHABLE = field('icmpv6.nd.ra.reachable_time', 'Reachable time (ms)', 'uint32');
const RETRANSMIT = field('icmpv6.nd.ra.retrans_timer', 'Retrans timer (ms)', 'uint32');
const SOLICITED_TARGET = field('icmpv6.nd.ns.target_address', 'Target Address', 'ipv6');
const NEIGHBOR_FLAGS = field('icmpv6.nd.na.flag', 'Flags', 'uint32', { base: 'hex' });
const NEIGHBOR_FLAG_BITS = [
  field('icmpv6.nd.na.flag.r', 'Router', 'boolean', { mask: 0x80000000, bits: 32, names: SET }),
  field('icmpv6.nd.na.flag.s', 'Solicited', 'boolean', { mask: 0x40000000, names: SET }),
  field('icmpv6.nd.na.flag.o', 'Override', 'boolean', { mask: 0x20000000, names: SET }),
  field('icmpv6.nd.na.flag.rsv', 'Reserved', 'uint32', { mask: 0x1fffffff }),
];
/** How the row calls these flags. */
const SHORT_FLAGS = ['rtr', 'sol', 'ovr'] as const;
const ADVERTISED_TARGET = field('icmpv6.nd.na.target_address', 'Target Address', 'ipv6');
const REDIRECT_TARGET = field('icmpv6.nd.rd.target_address', 'Target Address', 'ipv6');
const REDIRECT_DESTINATION = field('icmpv6.rd.na.destination_address', 'Destination Address', 'ipv6');

export const DISCOVERY_FIELDS: readonly Field[] = [
  HOP_LIMIT,
  ROUTER_FLAGS,
  ...ROUTER_FLAG_BITS,
  LIFETIME,
  REACHABLE,
  RETRANSMIT,
  SOLICITED_TARGET,
  NEIGHBOR_FLAGS,
  ...NEIGHBOR_FLAG_BITS,
  ADVERTISED_TARGET,
  REDIRECT_TARGET,
  REDIRECT_DESTINATION,
  ...NEIGHBOR_OPTION_FIELDS,
];

/**
 * @param reserved the field that ICMPv6 has for unused bytes
 * @param data and for bytes that are not decoded
 * @param quote decodes a quoted packet
 */
export function addDiscovery(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  type: number,
  reserved: Field,
  data: Field,
  quote: Quote,
): void {
  const at = bytes.begin;
  const addOptions = (offset: number) =>
    addNeighborOptions(
      packet,
      layer,
      bytes.part(at + offset),
      type === NEIGHBOR_ADVERTISEMENT || type === REDIRECT ? 'is at' : 'from',
      data,
      quote,
    );
  switch (type) {
    case ROUTER_ADVERTISEMENT:
      addRouter(layer, bytes, at + 4);
      return addOptions(16);
    case NEIGHBOR_ADVERTISEMENT:
      addNeighbor(packet, layer, bytes, at + 4);
      return addOptions(8 + ADDRESS);
    case NEIGHBOR_SOLICITATION: {
      layer.read(reserved, bytes, at + 4, 4);
      const target = bytes.bytes(at + 8, ADDRESS);
      layer.read(SOLICITED_TARGET, bytes, at + 8, ADDRESS);
      packet.alsoInfo(() => `for ${ipv6Text(target)}`);
      return addOptions(8 + ADDRESS);
    }
    case REDIRECT:
      layer.read(reserved, bytes, at + 4, 4);
      layer.read(REDIRECT_TARGET, bytes, at + 8, ADDRESS);
      layer.read(REDIRECT_DESTINATION, bytes, at + 8 + ADDRESS, ADDRESS);
      return addOptions(8 + 2 * ADDRESS);
    default:
      layer.read(reserved, bytes, at + 4, 4);
      return addOptions(8);
  }
}

function addRouter(layer: Item, bytes: PacketBytes, at: number): void {
  layer.read(HOP_LIMIT, bytes, at, 1);
  const flags = layer.read(ROUTER_FLAGS, bytes, at + 1, 1);
  flags.also(flagNames(ROUTER_FLAG_BITS, flags.own as number));
  for (const bit of ROUTER_FLAG_BITS) flags.read(bit, bytes, at + 1, 1);
  layer.read(LIFETIME, bytes, at + 2, 2);
  layer.read(REACHABLE, bytes, at + 4, 4);
  layer.read(RETRANSMIT, bytes, at + 8, 4);
}

function addNeighbor(packet: Packet, layer: Item, bytes: PacketBytes, at: number): void {
  const flags = layer.read(NEIGHBOR_FLAGS, bytes, at, 4);
  const whole = flags.own as number;
  flags.also(flagNames(NEIGHBOR_FLAG_BITS, whole));
  for (const bit of NEIGHBOR_FLAG_BITS) flags.bits(bit, bytes, at, 4, whole);
  const target = bytes.bytes(at + 4, ADDRESS);
  layer.read(ADVERTISED_TARGET, bytes, at + 4, ADDRESS);
  const set = SHORT_FLAGS.filter((_, index) => whole & NEIGHBOR_FLAG_BITS[index]!.mask!);
  packet.alsoInfo(() => `${ipv6Text(target)}${set.length ? ` (${set.join(', ')})` : ''}`);
}
