/**
 * Regular expressions as Wireshark has them (PCRE2 on bytes, ignoring the case of ASCII letters) in those of
 * JavaScript.
 *
 * Each byte is a character. Case is written out, `[aA]`, since JavaScript cannot turn it off inside a pattern.
 * Atomic groups and possessive quantifiers become a captured lookahead. Recursion, conditions and verbs have
 * nothing like them in JavaScript and are refused.
 */
import { UserError } from '../../../../language/userError.ts';

/** A pattern that JavaScript cannot have. */
export class PatternError extends UserError {
  override name = 'PatternError';
}

/** @param bytes the pattern, in UTF-8. @throws PatternError, SyntaxError */
export function compilePattern(bytes: Uint8Array): RegExp {
  return new RegExp(new Translator(Buffer.from(bytes).toString('latin1')).translate());
}

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: String.raw`\t-\r `,
  blank: String.raw` \t`,
  punct: String.raw`!-\/:-@\[-\x60{-~`,
  print: ' -~',
  graph: '!-~',
  cntrl: String.raw`\x00-\x1f\x7f`,
  xdigit: '0-9a-fA-F',
  word: String.raw`\w`,
};
/** Characters of Latin-1 by their Unicode categories, for `\p{…}`. */
const CATEGORIES = /^(L|Lu|Ll|N|Nd|P|S|Z|Zs|C)$/;
const SPACE = String.raw`\t-\r `;
const HORIZONTAL = String.raw`\t \xa0`;
const VERTICAL = String.raw`\n-\r\x85`;

interface Options {
  ignoresCase: boolean;
  /** `(?s)`: a dot is any byte. */
  dotIsAll: boolean;
  /** `(?m)`: `^` and `$` are at lines. */
  hasLines: boolean;
  /** `(?x)`: blanks and comments in the pattern do not count. */
  isSpaced: boolean;
}

class Translator {
  private readonly text: string;
  private at = 0;
  private options: Options = { ignoresCase: true, dotIsAll: false, hasLines: false, isSpaced: false };
  /** Of each group of the pattern, its number in the translation. */
  private readonly groups: number[] = [0];
  private readonly named = new Map<string, number>();
  /** Groups of the translation. */
  private emitted = 0;

  constructor(text: string) {
    this.text = text;
  }

  translate(): string {
    const result = this.alternatives();
    if (this.at < this.text.length) throw new PatternError('this ")" closes nothing');
    return result;
  }

  /** Up to the end, or to the ")" of the group. Options set inside end with it. */
  private alternatives(): string {
    const { options } = this;
    let result = '';
    while (this.at < this.text.length && this.text[this.at] !== ')') {
      if (this.eat('|')) result += '|';
      else result += this.quantified();
    }
    this.options = options;
    return result;
  }

  private quantified(): string {
    const groupsBefore = this.emitted;
    const piece = this.piece();
    if (piece === '') return '';
    this.skipSpace();
    const quantifier = this.match(/^(?:[*+?]|\{\d+(?:,\d*)?\}|\{,\d+\})/);
    if (!quantifier) return piece;
    const count = quantifier.startsWith('{,') ? `{0${quantifier.slice(1)}` : quantifier;
    if (this.eat('?')) return `${piece}${count}?`;
    if (!this.eat('+')) return piece + count;
    // The captured lookahead would shift the numbers of groups inside the piece.
    if (this.emitted !== groupsBefore)
      throw new PatternError('"+" behind a quantifier of a group is not known here');
    return this.atomic(piece + count, ++this.emitted);
  }

  private atomic(inside: string, group: number): string {
    return `(?:(?=(${inside}))\\${group})`;
  }

