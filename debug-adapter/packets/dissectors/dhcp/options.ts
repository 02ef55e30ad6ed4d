/** DHCP's options, a line each, with what is in them. */
import { expert } from '../../tree/expert.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { durationText, ipv4Text } from '../../tree/text.ts';
import { readName } from '../dns/names.ts';
import { HARDWARE, MAC } from './fields.ts';
import {
  FLAG_NAMES,
  MESSAGE_TYPES,
  NUMBER_NAMES,
  optionName,
  OPTIONS,
  type OptionKind,
} from './optionTable.ts';

const option = (name: string, title: string, type: Field['type'], more = {}): Field =>
  field(`dhcp.option.${name}`, title, type, more);

const OPTION = option('type', 'Option', 'uint8');
const LENGTH = option('length', 'Length', 'uint8');
const VALUE = option('value', 'Value', 'bytes');
const END_OF_OPTIONS = option('end', 'Option End', 'uint8');
const PADDING = option('padding', 'Padding', 'bytes');
const MESSAGE_TYPE = option('dhcp', 'DHCP', 'uint8', { names: MESSAGE_TYPES });
const OVERLOAD = option('option_overload', 'Option Overload', 'uint8', {
  names: {
    1: 'Boot file name holds options',
    2: 'Server host name holds options',
    3: 'Boot file and server host names hold options',
  },
});
const REQUESTED = option('request_list_item', 'Parameter Request List Item', 'uint8');
const VENDOR_VALUE = option('vendor.value', 'Value', 'bytes');
const FQDN = option('dhcp_dns_domain_search_list_fqdn', 'FQDN', 'string');
const ROUTE = option('classless_static_route', 'Classless Static Route', 'bytes');
const AGENT = option('agent_information_option.suboption', 'Option 82 Suboption', 'uint8');
const CLIENT_TYPE = field('dhcp.client_id.type', 'Type', 'uint8');
const CLIENT_TEXT = field('dhcp.client_id.undef', 'Client Identifier', 'string');
const BAD_LENGTH = field('dhcp.bad_length', "length isn't 0", 'none');

const TYPES: Readonly<Record<OptionKind, Field['type']>> = {
  address: 'ipv4',
  addresses: 'ipv4',
  text: 'string',
  seconds: 'uint32',
  flag: 'boolean',
  number8: 'uint8',
  number16: 'uint16',
  numbers16: 'uint16',
};
/** Bytes of a value, or of each of several. */
const SIZES: Readonly<Partial<Record<OptionKind, number>>> = {
  address: 4,
  addresses: 4,
  seconds: 4,
  flag: 1,
  number8: 1,
  number16: 2,
  numbers16: 2,
};

/** The field of each option that has a kind, by its code. */
const VALUES: ReadonlyMap<number, Field> = new Map(
  Object.entries(OPTIONS).flatMap(([code, entry]) => {
    if (typeof entry === 'string') return [];
    const [name, kind, own, title = name] = entry;
    const names = NUMBER_NAMES[own] ?? (kind === 'flag' ? FLAG_NAMES : undefined);
    // A few options are the same thing.
    const known = code === '160' ? undefined : option(own, title, TYPES[kind], names && { names });
    return known ? [[Number(code), known] as const] : [];
  }),
);

export const DHCP_OPTION_FIELDS: readonly Field[] = [
  OPTION,
  LENGTH,
  VALUE,
  END_OF_OPTIONS,
  PADDING,
  MESSAGE_TYPE,
  OVERLOAD,
  REQUESTED,
  VENDOR_VALUE,
  FQDN,
  ROUTE,
  AGENT,
  CLIENT_TYPE,
  CLIENT_TEXT,
  BAD_LENGTH,
  ...VALUES.values(),
];

const [PAD, END] = [0, 255];
const [VENDOR, OVERLOADED, TYPE, REQUEST_LIST, CLIENT_ID] = [43, 52, 53, 55, 61];
const [DOMAIN_SEARCH, ROUTES, MICROSOFT_ROUTES] = [119, 121, 249];

/** The type that a message's option says; undefined without one, as in BOOTP. */
export function messageType(bytes: PacketBytes, begin: number): number | undefined {
  for (let at = begin; bytes.has(at, 1) && bytes.u8(at) !== END;) {
    const code = bytes.u8(at);
    if (code === TYPE && bytes.has(at, 3)) return bytes.u8(at + 2);
    if (code !== PAD && !bytes.has(at, 2)) return undefined;
    at += code === PAD ? 1 : 2 + bytes.u8(at + 1);
  }
  return undefined;
}

/** @throws BeyondEnd */
export function addOptions(layer: Item, bytes: PacketBytes, begin: number): void {
  let at = begin;
  while (at < bytes.end) {
    const code = bytes.u8(at);
    if (code === PAD) at = addPads(layer, bytes, at);
    else if (code === END) {
      // Wireshark gives it no number.
      const line = layer.add(OPTION, bytes, at, 1, 0).label(`Option: (${END}) End`);
      line.add(END_OF_OPTIONS, bytes, at, 1, code);
      const rest = bytes.end - (at + 1);
      if (rest > 0) layer.read(PADDING, bytes, at + 1, rest);
      return;
    } else at = addOption(layer, bytes, at, code);
  }
}

