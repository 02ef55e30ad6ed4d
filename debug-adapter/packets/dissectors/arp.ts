/** ARP (RFC 826); for IPv4 over Ethernet with its addresses as such. */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { etherText, hexText, ipv4Text } from '../tree/text.ts';
import type { Duplicate } from '../tracking/arpTracker.ts';
import { isGroup } from './ethernet.ts';
import { ETHER_TYPES } from './etherTypes.ts';
import { HARDWARE_TYPES } from './hardwareTypes.ts';

const FIXED = 8;
const REQUEST = 1;
const REPLY = 2;
const ETHERNET = 1;
const IPV4 = 0x0800;
const OPCODES: Readonly<Record<number, string>> = {
  [REQUEST]: 'request',
  [REPLY]: 'reply',
  3: 'reverse request',
  4: 'reverse reply',
  8: 'inverse request',
  9: 'inverse reply',
};

const ARP = field('arp', 'Address Resolution Protocol', 'protocol', { open: true });
const HARDWARE_TYPE = field('arp.hw.type', 'Hardware type', 'uint16', { names: HARDWARE_TYPES });
const PROTOCOL_TYPE = field('arp.proto.type', 'Protocol type', 'uint16', { base: 'hex', names: ETHER_TYPES });
const HARDWARE_SIZE = field('arp.hw.size', 'Hardware size', 'uint8');
const PROTOCOL_SIZE = field('arp.proto.size', 'Protocol size', 'uint8');
const OPCODE = field('arp.opcode', 'Opcode', 'uint16', { names: OPCODES });
const IS_PROBE = field('arp.isprobe', 'Is probe', 'boolean');
const IS_GRATUITOUS = field('arp.isgratuitous', 'Is gratuitous', 'boolean');
const IS_ANNOUNCEMENT = field('arp.isannouncement', 'Is announcement', 'boolean');

const DUPLICATE = field('', 'Duplicate IP address', 'none');
const EARLIER_FRAME = field(
  'arp.duplicate-address-frame',
  'Frame showing earlier use of IP address',
  'uint32',
  {
    isFrame: true,
  },
);
const EARLIER_SECONDS = field(
  'arp.seconds-since-duplicate-address-frame',
  'Seconds since earlier frame seen',
  'uint32',
);
const DETECTED = field('arp.duplicate-address-detected', 'Duplicate IP address configured', 'none');

/** The addresses of the sender or the target. */
function addresses(name: string, title: string) {
  return {
    mac: field(`arp.${name}.hw_mac`, `${title} MAC address`, 'ether'),
    hardware: field(`arp.${name}.hw`, `${title} hardware address`, 'bytes'),
    ip: field(`arp.${name}.proto_ipv4`, `${title} IP address`, 'ipv4'),
    protocol: field(`arp.${name}.proto`, `${title} protocol address`, 'bytes'),
  };
}
type Addresses = ReturnType<typeof addresses>;
const SENDER = addresses('src', 'Sender');
const TARGET = addresses('dst', 'Target');

export const ARP_FIELDS: readonly Field[] = [
  ARP,
  HARDWARE_TYPE,
  PROTOCOL_TYPE,
  HARDWARE_SIZE,
  PROTOCOL_SIZE,
  OPCODE,
  IS_PROBE,
  IS_GRATUITOUS,
  IS_ANNOUNCEMENT,
  EARLIER_FRAME,
  EARLIER_SECONDS,
  DETECTED,
  ...Object.values(SENDER),
  ...Object.values(TARGET),
];

/** Bytes of ARP for IPv4 over Ethernet. */
export const ARP_BYTES = FIXED + 2 * (6 + 4);

/** What a packet says, with addresses as numbers, or as text where they are not of Ethernet or IPv4. */
export interface ArpMessage {
  readonly opcode: number;
  readonly senderMac: number | string;
  readonly senderIp: number | string;
  readonly targetMac: number | string;
  readonly targetIp: number | string;
}

