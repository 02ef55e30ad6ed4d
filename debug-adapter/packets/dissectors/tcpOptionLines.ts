/** The lines of one TCP option (RFC 7323, RFC 2018, RFC 2883, RFC 5482, RFC 7413). */
import { expert } from '../tree/expert.ts';
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import { BeyondEnd, type PacketBytes } from '../tree/packetBytes.ts';
import { ACK, SYN } from './tcpFlags.ts';
import {
  END,
  EXPERIMENT_1,
  EXPERIMENT_2,
  EXPERIMENTS,
  FAST_OPEN,
  FAST_OPEN_EXPERIMENT,
  kindOf,
  KINDS,
  MD5,
  MSS,
  NOP,
  SACK,
  SACK_PERMITTED,
  TIMESTAMPS,
  USER_TIMEOUT,
  WINDOW_SCALE,
} from './tcpOptionKinds.ts';

/** The largest shift of a window (RFC 7323 2.3). */
export const LARGEST_SHIFT = 14;

const KIND = field('tcp.option_kind', 'Kind', 'uint8', { names: KINDS });
const LENGTH = field('tcp.option_len', 'Length', 'uint8');
export const BAD_LENGTH = field('tcp.option.len.invalid', 'Invalid length for option', 'none');
const MSS_VALUE = field('tcp.options.mss_val', 'MSS Value', 'uint16');
const MSS_PRESENT = field('tcp.options.mss.present', 'The non-SYN packet does contain a MSS option', 'none');
const SHIFT = field('tcp.options.wscale.shift', 'Shift count', 'uint8');
const BAD_SHIFT = field('tcp.options.wscale.shift.invalid', 'Window scale shift exceeds 14', 'none');
const MULTIPLIER = field('tcp.options.wscale.multiplier', 'Multiplier', 'uint16');
const SACK_LEFT = field('tcp.options.sack_le', 'TCP SACK Left Edge', 'uint32');
const SACK_RIGHT = field('tcp.options.sack_re', 'TCP SACK Right Edge', 'uint32');
const SACK_COUNT = field('tcp.options.sack.count', 'TCP SACK Count', 'uint8');
const DSACK = field('tcp.options.sack.dsack', 'D-SACK Sequence', 'none');
const DSACK_LEFT = field('tcp.options.sack.dsack_le', 'TCP D-SACK Left Edge', 'uint32');
const DSACK_RIGHT = field('tcp.options.sack.dsack_re', 'TCP D-SACK Right Edge', 'uint32');
const BROKEN_BLOCK = field('tcp.suboption_malformed', 'suboption would go past end of option', 'none');
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
const EXPERIMENT = field('tcp.options.experimental.exid', 'Experiment Identifier', 'uint16', {
  base: 'hex',
  names: EXPERIMENTS,
});
const EXPERIMENT_DATA = field('tcp.options.experimental.data', 'Data', 'bytes');
const UNKNOWN_PAYLOAD = field('tcp.options.unknown.payload', 'Payload', 'bytes');
/** A remark that is a line of its own. */
const REMARK = field('', 'Remark', 'none');

export const TCP_OPTION_LINE_FIELDS: readonly Field[] = [
  KIND,
  LENGTH,
  BAD_LENGTH,
  MSS_VALUE,
  MSS_PRESENT,
  SHIFT,
  BAD_SHIFT,
  MULTIPLIER,
  SACK_LEFT,
  SACK_RIGHT,
  SACK_COUNT,
  DSACK,
  DSACK_LEFT,
  DSACK_RIGHT,
  BROKEN_BLOCK,
  VALUE,
  ECHO,
  DIGEST,
  GRANULARITY,
  TIMEOUT,
  COOKIE_REQUEST,
  COOKIE,
  FAST_OPEN_SYN,
  EXPERIMENT,
  EXPERIMENT_DATA,
  UNKNOWN_PAYLOAD,
];

/** An option as it is in the header. */
export interface TcpOption {
  readonly kind: number;
  readonly offset: number;
  readonly length: number;
  /** Its length fits its kind. */
  readonly isFitting: boolean;
}

/** What the other lines of a segment tell about its options. */
export interface OptionsOf {
  readonly flags: number;
  /** As shown. */
  readonly ack: number;
  /** Numbers in SACK blocks are shown relative to it. */
  readonly base: number;
  /** It may still change. */
  readonly isBaseOpen: boolean;
}

/** @throws BeyondEnd if it is not there as a whole */
export function addTcpOption(line: Item, bytes: PacketBytes, option: TcpOption, of: OptionsOf): void {
  const { kind, offset, length, isFitting } = option;
  const { own, fixed } = kindOf(kind);
  const item = line.read(own, bytes, offset, Math.min(length, bytes.captured - offset));
  item.label(own.title);
  if (kind === MSS && !(of.flags & SYN)) expert(item, MSS_PRESENT, 'Warning', 'Protocol');
  item.read(KIND, bytes, offset, 1);
  if (kind === END || kind === NOP) return;
  const lengthLine = item.read(LENGTH, bytes, offset + 1, 1);
  if (isFitting) addValue(item, lengthLine, bytes, option, of);
  else expert(lengthLine, BAD_LENGTH, 'Note', 'Sequence', () => `option length should be ${fixed}`);
}