  private piece(): string {
    const char = this.text[this.at]!;
    if (this.options.isSpaced && /[\s#]/.test(char)) {
      this.skipSpace();
      return '';
    }
    this.at++;
    switch (char) {
      case '(':
        return this.group();
      case '*':
      case '+':
      case '?':
        throw new PatternError(
          '"{0}" has nothing before it to repeat; write {1} for itself',
          char,
          `\\${char}`,
        );
      case '[':
        return this.characterClass();
      case '\\':
        return this.escape();
      case '.':
        return this.options.dotIsAll ? String.raw`[\x00-\xff]` : String.raw`[^\n]`;
      case '^':
        return this.options.hasLines ? String.raw`(?<![^\n])` : '^';
      case '$':
        return this.options.hasLines ? String.raw`(?=\n|$)` : String.raw`(?=\n?$)`;
      default:
        return this.literal(char.charCodeAt(0));
    }
  }

  private skipSpace(): void {
    if (this.options.isSpaced) this.match(/^(?:\s|#[^\n]*)+/);
  }

  private literal(code: number): string {
    const char = String.fromCharCode(code);
    if (this.options.ignoresCase && /[a-z]/i.test(char))
      return `[${char.toLowerCase()}${char.toUpperCase()}]`;
    return /[\w]/.test(char) ? char : hex(code);
  }

  private group(): string {
    if (this.text[this.at] === '*') throw new PatternError('"{0}" is not known here', '(*…)');
    if (!this.eat('?')) return this.capture();
    const kind = this.match(/^(?:<?[=!]|:|>|\|)/);
    if (kind === '|') throw new PatternError('"{0}" is not known here', '(?|…)');
    if (kind === '>') {
      const group = ++this.emitted;
      return this.atomic(this.closed(), group);
    }
    if (kind) return `(?${kind}${this.closed()})`;
    if (this.eat('#')) {
      this.match(/^[^)]*/);
      this.close();
      return '';
    }
    const name = this.match(/^(?:P?<\w+>|'\w+')/);
    if (name) {
      this.named.set(/\w{2,}|[^P<>'\W]/.exec(name.replace(/^P/, ''))![0], this.emitted + 1);
      return this.capture();
    }
    const options = this.match(/^\^?[imsxnU]*(?:-[imsx]+)?(?=[:)])/);
    if (options) return this.setOptions(options);
    const shown = /^[^)]{0,3}/.exec(this.text.slice(this.at))![0];
    throw new PatternError('"{0}" is not known here', `(?${shown}`);
  }

  private capture(): string {
    this.groups.push(++this.emitted);
    return `(${this.closed()})`;
  }

  private closed(): string {
    const inside = this.alternatives();
    this.close();
    return inside;
  }

  private close(): void {
    if (!this.eat(')')) throw new PatternError('a "(" is never closed');
  }

  private setOptions(text: string): string {
    const [on = '', off = ''] = text.replace('^', '').split('-');
    if (/[nU]/.test(on)) throw new PatternError('"{0}" is not known here', `(?${text}`);
    const outer = this.options;
    const read = (letter: string, before: boolean) =>
      off.includes(letter) ? false : on.includes(letter) || before;
    const base = text.startsWith('^')
      ? { ignoresCase: false, dotIsAll: false, hasLines: false, isSpaced: false }
      : outer;
    this.options = {
      ignoresCase: read('i', base.ignoresCase),
      dotIsAll: read('s', base.dotIsAll),
      hasLines: read('m', base.hasLines),
      isSpaced: read('x', base.isSpaced),
    };
    // Without a colon they are set up to the end of the group around.
    if (this.eat(')')) return '';
    this.at++;
    const inside = this.closed();
    this.options = outer;
    return `(?:${inside})`;
  }

  private escape(): string {
    const rest = this.text.slice(this.at);
    const quote = /^Q([\s\S]*?)(?:\\E|$)/.exec(rest);
    if (quote) {
      this.at += quote[0].length;
      return [...quote[1]!].map((char) => this.literal(char.charCodeAt(0))).join('');
    }
    const named = this.match(/^k(?:<\w+>|\{\w+\}|'\w+')|^g\{?-?\w+\}?/);
    if (named) return this.reference(/-?\w+/.exec(named.slice(1))![0]);
    const number = this.match(/^[1-9]\d?/);
    if (number) {
      if (Number(number) < 10 || Number(number) < this.groups.length) return this.reference(number);
      this.at -= number.length;
    }
    const simple = this.match(/^[AzZGbBKREN]/);
    if (simple) return SIMPLE[simple] ?? unknown(simple);
    const inClass = this.classEscape();
    return typeof inClass === 'number' ? this.literal(inClass) : `[${inClass}]`;
  }

  private reference(name: string): string {
    const index = Number(name);
    const group = Number.isNaN(index)
      ? this.named.get(name)
      : this.groups[index < 0 ? this.groups.length + index : index];
    if (group === undefined) throw new PatternError('there is no group {0} before this', name);
    return `(?:\\${group})`;
  }

  private characterClass(): string {
    const isNegated = this.eat('^');
    let inside = '';
    let isFirst = true;
    for (;;) {
      if (this.at >= this.text.length)
        throw new PatternError('a "[" is never closed; write "]", or \\[ for itself');
      if (!isFirst && this.eat(']')) break;
      isFirst = false;
      const posix = this.match(/^\[:\^?\w+:\]/);
      if (posix) {
        inside += posixClass(posix, this.options.ignoresCase);
        continue;
      }
      const low = this.member();
      if (typeof low === 'string' || !/^-[^\]]/.test(this.text.slice(this.at))) {
        inside += typeof low === 'string' ? low : this.range(low, low);
        continue;
      }
      this.at++;
      const high = this.member();
      if (typeof high === 'string') inside += this.range(low, low) + String.raw`\-` + high;
      else if (high < low) throw new PatternError('a range in [ ] runs backwards');
      else inside += this.range(low, high);
    }
    return `[${isNegated ? '^' : ''}${inside}]`;
  }

  /** A character's code, or what stands for several. */
  private member(): number | string {
    const char = this.text[this.at++]!;
    return char === '\\' ? this.classEscape() : char.charCodeAt(0);
  }

  /** A range, and the same letters in the other case. */
  private range(low: number, high: number): string {
    const both = (from: number, to: number) => (from === to ? hex(from) : `${hex(from)}-${hex(to)}`);
    let result = both(low, high);
    if (!this.options.ignoresCase) return result;
    for (const [first, shift] of [
      [0x41, 0x20],
      [0x61, -0x20],
    ] as const) {
      const [from, to] = [Math.max(low, first), Math.min(high, first + 25)];
      if (from <= to) result += both(from + shift, to + shift);
    }
    return result;
  }

  /** An escape that can be in a class: a code, or what stands for several characters. */
  private classEscape(): number | string {
    const char = this.text[this.at++];
    if (char === undefined) throw new PatternError('a "\\" is at the end; write \\\\\\\\ for itself');
    const rest = this.text.slice(this.at);
    const take = (pattern: RegExp) => this.match(pattern);
    switch (char) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
        return `\\${char}`;
      case 's':
        return SPACE;
      case 'S':
        return String.raw`\x00-\x08\x0e-\x1f!-\xff`;
      case 'h':
        return HORIZONTAL;
      case 'v':
        return VERTICAL;
      case 'H':
        return String.raw`\x00-\x08\n-\x1f!-\x9f\xa1-\xff`;
      case 'V':
        return String.raw`\x00-\t\x0e-\x84\x86-\xff`;
      case 'p':
      case 'P':
        return category(char === 'P', take(/^\{\^?\w+\}|^\w/));
      case 'x': {
        const digits = take(/^\{[0-9a-f]+\}|^[0-9a-f]{0,2}/i);
        return parseInt(digits.replace(/[{}]/g, '') || '0', 16);
      }
      case 'c':
        return (
          take(/^[\s\S]/)
            .toUpperCase()
            .charCodeAt(0) ^ 0x40
        );
      default: {
        if (/[0-7]/.test(char)) return parseInt(char + take(/^[0-7]{0,2}/), 8) & 0xff;
        const control = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9, b: 8 }[char];
        if (control !== undefined) return control;
        if (/[A-Za-z]/.test(char)) return unknown(char + (rest[0] === '{' ? '{…}' : ''));
        return char.charCodeAt(0);
      }
    }
  }

  private eat(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private match(pattern: RegExp): string {
    const found = pattern.exec(this.text.slice(this.at))?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}

const SIMPLE: Readonly<Record<string, string>> = {
  A: '^',
  z: '$',
  Z: String.raw`(?=\n?$)`,
  b: String.raw`\b`,
  B: String.raw`\B`,
  // Where the match begins does not matter.
  K: '',
  E: '',
  N: String.raw`[^\n]`,
  R: String.raw`(?:\r\n|[\n-\r\x85])`,
};

function unknown(escape: string): never {
  throw new PatternError('"{0}" is not known here', `\\${escape}`);
}

function hex(code: number): string {
  if (code > 0xff)
    throw new PatternError('a character above \\xff is not known here: patterns look at bytes');
  return `\\x${code.toString(16).padStart(2, '0')}`;
}

function posixClass(text: string, ignoresCase: boolean): string {
  const written = /\w+/.exec(text)![0];
  const name = ignoresCase && /^(upper|lower)$/.test(written) ? 'alpha' : written;
  const members = Object.hasOwn(POSIX, name) ? POSIX[name]! : unknownClass(name);
  return text.includes('^') ? listed(new RegExp(`[^${members}]`)) : members;
}

function unknownClass(name: string): never {
  throw new PatternError(
    'there is no class {0}; there are {1}',
    `[:${name}:]`,
    Object.keys(POSIX).join(', '),
  );
}

function category(isNegated: boolean, written: string): string {
  const name = written.replace(/[{}^]/g, '');
  if (!CATEGORIES.test(name)) throw new PatternError('"{0}" is not known here', `\\p{${name}}`);
  return listed(new RegExp(`${isNegated !== written.includes('^') ? '\\P' : '\\p'}{${name}}`, 'u'));
}

/** All bytes that a class has, one by one. */
function listed(members: RegExp): string {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  return codes
    .filter((code) => members.test(String.fromCharCode(code)))
    .map(hex)
    .join('');
}
