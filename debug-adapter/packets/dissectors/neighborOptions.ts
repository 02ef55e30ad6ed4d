/** Options of Neighbor Discovery (RFC 4861 4.6, RFC 4191, RFC 8106, RFC 8910). */
import { expert } from '../tree/expert.ts';
import { field, nameOf, shiftOf, type Field, type ValueNames } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { hexText, ipv6Text } from '../tree/text.ts';

const SOURCE_ADDRESS = 1;
const TARGET_ADDRESS = 2;
const PREFIX_INFORMATION = 3;
const REDIRECTED = 4;
const MTU_OPTION = 5;
const NONCE_OPTION = 14;
const ROUTE_INFORMATION = 24;
const DNS_SERVER = 25;
const DNS_SEARCH_LIST = 31;
const CAPTIVE_PORTAL = 37;
const UNIT = 8;
const MAC = 6;
const ADDRESS = 16;

const TYPES: Readonly<Record<number, string>> = {
  [SOURCE_ADDRESS]: 'Source link-layer address',
  [TARGET_ADDRESS]: 'Target link-layer address',
  [PREFIX_INFORMATION]: 'Prefix information',
  [REDIRECTED]: 'Redirected header',
  [MTU_OPTION]: 'MTU',
  6: 'NBMA Shortcut Limit Option',
  7: 'Advertisement Interval',
  8: 'Home Agent Information',
  9: 'Source Address List',
  10: 'Target Address List',
  11: 'CGA',
  12: 'RSA Signature',
  13: 'Timestamp',
  [NONCE_OPTION]: 'Nonce',
  15: 'Trust Anchor',
  16: 'Certificate',
  17: 'IP Address/Prefix Option',
  18: 'New Router Prefix Information',
  19: 'Link-layer Address',
  20: 'Neighbor Advertisement Acknowledgment',
  23: 'MAP',
  [ROUTE_INFORMATION]: 'Route Information',
  [DNS_SERVER]: 'Recursive DNS Server',
  26: 'RA Flags Extension',
  27: 'Handover Key Request',
  28: 'Handover Key Reply',
  29: 'Handover Assist Information',
  30: 'Mobile Node Identifier Option',
  [DNS_SEARCH_LIST]: 'DNS Search List Option',
  32: 'Proxy Signature (PS)',
  33: 'Address Registration Option',
  34: '6LoWPAN Context Option',
  35: 'Authoritative Border Router',
  36: '6LoWPAN Capability Indication Option',
  [CAPTIVE_PORTAL]: 'DHCP Captive-Portal',
  38: 'PREF64 Option',
  138: 'CARD Request',
  139: 'CARD Reply',
  253: 'RFC3692-style Experiment 1',
  254: 'RFC3692-style Experiment 2',
};
export const PREFERENCES: ValueNames = { 0: 'Medium', 1: 'High', 2: 'Reserved', 3: 'Low' };
const FOREVER = { 0xffffffff: 'Infinity' };
const SET = { 1: 'Set', 0: 'Not set' };

