/** A filter with its names and types known. */
import { message, type Message } from '../../../../language/message.ts';
import type { Field, FieldType, FieldValue } from '../../tree/field.ts';
import type { Range } from '../grammar/ranges.ts';
import type { Arithmetic, Comparison, Quantifier } from '../grammar/syntax.ts';

export type Filter =
  | { kind: 'and' | 'or' | 'xor'; tests: Filter[] }
  | { kind: 'not'; inner: Filter }
  /** A field is there, a slice has bytes, or an arithmetic value is not zero. */
  | { kind: 'present'; value: Value }
  | { kind: 'compare'; quantifier: Quantifier | null; left: Value; operator: Order; right: Value }
  | { kind: 'contains'; quantifier: Quantifier | null; left: Value; right: Value }
  | { kind: 'matches'; quantifier: Quantifier | null; left: Value; pattern: Uint8Array }
  /** `field in {1, 5..8}`; `high` is null for a single value. */
  | {
      kind: 'in';
      quantifier: Quantifier | null;
      isNegated: boolean;
      left: Value;
      ranges: { low: Value; high: Value | null }[];
    };

export type Order = Exclude<Comparison, 'contains' | 'matches'>;

/** The type of each value is that of a field; that of a slice is `bytes`. */
export type Value =
  /** `layers` is null for all layers. */
  | { kind: 'field'; type: FieldType; field: Field; layers: Range[] | null; isRaw: boolean }
  /** `mask`: the bits of an IPv4 address that count, or how many first bits of an IPv6 address. */
  | { kind: 'literal'; type: FieldType; value: FieldValue; mask: number | null; text: string }
  | { kind: 'slice'; type: 'bytes'; inner: Value; ranges: Range[] }
  | { kind: 'call'; type: FieldType; name: FunctionName; parameters: Value[] }
  | { kind: 'arithmetic'; type: FieldType; operator: Arithmetic; left: Value; right: Value }
  | { kind: 'negative'; type: FieldType; inner: Value };

export type FunctionName = 'len' | 'count' | 'string' | 'upper' | 'lower' | 'max' | 'min' | 'abs';

/** Values of one group can be compared with each other. */
export type Group =
  | 'integer'
  | 'boolean'
  | 'double'
  | 'ipv4'
  | 'ipv6'
  | 'bytes'
  | 'protocol'
  | 'string'
  /** A span of time. */
  | 'span'
  | 'date'
  | 'none';

export function groupOf(type: FieldType): Group {
  switch (type) {
    case 'boolean':
    case 'double':
    case 'ipv4':
    case 'ipv6':
    case 'protocol':
    case 'string':
    case 'none':
      return type;
    case 'bytes':
    case 'ether':
      return 'bytes';
    case 'relative':
    case 'epoch':
      return 'span';
    case 'absolute':
      return 'date';
    default:
      return 'integer';
  }
}

/** What a type's values are called, with an article. */
export function calledType(type: FieldType): Message {
  switch (groupOf(type)) {
    case 'integer':
    case 'double':
      return message('a number');
    case 'boolean':
      return message('true or false');
    case 'ipv4':
      return message('an IPv4 address');
    case 'ipv6':
      return message('an IPv6 address');
    case 'bytes':
      return type === 'ether' ? message('an Ethernet address') : message('bytes');
    case 'protocol':
      return message('a protocol');
    case 'string':
      return message('text');
    case 'span':
      return message('a time in seconds');
    case 'date':
      return message('a date');
    case 'none':
      return message('a mark without a value');
  }
}

export const isUnsigned = (type: FieldType): boolean => type.startsWith('uint');

/** Whether values of the type are bigints. */
export const isWide = (type: FieldType): boolean => type === 'uint64' || type === 'int64';
