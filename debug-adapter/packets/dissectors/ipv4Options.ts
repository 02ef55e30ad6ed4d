/** The options of an IPv4 header (RFC 791 3.1, RFC 2113). */
import { expert } from '../tree/expert.ts';
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';

const END = 0;
const NOP = 1;
const RECORD_ROUTE = 7;
const TIME_STAMP = 68;
const LOOSE_ROUTE = 131;
const STREAM_ID = 136;
const STRICT_ROUTE = 137;
const ROUTER_ALERT = 148;

const NUMBERS: Readonly<Record<number, string>> = {
  0: 'End of Option List (EOL)',
  1: 'No-Operation (NOP)',
  2: 'Security',
  3: 'Loose source route',
  4: 'Time stamp',
  5: 'Extended security',
  6: 'Commercial IP security option',
  7: 'Record route',
  8: 'Stream identifier',
  9: 'Strict source route',
  11: 'MTU probe',
  12: 'MTU Reply',
  18: 'Traceroute',
  20: 'Router Alert',
  25: 'Quick-Start',
  30: 'RFC 3692-style experiment',
};
const CLASSES: Readonly<Record<number, string>> = {
  0: 'Control',
  1: 'Reserved for future use',
  2: 'Debugging and measurement',
  3: 'Reserved for future use',
};

const OPTIONS = field('', 'Options', 'none');
const TYPE = field('ip.opt.type', 'Type', 'uint8');
const COPY = field('ip.opt.type.copy', 'Copy on fragmentation', 'boolean', {
  mask: 0x80,
  names: { 1: 'Yes', 0: 'No' },
});
const CLASS = field('ip.opt.type.class', 'Class', 'uint8', { mask: 0x60, names: CLASSES });
const NUMBER = field('ip.opt.type.number', 'Number', 'uint8', { mask: 0x1f, names: NUMBERS });
const LENGTH = field('ip.opt.len', 'Length', 'uint8');
const BAD_LENGTH = field('ip.opt.len.invalid', 'Invalid length for option', 'none');
const POINTER = field('ip.opt.ptr', 'Pointer', 'uint8');
const BEFORE_ADDRESS = field('ip.opt.ptr.before_address', 'Pointer points before first address', 'none');
const MIDDLE_ADDRESS = field('ip.opt.ptr.middle_address', 'Pointer points to middle of address', 'none');
const RECORDED = field('ip.rec_rt', 'Recorded Route', 'ipv4');
const CURRENT = field('ip.cur_rt', 'Current Route', 'ipv4');
const SOURCE = field('ip.src_rt', 'Source Route', 'ipv4');
const EMPTY = field('ip.empty_rt', 'Empty Route', 'ipv4');
const ALERT = field('ip.opt.ra', 'Router Alert', 'uint16', {
  names: (value) => (value === 0 ? 'Router shall examine packet' : 'Reserved'),
});
const STREAM = field('ip.opt.sid', 'Stream Identifier', 'uint16');
const OVERFLOW = field('ip.opt.overflow', 'Overflow', 'uint8', { mask: 0xf0 });
const FLAG = field('ip.opt.flag', 'Flag', 'uint8', {
  mask: 0x0f,
  base: 'hex',
  names: {
    0: 'Time stamps only',
    1: 'Time stamp and address',
    3: 'Time stamps for prespecified addresses',
  },
});
const STAMP = field('ip.opt.time_stamp', 'Time stamp', 'uint32');
const STAMP_ADDRESS = field('ip.opt.time_stamp_addr', 'Address', 'ipv4');
const FOUR_NOPS = field('ip.nop', '4 NOP in a row - a router may have removed some options', 'none');

/** The kinds that are decoded, with their own field. */
interface Kind {
  readonly name: string;
  readonly own: Field;
  readonly least: number;
  readonly isFixed: boolean;
}
function kind(suffix: string, name: string, least: number, isFixed = false): Kind {
  return { name, own: field(`ip.options.${suffix}`, `IP Option - ${name}`, 'bytes'), least, isFixed };
}
const KINDS: Readonly<Record<number, Kind>> = {
  [END]: kind('eol', 'End of Options List (EOL)', 1, true),
  [NOP]: kind('nop', 'No-Operation (NOP)', 1, true),
  [RECORD_ROUTE]: kind('record_route', 'Record Route', 3),
  [TIME_STAMP]: kind('timestamp', 'Time Stamp', 4),
  [LOOSE_ROUTE]: kind('loose_source_route', 'Loose Source Route', 3),
  [STREAM_ID]: kind('stream_id', 'Stream ID', 4, true),
  [STRICT_ROUTE]: kind('strict_source_route', 'Strict Source Route', 3),
  [ROUTER_ALERT]: kind('routeralert', 'Router Alert', 4, true),
};
const UNKNOWN = kind('unknown', 'Unknown', 2);

export const IPV4_OPTION_FIELDS: readonly Field[] = [
  ...Object.values(KINDS).map(({ own }) => own),
  UNKNOWN.own,
  TYPE,
  COPY,
  CLASS,
  NUMBER,
  LENGTH,
  BAD_LENGTH,
  POINTER,
  BEFORE_ADDRESS,
  MIDDLE_ADDRESS,
  RECORDED,
  CURRENT,
  SOURCE,
  EMPTY,
  ALERT,
  STREAM,
  OVERFLOW,
  FLAG,
  STAMP,
  STAMP_ADDRESS,
  FOUR_NOPS,
];

