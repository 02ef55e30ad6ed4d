/** Comparing values of one group. */
import type { FieldType, FieldValue } from '../../tree/field.ts';
import type { Order } from '../meaning/tree.ts';
import { groupOf, isUnsigned, isWide, type Value } from '../meaning/tree.ts';
import { bytesValue } from './arithmetic.ts';

/** Of an IPv6 address. */
const ADDRESS_BITS = 128;

/** Negative, zero or positive; NaN if the two cannot be compared. */
export type Compare = (a: FieldValue, b: FieldValue) => number;

export function comparator(left: Value, right: Value): Compare {
  const [a, b] = [left.type, right.type];
  // A slice makes bytes of what is on the other side.
  if (right.kind === 'slice' || left.kind === 'slice')
    return (one, other) => byBytes(bytesValue(one, a), bytesValue(other, b));
  switch (groupOf(a)) {
    case 'integer':
      return integers(a);
    case 'ipv4': {
      const mask = right.kind === 'literal' ? right.mask : null;
      if (mask === null) return (one, other) => (one as number) - (other as number);
      return (one, other) => masked(one, mask) - masked(other, mask);
    }
    case 'string':
      return byText;
    case 'bytes':
      if (a === 'ether' && b === 'ether') return (one, other) => (one as number) - (other as number);
      return (one, other) => byBytes(bytesValue(one, a), bytesValue(other, b));
    case 'ipv6': {
      const prefix = right.kind === 'literal' ? (right.mask ?? ADDRESS_BITS) : ADDRESS_BITS;
      return (one, other) => byFirstBits(bytesValue(one, a), bytesValue(other, b), prefix);
    }
    case 'protocol':
      return (one, other) => byBytes(bytesValue(one, a), bytesValue(other, b));
    default:
      return ordinary;
  }
}

function ordinary(a: FieldValue, b: FieldValue): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Wireshark turns the right number into the left one's type; where that is not possible, they do not compare. */
function integers(type: FieldType): Compare {
  const most = isWide(type) ? 0x7fff_ffff_ffff_ffffn : 0x7fffffff;
  return (a, b) => {
    const [one, other] = [a as number, b as number];
    const isMixed = isUnsigned(type) && one >= 0 ? other < 0 : other > most;
    return isMixed ? NaN : ordinary(one, other);
  };
}

function masked(value: FieldValue, mask: number): number {
  return ((value as number) & mask) >>> 0;
}

/** By UTF-8, as bytes. */
function byText(a: FieldValue, b: FieldValue): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
}

function byFirstBits(a: Uint8Array, b: Uint8Array, bits: number): number {
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  const unused = 8 - (bits & 7);
  return unused === 8 ? 0 : (a[whole]! >> unused) - (b[whole]! >> unused);
}

/** The longer one is greater. */
function byBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return 0;
}

/**
 * Whether an operator is true of a result of `Compare`.
 *
 * @param isAll whether all values have to pass; one that cannot be compared then does not stand against it, and
 *   passes no test otherwise
 */
export function accepts(operator: Order, isAll: boolean): (order: number) => boolean {
  const accepted = plainly(operator);
  return (order) => (Number.isNaN(order) ? isAll : accepted(order));
}

function plainly(operator: Order): (order: number) => boolean {
  switch (operator) {
    case '>':
      return (order) => order > 0;
    case '<':
      return (order) => order < 0;
    case '>=':
      return (order) => order >= 0;
    case '<=':
      return (order) => order <= 0;
    case '==':
    case '===':
      return (order) => order === 0;
    case '!=':
    case '!==':
      return (order) => order !== 0;
  }
}
