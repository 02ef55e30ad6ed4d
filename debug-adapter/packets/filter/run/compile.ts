/** Compiles a filter to a function of one packet. */
import type { FieldValue } from '../../tree/field.ts';
import { columnReader } from '../meaning/fields.ts';
import { groupOf, type Filter, type Value } from '../meaning/tree.ts';
import { isZero } from './arithmetic.ts';
import { accepts, comparator } from './compare.ts';
import { compilePattern } from './pattern.ts';
import { reader, searchReader, type Read } from './read.ts';
import type { Subject } from './subject.ts';

export type Predicate = (packet: Subject) => boolean;

export function compileTest(filter: Filter): Predicate {
  switch (filter.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return joined(filter.kind, filter.tests.map(compileTest));
    case 'not': {
      const inner = compileTest(filter.inner);
      return (packet) => !inner(packet);
    }
    case 'present':
      return present(filter.value);
    case 'compare':
      return compare(filter);
    case 'contains':
      return contains(filter);
    case 'matches': {
      const read = searchReader(filter.left);
      const pattern = compilePattern(filter.pattern);
      return quantified(
        read,
        (value) => pattern.test(latin1(value as Uint8Array)),
        filter.quantifier === 'all',
      );
    }
    case 'in':
      return membership(filter);
  }
}

function joined(kind: 'and' | 'or' | 'xor', tests: Predicate[]): Predicate {
  if (kind === 'xor') return (packet) => tests.reduce((result, test) => result !== test(packet), false);
  const [first, second] = tests as [Predicate, Predicate];
  if (tests.length === 2)
    return kind === 'and'
      ? (packet) => first(packet) && second(packet)
      : (packet) => first(packet) || second(packet);
  return kind === 'and'
    ? (packet) => tests.every((test) => test(packet))
    : (packet) => tests.some((test) => test(packet));
}

function present(value: Value): Predicate {
  if (value.kind === 'field' && !value.layers && !columnReader(value.field)) {
    const { field } = value;
    return (packet) => packet.items(field).length > 0;
  }
  const read = reader(value);
  if (value.kind === 'slice')
    return (packet) => read(packet).some((bytes) => (bytes as Uint8Array).length > 0);
  if (value.kind === 'field') return (packet) => read(packet).length > 0;
  return (packet) => read(packet).some((one) => !isZero(one));
}

type Test = (value: FieldValue) => boolean;

/** Whether any value, or each, passes; without a value nothing is true. */
function quantified(read: Read, test: Test, isAll: boolean): Predicate {
  if (!isAll) return (packet) => read(packet).some(test);
  return (packet) => {
    const values = read(packet);
    return values.length > 0 && values.every(test);
  };
}

function compare({ quantifier, left, operator, right }: Extract<Filter, { kind: 'compare' }>): Predicate {
  const compared = comparator(left, right);
  const isAll = quantifier === null ? operator === '!=' || operator === '===' : quantifier === 'all';
  const accepted = accepts(operator, isAll);
  const quick = right.kind === 'literal' ? quickTest(left, operator, right.value, isAll) : null;
  if (quick) return quick;
  const [read, readRight] = [reader(left), reader(right)];
  if (right.kind === 'literal') {
    const { value } = right;
    return quantified(read, (one) => accepted(compared(one, value)), isAll);
  }
  return (packet) => {
    const [values, others] = [read(packet), readRight(packet)];
    if (values.length === 0 || others.length === 0) return false;
    const passes = (one: FieldValue, other: FieldValue) => accepted(compared(one, other));
    return isAll
      ? values.every((one) => others.every((other) => passes(one, other)))
      : values.some((one) => others.some((other) => passes(one, other)));
  };
}

/** `tcp.port == 80` and its like are most of all tests, and need no list of values. */
function quickTest(left: Value, operator: string, value: FieldValue, isAll: boolean): Predicate | null {
  if (operator !== '==' || isAll || left.kind !== 'field' || left.layers || left.isRaw) return null;
  const group = groupOf(left.type);
  const { field } = left;
  if (!(group === 'integer' || group === 'boolean') || typeof value !== 'number') return null;
  return (packet) => {
    const items = packet.items(field);
    for (let at = 0; at < items.length; at++) if (items[at]!.own === value) return true;
    return false;
  };
}

function contains({ quantifier, left, right }: Extract<Filter, { kind: 'contains' }>): Predicate {
  const [read, readRight] = [searchReader(left), searchReader(right)];
  // In text and protocols there is no empty text, says Wireshark.
  const least = groupOf(left.type) === 'bytes' ? 0 : 1;
  const isAll = quantifier === 'all';
  return (packet) => {
    const searched = readRight(packet) as readonly Uint8Array[];
    const found = (one: FieldValue): boolean => {
      const bytes = buffer(one as Uint8Array);
      return bytes.length > 0 && searched.some((other) => other.length >= least && bytes.indexOf(other) >= 0);
    };
    return quantified(read, found, isAll)(packet);
  };
}

function membership({ quantifier, isNegated, left, ranges }: Extract<Filter, { kind: 'in' }>): Predicate {
  const read = reader(left);
  const isAll = quantifier === 'all' && !isNegated;
  const [atMost, atLeast, equal] = [accepts('<=', isAll), accepts('>=', isAll), accepts('==', isAll)];
  const tests = ranges.map(({ low, high }) => {
    const [readLow, compareLow] = [reader(low), comparator(left, low)];
    if (high === null)
      return (packet: Subject, value: FieldValue) =>
        readLow(packet).some((one) => equal(compareLow(value, one)));
    const [readHigh, compareHigh] = [reader(high), comparator(left, high)];
    return (packet: Subject, value: FieldValue) =>
      readLow(packet).some((one) => atLeast(compareLow(value, one))) &&
      readHigh(packet).some((one) => atMost(compareHigh(value, one)));
  });
  // Each member of the set is a test of its own: "all" asks whether all values are this one, or all that one.
  const passes = (packet: Subject, values: readonly FieldValue[], test: (typeof tests)[number]) =>
    isAll ? values.every((value) => test(packet, value)) : values.some((value) => test(packet, value));
  const isIn: Predicate = (packet) => {
    const values = read(packet);
    return values.length > 0 && tests.some((test) => passes(packet, values, test));
  };
  return isNegated ? (packet) => !isIn(packet) : isIn;
}

function buffer({ buffer: whole, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(whole, byteOffset, length);
}

/** One character a byte, so that a pattern can match any byte. */
function latin1(bytes: Uint8Array): string {
  return buffer(bytes).toString('latin1');
}
