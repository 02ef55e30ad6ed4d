/** DHCP, and BOOTP before it (RFC 2131, RFC 951). */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { etherText } from '../../tree/text.ts';
import { HARDWARE, MAC } from './fields.ts';
import { addOptions, DHCP_OPTION_FIELDS, messageType } from './options.ts';
import { MESSAGE_TYPES } from './optionTable.ts';

const DHCP = field('dhcp', 'Dynamic Host Configuration Protocol', 'protocol');
const TYPE = field('dhcp.type', 'Message type', 'uint8', { names: { 1: 'Boot Request', 2: 'Boot Reply' } });
const ADDRESS_LENGTH = field('dhcp.hw.len', 'Hardware address length', 'uint8');
const HOPS = field('dhcp.hops', 'Hops', 'uint8');
const ID = field('dhcp.id', 'Transaction ID', 'uint32', { base: 'hex' });
const SECONDS = field('dhcp.secs', 'Seconds elapsed', 'uint16');
const FLAGS = field('dhcp.flags', 'Bootp flags', 'uint16', { base: 'hex' });
const BROADCAST = field('dhcp.flags.bc', 'Broadcast flag', 'boolean', {
  mask: 0x8000,
  bits: 16,
  names: { 1: 'Broadcast', 0: 'Unicast' },
});
const RESERVED = field('dhcp.flags.reserved', 'Reserved flags', 'uint16', { base: 'hex', mask: 0x7fff });
const ADDRESSES = [
  field('dhcp.ip.client', 'Client IP address', 'ipv4'),
  field('dhcp.ip.your', 'Your (client) IP address', 'ipv4'),
  field('dhcp.ip.server', 'Next server IP address', 'ipv4'),
  field('dhcp.ip.relay', 'Relay agent IP address', 'ipv4'),
];
const HARDWARE_ADDRESS = field('dhcp.hw.addr', 'Client hardware address', 'bytes');
const ADDRESS_PADDING = field('dhcp.hw.addr_padding', 'Client hardware address padding', 'bytes');
const SERVER = field('dhcp.server', 'Server host name', 'string');
const FILE = field('dhcp.file', 'Boot file name', 'string');
const IS_BOOTP = field('dhcp.bootp', 'Frame is BOOTP', 'boolean');
const COOKIE = field('dhcp.cookie', 'Magic cookie', 'ipv4');

export const DHCP_FIELDS: readonly Field[] = [
  DHCP,
  TYPE,
  HARDWARE,
  ADDRESS_LENGTH,
  HOPS,
  ID,
  SECONDS,
  FLAGS,
  BROADCAST,
  RESERVED,
  ...ADDRESSES,
  HARDWARE_ADDRESS,
  MAC,
  ADDRESS_PADDING,
  SERVER,
  FILE,
  IS_BOOTP,
  COOKIE,
  ...DHCP_OPTION_FIELDS,
];

/** Offsets in the message. */
const [AT_ADDRESSES, AT_HARDWARE, AT_SERVER, AT_FILE, AT_COOKIE, AT_OPTIONS] = [12, 28, 44, 108, 236, 240];
const MAGIC = 0x63825363;
const MOST_HARDWARE = 16;

export function dissectDhcp(packet: Packet, bytes: PacketBytes): void {
  packet.show({ protocol: 'BOOTP', info: '' });
  packet.attempt('DHCP/BOOTP', bytes, () => dissect(packet, bytes), DHCP.name);
}

function dissect(packet: Packet, bytes: PacketBytes): void {
  const at = bytes.begin;
  const operation = bytes.u8(at);
  const [hardware, length] = [bytes.u8(at + 1), bytes.u8(at + 2)];
  const isEthernet = hardware === 1 && length === 6;
  const type = messageType(bytes, at + AT_OPTIONS);
  const name = type === undefined ? undefined : (MESSAGE_TYPES[type] ?? 'Unknown');
  const layer = packet.layer(
    DHCP,
    bytes,
    bytes.length,
    DHCP.title + (name === undefined ? '' : ` (${name})`),
  );
  const from = isEthernet && bytes.has(at + AT_HARDWARE, 6) ? etherText(bytes.u48(at + AT_HARDWARE)) : '';
  packet.show({
    info: () =>
      operation === 1 ? `Boot Request from ${from} (${from})` : operation === 2 ? 'Boot Reply' : 'Unknown',
  });
  if (name !== undefined) {
    const id = bytes.u32(at + 4).toString(16);
    packet.show({ protocol: 'DHCP', info: `DHCP ${name.padEnd(8)} - Transaction ID 0x${id}` });
  }
  layer.read(TYPE, bytes, at, 1);
  layer.read(HARDWARE, bytes, at + 1, 1);
  layer.read(ADDRESS_LENGTH, bytes, at + 2, 1);
  layer.read(HOPS, bytes, at + 3, 1);
  layer.read(ID, bytes, at + 4, 4);
  layer.read(SECONDS, bytes, at + 8, 2);
  addFlags(layer, bytes, at + 10);
  for (const [index, own] of ADDRESSES.entries()) layer.read(own, bytes, at + AT_ADDRESSES + 4 * index, 4);
  addHardware(layer, bytes, at + AT_HARDWARE, Math.min(length, MOST_HARDWARE), isEthernet);
  addName(layer, SERVER, bytes, at + AT_SERVER, AT_FILE - AT_SERVER);
  addName(layer, FILE, bytes, at + AT_FILE, AT_COOKIE - AT_FILE);
  if (name === undefined) layer.add(IS_BOOTP, bytes, at, 0, 1).hidden();
  if (bytes.u32(at + AT_COOKIE) !== MAGIC) return;
  layer.read(COOKIE, bytes, at + AT_COOKIE, 4).as('DHCP');
  addOptions(layer, bytes, at + AT_OPTIONS);
}

function addFlags(layer: Item, bytes: PacketBytes, at: number): void {
  const flags = bytes.u16(at);
  const line = layer.add(FLAGS, bytes, at, 2, flags);
  line.also(flags & BROADCAST.mask! ? ', Broadcast flag (Broadcast)' : ' (Unicast)');
  line.bits(BROADCAST, bytes, at, 2, flags);
  line.bits(RESERVED, bytes, at, 2, flags);
}

function addHardware(layer: Item, bytes: PacketBytes, at: number, length: number, isEthernet: boolean): void {
  if (isEthernet) layer.read(MAC, bytes, at, 6);
  else if (length > 0) layer.read(HARDWARE_ADDRESS, bytes, at, length);
  if (length < MOST_HARDWARE) layer.read(ADDRESS_PADDING, bytes, at + length, MOST_HARDWARE - length);
}

/** A text of a fixed length, up to its first zero. */
function addName(layer: Item, own: Field, bytes: PacketBytes, at: number, length: number): void {
  const [text = ''] = bytes.utf8(at, length).split('\0', 1);
  const line = layer.add(own, bytes, at, length, text);
  if (text === '') line.label(`${own.title} not given`);
}
