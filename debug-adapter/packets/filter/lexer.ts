/** Splits a filter's text into tokens. */
import { FilterError } from './filterError.ts';

export type TokenKind = 'word' | 'string' | 'symbol' | 'end';

export interface Token {
  kind: TokenKind;
  /** For a string its content, without quotes and escapes. */
  text: string;
  start: number;
  end: number;
}

/** Longest first. */
const SYMBOLS = ['==', '!=', '>=', '<=', '&&', '||', '..', '>', '<', '!', '~', '(', ')', '{', '}', ','];
/** Names, numbers, addresses: `tcp.flags.syn`, `0x12`, `10.0.0.0/8`, `02:00:00:00:00:01`. A range's two dots end a word. */
const WORD = /(?:[A-Za-z0-9_:/-]|\.(?!\.))+/y;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, start: number): Token {
  const quote = text[start]!;
  if (quote === '"' || quote === "'") return readString(text, start, quote);
  WORD.lastIndex = start;
  const word = WORD.exec(text);
  if (word) return { kind: 'word', text: word[0], start, end: start + word[0].length };
  const symbol = SYMBOLS.find((one) => text.startsWith(one, start));
  if (symbol) return { kind: 'symbol', text: symbol, start, end: start + symbol.length };
  const cure = { '=': 'write == to compare', '&': 'write && or and', '|': 'write || or or' }[quote];
  throw new FilterError(
    cure
      ? `a single "${quote}" means nothing here; ${cure}`
      : `"${quote}" means nothing in a filter; text goes into quotes: "…"`,
    start,
    start + 1,
  );
}

function readString(text: string, start: number, quote: string): Token {
  let content = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === quote) return { kind: 'string', text: content, start, end: at + 1 };
    if (char === '\\' && at + 1 < text.length) {
      at++;
      content += unescape(text[at]!);
    } else content += char;
  }
  throw new FilterError(`this text has no end; close it with ${quote}`, start, text.length);
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

function unescape(char: string): string {
  return ESCAPES[char] ?? char;
}

/** The inverse: a string in filter syntax. */
export function quoted(text: string): string {
  let result = '';
  for (const char of text) {
    const escape = Object.keys(ESCAPES).find((name) => ESCAPES[name] === char);
    result += escape ? `\\${escape}` : char === '"' || char === '\\' ? `\\${char}` : char;
  }
  return `"${result}"`;
}
