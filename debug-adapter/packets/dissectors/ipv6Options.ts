/** Options of IPv6's hop-by-hop and destination options headers (RFC 8200 4.2). */
import { expert } from '../tree/expert.ts';
import { field, type Field, type ValueNames } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';

const PAD1 = 0;
const PAD_N = 1;
const TUNNEL_LIMIT = 4;
const ROUTER_ALERT = 5;
const JUMBO = 0xc2;
const HOME_ADDRESS = 0xc9;
/** From here on a payload does not fit into the header's own length. */
const JUMBO_LEAST = 0x10000;
const EXPERIMENTAL: readonly number[] = [0x1e, 0x3e, 0x5e, 0x7e, 0x9e, 0xbe, 0xde, 0xfe];

const TYPES: Readonly<Record<number, string>> = {
  [PAD1]: 'Pad1',
  [PAD_N]: 'PadN',
  [TUNNEL_LIMIT]: 'Tunnel Encapsulation Limit',
  [ROUTER_ALERT]: 'Router Alert',
  7: 'CALIPSO',
  8: 'SMF_DPD',
  15: 'Performance and Diagnostic Metrics',
  38: 'Quick-Start',
  48: 'Path MTU Option',
  49: 'IOAM Option',
  65: 'Tunnel Payload Forwarding (TPF) Information',
  99: 'RPL Option',
  109: 'MPL Option',
  138: 'Endpoint Identification',
  139: 'ILNP Nonce',
  140: 'Line-Identification Option',
  [JUMBO]: 'Jumbo Payload',
  [HOME_ADDRESS]: 'Home Address',
  238: 'IP_DFF',
  ...Object.fromEntries(
    EXPERIMENTAL.map((type) => [type, `Experimental (0x${type.toString(16).toUpperCase()})`]),
  ),
};
const ACTIONS: ValueNames = {
  0: 'Skip and continue',
  1: 'Discard',
  2: 'Discard and send ICMP Parameter Problem',
  3: 'Discard and send ICMP if not multicast',
};

const OPTION = field('ipv6.opt', 'IPv6 Option', 'none');
const TYPE = field('ipv6.opt.type', 'Type', 'uint8', { base: 'hex', names: TYPES });
const ACTION = field('ipv6.opt.type.action', 'Action', 'uint8', { mask: 0xc0, names: ACTIONS });
const CHANGE = field('ipv6.opt.type.change', 'May Change', 'boolean', {
  mask: 0x20,
  names: { 1: 'Yes', 0: 'No' },
});
const REST = field('ipv6.opt.type.rest', 'Low-Order Bits', 'uint8', { base: 'hex', mask: 0x1f });
const LENGTH = field('ipv6.opt.length', 'Length', 'uint8');
const PAD1_DATA = field('ipv6.opt.pad1', 'Pad1', 'none');
const PAD_N_DATA = field('ipv6.opt.padn', 'PadN', 'bytes');
const ALERT = field('ipv6.opt.router_alert', 'Router Alert', 'uint16', {
  names: { 0: 'MLD', 1: 'RSVP', 2: 'Active Network' },
});
const LIMIT = field('ipv6.opt.tel', 'Tunnel Encapsulation Limit', 'uint8');
const JUMBO_LENGTH = field('ipv6.opt.jumbo', 'Payload Length', 'uint32');
const HOME = field('ipv6.opt.mipv6.home_address', 'MIPv6 Home Address', 'ipv6');
const EXPERIMENT = field('ipv6.opt.experimental', 'Experimental Option', 'bytes');
const UNKNOWN = field('ipv6.opt.unknown', 'Unknown Option Payload', 'bytes');
const UNKNOWN_DATA = field('ipv6.opt_unknown_data', 'Unknown Data', 'bytes');
const NOT_INTERPRETED = field('ipv6.opt.unknown_data.expert', 'Unknown Data (not interpreted)', 'none');
const WRONG_HEADER = field('ipv6.opt.header_mismatch', 'Wrong options extension header for type', 'none');
const INVALID_LENGTH = field('ipv6.opt.invalid_len', 'Invalid IPv6 option length', 'none');
const JUMBO_PROHIBITED = field(
  'ipv6.opt.jumbo.prohibited',
  'When IPv6 payload length does not equal 0 a Jumbo Payload option must not be present',
  'none',
);
const JUMBO_SMALL = field(
  'ipv6.opt.jumbo.truncated',
  'Jumbo Payload option present and jumbo length < 65536',
  'none',
);

export const IPV6_OPTION_FIELDS: readonly Field[] = [
  OPTION,
  TYPE,
  ACTION,
  CHANGE,
  REST,
  LENGTH,
  PAD1_DATA,
  PAD_N_DATA,
  ALERT,
  LIMIT,
  JUMBO_LENGTH,
  HOME,
  EXPERIMENT,
  UNKNOWN,
  UNKNOWN_DATA,
  NOT_INTERPRETED,
  WRONG_HEADER,
  INVALID_LENGTH,
  JUMBO_PROHIBITED,
  JUMBO_SMALL,
];

