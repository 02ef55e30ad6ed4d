/** Reads a literal as a value of the type that the other side of its operator has. */
import { message, type Message } from '../../../../language/message.ts';
import type { Field, FieldType, FieldValue } from '../../tree/field.ts';
import { FilterError } from '../filterError.ts';
import { quoted, type Token } from '../grammar/lexer.ts';
import { readDate, readSeconds } from './dates.ts';
import { exampleOf, namesOf, valueNamed } from './fields.ts';
import { calledType, groupOf, isWide, type Value } from './tree.ts';

/** What a literal is read for: a field's type and the names of its values, or the type of a computed value. */
export interface Target {
  type: FieldType;
  field: Field | null;
  /** The name before the operator, for messages: `tcp.port`, `len(…)`. */
  shown: string;
  /** The operator, for messages: `==`. */
  operator: string;
  /** Only a part of the value is looked for, as `contains` does. */
  isPart: boolean;
}

type Literal = Extract<Value, { kind: 'literal' }>;

/** @throws FilterError */
export function readLiteral(token: Token, target: Target): Literal {
  const make = (value: FieldValue, text = token.text, mask: number | null = null): Literal => ({
    kind: 'literal',
    type: target.type,
    value,
    mask,
    text,
  });
  switch (groupOf(target.type)) {
    case 'integer':
    case 'boolean':
      return make(number(token, target), numberText(token));
    case 'double':
      return make(double(token, target));
    case 'ipv4':
      return ipv4(token, target, make);
    case 'ipv6':
      return ipv6(token, target, make);
    case 'string':
      return make(token.text, quoted(token.text));
    case 'bytes':
    case 'protocol':
      return bytes(token, target, make);
    case 'span':
      return make(span(token, target));
    case 'date':
      return make(date(token, target), token.kind === 'word' ? token.text : quoted(token.text));
    case 'none':
      throw new FilterError(
        message('{0} is there or not, and has no value; write just {0}', target.shown),
        token.start,
        token.end,
      );
  }
}

function numberText(token: Token): string {
  if (token.kind === 'word') return token.text;
  return token.kind === 'string' ? quoted(token.text) : characterText(token);
}

function characterText({ bytes }: Token): string {
  const code = bytes[0]!;
  const isPlain = code > 0x20 && code < 0x7f && code !== 0x27 && code !== 0x5c;
  return isPlain ? `'${String.fromCharCode(code)}'` : `'\\x${code.toString(16).padStart(2, '0')}'`;
}

const NUMBER = /^(?:0x[0-9a-f]+|0b[01]+|0[0-7]*|[1-9]\d*)$/i;

function number(token: Token, target: Target): number | bigint {
  const { kind, text } = token;
  const isBoolean = target.type === 'boolean';
  if (kind === 'character') return isBoolean ? 1 : wide(BigInt(token.bytes[0]!), target);
  if (kind === 'word' && NUMBER.test(text)) {
    const value = BigInt(/^0[0-7]/.test(text) ? `0o${text.slice(1)}` : text);
    if (!isBoolean) return wide(inRange(value, token, target), target);
    if (value <= 0xffff_ffff_ffff_ffffn) return Number(value !== 0n);
  }
  if (kind === 'word' && isBoolean && /^(true|false)$/i.test(text)) return Number(/^true$/i.test(text));
  const named = target.field ? valueNamed(target.field, text) : undefined;
  if (named !== undefined) return wide(BigInt(named), target);
  throw new FilterError(notANumber(token, target), token.start, token.end);
}

function wide(value: bigint, { type }: Target): number | bigint {
  return isWide(type) ? value : Number(value);
}

function inRange(value: bigint, token: Token, { type, shown }: Target): bigint {
  const bits = BigInt(/\d+$/.exec(type)?.[0] ?? 32);
  const isSigned = type.startsWith('int');
  const most = (1n << (isSigned ? bits - 1n : bits)) - 1n;
  if (value <= most) return value;
  throw new FilterError(
    message(
      '{0} is too large; {1} holds {2} to {3}',
      token.text,
      shown,
      isSigned ? String(-most - 1n) : 0,
      String(most),
    ),
    token.start,
    token.end,
  );
}

/** The most names that a message lists. */
const LISTED = 6;

function notANumber(token: Token, { field, shown, operator }: Target): Message {
  const names = field ? namesOf(field).map(({ name }) => `"${name}"`) : [];
  if (names.length) {
    const listed = names.slice(0, LISTED).join(', ') + (names.length > LISTED ? ', …' : '');
    return message('"{0}" is no value of {1}; write a number, or one of {2}', token.text, shown, listed);
  }
  if (token.kind === 'string' && NUMBER.test(token.text))
    return message(
      '{0} is text and {1} a number; take the quotes away: {2}',
      quoted(token.text),
      shown,
      `${shown} ${operator} ${token.text}`,
    );
  if (/^\d+-\d+$/.test(token.text))
    return message(
      '"{0}" is not a number; write a blank before the minus: {1}',
      token.text,
      token.text.replace('-', ' - '),
    );
  return message(
    '"{0}" is not a number; write for example {1}',
    token.text,
    `${shown} ${operator} ${field ? exampleOf(field) : 10}`,
  );
}

function double(token: Token, target: Target): number {
  if (token.kind === 'word' && /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(token.text)) return Number(token.text);
  throw refusal(token, target);
}

function span(token: Token, target: Target): number | bigint {
  const ns = token.kind === 'word' ? readSeconds(token.text) : null;
  if (ns === null) throw refusal(token, target);
  return target.type === 'epoch' ? ns : Number(ns);
}

