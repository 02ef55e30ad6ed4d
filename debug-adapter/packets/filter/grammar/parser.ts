/**
 * Reads a filter's grammar, which is that of Wireshark's display filters:
 *
 *     filter   = xor { ("or" | "||") xor }
 *     xor      = and { ("xor" | "^^") and }
 *     and      = not { ("and" | "&&") not }
 *     not      = ("not" | "!") not | "(" filter ")" | test
 *     test     = [ "any" | "all" ] value [ comparison value { comparison value } | [ "not" ] "in" "{" set "}" ]
 *     value    = sum { "&" sum }
 *     sum      = product { ("+" | "-") product }
 *     product  = unary { ("*" | "/" | "%") unary }
 *     unary    = [ "-" | "+" ] entity
 *     entity   = "{" value "}" | [ "@" ] word [ layer ] { slice } | function "(" value { "," value } ")" { slice }
 */
import { message, type Message } from '../../../../language/message.ts';
import { FilterError } from '../filterError.ts';
import { exampleTest, exampleValue } from '../meaning/fields.ts';
import { tokenize, type Token } from './lexer.ts';
import type { Arithmetic, Comparison, Quantifier, TestSyntax, ValueSyntax } from './syntax.ts';

export const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  eq: '==',
  any_eq: '==',
  '!=': '!=',
  ne: '!=',
  all_ne: '!=',
  '===': '===',
  all_eq: '===',
  '!==': '!==',
  any_ne: '!==',
  '~=': '!==',
  '>': '>',
  gt: '>',
  '<': '<',
  lt: '<',
  '>=': '>=',
  ge: '>=',
  '<=': '<=',
  le: '<=',
  contains: 'contains',
  matches: 'matches',
  '~': 'matches',
};
/** Words that cannot be the name of a field. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  ...Object.keys(COMPARISONS).filter((one) => /^\w+$/.test(one)),
  ...['and', 'or', 'xor', 'not', 'in', 'any', 'all', 'bitwise_and'],
]);
const ARITHMETIC: readonly Readonly<Record<string, Arithmetic>>[] = [
  { '&': '&', bitwise_and: '&' },
  { '+': '+', '-': '-' },
  { '*': '*', '/': '/', '%': '%' },
];
/** Maximum nesting, and operators in a value; no user writes a deeper filter. */
const MAX_DEPTH = 100;
const EXAMPLE = 'tcp.port == 8080';

/** @throws FilterError that names the place and the cure */
export function parseSyntax(text: string): TestSyntax {
  return new Parser(tokenize(text)).parse();
}

class Parser {
  private readonly tokens: Token[];
  private at = 0;
  private depth = 0;

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  parse(): TestSyntax {
    const filter = this.or();
    const rest = this.peek();
    if (rest.kind === 'end') return filter;
    throw new FilterError(this.surplus(rest), rest.start, rest.end);
  }

  private surplus(rest: Token): Message {
    const { text } = rest;
    if (rest.kind === 'symbol') {
      if (text === ')' || text === '}') return message('this "{0}" closes nothing; take it away', text);
      if (text === ',')
        return message('"," separates the values of a set; join two tests with "and" or "or"');
      if (this.tokens[this.at - 1]?.text === ')' && (Object.hasOwn(COMPARISONS, text) || isArithmetic(text)))
        return message(
          '"{0}" needs a value on its left, and "(…)" groups tests; group values in braces: {tcp.port}',
          text,
        );
    }
    if (rest.kind === 'word' && KEYWORDS.has(text.toLowerCase()) && !KEYWORDS.has(text))
      return message(
        '"{0}" does not belong here; operators are written in small letters: {1}',
        text,
        text.toLowerCase(),
      );
    return message('"{0}" does not belong here; join two tests with "and" or "or"', written(rest));
  }

  private or(): TestSyntax {
    return this.joined('or', ['or', '||'], () => this.xor());
  }

  private xor(): TestSyntax {
    return this.joined('xor', ['xor', '^^'], () => this.and());
  }

  private and(): TestSyntax {
    return this.joined('and', ['and', '&&'], () => this.not());
  }

  private joined(kind: 'and' | 'or' | 'xor', words: string[], next: () => TestSyntax): TestSyntax {
    const first = next();
    const tests = [first];
    while (this.take(...words)) tests.push(next());
    return tests.length === 1 ? first : { kind, tests, start: first.start, end: tests.at(-1)!.end };
  }

