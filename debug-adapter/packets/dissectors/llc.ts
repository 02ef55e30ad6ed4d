/** Logical link control (IEEE 802.2), which a frame with a length carries: unnumbered frames, also with SNAP. */
import { expert } from '../tree/expert.ts';
import { field, type Field, type ValueNames } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { dissectData } from './data.ts';
import { dissectEtherType, ETHER_TYPES, type ByEtherType } from './etherTypes.ts';

const SNAP = 0xaa;
/** The last bit of an access point is none of its number. */
const SAP_MASK = 0xfe;
const UNNUMBERED = 3;
const POLL_FINAL = 0x10;
const MODIFIER = 0xec;
/** Information without a number, and an answer that holds what was asked. */
const INFORMATION = 0;
/** The organization whose protocol numbers are Ethernet's types. */
const ETHERNET = 0;
export const PAST_END_TITLE = 'Length field value goes past the end of the payload';

/** By a frame's modifier bits: how it is called for short and in full. */
const COMMANDS: Readonly<Record<number, readonly [short: string, name: string]>> = {
  [INFORMATION]: ['UI', 'Unnumbered Information'],
  0x40: ['DISC', 'Disconnect'],
  0x60: ['UA', 'Unnumbered Acknowledge'],
  0x6c: ['SABME', 'Set Asynchronous Balanced Mode Extended'],
  0x84: ['FRMR', 'Frame reject'],
  0xac: ['XID', 'Exchange identification'],
  0xe0: ['TEST', 'Test'],
};
const RESPONSES: typeof COMMANDS = {
  ...COMMANDS,
  0x0c: ['DM', 'Disconnected mode'],
  0x40: ['RD', 'Request Disconnect'],
};
const names = (modifiers: typeof COMMANDS): ValueNames =>
  Object.fromEntries(Object.entries(modifiers).map(([bits, [, name]]) => [Number(bits) >> 2, name]));

const SAPS: ValueNames = {
  0x00: 'NULL LSAP',
  0x01: 'NULL LSAP',
  0x02: 'LLC Sub-Layer Management',
  0x04: 'SNA Path Control',
  0x06: 'TCP/IP',
  0x08: 'SNA',
  0x0c: 'SNA',
  0x0e: 'PROWAY (IEC955) Network Management and Initialization',
  0x10: 'NetWare (unofficial?)',
  0x14: 'ISO Network Layer (OSLAN 1)',
  0x18: 'Texas Instruments',
  0x20: 'ISO Network Layer (unofficial?)',
  0x34: 'ISO Network Layer (unofficial?)',
  0x42: 'Spanning Tree BPDU',
  0x4e: 'EIA RS-511 Manufacturing Message Service',
  0x54: 'ISO Network Layer (OSLAN 2)',
  0x7e: 'ISO 8208 (X.25 over 802.2)',
  0x7f: 'ISO 802.2',
  0x80: 'XNS',
  0x82: 'BACnet',
  0x86: 'Nestar',
  0x8e: 'PROWAY (IEC955) Active Station List Maintenance',
  0x98: 'ARP',
  [SNAP]: 'SNAP',
  0xb4: 'HP JetDirect Printer',
  0xba: 'Banyan Vines',
  0xbc: 'Banyan Vines',
  0xe0: 'NetWare',
  0xf0: 'NetBIOS',
  0xf4: 'IBM Net Management',
  0xf8: 'HP Extended LLC',
  0xfa: 'Ungermann-Bass',
  0xfc: 'Remote Program Load',
  0xfe: 'ISO Network Layer',
  0xff: 'Global LSAP',
};
const sapName = (sap: number) => (SAPS as Readonly<Record<number, string>>)[sap] ?? 'Unknown';

const LLC = field('llc', 'Logical-Link Control', 'protocol', { open: true });
const DSAP = field('llc.dsap', 'DSAP', 'uint8', { base: 'hex', names: SAPS });
const DSAP_SAP = field('llc.dsap.sap', 'SAP', 'uint8', { mask: SAP_MASK });
const GROUP = field('llc.dsap.ig', 'IG Bit', 'boolean', { mask: 1, names: { 1: 'Group', 0: 'Individual' } });
const SSAP = field('llc.ssap', 'SSAP', 'uint8', { base: 'hex', names: SAPS });
const SSAP_SAP = field('llc.ssap.sap', 'SAP', 'uint8', { mask: SAP_MASK });
const RESPONSE_BIT = field('llc.ssap.cr', 'CR Bit', 'boolean', {
  mask: 1,
  names: { 1: 'Response', 0: 'Command' },
});
const CONTROL = field('llc.control', 'Control', 'uint16', { base: 'hex' });
const SET = { 1: 'Set', 0: 'Not set' };
const POLL = field('llc.control.p', 'Poll', 'boolean', { mask: POLL_FINAL, names: SET });
const FINAL = field('llc.control.f', 'Final', 'boolean', { mask: POLL_FINAL, names: SET });
const COMMAND = field('llc.control.u_modifier_cmd', 'Command', 'uint8', {
  base: 'hex',
  mask: MODIFIER,
  names: names(COMMANDS),
});
const RESPONSE = field('llc.control.u_modifier_resp', 'Response', 'uint8', {
  base: 'hex',
  mask: MODIFIER,
  names: names(RESPONSES),
});
const FRAME_TYPE = field('llc.control.ftype', 'Frame type', 'uint8', {
  base: 'hex',
  mask: 3,
  names: { 0: 'Information frame', 1: 'Supervisory frame', [UNNUMBERED]: 'Unnumbered frame' },
});
const ORGANIZATION = field('llc.oui', 'Organization Code', 'uint24');
const TYPE = field('llc.type', 'Type', 'uint16', { base: 'hex', names: ETHER_TYPES });
const PROTOCOL = field('llc.pid', 'Protocol ID', 'uint16', { base: 'hex' });

