/**
 * Parses filters: a subset of Wireshark's display filters.
 *
 *     filter  = and { ("or" | "||") and }
 *     and     = not { ("and" | "&&") not }
 *     not     = ("not" | "!") not | "(" filter ")" | test
 *     test    = field [ operator value | "in" "{" range { "," range } "}" ]
 */
import type { Filter, Operator } from './ast.ts';
import { filterField, filterFieldNames, type FilterField } from './fields.ts';
import { FilterError } from './filterError.ts';
import { tokenize, type Token } from './lexer.ts';
import { nearest } from '../../../stack/lib/nearest.ts';
import { EXAMPLES, readOperand } from './operand.ts';

const OPERATORS: Record<string, Operator> = {
  '==': '==',
  eq: '==',
  '!=': '!=',
  ne: '!=',
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
const ORDERING = new Set<Operator>(['>', '<', '>=', '<=']);
/** Maximum nesting; no user writes a deeper filter. */
const MAX_DEPTH = 100;

/** @throws FilterError that names the place and the fix */
export function parseFilter(text: string): Filter {
  return new Parser(tokenize(text)).parse();
}

class Parser {
  private readonly tokens: Token[];
  private at = 0;
  private depth = 0;

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  parse(): Filter {
    const filter = this.or();
    const rest = this.peek();
    if (rest.kind === 'end') return filter;
    if (rest.text === ')')
      throw new FilterError('this ")" closes nothing; take it away', rest.start, rest.end);
    throw new FilterError(
      `"${rest.text}" does not belong here; join two tests with "and" or "or"`,
      rest.start,
      rest.end,
    );
  }

  private or(): Filter {
    let left = this.and();
    while (this.take('or', '||')) left = { kind: 'or', left, right: this.and() };
    return left;
  }

  private and(): Filter {
    let left = this.not();
    while (this.take('and', '&&')) left = { kind: 'and', left, right: this.not() };
    return left;
  }

  private not(): Filter {
    const token = this.peek();
    if (++this.depth > MAX_DEPTH)
      throw new FilterError('this is nested too deeply; make it simpler', token.start, token.end);
    try {
      if (this.take('not', '!')) return { kind: 'not', inner: this.not() };
      if (!this.take('(')) return this.test();
      const inner = this.or();
      if (!this.take(')'))
        throw new FilterError('this "(" is never closed; write ")" where it ends', token.start, token.end);
      return inner;
    } finally {
      this.depth--;
    }
  }

  private test(): Filter {
    const token = this.next();
    // Short form: search the whole frame.
    if (isWord(token, 'contains')) return this.compare(filterField('frame')!, token, 'contains');
    const field = this.field(token);
    const operator = this.peek();
    if (isWord(operator, 'in')) {
      this.at++;
      return this.membership(field, operator);
    }
    if (operator.kind === 'string' || !Object.hasOwn(OPERATORS, operator.text))
      return { kind: 'present', field };
    this.at++;
    return this.compare(field, operator, OPERATORS[operator.text]!);
  }

  private field(token: Token): FilterField {
    const { text, start, end } = token;
    if (token.kind === 'end')
      throw new FilterError('a test is missing here; write for example tcp.port == 8080', start, end);
    if (token.kind !== 'word')
      throw new FilterError(
        `"${text}" cannot start a test; write a field first, for example tcp.port == 8080`,
        start,
        end,
      );
    const field = filterField(text.toLowerCase());
    if (field) return field;
    const known = nearest(text.toLowerCase(), filterFieldNames());
    const cure = known.length
      ? `did you mean ${known.join(' or ')}?`
      : 'write for example tcp, ip.addr or tcp.port';
    throw new FilterError(`there is no field "${text}"; ${cure}`, start, end);
  }

  private compare(field: FilterField, at: Token, operator: Operator): Filter {
    const { name, type } = field;
    if (type === 'presence')
      throw new FilterError(
        `${name} is there or not, and has no value; write just ${name}`,
        at.start,
        at.end,
      );
    const ordered = type === 'number' || type === 'ipv4';
    if (ORDERING.has(operator) && !ordered)
      throw new FilterError(`${name} has no order; use == or != or contains`, at.start, at.end);
    if ((operator === 'contains' || operator === 'matches') && type !== 'bytes' && type !== 'text')
      throw new FilterError(
        `${operator} looks into text and bytes; ${name} is neither: write ${name} == ${EXAMPLES[type]}`,
        at.start,
        at.end,
      );
    return { kind: 'compare', field, operator, operand: readOperand(field, operator, this.value(field, at)) };
  }

  private membership(field: FilterField, at: Token): Filter {
    const example = `${field.name} in {${EXAMPLES[field.type]}}`;
    if (field.type === 'presence' || field.type === 'bytes')
      throw new FilterError(
        `${field.name} cannot be looked up in a set; write just ${field.name}`,
        at.start,
        at.end,
      );
    if (!this.take('{'))
      throw new FilterError(`a set goes into braces: ${example}`, this.peek().start, this.peek().end);
    const ranges = [];
    do {
      const low = readOperand(field, 'in', this.value(field, at));
      const dots = this.take('..');
      if (dots && field.type !== 'number' && field.type !== 'ipv4')
        throw new FilterError(
          `${field.name} has no order, so ".." has no meaning; list the values`,
          at.start,
          at.end,
        );
      ranges.push({ low, high: dots ? readOperand(field, 'in', this.value(field, at)) : low });
    } while (this.take(','));
    if (!this.take('}'))
      throw new FilterError(
        `this set is never closed; write "}" where it ends: ${example}`,
        at.start,
        at.end,
      );
    return { kind: 'in', field, ranges };
  }

  private value(field: FilterField, after: Token): Token {
    const token = this.next();
    if (token.kind === 'word' || token.kind === 'string') return token;
    const what = token.kind === 'end' ? 'a value is missing' : `"${token.text}" is not a value`;
    throw new FilterError(
      `${what} after "${after.text}"; write for example ${field.name} ${after.text} ${EXAMPLES[field.type]}`,
      token.start,
      token.end,
    );
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  private take(...texts: string[]): boolean {
    const token = this.peek();
    if (token.kind === 'string' || token.kind === 'end' || !texts.includes(token.text)) return false;
    this.at++;
    return true;
  }
}

function isWord(token: Token, text: string): boolean {
  return token.kind === 'word' && token.text === text;
}