/** @returns where the packet ends */
export function dissectArp(packet: Packet, bytes: PacketBytes): number {
  packet.show({ protocol: 'ARP', info: '' });
  packet.attempt('ARP/RARP', bytes, () => dissect(packet, bytes), ARP.name);
  const at = bytes.begin;
  return bytes.has(at, 6) ? Math.min(bytes.end, at + totalOf(bytes)) : bytes.end;
}

function totalOf(bytes: PacketBytes): number {
  return FIXED + 2 * (bytes.u8(bytes.begin + 4) + bytes.u8(bytes.begin + 5));
}

function dissect(packet: Packet, bytes: PacketBytes): void {
  const at = bytes.begin;
  bytes.need(at, 2);
  const title = 'Address Resolution Protocol';
  const layer = packet.layer(ARP, bytes, bytes.length, title);
  const hardware = layer.read(HARDWARE_TYPE, bytes, at, 2).own as number;
  const protocol = layer.read(PROTOCOL_TYPE, bytes, at + 2, 2).own as number;
  const hardwareSize = layer.read(HARDWARE_SIZE, bytes, at + 4, 1).own as number;
  const protocolSize = layer.read(PROTOCOL_SIZE, bytes, at + 5, 1).own as number;
  const total = totalOf(bytes);
  layer.read(OPCODE, bytes, at + 6, 2);
  layer.extend(total);
  layer.endAt(at + total);
  bytes.need(at, total);
  const isEthernet = hardware === ETHERNET && hardwareSize === 6;
  const isIpv4 = protocol === IPV4 && protocolSize === 4;
  const message = readArp(bytes, isEthernet, isIpv4);
  const kind = kindOf(message);
  layer.label(() => `${title} (${subject(message, kind)})`);
  if (kind.isProbe) layer.generate(IS_PROBE, bytes, 1);
  if (kind.isGratuitous) layer.generate(IS_GRATUITOUS, bytes, 1);
  if (kind.isAnnouncement) layer.generate(IS_ANNOUNCEMENT, bytes, 1);
  const add = (of: Addresses, offset: number) => {
    layerAddress(layer, bytes, offset, hardwareSize, isEthernet ? of.mac : of.hardware);
    layerAddress(layer, bytes, offset + hardwareSize, protocolSize, isIpv4 ? of.ip : of.protocol);
  };
  add(SENDER, at + FIXED);
  add(TARGET, at + FIXED + hardwareSize + protocolSize);
  packet.show({ info: () => arpInfo(message) });
  addDuplicates(packet, bytes, message);
}

/** Addresses that other machines have, too. */
function addDuplicates(packet: Packet, bytes: PacketBytes, message: ArpMessage): void {
  const { trackers, context, frame } = packet;
  if (trackers) {
    const found: Duplicate[] = [];
    for (const [ip, mac] of bindings(message)) {
      if (found.some((one) => one.ip === ip)) continue;
      const duplicate = trackers.arp.add(ip, mac, frame.number, frame.timeNs);
      if (duplicate) found.push(duplicate);
    }
    if (found.length > 0) context.duplicates = found;
  }
  for (const { ip, mac, earlierMac, earlierNumber, seconds } of context.duplicates ?? []) {
    const text = () =>
      `Duplicate IP address detected for ${ipv4Text(ip)} (${etherText(mac)})` +
      ` - also in use by ${etherText(earlierMac)} (frame ${earlierNumber})`;
    const line = packet.layer(DUPLICATE, bytes, 0, text, '').generated();
    const of = line.generate(EARLIER_FRAME, bytes, earlierNumber);
    expert(of, DETECTED, 'Warning', 'Sequence', () => `${DETECTED.title} (${ipv4Text(ip)})`);
    line.generate(EARLIER_SECONDS, bytes, seconds);
    packet.alsoInfo(() => `(duplicate use of ${ipv4Text(ip)} detected!)`);
  }
}