const OPTION = field('icmpv6.opt', 'ICMPv6 Option', 'none');
const TYPE = field('icmpv6.opt.type', 'Type', 'uint8', { names: TYPES });
const LENGTH = field('icmpv6.opt.length', 'Length', 'uint8');
const RESERVED = field('icmpv6.opt.reserved', 'Reserved', 'none');
const PADDING = field('icmpv6.opt.padding', 'Padding', 'none');
const LINK_ADDRESS = field('icmpv6.opt.linkaddr', 'Link-layer address', 'bytes');
const SOURCE_LINK_ADDRESS = field('icmpv6.opt.src_linkaddr', 'Source Link-layer address', 'bytes');
const TARGET_LINK_ADDRESS = field('icmpv6.opt.target_linkaddr', 'Target Link-layer address', 'bytes');
const PREFIX_LENGTH = field('icmpv6.opt.prefix.length', 'Prefix Length', 'uint8');
const PREFIX_FLAGS = field('icmpv6.opt.prefix.flag', 'Flag', 'uint8', { base: 'hex' });
const PREFIX_FLAG_BITS = [
  field('icmpv6.opt.prefix.flag.l', 'On-link flag(L)', 'boolean', { mask: 0x80, names: SET }),
  field('icmpv6.opt.prefix.flag.a', 'Autonomous address-configuration flag(A)', 'boolean', {
    mask: 0x40,
    names: SET,
  }),
  field('icmpv6.opt.prefix.flag.r', 'Router address flag(R)', 'boolean', { mask: 0x20, names: SET }),
  field('icmpv6.opt.prefix.flag.reserved', 'Reserved', 'uint8', { mask: 0x1f }),
];
const VALID = field('icmpv6.opt.prefix.valid_lifetime', 'Valid Lifetime', 'uint32', {
  names: FOREVER,
  unnamed: '',
});
const PREFERRED = field('icmpv6.opt.prefix.preferred_lifetime', 'Preferred Lifetime', 'uint32', {
  names: FOREVER,
  unnamed: '',
});
const PREFIX = field('icmpv6.opt.prefix', 'Prefix', 'ipv6');
const REDIRECTED_PACKET = field('icmpv6.opt.redirected_packet', 'Redirected Packet', 'none');
const MTU = field('icmpv6.opt.mtu', 'MTU', 'uint32');
const NONCE = field('icmpv6.opt.nonce', 'Nonce', 'bytes');
const ROUTE_FLAGS = field('icmpv6.opt.route_info.flag', 'Flag', 'uint8', { base: 'hex' });
const ROUTE_PREFERENCE = field('icmpv6.opt.route_info.flag.route_preference', 'Route Preference', 'uint8', {
  mask: 0x18,
  names: PREFERENCES,
});
const ROUTE_RESERVED = field('icmpv6.opt.route_info.flag.reserved', 'Reserved', 'uint8', { mask: 0xe7 });
const ROUTE_LIFETIME = field('icmpv6.opt.route_lifetime', 'Route Lifetime', 'uint32', {
  names: FOREVER,
  unnamed: '',
});
const SERVER_LIFETIME = field('icmpv6.opt.rdnss.lifetime', 'Lifetime', 'uint32', {
  names: { 0: 'RDNSS address MUST no longer be used', ...FOREVER },
  unnamed: '',
});
const SERVER = field('icmpv6.opt.rdnss', 'Recursive DNS Servers', 'ipv6');
const SEARCH_LIFETIME = field('icmpv6.opt.dnssl.lifetime', 'Lifetime', 'uint32', {
  names: { 0: 'DNSSL domain name MUST no longer be used', ...FOREVER },
  unnamed: '',
});
const SEARCH_NAME = field('icmpv6.opt.dnssl', 'Domain Names', 'string');
const PORTAL = field('icmpv6.opt.captive_portal', 'Captive Portal', 'string');
const UNKNOWN_DATA = field('icmpv6.unknown_data', 'Unknown Data', 'bytes');
const NOT_INTERPRETED = field('icmpv6.unknown_data.expert', 'Unknown Data (not interpreted)', 'none');
const INVALID_LENGTH = field('icmpv6.invalid_option_length', 'Invalid Option Length', 'none');
const UNDECODED = field('icmpv6.undecoded.option', 'Undecoded option', 'none');

export const NEIGHBOR_OPTION_FIELDS: readonly Field[] = [
  OPTION,
  TYPE,
  LENGTH,
  RESERVED,
  PADDING,
  LINK_ADDRESS,
  SOURCE_LINK_ADDRESS,
  TARGET_LINK_ADDRESS,
  PREFIX_LENGTH,
  PREFIX_FLAGS,
  ...PREFIX_FLAG_BITS,
  VALID,
  PREFERRED,
  PREFIX,
  REDIRECTED_PACKET,
  MTU,
  NONCE,
  ROUTE_FLAGS,
  ROUTE_PREFERENCE,
  ROUTE_RESERVED,
  ROUTE_LIFETIME,
  SERVER_LIFETIME,
  SERVER,
  SEARCH_LIFETIME,
  SEARCH_NAME,
  PORTAL,
  UNKNOWN_DATA,
  NOT_INTERPRETED,
  INVALID_LENGTH,
  UNDECODED,
];

