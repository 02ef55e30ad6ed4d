/** TCP options (RFC 9293 3.2, RFC 7323, RFC 2018, RFC 7413). */
import { expert } from '../tree/expert.ts';
import { field, units, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { EXPERIMENTS, KINDS } from './tcpOptionNames.ts';
import { ACK, SYN } from './tcpFlags.ts';

const END = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MD5 = 19;
const USER_TIMEOUT = 28;
const FAST_OPEN = 34;
const EXPERIMENT_1 = 253;
const EXPERIMENT_2 = 254;
const LARGEST_SHIFT = 14;

const MISPLACED = field('', 'Option', 'none');
const OPTIONS = field('tcp.options', 'TCP Options', 'bytes');
const KIND = field('tcp.option_kind', 'Kind', 'uint8', { names: KINDS });
const LENGTH = field('tcp.option_len', 'Length', 'uint8');
const BAD_LENGTH = field('tcp.option.len.invalid', 'Invalid length for option', 'none');
const MSS_VALUE = field('tcp.options.mss_val', 'MSS Value', 'uint16');
const SHIFT = field('tcp.options.wscale.shift', 'Shift count', 'uint8');
const BAD_SHIFT = field('tcp.options.wscale.shift.invalid', 'Window scale shift exceeds 14', 'none');
const MULTIPLIER = field('tcp.options.wscale.multiplier', 'Multiplier', 'uint16');
const SACK_LEFT = field('tcp.options.sack_le', 'TCP SACK Left Edge', 'uint32');
const SACK_RIGHT = field('tcp.options.sack_re', 'TCP SACK Right Edge', 'uint32');
const SACK_COUNT = field('tcp.options.sack.count', 'TCP SACK Count', 'uint8');
const DSACK = field('tcp.options.sack.dsack', 'D-SACK Sequence', 'none');
const DUPLICATE = field('', 'D-SACK Sequence', 'none');
const DSACK_LEFT = field('tcp.options.sack.dsack_le', 'TCP D-SACK Left Edge', 'uint32');
const DSACK_RIGHT = field('tcp.options.sack.dsack_re', 'TCP D-SACK Right Edge', 'uint32');
const VALUE = field('tcp.options.timestamp.tsval', 'Timestamp value', 'uint32');
const ECHO = field('tcp.options.timestamp.tsecr', 'Timestamp echo reply', 'uint32');
const DIGEST = field('tcp.options.md5.digest', 'MD5 digest', 'bytes');
const GRANULARITY = field('tcp.options.user_to_granularity', 'Granularity', 'boolean', {
  mask: 0x8000,
  names: { 1: 'Minutes', 0: 'Seconds' },
});
const TIMEOUT = field('tcp.options.user_to_val', 'User Timeout', 'uint16', { mask: 0x7fff });
const COOKIE_REQUEST = field('tcp.options.tfo.request', 'Fast Open Cookie Request', 'none');
const COOKIE = field('tcp.options.tfo.cookie', 'Fast Open Cookie', 'bytes');
const FAST_OPEN_SYN = field('tcp.analysis.tfo_syn', 'TCP SYN with TFO Cookie', 'none');
const FAST_OPEN_ACK = field('tcp.analysis.tfo_ack', 'TCP SYN-ACK accepting TFO data', 'none');
const EXPERIMENT = field('tcp.options.experimental.exid', 'Experiment Identifier', 'uint16', {
  base: 'hex',
  names: EXPERIMENTS,
});
const EXPERIMENT_DATA = field('tcp.options.experimental.data', 'Data', 'bytes');
const UNKNOWN_PAYLOAD = field('tcp.options.unknown.payload', 'Payload', 'bytes');
const MSS_ABSENT = field('tcp.options.mss.absent', 'The SYN packet does not contain a MSS option', 'none');
const MSS_PRESENT = field('tcp.options.mss.present', 'The non-SYN packet does contain a MSS option', 'none');
const FOUR_NOPS = field('tcp.nop', '4 NOP in a row - a router may have removed some options', 'none');

interface Kind {
  readonly name: string;
  readonly own: Field;
  /** Bytes, or null if they vary. */
  readonly fixed: number | null;
}
function kind(suffix: string, name: string, fixed: number | null): Kind {
  return { name, own: field(`tcp.options.${suffix}`, `TCP Option - ${name}`, 'bytes'), fixed };
}
const KNOWN: Readonly<Record<number, Kind>> = {
  [END]: kind('eol', 'End of Option List (EOL)', 1),
  [NOP]: kind('nop', 'No-Operation (NOP)', 1),
  [MSS]: kind('mss', 'Maximum segment size', 4),
  [WINDOW_SCALE]: kind('wscale', 'Window scale', 3),
  [SACK_PERMITTED]: kind('sack_perm', 'SACK permitted', 2),
  [SACK]: kind('sack', 'SACK', null),
  [TIMESTAMPS]: kind('timestamp', 'Timestamps', 10),
  [MD5]: kind('md5', 'TCP MD5 signature', 18),
  [USER_TIMEOUT]: kind('user_to', 'User Timeout', 4),
  [FAST_OPEN]: kind('tfo', 'TCP Fast Open', null),
  [EXPERIMENT_1]: kind('experimental', 'Experimental', null),
};
const EXPERIMENTAL = KNOWN[EXPERIMENT_1]!;
const UNKNOWN = kind('unknown', 'Unknown', null);
const kindOf = (number: number) => (number === EXPERIMENT_2 ? EXPERIMENTAL : (KNOWN[number] ?? UNKNOWN));

export const TCP_OPTION_FIELDS: readonly Field[] = [
  OPTIONS,
  ...[...Object.values(KNOWN), UNKNOWN].map(({ own }) => own),
  KIND,
  LENGTH,
  BAD_LENGTH,
  MSS_VALUE,
  SHIFT,
  BAD_SHIFT,
  MULTIPLIER,
  SACK_LEFT,
  SACK_RIGHT,
  SACK_COUNT,
  DSACK,
  DSACK_LEFT,
  DSACK_RIGHT,
  VALUE,
  ECHO,
  DIGEST,
  GRANULARITY,
  TIMEOUT,
  COOKIE_REQUEST,
  COOKIE,
  FAST_OPEN_SYN,
  FAST_OPEN_ACK,
  EXPERIMENT,
  EXPERIMENT_DATA,
  UNKNOWN_PAYLOAD,
  MSS_ABSENT,
  MSS_PRESENT,
  FOUR_NOPS,
];

/** An option as it is in the header. */
export interface TcpOption {
  readonly kind: number;
  readonly offset: number;
  readonly length: number;
  /** False if its length does not fit its kind or its place. */
  readonly isValid: boolean;
  /** False if the capture ends within it. */
  readonly isCaptured: boolean;
}

/** Splits the options between `begin` and `end`, as far as they were captured. */
export function readTcpOptions(bytes: PacketBytes, begin: number, end: number): TcpOption[] {
  const options: TcpOption[] = [];
  let at = begin;
  while (at < end && bytes.has(at, 1)) {
    const number = bytes.u8(at);
    if (number === END || number === NOP) {
      options.push({ kind: number, offset: at, length: 1, isValid: true, isCaptured: true });
      at++;
      continue;
    }
    const length = at + 1 < end && bytes.has(at + 1, 1) ? bytes.u8(at + 1) : 0;
    if (length < 2 || at + length > end || !bytes.has(at, length)) {
      options.push({ kind: number, offset: at, length, isValid: false, isCaptured: bytes.has(at, 2) });
      break;
    }
    const { fixed } = kindOf(number);
    const fits = number === SACK ? length > 2 && (length - 2) % 8 === 0 : fixed === null || fixed === length;
    options.push({ kind: number, offset: at, length, isValid: fits, isCaptured: true });
    at += length;
  }
  return options;
}

/** The shift of its window scale option, at most 14 (RFC 7323 2.3); null without one. */
export function windowScaleOf(bytes: PacketBytes, options: readonly TcpOption[]): number | null {
  const option = options.findLast(({ kind, isValid }) => kind === WINDOW_SCALE && isValid);
  return option ? Math.min(bytes.u8(option.offset + 2), LARGEST_SHIFT) : null;
}

/** Bytes that its SACK option says arrived beyond `ack`. A first block that does not is a D-SACK (RFC 2883). */
export function sackedBytes(bytes: PacketBytes, options: readonly TcpOption[], ack: number): number {
  let sum = 0;
  for (const { kind, offset, length, isValid } of options) {
    if (kind !== SACK || !isValid) continue;
    sum = 0;
    for (let at = offset + 2; at < offset + length; at += 8) {
      const [left, right] = [bytes.u32(at), bytes.u32(at + 4)];
      if (at === offset + 2 && isDuplicate(bytes, offset, length, ack)) continue;
      sum += (right - left) >>> 0;
    }
  }
  return sum;
}

/** Whether the first block of a SACK option tells of data that arrived twice (RFC 2883). */
function isDuplicate(bytes: PacketBytes, offset: number, length: number, ack: number): boolean {
  const right = bytes.u32(offset + 6);
  if (((right - ack) | 0) <= 0) return true;
  if (length < 18) return false;
  const left = bytes.u32(offset + 2);
  const [outerLeft, outerRight] = [bytes.u32(offset + 10), bytes.u32(offset + 14)];
  return ((left - outerLeft) | 0) >= 0 && ((outerRight - right) | 0) >= 0;
}

const bytesUnit = units('byte');

/** What the other lines of a segment tell about its options. */
export interface OptionsOf {
  readonly flags: number;
  readonly ack: number;
  /** Numbers in SACK blocks are shown relative to it; null if it is not known. */
  readonly base: number | null;
}

export function addTcpOptions(
  layer: Item,
  bytes: PacketBytes,
  begin: number,
  end: number,
  options: readonly TcpOption[],
  of: OptionsOf,
): void {
  const total = end - begin;
  const kept = Math.min(total, bytes.captured - begin);
  if (kept <= 0) return;
  const line = layer.read(OPTIONS, bytes, begin, kept);
  const inPlace = options.filter(({ offset, length }) => length > 0 && offset + length <= end);
  const names = () => inPlace.map(({ kind }) => `, ${kindOf(kind).name}`).join('');
  line.label(() => `Options: (${total}${bytesUnit(total)})${names()}`);
  let nops = 0;
  for (const option of options) {
    if (inPlace.includes(option)) addOption(line, bytes, option, end, of);
    else if (option.isCaptured) addMisplaced(line, bytes, option);
    nops = option.kind === NOP ? nops + 1 : 0;
    if (nops === 4) {
      expert(line, FOUR_NOPS, 'Warning', 'Protocol');
      nops = 0;
    }
  }
  const hasMss = options.some(({ kind }) => kind === MSS);
  const isSyn = (of.flags & SYN) !== 0;
  if (isSyn && !hasMss) expert(line, MSS_ABSENT, 'Note', 'Protocol');
  if (!isSyn && hasMss) expert(line, MSS_PRESENT, 'Note', 'Protocol');
}

/** An option that cannot be as long as it says. */
function addMisplaced(line: Item, bytes: PacketBytes, { kind: number, offset, length }: TcpOption): void {
  const known = KNOWN[number]?.name ?? `Unknown (0x${number.toString(16).padStart(2, '0')})`;
  const fault =
    length < 2
      ? `with too-short option length = ${length}${bytesUnit(length)}`
      : 'option length in packet is too long';
  const text = () => `${known} (${fault})`;
  const item = line.heading(MISPLACED, bytes, offset, 2, text);
  expert(item, BAD_LENGTH, 'Note', 'Sequence', text);
}

function addOption(line: Item, bytes: PacketBytes, option: TcpOption, end: number, of: OptionsOf): void {
  const { kind: number, offset, length, isValid } = option;
  const { own, fixed } = kindOf(number);
  const item = line.read(
    own,
    bytes,
    offset,
    Math.max(1, Math.min(length, end - offset, bytes.captured - offset)),
  );
  item.label(own.title);
  item.read(KIND, bytes, offset, 1);
  if (number === END || number === NOP) return;
  if (!bytes.has(offset + 1, 1)) return;
  const lengthLine = item.read(LENGTH, bytes, offset + 1, 1);
  if (isValid) return addValue(item, bytes, option, of);
  expert(
    lengthLine,
    BAD_LENGTH,
    'Warning',
    'Protocol',
    fixed === null ? BAD_LENGTH.title : () => `option length should be ${fixed}`,
  );
}

/** The fields of an option whose length is right. */
function addValue(
  item: Item,
  bytes: PacketBytes,
  { kind: number, offset, length }: TcpOption,
  of: OptionsOf,
): void {
  const at = offset + 2;
  const rest = length - 2;
  switch (number) {
    case MSS: {
      const value = item.read(MSS_VALUE, bytes, at, 2).own as number;
      item.also(() => `: ${value} bytes`);
      break;
    }
    case WINDOW_SCALE: {
      const line = item.read(SHIFT, bytes, at, 1);
      const shift = line.own as number;
      if (shift > LARGEST_SHIFT) expert(line, BAD_SHIFT, 'Error', 'Protocol');
      const used = Math.min(shift, LARGEST_SHIFT);
      item.add(MULTIPLIER, bytes, at, 1, 2 ** used).generated();
      item.also(() => `: ${used} (multiply by ${2 ** used})`);
      break;
    }
    case SACK:
      addBlocks(item, bytes, offset, length, of);
      break;
    case TIMESTAMPS: {
      const value = item.read(VALUE, bytes, at, 4).own as number;
      const echo = item.read(ECHO, bytes, at + 4, 4).own as number;
      item.also(() => `: TSval ${value}, TSecr ${echo}`);
      break;
    }
    case MD5:
      item.read(DIGEST, bytes, at, rest);
      break;
    case USER_TIMEOUT: {
      const whole = bytes.u16(at);
      item.bits(GRANULARITY, bytes, at, 2, whole);
      item.bits(TIMEOUT, bytes, at, 2, whole);
      item.also(() => `: ${whole & 0x7fff} ${whole & 0x8000 ? 'minutes' : 'seconds'}`);
      break;
    }
    case FAST_OPEN:
      addFastOpen(item, bytes, offset, length, of.flags);
      break;
    case EXPERIMENT_1:
    case EXPERIMENT_2:
      if (rest < 2) break;
      item.also(() => `: ${EXPERIMENTS[bytes.u16(at)] ?? 'Unknown'}`);
      item.read(EXPERIMENT, bytes, at, 2);
      if (rest > 2) item.read(EXPERIMENT_DATA, bytes, at + 2, rest - 2);
      break;
    case SACK_PERMITTED:
      break;
    default:
      if (rest > 0) item.read(UNKNOWN_PAYLOAD, bytes, at, rest);
  }
}

function addBlocks(
  item: Item,
  bytes: PacketBytes,
  offset: number,
  length: number,
  { ack, base }: OptionsOf,
): void {
  const relative = base === null ? '' : ' (relative)';
  const edgesAt = (at: number) =>
    [at, at + 4].map((edge) => (bytes.u32(edge) - (base ?? 0)) >>> 0) as [number, number];
  const shown: string[] = [];
  for (let at = offset + 2; at < offset + length; at += 8) {
    const [left, right] = edgesAt(at);
    item.add(SACK_LEFT, bytes, at, 4, left).label(() => `left edge = ${left}${relative}`);
    item.add(SACK_RIGHT, bytes, at + 4, 4, right).label(() => `right edge = ${right}${relative}`);
    shown.push(` ${left}-${right}`);
  }
  item.generate(SACK_COUNT, bytes, shown.length);
  item.also(() => shown.join(''));
  if (!isDuplicate(bytes, offset, length, ack)) return;
  const at = offset + 2;
  const [left, right] = edgesAt(at);
  item.add(DSACK_LEFT, bytes, at, 4, left).label(() => `D-SACK Left Edge = ${left}${relative}`);
  item.add(DSACK_RIGHT, bytes, at + 4, 4, right).label(() => `D-SACK Right Edge = ${right}${relative}`);
  expert(item.heading(DUPLICATE, bytes, at, 8, DSACK.title), DSACK, 'Warning', 'Sequence');
}

function addFastOpen(item: Item, bytes: PacketBytes, offset: number, length: number, flags: number): void {
  if (length === 2) {
    item.heading(COOKIE_REQUEST, bytes, offset, length, COOKIE_REQUEST.title);
    return;
  }
  const line = item.read(COOKIE, bytes, offset + 2, length - 2);
  if ((flags & (SYN | ACK)) === SYN) expert(line, FAST_OPEN_SYN, 'Note', 'Sequence');
}

/** The text that Wireshark adds to the info column: ` MSS=1460 SACK_PERM TSval=1 TSecr=0 WS=128`. */
export function optionsInfo(bytes: PacketBytes, options: readonly TcpOption[], base: number): string {
  return options.map((option) => (option.isValid ? optionInfo(bytes, option, base) : '')).join('');
}

function optionInfo(bytes: PacketBytes, { kind: number, offset, length }: TcpOption, base: number): string {
  const at = offset + 2;
  switch (number) {
    case MSS:
      return ` MSS=${bytes.u16(at)}`;
    case WINDOW_SCALE:
      return ` WS=${2 ** Math.min(bytes.u8(at), LARGEST_SHIFT)}`;
    case SACK_PERMITTED:
      return ' SACK_PERM';
    case SACK: {
      let text = '';
      for (let edge = at; edge < offset + length; edge += 8)
        text += ` SLE=${(bytes.u32(edge) - base) >>> 0} SRE=${(bytes.u32(edge + 4) - base) >>> 0}`;
      return text;
    }
    case TIMESTAMPS:
      return ` TSval=${bytes.u32(at)} TSecr=${bytes.u32(at + 4)}`;
    case MD5:
      return ' MD5';
    case FAST_OPEN:
      return length === 2 ? ' TFO=R' : ' TFO=C';
    default:
      return '';
  }
}
