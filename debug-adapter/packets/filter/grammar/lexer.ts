/** Splits a filter's text into tokens. */
import { message, type Message } from '../../../../language/message.ts';
import { FilterError } from '../filterError.ts';

export type TokenKind =
  /** Names, numbers, addresses: `tcp.flags.syn`, `0x12`, `10.0.0.0/8`, `02:00:00:00:00:01`. */
  | 'word'
  /** `"text"`, `r"\d+"` */
  | 'string'
  /** `'A'` */
  | 'character'
  /** `[0:3]`, as a whole */
  | 'slice'
  /** `#1`, `#[1-2]` */
  | 'layer'
  | 'symbol'
  | 'end';

export interface Token {
  kind: TokenKind;
  /** For a string or character its content, for a slice or layer what is between the brackets. */
  text: string;
  /** The content of a string as bytes: an escape is one byte, a character as many as UTF-8 has for it. */
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Longest first. */
const SYMBOLS = [
  ...['===', '!==', '==', '!=', '>=', '<=', '~=', '&&', '||', '^^', '..'],
  ...['>', '<', '!', '~', '&', '+', '-', '*', '/', '%', '(', ')', '{', '}', ',', '@'],
];
/**
 * A minus inside belongs to the word, as names and addresses have it; a range's two dots end it. A slash
 * belongs to it only behind an address.
 */
const WORD = /(?:\.?[A-Za-z0-9_]|:[0-9a-f:])(?:[A-Za-z0-9_:-]|\.(?!\.))*/y;
const PREFIX = /\/[0-9][0-9.]*/y;
const ADDRESS = /^\d+(\.\d+){3}$|^[0-9a-f:.]*::[0-9a-f:.]*$|^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$/i;
const NO_BYTES: Uint8Array = new Uint8Array(0);

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
  tokens.push({ kind: 'end', text: '', bytes: NO_BYTES, start: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, start: number): Token {
  const first = text[start]!;
  const quote = /^r?"/i.exec(text.slice(start, start + 2))?.[0];
  if (quote) return readString(text, start, quote);
  if (first === "'") return readCharacter(text, start);
  if (first === '[') return bracketed(text, start, start, 'slice', 'eth.src[0:3]');
  if (first === '#') return readLayer(text, start);
  const word = match(WORD, text, start);
  if (word) {
    const prefix = ADDRESS.test(word) ? match(PREFIX, text, start + word.length) : '';
    return token('word', word + prefix, start, start + word.length + prefix.length);
  }
  const symbol = SYMBOLS.find((one) => text.startsWith(one, start));
  if (symbol) return token('symbol', symbol, start, start + symbol.length);
  throw new FilterError(unexpected(text, start), start, start + 1);
}

function token(kind: TokenKind, text: string, start: number, end: number, bytes = NO_BYTES): Token {
  return { kind, text, bytes, start, end };
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function unexpected(text: string, at: number): Message {
  const char = text[at]!;
  switch (char) {
    case '=':
      return message('a single "=" means nothing here; write == to compare');
    case '|':
      return message('a single "|" means nothing here; write || or or');
    case '^':
      return message('a single "^" means nothing here; write ^^ or xor');
    case '$':
      return message('macros and references to a selected packet are not known here; write the value itself');
    case ']':
      return message('this "{0}" closes nothing; take it away', char);
    default:
      return message('"{0}" means nothing in a filter; text goes into quotes: "…"', char);
  }
}

function bracketed(
  text: string,
  start: number,
  open: number,
  kind: 'slice' | 'layer',
  example: string,
): Token {
  const close = text.indexOf(']', open);
  if (close < 0)
    throw new FilterError(
      message('this "[" is never closed; write "]" where it ends: {0}', example),
      open,
      text.length,
    );
  return token(kind, text.slice(open + 1, close), start, close + 1);
}

function readLayer(text: string, start: number): Token {
  if (text[start + 1] === '[') return bracketed(text, start, start + 1, 'layer', 'ip.addr#[1-2]');
  const digits = /^\d+/.exec(text.slice(start + 1))?.[0];
  if (digits === undefined)
    throw new FilterError(
      message('the number of a layer goes behind a field and "#": ip.addr#1; text goes into quotes: "…"'),
      start,
      start + 1,
    );
  return token('layer', digits, start, start + 1 + digits.length);
}

/** @param quote `"`, or `r"` for a raw string, in which a backslash stands for itself */
function readString(text: string, start: number, quote: string): Token {
  const isRaw = quote.length > 1;
  const content = new Content();
  for (let at = start + quote.length; at < text.length;) {
    const char = text[at]!;
    if (char === '"') return token('string', content.text, start, at + 1, content.bytes);
    if (char !== '\\') at += content.add(String.fromCodePoint(text.codePointAt(at)!));
    else if (isRaw) at += content.add(text.slice(at, text[at + 1] === '"' ? at + 2 : at + 1));
    else at = readEscape(text, at, content);
  }
  throw new FilterError(message('this text has no end; close it with "'), start, text.length);
}

function readCharacter(text: string, start: number): Token {
  const content = new Content();
  for (let at = start + 1; at < text.length;) {
    const char = text[at]!;
    if (char !== "'") {
      at = char === '\\' ? readEscape(text, at, content) : at + content.add(char);
      continue;
    }
    const end = at + 1;
    if (content.bytes.length === 1) return token('character', content.text, start, end, content.bytes);
    const inside = text.slice(start + 1, at);
    throw new FilterError(
      inside === ''
        ? message("a character is missing between the quotes: 'A'")
        : message(`'…' is a single character; text goes into double quotes: "{0}"`, inside),
      start,
      end,
    );
  }
  throw new FilterError(message("this character has no end; close it with '"), start, text.length);
}

/** What is collected between quotes. */
class Content {
  private readonly parts: Buffer[] = [];

  add(text: string): number {
    this.parts.push(Buffer.from(text, 'utf8'));
    return text.length;
  }

  addByte(byte: number): void {
    this.parts.push(Buffer.from([byte]));
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.parts));
  }

  get text(): string {
    return Buffer.concat(this.parts).toString('utf8');
  }
}

const ESCAPES: Record<string, number> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "'": 39,
  '\\': 92,
};
const NUMERIC = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/** Reads `\n`, `\x41`, `\101`, `\u00e9`. @returns where it ends */
function readEscape(text: string, start: number, content: Content): number {
  const simple = ESCAPES[text[start + 1] ?? ''];
  if (simple !== undefined) {
    content.addByte(simple);
    return start + 2;
  }
  NUMERIC.lastIndex = start;
  const [whole, octal, hex, short, long] = NUMERIC.exec(text) ?? [];
  const end = start + (whole?.length ?? Math.min(2, text.length - start));
  const refuse = (cure: Message) => {
    throw new FilterError(cure, start, end);
  };
  if (octal !== undefined || hex !== undefined) {
    const byte = octal === undefined ? parseInt(hex!, 16) : parseInt(octal, 8);
    if (byte > 255) refuse(message('{0} is more than a byte holds; write \\000 to \\377', whole!));
    content.addByte(byte);
  } else if (whole !== undefined) {
    const point = parseInt(short ?? long!, 16);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
      refuse(message('{0} is no character', whole));
    if (point < 0xa0)
      refuse(message('{0} is a plain character; write it as it is, or {1}', whole, `\\x${hex2(point)}`));
    content.add(String.fromCodePoint(point));
  } else {
    const sequence = text.slice(start, end);
    refuse(
      message(
        '{0} is no escape sequence; write {1}, or put an r before the quotes: r"…"',
        sequence,
        `\\${sequence}`,
      ),
    );
  }
  return end;
}

const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

/** The inverse: a string in filter syntax. Bytes that are no UTF-8 are written as escapes. */
export function quoted(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const text = Buffer.from(bytes).toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  let result = '';
  for (const char of isText ? text : Buffer.from(bytes).toString('latin1')) {
    const code = char.codePointAt(0)!;
    const name = Object.keys(ESCAPES).find((one) => ESCAPES[one] === code && one !== "'");
    if (name !== undefined) result += `\\${name}`;
    else if (code < 0x20 || code === 0x7f || (!isText && code > 0x7f)) result += `\\x${hex2(code)}`;
    else result += char;
  }
  return `"${result}"`;
}
