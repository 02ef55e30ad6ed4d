/** What a filter needs of a packet. */
import type { Field } from '../../tree/field.ts';
import { columnReader } from './fields.ts';
import type { Filter, Value } from './tree.ts';

/** The fields that a filter reads; null if it may read any, as columns do. */
export function fieldsOf(filter: Filter): ReadonlySet<Field> | null {
  const found = new Set<Field>();
  let isAny = false;
  const visitValue = (value: Value): void => {
    switch (value.kind) {
      case 'field':
        found.add(value.field);
        // Layers are found by walking the tree.
        if (value.layers || columnReader(value.field)) isAny = true;
        return;
      case 'literal':
        return;
      case 'call':
        return value.parameters.forEach(visitValue);
      case 'arithmetic':
        visitValue(value.left);
        return visitValue(value.right);
      default:
        return visitValue(value.inner);
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
        return visitValue(test.value);
      case 'matches':
        return visitValue(test.left);
      case 'compare':
      case 'contains':
        visitValue(test.left);
        return visitValue(test.right);
      case 'in':
        visitValue(test.left);
        for (const { low, high } of test.ranges) {
          visitValue(low);
          if (high) visitValue(high);
        }
    }
  };
  visit(filter);
  return isAny ? null : found;
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