/** The fields of an option whose length is right. */
function addValue(
  item: Item,
  lengthLine: Item,
  bytes: PacketBytes,
  { kind, offset, length }: TcpOption,
  of: OptionsOf,
): void {
  const at = offset + 2;
  const rest = length - 2;
  switch (kind) {
    case MSS: {
      const value = item.read(MSS_VALUE, bytes, at, 2).own as number;
      item.also(() => `: ${value} bytes`);
      break;
    }
    case WINDOW_SCALE: {
      const line = item.read(SHIFT, bytes, at, 1);
      const shift = line.own as number;
      if (shift > LARGEST_SHIFT) expert(line, BAD_SHIFT, 'Warning', 'Protocol');
      const multiplier = 2 ** Math.min(shift, LARGEST_SHIFT);
      item.add(MULTIPLIER, bytes, at, 1, multiplier).generated();
      item.also(() => `: ${shift} (multiply by ${multiplier})`);
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
      break;
    }
    case FAST_OPEN:
      addFastOpen(item, bytes, offset, length, of.flags);
      break;
    case EXPERIMENT_1:
    case EXPERIMENT_2:
      addExperiment(item, lengthLine, bytes, offset, length, of.flags);
      break;
    case SACK_PERMITTED:
      break;
    default:
      if (rest > 0) item.read(UNKNOWN_PAYLOAD, bytes, at, rest);
  }
}

interface Block {
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

function addBlocks(
  item: Item,
  bytes: PacketBytes,
  offset: number,
  length: number,
  { ack, base, isBaseOpen }: OptionsOf,
): void {
  const end = offset + length;
  const blocks: Block[] = [];
  const shown = (at: number) => (bytes.u32(at) - base) >>> 0;
  const addBroken = (at: number, rest: number) =>
    expert(item.heading(REMARK, bytes, at, rest, BROKEN_BLOCK.title), BROKEN_BLOCK, 'Error', 'Malformed');
  for (let at = offset + 2; at < end; at += 8) {
    if (at + 4 > end) {
      addBroken(at, end - at);
      break;
    }
    const left = shown(at);
    item.add(SACK_LEFT, bytes, at, 4, left).label(() => `left edge = ${left} (relative)`);
    if (at + 8 > end) {
      addBroken(at, end - at - 4);
      break;
    }
    const right = shown(at + 4);
    item.add(SACK_RIGHT, bytes, at + 4, 4, right).label(() => `right edge = ${right} (relative)`);
    item.also(` ${left}-${right}`);
    blocks.push({ at, left, right });
  }
  item.generate(SACK_COUNT, bytes, blocks.length);
  const [first, second] = blocks;
  // Which blocks are duplicates depends on the numbers as they are shown.
  if (isBaseOpen) item.packet.unsettle();
  if (!first) return addDuplicateOfNothing(item, bytes, offset, length, ack, shown);
  if (!isDuplicate(first, second, ack)) return;
  const { at, left, right } = first;
  item
    .add(DSACK_LEFT, bytes, at, 4, left)
    .label(() => `D-SACK Left Edge = ${left} (relative)`)
    .generated();
  item
    .add(DSACK_RIGHT, bytes, at + 4, 4, right)
    .label(() => `D-SACK Right Edge = ${right} (relative)`)
    .generated();
  expert(item.heading(REMARK, bytes, at, 8, DSACK.title), DSACK, 'Warning', 'Sequence');
}

/** Wireshark takes a block that is not there for one that ends at 0, and reads beyond the option. @throws BeyondEnd */
function addDuplicateOfNothing(
  item: Item,
  bytes: PacketBytes,
  offset: number,
  length: number,
  ack: number,
  shown: (at: number) => number,
): void {
  if ((ack | 0) < 0) return;
  const at = offset + 2;
  if (at + 4 <= offset + length) {
    const left = shown(at);
    item
      .add(DSACK_LEFT, bytes, at, 4, left)
      .label(() => `D-SACK Left Edge = ${left} (relative)`)
      .generated();
  }
  throw new BeyondEnd(true);
}

/** Whether a SACK option's first block tells of data that arrived twice (RFC 2883 4). */
function isDuplicate(first: Block, second: Block | undefined, ack: number): boolean {
  if (((first.right - ack) | 0) <= 0) return true;
  return (
    second !== undefined && ((second.left - first.right) | 0) < 0 && ((second.right - first.right) | 0) >= 0
  );
}

function addExperiment(
  item: Item,
  lengthLine: Item,
  bytes: PacketBytes,
  offset: number,
  length: number,
  flags: number,
): void {
  const at = offset + 2;
  if (length < 4)
    return expert(lengthLine, BAD_LENGTH, 'Note', 'Sequence', () => `option length ${length} smaller than 4`);
  const id = item.read(EXPERIMENT, bytes, at, 2).own as number;
  item.also(() => `: ${EXPERIMENTS[id] ?? 'Unknown'}`);
  if (id === FAST_OPEN_EXPERIMENT) addFastOpen(item, bytes, at, length - 2, flags);
  else if (length > 4) item.read(EXPERIMENT_DATA, bytes, at + 2, length - 4);
}

function addFastOpen(item: Item, bytes: PacketBytes, offset: number, length: number, flags: number): void {
  if (length === 2) {
    item.heading(COOKIE_REQUEST, bytes, offset, length, COOKIE_REQUEST.title);
    return;
  }
  const line = item.read(COOKIE, bytes, offset + 2, length - 2);
  if ((flags & (SYN | ACK)) === SYN) expert(line, FAST_OPEN_SYN, 'Note', 'Sequence');
}
