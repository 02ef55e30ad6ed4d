/** A filter as text that reads as the same filter. */
import { rangeText } from '../grammar/ranges.ts';
import { quoted } from '../grammar/lexer.ts';
import type { Filter, Value } from './tree.ts';

const BINDING = { or: 1, xor: 2, and: 3, not: 4 } as const;

export function filterText(filter: Filter, outer = 0): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
    case 'xor': {
      const binding = BINDING[filter.kind];
      const text = filter.tests.map((test) => filterText(test, binding + 1)).join(` ${filter.kind} `);
      return binding < outer ? `(${text})` : text;
    }
    case 'not':
      return `not ${filterText(filter.inner, BINDING.not)}`;
    case 'present':
      return valueText(filter.value);
    case 'compare':
      return `${prefix(filter)}${valueText(filter.left)} ${filter.operator} ${valueText(filter.right)}`;
    case 'contains':
      return `${prefix(filter)}${valueText(filter.left)} contains ${valueText(filter.right)}`;
    case 'matches':
      return `${prefix(filter)}${valueText(filter.left)} matches ${quoted(filter.pattern)}`;
    case 'in': {
      const set = filter.ranges.map(({ low, high }) =>
        high === null ? valueText(low) : `${valueText(low)} .. ${valueText(high)}`,
      );
      return `${prefix(filter)}${valueText(filter.left)} ${filter.isNegated ? 'not in' : 'in'} {${set.join(', ')}}`;
    }
  }
}

function prefix({ quantifier }: { quantifier: string | null }): string {
  return quantifier === null ? '' : `${quantifier} `;
}

const STRENGTH = { '&': 1, '+': 2, '-': 2, '*': 3, '/': 3, '%': 3 } as const;
const ENTITY = 4;

function valueText(value: Value, outer = 0): string {
  const grouped = (strength: number, text: string) => (strength < outer ? `{${text}}` : text);
  switch (value.kind) {
    case 'field': {
      const { field, layers, isRaw } = value;
      const suffix = layers === null ? '' : `#[${layers.map(rangeText).join(',')}]`;
      return `${isRaw ? '@' : ''}${field.name}${suffix}`;
    }
    case 'literal':
      return value.text;
    case 'slice':
      return `${valueText(value.inner, ENTITY)}[${value.ranges.map(rangeText).join(',')}]`;
    case 'call':
      return `${value.name}(${value.parameters.map((one) => valueText(one)).join(', ')})`;
    case 'arithmetic': {
      const strength = STRENGTH[value.operator];
      // Operators are left-associative: a right operand of the same strength needs braces.
      const [left, right] = [valueText(value.left, strength), valueText(value.right, strength + 1)];
      return grouped(strength, `${left} ${value.operator} ${right}`);
    }
    case 'negative':
      return grouped(ENTITY - 1, `-${valueText(value.inner, ENTITY)}`);
  }
}