  private not(): TestSyntax {
    const token = this.peek();
    return this.nested(token, () => {
      const { start } = token;
      if (this.take('not', '!')) {
        const inner = this.not();
        return { kind: 'not', inner, start, end: inner.end };
      }
      if (!this.take('(')) return this.test();
      const inner = this.or();
      if (!this.take(')'))
        throw new FilterError(message('this "(" is never closed; write ")" where it ends'), start, token.end);
      return inner;
    });
  }

  private test(): TestSyntax {
    const first = this.peek();
    const { start } = first;
    // Short form: search the whole frame.
    if (isWord(first, 'contains')) {
      this.at++;
      const frame = { ...first, text: 'frame' };
      const left: ValueSyntax = { kind: 'atom', token: frame, start, end: first.end };
      const right = this.value(first, 'frame');
      return {
        kind: 'compare',
        quantifier: null,
        left,
        operator: 'contains',
        at: first,
        right,
        start,
        end: right.end,
      };
    }
    const quantifier = this.take('any', 'all') ? (first.text as Quantifier) : null;
    const left = this.value();
    const isNegated = this.isIn(this.tokens[this.at + 1]) && this.take('not', '!');
    const operator = this.peek();
    if (this.isIn(operator)) {
      this.at++;
      const ranges = this.set(left, operator);
      return { kind: 'in', quantifier, isNegated, left, at: operator, ranges, start, end: this.last().end };
    }
    if (!this.isComparison(operator)) {
      if (quantifier !== null)
        throw new FilterError(
          message(
            '"{0}" tells which values have to pass a comparison; write for example {1}',
            quantifier,
            `${quantifier} tcp.port > 1024`,
          ),
          start,
          first.end,
        );
      return { kind: 'present', value: left, start, end: left.end };
    }
    return this.chain(quantifier, left, start);
  }

  /** `tcp.srcport < tcp.port < tcp.dstport` is two tests. */
  private chain(quantifier: Quantifier | null, first: ValueSyntax, start: number): TestSyntax {
    const tests: TestSyntax[] = [];
    let left = first;
    for (let at = this.peek(); this.isComparison(at); at = this.peek()) {
      const operator = COMPARISONS[at.text]!;
      const isSearch = operator === 'contains' || operator === 'matches';
      if (isSearch && tests.length > 0) break;
      this.at++;
      this.spend(at, tests.length);
      const right = this.value(at, this.shown(left));
      tests.push({ kind: 'compare', quantifier, left, operator, at, right, start, end: right.end });
      if (isSearch) break;
      left = right;
    }
    return tests.length === 1 ? tests[0]! : { kind: 'and', tests, start, end: left.end };
  }

  private set(left: ValueSyntax, at: Token) {
    const shown = this.shown(left);
    const example = `${shown} in {${exampleValue(shown)}}`;
    const brace = this.peek();
    if (!this.take('{'))
      throw new FilterError(message('a set goes into braces: {0}', example), brace.start, brace.end);
    const ranges: { low: ValueSyntax; high: ValueSyntax | null; at: Token | null }[] = [];
    do {
      const low = this.unary(at, shown);
      const dots = this.peek();
      const isRange = this.take('..');
      ranges.push({ low, high: isRange ? this.unary(dots, shown) : null, at: isRange ? dots : null });
    } while (this.take(','));
    const rest = this.peek();
    if (this.take('}')) return ranges;
    if (rest.kind === 'end')
      throw new FilterError(
        message('this set is never closed; write "}" where it ends: {0}', example),
        at.start,
        at.end,
      );
    throw new FilterError(
      message('"{0}" does not belong into a set; separate its values with commas: {1}', rest.text, example),
      rest.start,
      rest.end,
    );
  }

  private value(after?: Token, left?: string): ValueSyntax {
    return this.arithmetic(0, after, left);
  }

  private arithmetic(level: number, after?: Token, left?: string): ValueSyntax {
    const operators = ARITHMETIC[level];
    if (!operators) return this.unary(after, left);
    let result = this.arithmetic(level + 1, after, left);
    for (let count = 0; ; count++) {
      const at = this.peek();
      if (at.kind !== 'symbol' && at.kind !== 'word') return result;
      if (!Object.hasOwn(operators, at.text)) return result;
      this.at++;
      this.spend(at, count);
      const right = this.arithmetic(level + 1, at);
      result = {
        kind: 'arithmetic',
        operator: operators[at.text]!,
        at,
        left: result,
        right,
        start: result.start,
        end: right.end,
      };
    }
  }

