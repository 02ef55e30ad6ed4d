/** What a filter needs of a packet. */
import type { Field } from '../../tree/field.ts';
import { columnReader } from './fields.ts';
import type { Filter, Value } from './tree.ts';

/** A field in a filter. */
export interface Use {
  readonly field: Field;
  /** Nothing but its values are read: neither its place in the tree nor the bytes that it has. */
  readonly isValue: boolean;
}

/** All fields of a filter. */
export function usesOf(filter: Filter): readonly Use[] {
  const found: Use[] = [];
  const visitValue = (value: Value, isValue: boolean): void => {
    switch (value.kind) {
      case 'field':
        found.push({ field: value.field, isValue: isValue && !value.layers && !value.isRaw });
        return;
      case 'literal':
        return;
      case 'call':
        return value.parameters.forEach((one) => visitValue(one, isValue && value.name !== 'len'));
      case 'arithmetic':
        visitValue(value.left, isValue);
        return visitValue(value.right, isValue);
      default:
        return visitValue(value.inner, isValue);
    }
  };
  const visit = (test: Filter): void => {
    switch (test.kind) {
      case 'and':
      case 'or':
      case 'xor':
        return test.tests.forEach(visit);
      case 'not':
        return visit(test.inner);
      case 'present':
        return visitValue(test.value, true);
      case 'matches':
        return visitValue(test.left, true);
      case 'compare':
      case 'contains':
        visitValue(test.left, true);
        return visitValue(test.right, true);
      case 'in':
        visitValue(test.left, true);
        for (const { low, high } of test.ranges) {
          visitValue(low, true);
          if (high) visitValue(high, true);
        }
    }
  };
  visit(filter);
  return found;
}

/** The fields that a filter reads; null if it may read any, as columns do. */
export function fieldsOf(filter: Filter): ReadonlySet<Field> | null {
  const uses = usesOf(filter);
  return uses.some(({ field }) => columnReader(field)) ? null : new Set(uses.map(({ field }) => field));
}

export function hasPattern(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return filter.tests.some(hasPattern);
    case 'not':
      return hasPattern(filter.inner);
    default:
      return filter.kind === 'matches';
  }
}
