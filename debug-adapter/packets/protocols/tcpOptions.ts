/** TCP options (RFC 9293 3.2, RFC 7323, RFC 2018, RFC 7413): parsed, and formatted as text and as fields. */
import type { PacketField } from '../../protocol.ts';
import { hexBytes, plural, u16, u32 } from '../bytes.ts';
import { field } from '../packet.ts';

/** An option; `valid` is false if its length does not fit its kind, and then it is only displayed. */
export interface TcpOption {
  readonly kind: number;
  readonly offset: number;
  readonly length: number;
  readonly valid: boolean;
}

/** The options of one segment; absent options are null. */
export interface TcpOptions {
  readonly list: readonly TcpOption[];
  readonly mss: number | null;
  /** The shift, at most 14 (RFC 7323 2.3). */
  readonly windowScale: number | null;
  readonly sackPermitted: boolean;
  readonly timestamp: { value: number; echo: number } | null;
  readonly sack: readonly { left: number; right: number }[];
}

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
const LARGEST_SHIFT = 14;

const NAMES: Record<number, string> = {
  [END]: 'End of Option List (EOL)',
  [NOP]: 'No-Operation (NOP)',
  [MSS]: 'Maximum segment size',
  [WINDOW_SCALE]: 'Window scale',
  [SACK_PERMITTED]: 'SACK permitted',
  [SACK]: 'SACK',
  [TIMESTAMPS]: 'Timestamps',
  [MD5]: 'TCP MD5 signature',
  [USER_TIMEOUT]: 'User Timeout Option',
  [FAST_OPEN]: 'TCP Fast Open',
  254: 'TCP Fast Open (experimental)',
};

/** Kinds with a fixed length. */
const LENGTHS: Record<number, number> = {
  [MSS]: 4,
  [WINDOW_SCALE]: 3,
  [SACK_PERMITTED]: 2,
  [TIMESTAMPS]: 10,
  [MD5]: 18,
  [USER_TIMEOUT]: 4,
};

const NO_OPTIONS: TcpOptions = {
  list: [],
  mss: null,
  windowScale: null,
  sackPermitted: false,
  timestamp: null,
  sack: [],
};

export function readTcpOptions(bytes: Uint8Array, offset: number, end: number): TcpOptions {
  if (offset >= end) return NO_OPTIONS;
  const list = split(bytes, offset, end);
  const find = (kind: number) => list.find((option) => option.kind === kind && option.valid);
  const mss = find(MSS);
  const scale = find(WINDOW_SCALE);
  const stamps = find(TIMESTAMPS);
  const sack = find(SACK);
  return {
    list,
    mss: mss ? u16(bytes, mss.offset + 2) : null,
    windowScale: scale ? Math.min(bytes[scale.offset + 2]!, LARGEST_SHIFT) : null,
    sackPermitted: find(SACK_PERMITTED) !== undefined,
    timestamp: stamps ? { value: u32(bytes, stamps.offset + 2), echo: u32(bytes, stamps.offset + 6) } : null,
    sack: sack ? sackBlocks(bytes, sack) : [],
  };
}

/**
 * The text that Wireshark adds to the info column: ` MSS=1460 SACK_PERM TSval=1 TSecr=0 WS=128`. Numbers in
 * SACK blocks are relative to `base`.
 */
export function optionsInfo(bytes: Uint8Array, options: TcpOptions, base: number): string {
  let text = '';
  for (const option of options.list) if (option.valid) text += optionInfo(bytes, option, options, base);
  return text;
}

/** A field named "Options" with one child per option, or none. */
export function optionFields(
  bytes: Uint8Array,
  offset: number,
  end: number,
  options: TcpOptions,
  base: number,
): PacketField[] {
  if (offset >= end) return [];
  const children = options.list.map((option) => optionField(bytes, option, base));
  const names = options.list.map((option) => NAMES[option.kind] ?? `Unknown (${option.kind})`);
  const length = end - offset;
  return [field('Options', `(${plural(length, 'byte')}), ${names.join(', ')}`, offset, length, children)];
}

function split(bytes: Uint8Array, offset: number, end: number): TcpOption[] {
  const list: TcpOption[] = [];
  let at = offset;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === END || kind === NOP) {
      list.push({ kind, offset: at, length: 1, valid: true });
      if (kind === END) break;
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) {
      list.push({ kind, offset: at, length: end - at, valid: false });
      break;
    }
    const right = kind === SACK ? length > 2 && (length - 2) % 8 === 0 : (LENGTHS[kind] ?? length) === length;
    list.push({ kind, offset: at, length, valid: right });
    at += length;
  }
  return list;
}