  private unary(after?: Token, left?: string): ValueSyntax {
    const at = this.peek();
    if (this.take('-')) {
      const inner = this.entity(at);
      return { kind: 'negative', at, inner, start: at.start, end: inner.end };
    }
    if (this.take('+')) return this.entity(at);
    return this.entity(after, left);
  }

  private entity(after?: Token, left?: string): ValueSyntax {
    const first = this.peek();
    if (this.take('{')) {
      const inner = this.nested(first, () => this.value(first));
      if (!this.take('}'))
        throw new FilterError(
          message('this "{" is never closed; write "}" where it ends'),
          first.start,
          first.end,
        );
      return this.slices(inner);
    }
    const isRaw = this.take('@');
    const token = this.next();
    if (token.kind === 'end' || !isValue(token)) throw this.missing(token, isRaw ? first : after, left);
    if (this.peek().text === '(' && token.kind === 'word') return this.slices(this.call(token));
    let value: ValueSyntax = { kind: 'atom', token, start: token.start, end: token.end };
    if (isRaw) value = { kind: 'raw', inner: value, start: first.start, end: token.end };
    const layer = this.peek();
    if (layer.kind === 'layer') {
      this.at++;
      value = { kind: 'layer', inner: value, token: layer, start: value.start, end: layer.end };
    }
    return this.slices(value);
  }

  private slices(inner: ValueSyntax): ValueSyntax {
    let value = inner;
    for (let count = 0; this.peek().kind === 'slice'; count++) {
      const token = this.next();
      this.spend(token, count);
      value = { kind: 'slice', inner: value, token, start: value.start, end: token.end };
    }
    return value;
  }

  private call(name: Token): ValueSyntax {
    const open = this.next();
    const parameters: ValueSyntax[] = [];
    return this.nested(open, () => {
      if (this.peek().text !== ')' || this.peek().kind !== 'symbol')
        do parameters.push(this.value(open));
        while (this.take(','));
      if (!this.take(')'))
        throw new FilterError(
          message('this "(" is never closed; write ")" where it ends'),
          open.start,
          open.end,
        );
      return { kind: 'call', name, parameters, start: name.start, end: this.last().end };
    });
  }

  /** A test, or the value behind `after`, is missing at `token`. */
  private missing(token: Token, after: Token | undefined, left: string | undefined): FilterError {
    const { start, end } = token;
    const text = written(token);
    if (!after)
      return new FilterError(
        token.kind === 'end'
          ? message('a test is missing here; write for example {0}', EXAMPLE)
          : message('"{0}" cannot start a test; write a field first, for example {1}', text, EXAMPLE),
        start,
        end,
      );
    const test = left === undefined ? EXAMPLE : exampleTest(left, after.text);
    return new FilterError(
      token.kind === 'end'
        ? message('a value is missing after "{0}"; write for example {1}', after.text, test)
        : message('"{0}" is not a value after "{1}"; write for example {2}', text, after.text, test),
      start,
      end,
    );
  }

  private shown(value: ValueSyntax): string {
    return value.kind === 'atom' ? value.token.text : '';
  }

  private isIn(token: Token | undefined): boolean {
    return token !== undefined && isWord(token, 'in');
  }

  private isComparison(token: Token): boolean {
    return (token.kind === 'symbol' || token.kind === 'word') && Object.hasOwn(COMPARISONS, token.text);
  }

  private nested<T>(token: Token, read: () => T): T {
    this.depth++;
    this.spend(token, 0);
    try {
      return read();
    } finally {
      this.depth--;
    }
  }

  private spend(token: Token, operators: number): void {
    if (this.depth + operators > MAX_DEPTH)
      throw new FilterError(message('this is nested too deeply; make it simpler'), token.start, token.end);
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }

  private last(): Token {
    return this.tokens[this.at - 1]!;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  private take(...texts: string[]): boolean {
    const { kind, text } = this.peek();
    if ((kind !== 'symbol' && kind !== 'word') || !texts.includes(text)) return false;
    this.at++;
    return true;
  }
}

/** A token as it stands in the filter. */
function written({ kind, text }: Token): string {
  return kind === 'slice' ? `[${text}]` : kind === 'layer' ? `#${text}` : text;
}

function isValue({ kind, text }: Token): boolean {
  return kind === 'string' || kind === 'character' || (kind === 'word' && !KEYWORDS.has(text));
}

function isArithmetic(text: string): boolean {
  return ARITHMETIC.some((operators) => Object.hasOwn(operators, text));
}

function isWord(token: Token, text: string): boolean {
  return token.kind === 'word' && token.text === text;
}
