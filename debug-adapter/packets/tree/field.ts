/**
 * Fields: what a display filter can name and a line of the layer tree shows. A field is declared once, in the
 * file of its protocol; names, titles and bases are Wireshark's.
 */
import type { Context } from '../context.ts';
import type { CapturedFrame } from '../frame.ts';

/**
 * The type of a field's values. In an `Item` they are: numbers for integers up to 48 bits, booleans (0 or 1),
 * `ipv4`, `ether`, `double` and `relative` (nanoseconds); bigints for `uint64`, `int64`, `absolute`
 * and `epoch` (nanoseconds since 1970); strings for `string`; bytes for the rest.
 */
export type FieldType =
  | 'uint8'
  | 'uint16'
  | 'uint24'
  | 'uint32'
  | 'uint48'
  | 'uint64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'double'
  | 'boolean'
  | 'ipv4'
  | 'ipv6'
  | 'ether'
  | 'string'
  | 'bytes'
  | 'relative'
  | 'absolute'
  | 'epoch'
  /** Only there or not there: a heading, a remark. Its bytes can be searched. */
  | 'none'
  /** A protocol's layer. Its bytes can be searched. */
  | 'protocol';

export type FieldValue = number | bigint | string | Uint8Array;

/** How an integer is written: `80`, `0x0050`, `80 (0x0050)`, `0x0050 (80)`. */
export type Base = 'dec' | 'hex' | 'dec_hex' | 'hex_dec';

/** Names of an integer's values; undefined for one that has none. For a boolean, those of 1 and 0. */
export type ValueNames = Readonly<Record<number, string>> | ((value: number) => string | undefined);

export interface FieldOptions {
  base?: Base;
  names?: ValueNames;
  /** What an integer without a name is called before its number; `Unknown` if omitted, nothing if empty. */
  unnamed?: string;
  /** Follows the number: ` bytes`. A function tells singular from plural. */
  unit?: string | ((value: number) => string);
  /** The bits of the integer that the field is; the line shows them as `.... ..1.`. */
  mask?: number;
  /** Bits that this pattern shows, if they are not those of the type: 12 for TCP's flags. */
  bits?: number;
  /** A protocol whose value for a filter reaches beyond its header to the end of its bytes, as TCP's does. */
  open?: boolean;
  /** An integer that is the number of a packet, to which the line leads. */
  isFrame?: boolean;
  /** Where its values are in a header, if they are always there and nothing but the bytes. */
  place?: Place;
  /** A layer in which fields have places. */
  hasPlaces?: boolean;
  /** Reads its only value from what is known without decoding the packet; undefined if the packet has none. */
  known?: (packet: Known) => FieldValue | undefined;
  /** The layer to which later packets can add it, without saying to which ones. */
  isLateIn?: Field;
}

export interface Place {
  readonly layer: Field;
  /** Offsets in the layer. */
  readonly offsets: readonly number[];
}

/** What is known of a packet without decoding it. */
export interface Known {
  readonly frame: CapturedFrame;
  readonly context: Context;
}

export interface Field extends Readonly<FieldOptions> {
  /** `tcp.srcport` */
  readonly name: string;
  /** `Source Port` */
  readonly title: string;
  readonly type: FieldType;
}

export function field(name: string, title: string, type: FieldType, options: FieldOptions = {}): Field {
  return { name, title, type, ...options };
}

/** That a field is at an offset of a layer, or at several. */
export function placedIn(layer: Field): (...offsets: number[]) => { place: Place } {
  return (...offsets) => ({ place: { layer, offsets } });
}

export const isInteger = ({ type }: Field): boolean => type.startsWith('uint') || type.startsWith('int');

/** Bits of an integer or boolean field as it is in the packet; 0 for other types. */
export function widthOf({ type, bits, mask }: Field): number {
  if (bits !== undefined) return bits;
  if (type === 'boolean') return mask === undefined || mask <= 0xff ? 8 : mask <= 0xffff ? 16 : 32;
  return Number(/^u?int(\d+)$/.exec(type)?.[1] ?? 0);
}

/** The lowest bit of a mask: by how much its value is shifted to the left in the packet. */
export function shiftOf(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** The name of an integer's value, if it has one. */
export function nameOf({ names }: Field, value: number): string | undefined {
  return typeof names === 'function' ? names(value) : names?.[value];
}

/** `1 byte`, `2 bytes`: a unit in singular and plural. */
export function units(noun: string): (value: number) => string {
  return (value) => ` ${noun}${value === 1 ? '' : 's'}`;
}
