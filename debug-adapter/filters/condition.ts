/**
 * Conditions over named values: `port == 8080 && (len > 100 || flag)`. Each filter defines its names. The
 * adapter uses them to reject conditions that do not parse, the machine's thread to evaluate them.
 */
import { message, type Message } from '../../language/message.ts';
import { parseIpv4 } from '../inspect/format.ts';
import { ConditionError } from './conditionError.ts';
import { tokenize, type Token } from './lexer.ts';

/**
 * A value that conditions can test. If there are several values, one match is enough (`port`: that of either
 * end).
 */
export interface Field<Hit> {
  /** The type of the other operand. */
  kind: 'number' | 'address' | 'word' | 'flag';
  get(hit: Hit): readonly (number | string | boolean)[] | number | string | boolean;
  /** Valid words, if there is a fixed list. */
  words?: readonly string[];
  /** The largest valid number. */
  most?: number;
}
export type Fields<Hit> = Readonly<Record<string, Field<Hit>>>;
export type Condition<Hit> = (hit: Hit) => boolean;

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', '='];

export class ConditionParser<Hit> {
  readonly #text: string;
  readonly #fields: Fields<Hit>;
  readonly #example: Message;
  readonly #tokens: Token[];
  readonly #parseOwn: (parser: ConditionParser<Hit>) => Condition<Hit> | undefined;
  #at = 0;

  /**
   * @param example a sentence with a valid condition, for error messages
   * @param parseOwn parses what may stand in place of a comparison; undefined: nothing of that stands here
   */
  constructor(
    text: string,
    fields: Fields<Hit>,
    example: Message,
    parseOwn: (parser: ConditionParser<Hit>) => Condition<Hit> | undefined = () => undefined,
  ) {
    this.#parseOwn = parseOwn;
    this.#text = text;
    this.#fields = fields;
    this.#example = example;
    const { tokens, rest } = tokenize(text);
    this.#tokens = tokens;
    if (rest < text.length)
      throw new ConditionError(message('Nothing is known that begins so'), text, rest, example);
  }

  get done(): boolean {
    return this.#at === this.#tokens.length;
  }
  peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead]?.text;
  }
  next(): Token | undefined {
    return this.#tokens[this.#at++];
  }
  /** Reject the condition at the next token. */
  fail(problem: Message, back = 0): never {
    const position = this.#tokens[this.#at - back]?.position ?? this.#text.length;
    throw new ConditionError(problem, this.#text, position, this.#example);
  }
  take(text: string): boolean {
    if (this.peek() !== text) return false;
    this.#at++;
    return true;
  }

  /** Parse the rest of the text. */
  parse(): Condition<Hit> {
    const condition = this.#or();
    if (!this.done) this.fail(message('Expected && or ||'));
    return condition;
  }

  #or(): Condition<Hit> {
    const parts = [this.#and()];
    while (this.take('||')) parts.push(this.#and());
    return parts.length === 1 ? parts[0]! : (hit) => parts.some((part) => part(hit));
  }
  #and(): Condition<Hit> {
    const parts = [this.#unary()];
    while (this.take('&&')) parts.push(this.#unary());
    return parts.length === 1 ? parts[0]! : (hit) => parts.every((part) => part(hit));
  }
  #unary(): Condition<Hit> {
    if (this.take('!')) {
      const inner = this.#unary();
      return (hit) => !inner(hit);
    }
    if (this.take('(')) {
      const inner = this.#or();
      if (!this.take(')')) this.fail(message('Expected )'));
      return inner;
    }
    return this.#parseOwn(this) ?? this.#comparison();
  }

  #comparison(): Condition<Hit> {
    const token = this.next();
    if (token === undefined) this.fail(message('Expected a name'));
    const name = token.text;
    const field = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    if (field === undefined)
      return this.fail(
        message('There is no "{0}" here; known are {1}:', name, Object.keys(this.#fields).join(', ')),
        1,
      );
    const operator = this.peek();
    if (operator === undefined || !COMPARISONS.includes(operator)) {
      if (field.kind !== 'flag') this.fail(message('Expected ==, !=, <, <=, > or >= after "{0}"', name));
      return (hit) => values(field.get(hit)).some(Boolean);
    }
    this.next();
    const literal = this.next();
    if (literal === undefined) this.fail(message('Expected a value after "{0} {1}"', name, operator));
    return compare(field, operator, this.#literal(field, literal.text));
  }

  #literal(field: Field<Hit>, text: string): number | string | boolean {
    const bare = text.replace(/^(["'])(.*)\1$/, '$2');
    switch (field.kind) {
      case 'number': {
        if (!/^(0x[0-9a-f]+|\d+)$/i.test(bare)) this.fail(message('Expected a number'), 1);
        if (Number(bare) > (field.most ?? Infinity))
          this.fail(message('Expected a number up to {0}', field.most ?? ''), 1);
        return Number(bare);
      }
      case 'address':
        if (parseIpv4(bare) === undefined) this.fail(message('Expected an address such as 127.0.0.1'), 1);
        return bare;
      case 'flag':
        if (!/^(true|false|0|1)$/.test(bare)) this.fail(message('Expected true or false'), 1);
        return bare === 'true' || bare === '1';
      case 'word': {
        const { words } = field;
        if (words !== undefined && !words.some((word) => word.toLowerCase() === bare.toLowerCase()))
          this.fail(message('Expected one of {0}', words.join(', ')), 1);
        return bare;
      }
    }
  }
}

function values<T>(value: readonly T[] | T): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

function compare<Hit>(
  field: Field<Hit>,
  operator: string,
  wanted: number | string | boolean,
): Condition<Hit> {
  const test = (value: number | string | boolean): boolean => {
    const [a, b] =
      typeof value === 'string' ? [value.toLowerCase(), String(wanted).toLowerCase()] : [value, wanted];
    switch (operator) {
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '>':
        return a > b;
      case '>=':
        return a >= b;
      default:
        return a === b;
    }
  };
  if (operator === '!=') return (hit) => !values(field.get(hit)).some(test);
  return (hit) => values(field.get(hit)).some(test);
}