function date(token: Token, target: Target): bigint {
  const ns = token.kind === 'character' ? null : readDate(token.text);
  if (ns === null) throw refusal(token, target);
  return ns;
}

function ipv4(
  token: Token,
  target: Target,
  make: (value: number, text: string, mask: number) => Literal,
): Literal {
  if (token.kind === 'word') {
    const [address = '', prefixText = '32'] = token.text.split('/');
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
    const octets = parts?.slice(1).map(Number) ?? [];
    const prefix = Number(prefixText);
    if (octets.length === 4 && octets.every((octet) => octet <= 255)) {
      if (!(prefix <= 32)) throw noPrefix(prefixText, 32, token);
      const mask = prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
      return make(
        octets.reduce((sum, octet) => sum * 256 + octet, 0),
        token.text,
        mask,
      );
    }
  }
  throw refusal(token, target);
}

function noPrefix(written: string, most: number, { start, end }: Token): FilterError {
  return new FilterError(message('/{0} is no prefix length; write 0 to {1}', written, most), start, end);
}

/** Its last four bytes may be written as those of an IPv4 address. */
const MAPPED = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function ipv6(
  token: Token,
  target: Target,
  make: (value: Uint8Array, text: string, prefix: number) => Literal,
): Literal {
  const [address = '', prefixText = '128'] = token.kind === 'word' ? token.text.split('/') : [];
  const value = ipv6Bytes(address);
  if (!value) throw refusal(token, target);
  const prefix = Number(prefixText);
  if (!(prefix <= 128)) throw noPrefix(prefixText, 128, token);
  return make(value, token.text, prefix);
}

function ipv6Bytes(address: string): Uint8Array | null {
  const mapped = MAPPED.exec(address);
  if (mapped) {
    const octets = mapped.slice(2).map(Number);
    if (octets.some((octet) => octet > 255)) return null;
    const [high, low] = [octets[0]! * 256 + octets[1]!, octets[2]! * 256 + octets[3]!];
    return ipv6Bytes(`${mapped[1]!}${high.toString(16)}:${low.toString(16)}`);
  }
  const halves = address.split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const all = groups.flat();
  const isWhole = halves.length === 1 ? all.length === 8 : halves.length === 2 && all.length < 8;
  if (!isWhole || !all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  const filler = Array<string>(8 - all.length).fill('0');
  const filled = [...groups[0]!, ...filler, ...(groups[1] ?? [])].map((group) => parseInt(group, 16));
  return Uint8Array.from(filled.flatMap((group) => [group >> 8, group & 0xff]));
}

const HEX_FORMS = [/^:?[0-9a-f]{2}(?::[0-9a-f]{2})*$/i, /^[0-9a-f]+(?:[.-][0-9a-f]+)*$/i];

/** `02:00`, `02-00`, `2.0`, `0200`, `0200.0001`, `0x02`; null if it is nothing of the kind. */
function hexBytes(text: string): Uint8Array | null {
  if (/^0x[0-9a-f]{1,2}$/i.test(text)) return Uint8Array.of(Number(text));
  if (!HEX_FORMS.some((form) => form.test(text))) return null;
  const groups = text.split(/[:.-]/).flatMap((group) => group.match(/..?/g) ?? []);
  return Uint8Array.from(groups, (digits) => parseInt(digits, 16));
}

function bytes(token: Token, target: Target, make: (value: FieldValue, text: string) => Literal): Literal {
  const isEther = target.type === 'ether';
  if (token.kind !== 'word') {
    if (isEther) throw refusal(token, target);
    return make(token.bytes, token.kind === 'string' ? quoted(token.bytes) : characterText(token));
  }
  const value = hexBytes(token.text);
  if (!value) throw refusal(token, target);
  if (!isEther || target.isPart) return make(value, token.text);
  if (value.length !== 6) {
    const count = value.length === 1 ? message('1 byte') : message('{0} bytes', value.length);
    throw new FilterError(
      message(
        '{0} has {1}, an Ethernet address six; for a part of it write {2}',
        token.text,
        count,
        `${target.shown}[0:${Math.min(value.length, 6)}]`,
      ),
      token.start,
      token.end,
    );
  }
  return make(
    value.reduce((sum, byte) => sum * 256 + byte, 0),
    token.text,
  );
}

function refusal(token: Token, target: Target): FilterError {
  const { type, field, shown, operator } = target;
  const { kind, text } = token;
  const group = groupOf(type);
  const isAddress = type === 'ether' || group === 'ipv4' || group === 'ipv6';
  const isBytes = !isAddress && (group === 'bytes' || group === 'protocol');
  const example = field ? exampleOf(field) : isBytes ? '47:45:54' : '0.5';
  let cure = message('write for example {0}', `${shown} ${operator} ${example}`);
  if (isAddress && kind === 'string' && /^[0-9a-f]+([.:-][0-9a-f]+)+(\/\d+)?$/i.test(text))
    cure = message('take the quotes away: {0}', `${shown} ${operator} ${text}`);
  if (isBytes && /^0x[0-9a-f]+$/i.test(text))
    cure = message('only 0x00 to 0xff stand for a byte; write several as {0}', separated(text.slice(2)));
  else if (isBytes && !/^[0-9a-f:.-]+$/i.test(text))
    cure = message('text goes into quotes: {0}', `${shown} ${operator} ${quoted(text)}`);
  return new FilterError(
    message('"{0}" is not {1}; {2}', text, isBytes ? message('bytes') : calledType(type), cure),
    token.start,
    token.end,
  );
}

function separated(digits: string): string {
  const even = digits.length % 2 ? `0${digits}` : digits;
  return even.match(/../g)!.join(':');
}