function addPads(layer: Item, bytes: PacketBytes, begin: number): number {
  let end = begin;
  while (bytes.has(end, 1) && bytes.u8(end) === PAD) end++;
  const line = layer.add(OPTION, bytes, begin, end - begin, PAD).label(`Option: (${PAD}) Padding`);
  line.read(PADDING, bytes, begin, end - begin);
  return end;
}

/** @returns where it ends */
function addOption(layer: Item, bytes: PacketBytes, at: number, code: number): number {
  const title = `Option: (${code}) ${optionName(code)}`;
  const length = bytes.u8(at + 1);
  const [begin, end] = [at + 2, at + 2 + length];
  const line = layer.add(OPTION, bytes, at, 2 + length, code).label(title);
  line.add(LENGTH, bytes, at + 1, 1, length);
  const value = line.read(VALUE, bytes, begin, length);
  if (addValue(line, bytes, begin, end, code)) value.hidden();
  return end;
}

/** @returns whether other lines say what is in it */
function addValue(line: Item, bytes: PacketBytes, begin: number, end: number, code: number): boolean {
  const own = VALUES.get(code);
  const entry = OPTIONS[code];
  if (own && typeof entry === 'object') return addKind(line, bytes, begin, end, own, entry[1]);
  switch (code) {
    case TYPE: {
      const name = MESSAGE_TYPES[bytes.u8(begin)] ?? 'Unknown';
      line.also(` (${name})`);
      line.read(MESSAGE_TYPE, bytes, begin, 1);
      return true;
    }
    case OVERLOADED:
      line.read(OVERLOAD, bytes, begin, 1);
      return true;
    case REQUEST_LIST:
      for (let at = begin; at < end; at++) {
        const asked = bytes.u8(at);
        line.add(REQUESTED, bytes, at, 1, asked).label(`${REQUESTED.title}: (${asked}) ${optionName(asked)}`);
      }
      return true;
    case VENDOR:
      line.read(VENDOR_VALUE, bytes, begin, end - begin);
      return true;
    case CLIENT_ID:
      return addClient(line, bytes, begin, end);
    case DOMAIN_SEARCH:
      for (let at = begin; at < end;) {
        const { text, end: next } = readName(bytes, begin, at);
        line.add(FQDN, bytes, at, next - at, text);
        at = next;
      }
      return true;
    case ROUTES:
    case MICROSOFT_ROUTES:
      for (let at = begin; at < end;) at = addRoute(line, bytes, at);
      return true;
    default:
      return false;
  }
}

function addKind(
  line: Item,
  bytes: PacketBytes,
  begin: number,
  end: number,
  own: Field,
  kind: OptionKind,
): boolean {
  const length = end - begin;
  const size = SIZES[kind] ?? length;
  const isList = kind === 'addresses' || kind === 'numbers16';
  const wrong = (message: string) => expert(line, BAD_LENGTH, 'Error', 'Protocol', message);
  if (!isList && length !== size) {
    wrong(`length isn't ${size}`);
    return false;
  }
  if (kind === 'address') line.also(` (${ipv4Text(bytes.u32(begin))})`);
  for (let at = begin; at + size <= end; at += size) {
    const item = line.read(own, bytes, at, size);
    if (kind === 'seconds') {
      const seconds = item.own as number;
      item.as(() => `(${seconds}s) ${seconds === 0xffffffff ? 'infinity' : durationText(seconds)}`);
    }
    if (size === 0) break;
  }
  if (isList && length % size !== 0) wrong(`Option length isn't a multiple of ${size}`);
  return true;
}

/** A hardware address, or whatever the client has chosen. */
function addClient(line: Item, bytes: PacketBytes, begin: number, end: number): boolean {
  const type = bytes.u8(begin);
  if (end - begin === 7 && type > 0 && type < 48) {
    line.read(HARDWARE, bytes, begin, 1);
    line.read(MAC, bytes, begin + 1, 6);
    return true;
  }
  if (type !== 0 || end - begin < 2) return false;
  line.read(CLIENT_TYPE, bytes, begin, 1);
  line.read(CLIENT_TEXT, bytes, begin + 1, end - begin - 1);
  return true;
}

/** `192.168.1.0/24-10.0.0.1` @returns where it ends */
function addRoute(line: Item, bytes: PacketBytes, at: number): number {
  const width = bytes.u8(at);
  const length = Math.ceil(width / 8);
  const network = new Uint8Array(4);
  network.set(bytes.bytes(at + 1, length));
  const router = bytes.u32(at + 1 + length);
  const target = width === 0 ? 'default' : `${[...network].join('.')}/${width}`;
  line.add(ROUTE, bytes, at, 5 + length, bytes.bytes(at, 5 + length)).label(` ${target}-${ipv4Text(router)}`);
  return at + 5 + length;
}
