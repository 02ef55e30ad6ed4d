/** A filter as it is written, before its names and types are known. */
import type { Token } from './lexer.ts';

/** `==` is true if any value is equal, `===` if all are; `!=` if all differ, `!==` if any does. */
export type Comparison = '==' | '!=' | '===' | '!==' | '>' | '<' | '>=' | '<=' | 'contains' | 'matches';
export type Arithmetic = '+' | '-' | '*' | '/' | '%' | '&';
/** Which of a field's values have to pass: `any tcp.port == 80`. */
export type Quantifier = 'any' | 'all';

interface Place {
  start: number;
  end: number;
}

export type TestSyntax =
  | ({ kind: 'and' | 'or' | 'xor'; tests: TestSyntax[] } & Place)
  | ({ kind: 'not'; inner: TestSyntax } & Place)
  | ({ kind: 'present'; value: ValueSyntax } & Place)
  | ({
      kind: 'compare';
      quantifier: Quantifier | null;
      left: ValueSyntax;
      operator: Comparison;
      at: Token;
      right: ValueSyntax;
    } & Place)
  | ({
      kind: 'in';
      quantifier: Quantifier | null;
      isNegated: boolean;
      left: ValueSyntax;
      at: Token;
      ranges: { low: ValueSyntax; high: ValueSyntax | null; at: Token | null }[];
    } & Place);

export type ValueSyntax =
  /** A word, string or character: a field or a literal. */
  | ({ kind: 'atom'; token: Token } & Place)
  /** `ip.addr#1` */
  | ({ kind: 'layer'; inner: ValueSyntax; token: Token } & Place)
  /** `@tcp.port`: the bytes from which the value was read */
  | ({ kind: 'raw'; inner: ValueSyntax } & Place)
  | ({ kind: 'slice'; inner: ValueSyntax; token: Token } & Place)
  | ({ kind: 'call'; name: Token; parameters: ValueSyntax[] } & Place)
  | ({ kind: 'arithmetic'; operator: Arithmetic; at: Token; left: ValueSyntax; right: ValueSyntax } & Place)
  | ({ kind: 'negative'; at: Token; inner: ValueSyntax } & Place);