export const LLC_FIELDS: readonly Field[] = [
  LLC,
  DSAP,
  DSAP_SAP,
  GROUP,
  SSAP,
  SSAP_SAP,
  RESPONSE_BIT,
  CONTROL,
  POLL,
  FINAL,
  COMMAND,
  RESPONSE,
  FRAME_TYPE,
  ORGANIZATION,
  TYPE,
  PROTOCOL,
];

/**
 * Decodes the payload of a frame that has a length.
 *
 * @param line the length's
 * @param pastEnd what is said of a length that is too large
 * @returns where the payload ends
 * @throws BeyondEnd if it was not captured up to there
 */
export function addLengthAndPayload(
  packet: Packet,
  line: Item,
  pastEnd: Field,
  rest: PacketBytes,
  byType: ByEtherType,
): number {
  const length = line.own as number;
  if (length > rest.length) expert(line, pastEnd, 'Error', 'Malformed');
  const payload = rest.part(rest.begin, rest.begin + length);
  dissectLlc(packet, payload, byType);
  // A trailer that was not captured is missed here, unless something else was missed before.
  if (!packet.isBroken) rest.need(payload.end, 0);
  return payload.end;
}

export function dissectLlc(packet: Packet, bytes: PacketBytes, byType: ByEtherType): void {
  packet.show({ protocol: 'LLC', info: '' });
  packet.attempt('LLC', bytes, () => dissect(packet, bytes, byType), LLC.name);
}

function dissect(packet: Packet, bytes: PacketBytes, byType: ByEtherType): void {
  const at = bytes.begin;
  const destination = bytes.u8(at);
  const layer = packet.layer(LLC, bytes, bytes.length, LLC.title);
  addAccessPoint(layer, bytes, at, DSAP, DSAP_SAP, GROUP);
  const source = addAccessPoint(layer, bytes, at + 1, SSAP, SSAP_SAP, RESPONSE_BIT);
  const isResponse = (source & 1) === 1;
  const control = bytes.u8(at + 2);
  const isUnnumbered = (control & UNNUMBERED) === UNNUMBERED;
  const end = at + 2 + (isUnnumbered ? 1 : 2);
  if (isUnnumbered) packet.show({ info: addControl(layer, bytes, at + 2, isResponse) });
  else layer.add(CONTROL, bytes, at + 2, 2, bytes.u8(at + 2) | (bytes.u8(at + 3) << 8));
  const isInformation = (control & (MODIFIER | UNNUMBERED)) === (INFORMATION | UNNUMBERED);
  if (destination === SNAP && source === SNAP) {
    layer.extend(end + 5 - at);
    addSnap(packet, layer, bytes.part(end), isInformation, byType);
    return;
  }
  layer.extend(end - at);
  packet.appendInfo(
    () =>
      `; DSAP ${sapName(destination & SAP_MASK)} ${destination & 1 ? 'Group' : 'Individual'}, ` +
      `SSAP ${sapName(source & SAP_MASK)} ${isResponse ? 'Response' : 'Command'}`,
  );
  dissectData(packet, bytes.part(end));
}

/** @returns its number, with the last bit */
function addAccessPoint(
  layer: Item,
  bytes: PacketBytes,
  at: number,
  whole: Field,
  number: Field,
  bit: Field,
): number {
  const line = layer.read(whole, bytes, at, 1);
  const value = line.own as number;
  line.bits(number, bytes, at, 1, value).as(() => sapName(value & SAP_MASK));
  line.bits(bit, bytes, at, 1, value);
  return value;
}

/** @returns what the info column says of it */
function addControl(layer: Item, bytes: PacketBytes, at: number, isResponse: boolean): string {
  const control = bytes.u8(at);
  const known = (isResponse ? RESPONSES : COMMANDS)[control & MODIFIER];
  const hasPoll = (control & POLL_FINAL) !== 0;
  const mark = hasPoll ? (isResponse ? ' F' : ' P') : '';
  const text = `U${mark}, func=${known?.[0] ?? 'Unknown'}`;
  const line = layer.add(CONTROL, bytes, at, 1, control);
  line.label(() => `Control field: ${text} (0x${control.toString(16).toUpperCase().padStart(2, '0')})`);
  if (hasPoll) line.bits(isResponse ? FINAL : POLL, bytes, at, 1, control);
  line.bits(isResponse ? RESPONSE : COMMAND, bytes, at, 1, control);
  line.bits(FRAME_TYPE, bytes, at, 1, control);
  return text;
}

/** A protocol's number after that of the organization that gave it (RFC 1042). */
function addSnap(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  isInformation: boolean,
  byType: ByEtherType,
): void {
  const at = bytes.begin;
  const protocol = bytes.u16(at + 3);
  const line = layer.read(ORGANIZATION, bytes, at, 3);
  const organization = line.own as number;
  const payload = bytes.part(at + 5);
  if (organization !== ETHERNET) {
    layer.add(PROTOCOL, bytes, at + 3, 2, protocol);
    return dissectData(packet, payload);
  }
  line.as('00:00:00 (Officially Xerox, but');
  if (!isInformation) return dissectData(packet, payload);
  layer.add(TYPE, bytes, at + 3, 2, protocol);
  dissectEtherType(packet, payload, protocol, byType);
}
