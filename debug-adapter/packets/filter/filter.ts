/** Display filters, in Wireshark's language: reading one, and testing packets with it. */
import { FilterError } from './filterError.ts';
import { parseSyntax } from './grammar/parser.ts';
import { checkFilter } from './meaning/check.ts';
import type { Filter } from './meaning/tree.ts';
import { fieldsOf, hasPattern } from './meaning/uses.ts';
import { compileTest, type Predicate } from './run/compile.ts';
import { QuickTest } from './run/quick.ts';
import type { Field } from '../tree/field.ts';

export type { Filter } from './meaning/tree.ts';

/** @throws FilterError that names the place and the cure */
export function parseFilter(text: string): Filter {
  return checkFilter(parseSyntax(text));
}

/** A filter ready to test packets. */
export interface CompiledFilter {
  readonly matches: Predicate;
  /** Tests a packet without decoding it, as far as that is possible. */
  readonly quick: QuickTest;
  /** The fields that it reads; null if it may need all of them. */
  readonly fields: ReadonlySet<Field> | null;
  /** It has a regular expression, which can take very long on a single packet. */
  readonly mayTakeLong: boolean;
}

export function compileFilter(filter: Filter): CompiledFilter {
  return {
    matches: compileTest(filter),
    quick: new QuickTest(filter),
    fields: fieldsOf(filter),
    mayTakeLong: hasPattern(filter),
  };
}

export { FilterError };