/** Decodes a packet that a message quotes. @param within the line that it belongs into */
export type Quote = (within: Item, bytes: PacketBytes) => void;

/** `, Router, Override`: the flags that are set, and other parts that have names. */
export function flagNames(parts: readonly Field[], whole: number): string {
  return parts
    .flatMap((part) => {
      const value = (whole & part.mask!) >>> shiftOf(part.mask!);
      if (part.type === 'boolean') return value ? [`, ${part.title}`] : [];
      const name = nameOf(part, value);
      return name === undefined ? [] : [`, ${part.title}: ${name}`];
    })
    .join('');
}

/**
 * @param where what the row says before a link-layer address
 * @param data the field for bytes that are not decoded
 */
export function addNeighborOptions(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  where: 'from' | 'is at',
  data: Field,
  quote: Quote,
): void {
  for (let at = bytes.begin; at < bytes.end;) {
    const type = bytes.u8(at);
    const length = bytes.u8(at + 1) * UNIT;
    const option = new OptionLine(layer, bytes, at, length);
    if (length === 0) return option.refuse();
    const end = at + length;
    switch (type) {
      case SOURCE_ADDRESS:
      case TARGET_ADDRESS:
        addLinkAddress(packet, option, type, where);
        break;
      case PREFIX_INFORMATION:
        addPrefixInformation(option);
        break;
      case REDIRECTED:
        option.reserve(2, 6);
        option.item.heading(REDIRECTED_PACKET, bytes, at + UNIT, length - UNIT, REDIRECTED_PACKET.title);
        addRedirected(packet, option, bytes.part(at + UNIT, end), quote);
        break;
      case MTU_OPTION:
        option.reserve(2, 2);
        option.says(` : ${option.item.read(MTU, bytes, at + 4, 4).own as number}`);
        break;
      case NONCE_OPTION:
        option.item.read(NONCE, bytes, at + 2, length - 2);
        break;
      case ROUTE_INFORMATION:
        addRoute(option);
        break;
      case DNS_SERVER:
        option.reserve(2, 2);
        option.item.read(SERVER_LIFETIME, bytes, at + 4, 4);
        for (let server = at + UNIT; server < end; server += ADDRESS) {
          option.item.read(SERVER, bytes, server, ADDRESS);
          option.says(` ${ipv6Text(bytes.bytes(server, ADDRESS))}`);
        }
        break;
      case DNS_SEARCH_LIST:
        addSearchList(option);
        break;
      case CAPTIVE_PORTAL:
        option.item.read(PORTAL, bytes, at + 2, length - 2);
        break;
      default: {
        const message = `Dissector for ICMPv6 Option (${type}) code not implemented`;
        expert(option.item, UNDECODED, 'Note', 'Undecoded', message);
        option.item.read(data, bytes, at + 2, length - 2);
      }
    }
    option.finish();
    at = end;
  }
}

/** An option's line, whose text grows with what is found in it. */
class OptionLine {
  readonly item: Item;
  readonly bytes: PacketBytes;
  readonly at: number;
  readonly length: number;
  private readonly lengthLine: Item;
  private text: string;

  constructor(layer: Item, bytes: PacketBytes, at: number, length: number) {
    const type = bytes.u8(at);
    this.text = `${OPTION.title} (${TYPES[type] ?? `Unknown ${type}`}`;
    this.item = layer.heading(OPTION, bytes, at, length, () => this.text);
    this.bytes = bytes;
    this.at = at;
    this.length = length;
    this.item.read(TYPE, bytes, at, 1);
    this.lengthLine = this.item.read(LENGTH, bytes, at + 1, 1).also(` (${length} bytes)`);
  }

  says(text: string): void {
    this.text += text;
  }

  finish(): void {
    this.text += ')';
  }

  refuse(): void {
    expert(this.lengthLine, INVALID_LENGTH, 'Error', 'Malformed', 'Invalid option length (Zero)');
  }

