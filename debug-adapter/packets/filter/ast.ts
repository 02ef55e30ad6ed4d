/** A filter's syntax tree, and converting it back to text. */
import type { FilterField } from './fields.ts';
import { quoted } from './lexer.ts';

export type Operator = '==' | '!=' | '>' | '<' | '>=' | '<=' | 'contains' | 'matches';

/** The right operand, parsed according to the field's type. */
export type Operand =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  /** `mask` has a one for each significant bit. */
  | { kind: 'ipv4'; value: number; mask: number; text: string }
  | { kind: 'ether'; value: string }
  | { kind: 'bytes'; value: Uint8Array; text: string }
  | { kind: 'pattern'; value: RegExp };

export type Filter =
  | { kind: 'and' | 'or'; left: Filter; right: Filter }
  | { kind: 'not'; inner: Filter }
  | { kind: 'present'; field: FilterField }
  | { kind: 'compare'; field: FilterField; operator: Operator; operand: Operand }
  /** `field in {1, 5..8}`; a single value is a range of one. */
  | { kind: 'in'; field: FilterField; ranges: { low: Operand; high: Operand }[] };

const BINDING = { or: 1, and: 2, not: 3 } as const;

/** Text that parses to the same filter. */
export function filterText(filter: Filter, outer = 0): string {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const binding = BINDING[filter.kind];
      // Operators are left-associative: a right operand of the same kind needs parentheses.
      const text = `${filterText(filter.left, binding)} ${filter.kind} ${filterText(filter.right, binding + 1)}`;
      return binding < outer ? `(${text})` : text;
    }
    case 'not':
      return `not ${filterText(filter.inner, BINDING.not)}`;
    case 'present':
      return filter.field.name;
    case 'compare':
      return `${filter.field.name} ${filter.operator} ${operandText(filter.operand)}`;
    case 'in':
      return `${filter.field.name} in {${filter.ranges.map(rangeText).join(', ')}}`;
  }
}

function rangeText({ low, high }: { low: Operand; high: Operand }): string {
  return low === high ? operandText(low) : `${operandText(low)}..${operandText(high)}`;
}

function operandText(operand: Operand): string {
  switch (operand.kind) {
    case 'number':
      return String(operand.value);
    case 'text':
      return quoted(operand.value);
    case 'ipv4':
    case 'bytes':
      return operand.text;
    case 'ether':
      return operand.value;
    case 'pattern':
      return quoted(operand.value.source);
  }
}
