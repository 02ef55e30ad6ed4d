/**
 * The syntax of a trace command, in bpftrace's spirit: tracepoints, a filter, actions.
 *
 *     trace tcp:tcp_probe,tcp:tcp_retransmit_skb /sk.sk_num == 8080/ { print(snd_cwnd); hist(snd_una - snd_nxt) }
 */
import { message, type Message } from '../../language/message.ts';
import { TraceError } from './traceError.ts';

export type Expression =
  | { kind: 'literal'; value: number | string }
  | { kind: 'name'; name: string; position: number }
  | { kind: 'member'; of: Expression; name: string }
  | { kind: 'unary'; operator: string; of: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression };

export const ACTIONS = ['print', 'count', 'hist', 'sum'] as const;
export interface Action {
  kind: (typeof ACTIONS)[number];
  arguments: Expression[];
  /** As it was typed. */
  text: string;
}
export interface TraceCommand {
  /** As they were typed: names, or patterns such as `tcp:*`. */
  tracepoints: { pattern: string; position: number }[];
  filter: Expression | undefined;
  /** None: the tracepoint's own text is printed. */
  actions: Action[];
}

interface Token {
  kind: 'number' | 'string' | 'name' | 'operator';
  text: string;
  position: number;
  end: number;
}
const TOKEN =
  /\s*(?:(?<number>0x[\da-f]+|\d+(?:\.\d+)?)|(?<string>"[^"]*"|'[^']*')|(?<name>[A-Za-z_$][\w$]*)|(?<operator>&&|\|\||==|!=|<=|>=|<<|>>|[-+*/%<>!~&|^(){},;.]))/iy;

/** By how tightly they bind, the loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Whether what is typed in the console is a trace command: two words in a row are no expression. */
export function isTraceCommand(text: string): boolean {
  return /^\s*(?:trace\s*$|trace\s+(?:[\w*]+:|(?!(?:in|instanceof|as|satisfies)\b)[\w$])|untrace(?:\s|$))/.test(
    text,
  );
}

/** @throws TraceError */
export function parseTrace(text: string): TraceCommand {
  const head = /^\s*trace\s+/.exec(text)![0].length;
  const list = /^[\w*]+:[\w*]+(?:\s*,\s*[\w*]+:[\w*]+)*/.exec(text.slice(head))?.[0];
  if (list === undefined)
    throw new TraceError(message('Expected a tracepoint such as tcp:tcp_probe'), text, head);
  const tracepoints = [...list.matchAll(/[\w*:]+/g)].map((match) => ({
    pattern: match[0],
    position: head + match.index,
  }));
  return { tracepoints, ...new Parser(text, head + list.length).rest() };
}

class Parser {
  readonly #text: string;
  #tokens: Token[] = [];
  #at = 0;
  /** A slash ends the filter. */
  #inFilter = false;

  constructor(text: string, from: number) {
    this.#text = text;
    TOKEN.lastIndex = from;
    let end = from;
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
      const [kind, token] = Object.entries(match.groups!).find(([, one]) => one !== undefined)!;
      end = TOKEN.lastIndex;
      this.#tokens.push({ kind: kind as Token['kind'], text: token!, position: end - token!.length, end });
    }
    const left = text.slice(end);
    if (left.trim() !== '')
      throw new TraceError(
        message('Unexpected character'),
        text,
        end + left.length - left.trimStart().length,
      );
  }

  rest(): Pick<TraceCommand, 'filter' | 'actions'> {
    let filter: Expression | undefined;
    if (this.#take('/')) {
      this.#inFilter = true;
      filter = this.#expression();
      this.#inFilter = false;
      this.#expect('/');
    }
    const actions: Action[] = [];
    if (this.#take('{')) {
      do {
        if (this.#peek()?.text === '}') break;
        actions.push(this.#action());
      } while (this.#take(';'));
      this.#expect('}');
    }
    if (this.#peek() !== undefined) this.#fail(message('Expected /filter/ or { actions }'));
    return { filter, actions };
  }

  #action(): Action {
    const first = this.#next();
    const kind = ACTIONS.find((one) => one === first?.text);
    if (first === undefined || kind === undefined)
      this.#fail(message('Expected one of {0}', ACTIONS.join(', ')), first);
    this.#expect('(');
    const args: Expression[] = [];
    if (this.#peek()?.text !== ')')
      do args.push(this.#expression());
      while (this.#take(','));
    const end = this.#expect(')');
    const isOne = kind === 'hist' || kind === 'sum';
    if (isOne && args.length !== 1) this.#fail(message('{0}() takes one number', kind), first);
    return { kind, arguments: args, text: this.#text.slice(first.position, end.end) };
  }

  #expression(level = 0): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#expression(level + 1);
    for (
      let operator = this.#operator(operators);
      operator !== undefined;
      operator = this.#operator(operators)
    )
      left = { kind: 'binary', operator, left, right: this.#expression(level + 1) };
    return left;
  }
  #operator(operators: readonly string[]): string | undefined {
    const text = this.#peek()?.text;
    if (text === undefined || !operators.includes(text) || (text === '/' && this.#inFilter)) return undefined;
    this.#at++;
    return text;
  }
  #unary(): Expression {
    const operator = this.#operator(['!', '-', '~']);
    if (operator !== undefined) return { kind: 'unary', operator, of: this.#unary() };
    let of = this.#primary();
    while (this.#take('.')) {
      const member = this.#next();
      if (member?.kind !== 'name') this.#fail(message('Expected the name of a field'), member);
      of = { kind: 'member', of, name: member.text };
    }
    return of;
  }
  #primary(): Expression {
    const token = this.#next();
    if (token?.kind === 'number') return { kind: 'literal', value: Number(token.text) };
    if (token?.kind === 'string') return { kind: 'literal', value: token.text.slice(1, -1) };
    if (token?.kind === 'name') return { kind: 'name', name: token.text, position: token.position };
    if (token?.text !== '(') this.#fail(message('Expected a value'), token);
    const inner = this.#expression();
    this.#expect(')');
    return inner;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }
  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }
  #take(text: string): boolean {
    if (this.#peek()?.text !== text) return false;
    this.#at++;
    return true;
  }
  #expect(text: string): Token {
    const token = this.#next();
    if (token?.text !== text) this.#fail(message('Expected {0}', text), token);
    return token;
  }
  #fail(problem: Message, token = this.#peek()): never {
    throw new TraceError(problem, this.#text, token?.position ?? this.#text.length);
  }
}
