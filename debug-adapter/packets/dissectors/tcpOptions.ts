/** TCP options (RFC 9293 3.2): the list of them, and what they tell without being shown. */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import type { Tracked } from '../tracking/tcpTracker.ts';
import { SYN } from './tcpFlags.ts';
import {
  END,
  EXPERIMENT_1,
  EXPERIMENT_2,
  FAST_OPEN,
  FAST_OPEN_EXPERIMENT,
  kindName,
  kindOf,
  MD5,
  MSS,
  NOP,
  SACK,
  SACK_PERMITTED,
  TIMESTAMPS,
  TCP_OPTION_KIND_FIELDS,
  USER_TIMEOUT,
  WINDOW_SCALE,
} from './tcpOptionKinds.ts';
import {
  addTcpOption,
  BAD_LENGTH,
  LARGEST_SHIFT,
  TCP_OPTION_LINE_FIELDS,
  type OptionsOf,
  type TcpOption,
} from './tcpOptionLines.ts';

/** With one block. */
const SHORTEST_SACK = 10;
/** Blocks of a SACK option that count as delivered. */
const COUNTED_BLOCKS = 3;

const FAULTY = field('', 'Option', 'none');
const OPTIONS = field('tcp.options', 'TCP Options', 'bytes');
const NOT_ZERO = field(
  'tcp.non_zero_bytes_after_eol',
  'Non zero bytes in option space after EOL option',
  'none',
);
const MSS_ABSENT = field('tcp.options.mss.absent', 'The SYN packet does not contain a MSS option', 'none');
const FOUR_NOPS = field('tcp.nop', '4 NOP in a row - a router may have removed some options', 'none');

export const TCP_OPTION_FIELDS: readonly Field[] = [
  OPTIONS,
  NOT_ZERO,
  MSS_ABSENT,
  FOUR_NOPS,
  ...TCP_OPTION_KIND_FIELDS,
  ...TCP_OPTION_LINE_FIELDS,
];

export interface TcpOptions {
  readonly list: readonly TcpOption[];
  /** The bytes after the last option of the list that make no option, and why. */
  readonly fault: {
    readonly offset: number;
    readonly length: number;
    readonly what: Field;
    readonly text: string;
  } | null;
  /** A byte that is needed and was not captured or is not in the packet, if there is one. */
  readonly missing: number | null;
}

/** Splits the options between `begin` and `end`, as far as they were captured. */
export function readTcpOptions(bytes: PacketBytes, begin: number, end: number): TcpOptions {
  const list: TcpOption[] = [];
  let hasEnded = false;
  for (let at = begin; at < end;) {
    if (!bytes.has(at, 1)) return { list, fault: null, missing: at };
    const kind = bytes.u8(at);
    const fault = (length: number, text: string, what = BAD_LENGTH) => ({
      list,
      fault: { offset: at, length, what, text },
      missing: null,
    });
    if (hasEnded && kind !== END) return fault(end - at, 'Non-zero header padding', NOT_ZERO);
    if (kind === END || kind === NOP) {
      hasEnded ||= kind === END;
      list.push({ kind, offset: at++, length: 1, isFitting: true });
      continue;
    }
    const name = kindName(kind);
    if (at + 1 === end) return fault(1, `${name} (length byte past end of options)`);
    if (!bytes.has(at + 1, 1)) return { list, fault: null, missing: at + 1 };
    const length = bytes.u8(at + 1);
    const own = `option length = ${length} byte${length === 1 ? '' : 's'}`;
    if (length < 2) return fault(2, `${name} (with too-short ${own})`);
    if (at + length > end)
      return fault(end - at - 2, `${name} (${own} says option goes past end of options)`);
    if (at + length > bytes.end) return { list, fault: null, missing: bytes.end };
    const { fixed } = kindOf(kind);
    list.push({ kind, offset: at, length, isFitting: fixed === null || fixed === length });
    at += length;
  }
  return { list, fault: null, missing: null };
}

/** What the options tell about the conversation. */
export function trackedOptions(
  bytes: PacketBytes,
  begin: number,
  { list, missing }: TcpOptions,
): Tracked['options'] {
  let windowScale: number | null = null;
  let sackedBytes = 0;
  let hasFastOpenCookie = false;
  let canBeRead = missing === null && bytes.has(begin, 0);
  for (const { kind, offset, length, isFitting } of list) {
    const at = offset + 2;
    if (length > 1 && !bytes.has(offset, length)) canBeRead = false;
    else if (kind === SACK && length < SHORTEST_SACK) canBeRead = false;
    else if (kind === WINDOW_SCALE && isFitting) windowScale = Math.min(bytes.u8(at), LARGEST_SHIFT);
    else if (kind === SACK) sackedBytes = sumOfBlocks(bytes, offset, length);
    else if (kind === FAST_OPEN) hasFastOpenCookie ||= length > 2;
    else if ((kind === EXPERIMENT_1 || kind === EXPERIMENT_2) && length > 4)
      hasFastOpenCookie ||= bytes.u16(at) === FAST_OPEN_EXPERIMENT;
  }
  return { windowScale, sackedBytes, hasFastOpenCookie, canBeRead };
}