function sackBlocks(bytes: Uint8Array, option: TcpOption): { left: number; right: number }[] {
  const blocks = [];
  for (let at = option.offset + 2; at < option.offset + option.length; at += 8)
    blocks.push({ left: u32(bytes, at), right: u32(bytes, at + 4) });
  return blocks;
}

function optionInfo(
  bytes: Uint8Array,
  { kind, offset, length }: TcpOption,
  options: TcpOptions,
  base: number,
): string {
  switch (kind) {
    case MSS:
      return ` MSS=${u16(bytes, offset + 2)}`;
    case WINDOW_SCALE:
      return ` WS=${2 ** Math.min(bytes[offset + 2]!, LARGEST_SHIFT)}`;
    case SACK_PERMITTED:
      return ' SACK_PERM';
    case SACK:
      return options.sack
        .map(({ left, right }) => ` SLE=${(left - base) >>> 0} SRE=${(right - base) >>> 0}`)
        .join('');
    case TIMESTAMPS:
      return ` TSval=${u32(bytes, offset + 2)} TSecr=${u32(bytes, offset + 6)}`;
    case MD5:
      return ' MD5';
    case FAST_OPEN:
      return length === 2 ? ' TFO=R' : ' TFO=C';
    default:
      return '';
  }
}

function optionField(bytes: Uint8Array, option: TcpOption, base: number): PacketField {
  const { kind, offset, length } = option;
  const name = `TCP Option - ${NAMES[kind] ?? `Unknown (${kind})`}`;
  if (kind === END || kind === NOP) return field(name, '', offset, length);
  const children = [field('Kind', kind, offset, 1)];
  if (length > 1) children.push(field('Length', bytes[offset + 1]!, offset + 1, 1));
  if (!option.valid)
    return field(
      name,
      `length ${length > 1 ? bytes[offset + 1]! : 'missing'}: not valid`,
      offset,
      length,
      children,
    );
  const value = optionValue(bytes, option, base, children);
  return field(name, value, offset, length, children);
}

/** The value as text; pushes its fields to `children`. */
function optionValue(bytes: Uint8Array, option: TcpOption, base: number, children: PacketField[]): string {
  const { kind, offset, length } = option;
  const at = offset + 2;
  switch (kind) {
    case MSS:
      children.push(field('MSS Value', u16(bytes, at), at, 2));
      return plural(u16(bytes, at), 'byte');
    case WINDOW_SCALE: {
      const shift = Math.min(bytes[at]!, LARGEST_SHIFT);
      children.push(field('Shift count', bytes[at]!, at, 1), field('[Multiplier]', 2 ** shift, at, 1));
      return `${shift} (multiply by ${2 ** shift})`;
    }
    case SACK_PERMITTED:
      return '';
    case SACK: {
      const blocks = sackBlocks(bytes, option).map(({ left, right }, index) => {
        const [from, to] = [(left - base) >>> 0, (right - base) >>> 0];
        const edge = at + index * 8;
        children.push(
          field('left edge', `${from} (relative)`, edge, 4),
          field('right edge', `${to} (relative)`, edge + 4, 4),
        );
        return `${from}-${to}`;
      });
      return blocks.join(' ');
    }
    case TIMESTAMPS:
      children.push(
        field('Timestamp value', u32(bytes, at), at, 4),
        field('Timestamp echo reply', u32(bytes, at + 4), at + 4, 4),
      );
      return `TSval ${u32(bytes, at)}, TSecr ${u32(bytes, at + 4)}`;
    case FAST_OPEN:
      if (length === 2) return 'Cookie Request';
      children.push(field('Fast Open Cookie', hexBytes(bytes, at, length - 2, ''), at, length - 2));
      return 'Cookie';
    case USER_TIMEOUT: {
      const value = u16(bytes, at);
      const text = `${value & 0x7fff} ${value & 0x8000 ? 'minutes' : 'seconds'}`;
      children.push(field('User Timeout', text, at, 2));
      return text;
    }
    default:
      if (length > 2) children.push(field('Payload', hexBytes(bytes, at, length - 2, ''), at, length - 2));
      return plural(length, 'byte');
  }
}