/** Who has which address, as a request says of its sender, and a reply also of its target. */
function bindings({ opcode, ...message }: ArpMessage): [ip: number, mac: number][] {
  if (opcode !== REQUEST && opcode !== REPLY) return [];
  const all: [ip: number | string, mac: number | string][] = [[message.senderIp, message.senderMac]];
  if (opcode === REPLY) all.push([message.targetIp, message.targetMac]);
  return all.filter((one): one is [number, number] => {
    const [ip, mac] = one;
    if (typeof ip !== 'number' || typeof mac !== 'number') return false;
    return ip !== 0 && mac !== 0 && !isGroup(mac);
  });
}

function layerAddress(layer: Item, bytes: PacketBytes, offset: number, length: number, of: Field): void {
  if (length > 0) layer.read(of, bytes, offset, length);
}

/** @throws BeyondEnd if it is not whole */
export function readArp(bytes: PacketBytes, isEthernet: boolean, isIpv4: boolean): ArpMessage {
  const at = bytes.begin;
  const [hardwareSize, protocolSize] = [bytes.u8(at + 4), bytes.u8(at + 5)];
  const mac = (offset: number) =>
    isEthernet ? bytes.u48(offset) : hexText(bytes.bytes(offset, hardwareSize), ':');
  const ip = (offset: number) =>
    isIpv4 ? bytes.u32(offset) : hexText(bytes.bytes(offset, protocolSize), ':');
  const sender = at + FIXED;
  const target = sender + hardwareSize + protocolSize;
  return {
    opcode: bytes.u16(at + 6),
    senderMac: mac(sender),
    senderIp: ip(sender + hardwareSize),
    targetMac: mac(target),
    targetIp: ip(target + hardwareSize),
  };
}

interface Kind {
  isProbe: boolean;
  isGratuitous: boolean;
  isAnnouncement: boolean;
}

/** RFC 5227: a probe asks for an address that the sender does not have yet; an announcement tells its own. */
function kindOf({ opcode, senderIp, targetIp, targetMac }: ArpMessage): Kind {
  const isGratuitous = (opcode === REQUEST || opcode === REPLY) && senderIp === targetIp;
  return {
    isProbe: opcode === REQUEST && senderIp === 0 && !isGratuitous,
    isGratuitous,
    isAnnouncement: opcode === REQUEST && isGratuitous && targetMac === 0,
  };
}

function subject({ opcode }: ArpMessage, kind: Kind): string {
  if (kind.isProbe) return 'ARP Probe';
  if (kind.isAnnouncement) return 'ARP Announcement';
  const name = OPCODES[opcode] ?? `opcode 0x${opcode.toString(16).padStart(4, '0')}`;
  return kind.isGratuitous ? `${name}/gratuitous ARP` : name;
}

/** `Who has 10.0.0.1? Tell 10.0.0.2` */
export function arpInfo(message: ArpMessage): string {
  const { opcode } = message;
  const { isProbe, isGratuitous, isAnnouncement } = kindOf(message);
  const [senderIp, targetIp] = [message.senderIp, message.targetIp].map(addressText);
  if (isProbe) return `Who has ${targetIp}? (ARP Probe)`;
  if (isAnnouncement) return `ARP Announcement for ${senderIp}`;
  switch (opcode) {
    case REQUEST:
      if (isGratuitous) return `Gratuitous ARP for ${senderIp} (Request)`;
      return `Who has ${targetIp}? Tell ${senderIp}`;
    case REPLY: {
      if (isGratuitous) return `Gratuitous ARP for ${senderIp} (Reply)`;
      const { senderMac } = message;
      return `${senderIp} is at ${typeof senderMac === 'number' ? etherText(senderMac) : senderMac}`;
    }
    default:
      return OPCODES[opcode]
        ? `ARP ${OPCODES[opcode]}`
        : `Unknown ARP opcode 0x${opcode.toString(16).padStart(4, '0')}`;
  }
}

function addressText(address: number | string): string {
  return typeof address === 'number' ? ipv4Text(address) : address;
}