  reserve(offset: number, length: number): void {
    this.bytes.need(this.at + offset, length);
    this.item.heading(RESERVED, this.bytes, this.at + offset, length, RESERVED.title);
  }
}

function addLinkAddress(packet: Packet, option: OptionLine, type: number, where: 'from' | 'is at'): void {
  const { item, bytes, at, length } = option;
  // Only a MAC's length is known, other link layers have the whole option.
  const size = length === UNIT ? MAC : length - 2;
  const text = hexText(bytes.bytes(at + 2, size), ':');
  item.read(LINK_ADDRESS, bytes, at + 2, size).as(text);
  const own = type === SOURCE_ADDRESS ? SOURCE_LINK_ADDRESS : TARGET_LINK_ADDRESS;
  item
    .read(own, bytes, at + 2, size)
    .as(text)
    .hidden();
  option.says(` : ${text}`);
  packet.alsoInfo(`${where} ${text}`);
}

function addPrefixInformation(option: OptionLine): void {
  const { item, bytes, at } = option;
  const length = item.read(PREFIX_LENGTH, bytes, at + 2, 1).own as number;
  const flags = item.read(PREFIX_FLAGS, bytes, at + 3, 1);
  flags.also(flagNames(PREFIX_FLAG_BITS, flags.own as number));
  for (const bit of PREFIX_FLAG_BITS) flags.read(bit, bytes, at + 3, 1);
  item.read(VALID, bytes, at + 4, 4);
  item.read(PREFERRED, bytes, at + 8, 4);
  option.reserve(12, 4);
  item.read(PREFIX, bytes, at + 16, ADDRESS);
  option.says(` : ${ipv6Text(bytes.bytes(at + 16, ADDRESS))}/${length}`);
}

function addRedirected(packet: Packet, { item }: OptionLine, bytes: PacketBytes, quote: Quote): void {
  const before = packet.all.length;
  quote(item, bytes);
  const end = packet.all
    .slice(before)
    .reduce((most, { offset, length }) => Math.max(most, offset + length), bytes.begin);
  if (end >= bytes.captured) return;
  const rest = item.read(UNKNOWN_DATA, bytes, end, bytes.captured - end);
  expert(rest, NOT_INTERPRETED, 'Error', 'Malformed');
}

/** Of a prefix only the bytes that its length covers need to be there. */
function addRoute(option: OptionLine): void {
  const { item, bytes, at, length } = option;
  const prefixLength = item.read(PREFIX_LENGTH, bytes, at + 2, 1).own as number;
  const flags = item.read(ROUTE_FLAGS, bytes, at + 3, 1);
  flags.also(flagNames([ROUTE_PREFERENCE], flags.own as number));
  const preference = flags.read(ROUTE_PREFERENCE, bytes, at + 3, 1).own as number;
  flags.read(ROUTE_RESERVED, bytes, at + 3, 1);
  item.read(ROUTE_LIFETIME, bytes, at + 4, 4);
  const kept = length - UNIT;
  const prefix = new Uint8Array(ADDRESS);
  prefix.set(bytes.bytes(at + UNIT, Math.min(kept, ADDRESS)));
  if (kept > 0) item.add(PREFIX, bytes, at + UNIT, kept, prefix);
  option.says(` : ${nameOf(ROUTE_PREFERENCE, preference)} ${ipv6Text(prefix)}/${prefixLength}`);
}

function addSearchList(option: OptionLine): void {
  const { item, bytes, at, length } = option;
  option.reserve(2, 2);
  item.read(SEARCH_LIFETIME, bytes, at + 4, 4);
  const end = at + length;
  let offset = at + UNIT;
  while (offset < end && bytes.u8(offset) !== 0) {
    const begin = offset;
    const labels: string[] = [];
    for (let size = bytes.u8(offset++); size !== 0; size = bytes.u8(offset++)) {
      labels.push(bytes.ascii(offset, size));
      offset += size;
    }
    const name = labels.join('.');
    item.add(SEARCH_NAME, bytes, begin, offset - begin, name);
    option.says(` ${name}`);
  }
  if (offset < end) item.heading(PADDING, bytes, offset, end - offset, PADDING.title);
}