function sumOfBlocks(bytes: PacketBytes, offset: number, length: number): number {
  const blocks = Math.min(COUNTED_BLOCKS, Math.floor((length - 2) / 8));
  let sum = 0;
  for (let at = offset + 2; at < offset + 2 + blocks * 8; at += 8)
    sum += (bytes.u32(at + 4) - bytes.u32(at)) >>> 0;
  return sum;
}

/** The line of all options. @param end where they end according to the header */
export function addOptionsLine(layer: Item, bytes: PacketBytes, begin: number, end: number): Item | null {
  if (begin >= end) return null;
  const kept = Math.max(0, Math.min(end, bytes.captured) - begin);
  return layer.read(OPTIONS, bytes, begin, kept);
}

/** @throws BeyondEnd if not all of them are there */
export function addTcpOptions(
  line: Item,
  bytes: PacketBytes,
  begin: number,
  end: number,
  { list, fault, missing }: TcpOptions,
  of: OptionsOf,
): void {
  let names = '';
  line.label(() => `Options: (${end - begin} bytes)${names}`);
  let nops = 0;
  for (const option of list) {
    const { kind, offset } = option;
    if (kind === NOP) {
      // Four that begin at a word's begin, whatever is between them.
      nops = nops === 0 || (offset - begin) % 4 !== 0 ? nops + 1 : 0;
      if (nops === 4) expert(line, FOUR_NOPS, 'Warning', 'Protocol');
    }
    addTcpOption(line, bytes, option, of);
    names += `, ${kindName(kind)}`;
  }
  if (fault) {
    const { offset, length, what, text } = fault;
    const item = line.heading(FAULTY, bytes, offset, length, text);
    if (what === NOT_ZERO) expert(item, what, 'Error', 'Protocol', text);
    else expert(item, what, 'Note', 'Sequence', text);
    return;
  }
  if (missing !== null) bytes.need(missing, 1);
  if (of.flags & SYN && !list.some(({ kind }) => kind === MSS)) expert(line, MSS_ABSENT, 'Note', 'Protocol');
}

/** The text that Wireshark adds to the info column: ` MSS=1460 SACK_PERM TSval=1 TSecr=0 WS=128`. */
export function optionsInfo(bytes: PacketBytes, { list }: TcpOptions, base: number): string {
  return list
    .map((option) => {
      const isThere = bytes.has(option.offset, option.length);
      return isThere && option.isFitting ? optionInfo(bytes, option, base) : '';
    })
    .join('');
}

function optionInfo(bytes: PacketBytes, { kind, offset, length }: TcpOption, base: number): string {
  const at = offset + 2;
  switch (kind) {
    case MSS:
      return ` MSS=${bytes.u16(at)}`;
    case WINDOW_SCALE:
      return ` WS=${2 ** Math.min(bytes.u8(at), LARGEST_SHIFT)}`;
    case SACK_PERMITTED:
      return ' SACK_PERM';
    case SACK: {
      let text = '';
      for (let edge = at; edge + 8 <= offset + length; edge += 8)
        text += ` SLE=${(bytes.u32(edge) - base) >>> 0} SRE=${(bytes.u32(edge + 4) - base) >>> 0}`;
      return text;
    }
    case TIMESTAMPS:
      return ` TSval=${bytes.u32(at)} TSecr=${bytes.u32(at + 4)}`;
    case MD5:
      return ' MD5';
    case USER_TIMEOUT:
      return ` USER_TO=${bytes.u16(at) & 0x7fff}`;
    case FAST_OPEN:
      return length === 2 ? ' TFO=R' : ' TFO=C';
    case EXPERIMENT_1:
    case EXPERIMENT_2: {
      if (length < 4) return '';
      const id = bytes.u16(at);
      if (id === FAST_OPEN_EXPERIMENT) return length === 4 ? ' TFO=R' : ' TFO=C';
      return ` ExID=0x${id.toString(16).padStart(4, '0')}`;
    }
    default:
      return '';
  }
}