/** An option whose length is fixed. */
interface Fixed {
  readonly field: Field;
  readonly length: number;
  readonly header: OptionsHeader['kind'];
  /** How the remark on a wrong length begins. */
  readonly wrongLength: string;
}
const FIXED: Readonly<Record<number, Fixed>> = {
  [TUNNEL_LIMIT]: {
    field: LIMIT,
    length: 1,
    header: 'destination',
    wrongLength: 'Tunnel Encapsulation Limit: Invalid length',
  },
  [ROUTER_ALERT]: {
    field: ALERT,
    length: 2,
    header: 'hop-by-hop',
    wrongLength: 'Router alert: Invalid Length',
  },
  [JUMBO]: {
    field: JUMBO_LENGTH,
    length: 4,
    header: 'hop-by-hop',
    wrongLength: 'Jumbo Payload: Invalid length',
  },
  [HOME_ADDRESS]: {
    field: HOME,
    length: 16,
    header: 'destination',
    wrongLength: 'Home Address: Invalid length',
  },
};

/** The header that the options are in. */
export interface OptionsHeader {
  readonly kind: 'hop-by-hop' | 'destination';
  /** IPv6's own payload length is not 0. */
  readonly hasLength: boolean;
}

/** @returns the home address, from which the packet would come without mobility */
export function addIpv6Options(
  layer: Item,
  bytes: PacketBytes,
  begin: number,
  end: number,
  header: OptionsHeader,
): Uint8Array | null {
  let home: Uint8Array | null = null;
  for (let at = begin; at < end;) {
    const type = bytes.u8(at);
    if (type === PAD1) {
      const option = layer.heading(OPTION, bytes, at, 1, 'Pad1');
      option.read(TYPE, bytes, at, 1);
      option.heading(PAD1_DATA, bytes, at, 1, 'Pad1');
      at++;
      continue;
    }
    const length = bytes.u8(at + 1);
    const name = TYPES[type] ?? `Unknown IPv6 Option (${type})`;
    const option = layer.heading(OPTION, bytes, at, 2 + length, name);
    const fixed = FIXED[type];
    const isMisplaced = fixed !== undefined && fixed.header !== header.kind;
    addType(option, bytes, at, isMisplaced ? `${name} must use a ${fixed.header} options header` : null);
    const lengthLine = option.read(LENGTH, bytes, at + 1, 1);
    if (fixed) {
      addFixed(option, lengthLine, fixed, bytes, at + 2, header.hasLength);
      if (type === HOME_ADDRESS) home = bytes.bytes(at + 2, fixed.length);
    } else addOther(option, type, bytes, at + 2, length);
    at += 2 + length;
  }
  return home;
}

/** @param remark says that the header must not have such an option */
function addType(option: Item, bytes: PacketBytes, at: number, remark: string | null): void {
  const line = option.read(TYPE, bytes, at, 1);
  if (remark !== null) expert(line, WRONG_HEADER, 'Warning', 'Protocol', remark);
  for (const part of [ACTION, CHANGE, REST]) line.read(part, bytes, at, 1);
}

function addFixed(
  option: Item,
  lengthLine: Item,
  { field: kind, length, wrongLength }: Fixed,
  bytes: PacketBytes,
  at: number,
  hasLength: boolean,
): void {
  const stated = lengthLine.own as number;
  if (stated !== length)
    expert(lengthLine, INVALID_LENGTH, 'Error', 'Malformed', `${wrongLength} (${stated} bytes)`);
  const line = option.read(kind, bytes, at, length);
  if (kind === JUMBO_LENGTH) {
    if (hasLength) expert(option, JUMBO_PROHIBITED, 'Warning', 'Protocol');
    if ((line.own as number) < JUMBO_LEAST) expert(line, JUMBO_SMALL, 'Warning', 'Protocol');
  }
  if (stated <= length) return;
  const rest = option.read(UNKNOWN_DATA, bytes, at + length, stated - length);
  expert(rest, NOT_INTERPRETED, 'Note', 'Undecoded');
}

function addOther(option: Item, type: number, bytes: PacketBytes, at: number, length: number): void {
  const isExperimental = EXPERIMENTAL.includes(type);
  const kind = type === PAD_N ? PAD_N_DATA : isExperimental ? EXPERIMENT : UNKNOWN;
  const line = option.read(kind, bytes, at, length);
  if (length === 0 && kind === PAD_N_DATA) line.as('<none>');
  if (kind === UNKNOWN) expert(line, NOT_INTERPRETED, 'Note', 'Undecoded');
}

/** The length of a payload whose hop-by-hop options header says it; null if none does. */
export function jumboLength(bytes: PacketBytes): number | null {
  const { begin } = bytes;
  if (!bytes.has(begin, 2)) return null;
  const end = begin + (bytes.u8(begin + 1) + 1) * 8;
  for (let at = begin + 2; at < end && bytes.has(at, 6);) {
    const type = bytes.u8(at);
    if (type === JUMBO) return bytes.u32(at + 2);
    at += type === PAD1 ? 1 : 2 + bytes.u8(at + 1);
  }
  return null;
}