const bytesUnit = units('byte');
const sized = (name: string, length: number) => `IP Option - ${name} (${length}${bytesUnit(length)})`;

/** The options between `begin` and `end`. Reading stops where one cannot be right. */
export function addIpv4Options(layer: Item, bytes: PacketBytes, begin: number, end: number): void {
  const total = end - begin;
  const line = layer.heading(OPTIONS, bytes, begin, total, () => `Options: (${total}${bytesUnit(total)})`);
  const names: string[] = [];
  line.label(() => `Options: (${total}${bytesUnit(total)})${names.map((name) => `, ${name}`).join('')}`);
  let nops = 0;
  let at = begin;
  while (at < end) {
    const type = bytes.u8(at);
    const known = KINDS[type] ?? UNKNOWN;
    if (type !== END) names.push(known.name);
    nops = type === NOP ? nops + 1 : 0;
    if (type === END || type === NOP) {
      const option = line.read(known.own, bytes, at, 1).label(known.own.title);
      addType(option, bytes, at);
      if (nops === 4) {
        expert(option, FOUR_NOPS, 'Warning', 'Protocol');
        nops = 0;
      }
      at++;
      if (type === END) return;
      continue;
    }
    const length = at + 1 < end ? bytes.u8(at + 1) : 0;
    if (length < 2 || at + length > end) {
      const option = line.read(known.own, bytes, at, Math.min(2, end - at));
      const fault = `(option length = ${length}${bytesUnit(length)} ${length < 2 ? 'is too short' : 'says option goes past end of options'})`;
      option.label(() => `IP Option - ${known.name} ${fault}`);
      return;
    }
    addOption(line, bytes, type, at, length, known);
    at += length;
  }
}

function addOption(
  line: Item,
  bytes: PacketBytes,
  type: number,
  at: number,
  length: number,
  { own, name, least, isFixed }: Kind,
): void {
  const option = line.read(own, bytes, at, length).label(() => sized(name, length));
  addType(option, bytes, at);
  const lengthLine = option.read(LENGTH, bytes, at + 1, 1);
  if (length < least || (isFixed && length !== least)) {
    expert(lengthLine, BAD_LENGTH, 'Warning', 'Protocol');
    return;
  }
  switch (type) {
    case RECORD_ROUTE:
    case LOOSE_ROUTE:
    case STRICT_ROUTE:
      addRoute(option, bytes, type, at, length);
      break;
    case TIME_STAMP:
      addTimes(option, bytes, at, length);
      break;
    case ROUTER_ALERT: {
      const alert = option.read(ALERT, bytes, at + 2, 2).own as number;
      option.also(() => `: ${alert === 0 ? 'Router shall examine packet' : 'Reserved'} (${alert})`);
      break;
    }
    case STREAM_ID:
      option.read(STREAM, bytes, at + 2, 2);
      option.also(() => `: ${bytes.u16(at + 2)}`);
  }
}

function addType(option: Item, bytes: PacketBytes, at: number): void {
  const whole = bytes.u8(at);
  const line = option.read(TYPE, bytes, at, 1);
  for (const part of [COPY, CLASS, NUMBER]) line.bits(part, bytes, at, 1, whole);
}

/** The pointer counts from 1 and leads to the first address that is not used up. */
function addRoute(option: Item, bytes: PacketBytes, type: number, at: number, length: number): void {
  const pointerLine = option.read(POINTER, bytes, at + 2, 1);
  const pointer = pointerLine.own as number;
  if (pointer < 4) expert(pointerLine, BEFORE_ADDRESS, 'Warning', 'Protocol');
  else if (pointer & 3) expert(pointerLine, MIDDLE_ADDRESS, 'Warning', 'Protocol');
  const isSourceRoute = type !== RECORD_ROUTE;
  for (let hop = 3; hop + 4 <= length; hop += 4) {
    const place = hop + 1;
    const own = isSourceRoute
      ? place < pointer
        ? RECORDED
        : place === pointer
          ? CURRENT
          : SOURCE
      : place < pointer
        ? RECORDED
        : EMPTY;
    const line = option.read(own, bytes, at + hop, 4);
    if (place === pointer) line.also(' <- (next)');
  }
}

function addTimes(option: Item, bytes: PacketBytes, at: number, length: number): void {
  option.read(POINTER, bytes, at + 2, 1);
  const whole = bytes.u8(at + 3);
  option.bits(OVERFLOW, bytes, at + 3, 1, whole);
  option.bits(FLAG, bytes, at + 3, 1, whole);
  const hasAddresses = (whole & 0xf) !== 0;
  const step = hasAddresses ? 8 : 4;
  for (let entry = at + 4; entry + step <= at + length; entry += step) {
    if (hasAddresses) option.read(STAMP_ADDRESS, bytes, entry, 4);
    option.read(STAMP, bytes, entry + step - 4, 4);
  }
}
