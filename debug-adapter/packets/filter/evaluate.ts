/** Compiles a parsed filter to a predicate on packets. */
import type { Packet } from '../packet.ts';
import type { Filter, Operand, Operator } from './ast.ts';
import type { FieldValue } from './fields.ts';
import { addressNumber } from './operand.ts';

export type Predicate = (packet: Packet) => boolean;

export function compileFilter(filter: Filter): Predicate {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [compileFilter(filter.left), compileFilter(filter.right)];
      return (packet) => left(packet) && right(packet);
    }
    case 'or': {
      const [left, right] = [compileFilter(filter.left), compileFilter(filter.right)];
      return (packet) => left(packet) || right(packet);
    }
    case 'not': {
      const inner = compileFilter(filter.inner);
      return (packet) => !inner(packet);
    }
    case 'present': {
      const { values } = filter.field;
      return (packet) => values(packet).length > 0;
    }
    case 'compare':
      return compare(filter.field.values, filter.operator, filter.operand);
    case 'in': {
      const { values } = filter.field;
      const tests = filter.ranges.map(({ low, high }) => within(low, high));
      return (packet) => values(packet).some((value) => tests.some((test) => test(value)));
    }
  }
}

type Values = (packet: Packet) => readonly FieldValue[];
type Test = (value: FieldValue) => boolean;

/** True if any value passes; for `!=` all values must differ, as in Wireshark 4. */
function compare(values: Values, operator: Operator, operand: Operand): Predicate {
  if (operator === '!=') {
    const equal = tester('==', operand);
    return (packet) => {
      const found = values(packet);
      return found.length > 0 && !found.some(equal);
    };
  }
  const test = tester(operator, operand);
  return (packet) => values(packet).some(test);
}

function tester(operator: Operator, operand: Operand): Test {
  switch (operand.kind) {
    case 'bytes':
      return operator === 'contains'
        ? (value) => indexOf(asBytes(value), operand.value) >= 0
        : (value) => equalBytes(asBytes(value), operand.value);
    case 'pattern':
      return (value) => operand.value.test(asText(value));
    case 'text':
    case 'ether':
      return (value) => value === operand.value;
    case 'ipv4':
      return (value) =>
        holds(
          operator,
          masked(addressNumber(asText(value)), operand.mask),
          masked(operand.value, operand.mask),
        );
    case 'number':
      return (value) => typeof value === 'number' && holds(operator, value, operand.value);
  }
}

function within(low: Operand, high: Operand): Test {
  const atLeast = tester(low === high ? '==' : '>=', low);
  const atMost = tester(low === high ? '==' : '<=', high);
  return (value) => atLeast(value) && atMost(value);
}

function holds(operator: Operator, a: number, b: number): boolean {
  switch (operator) {
    case '>':
      return a > b;
    case '<':
      return a < b;
    case '>=':
      return a >= b;
    case '<=':
      return a <= b;
    default:
      return a === b;
  }
}

function masked(value: number, mask: number): number {
  return (value & mask) >>> 0;
}

function asBytes(value: FieldValue): Uint8Array {
  return typeof value === 'object' ? value : new TextEncoder().encode(String(value));
}

/** Bytes as Latin-1, so that a pattern can match any byte. */
function asText(value: FieldValue): string {
  return typeof value === 'object'
    ? Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
    : String(value);
}

function indexOf(bytes: Uint8Array, searched: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(searched);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
