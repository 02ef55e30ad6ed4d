/** Parses the right operand according to the type of the field on the left. */
import type { Operand, Operator } from './ast.ts';
import type { FieldType, FilterField } from './fields.ts';
import { FilterError } from './filterError.ts';
import { quoted, type Token } from './lexer.ts';

/** Examples of values of each type, for messages. */
export const EXAMPLES: Record<FieldType, string> = {
  number: '8080',
  text: '"lost"',
  ipv4: '127.0.0.1',
  ether: '02:00:00:00:00:01',
  bytes: '"text" or 47:45:54',
  presence: '',
};

export function readOperand(field: FilterField, operator: Operator | 'in', token: Token): Operand {
  if (operator === 'contains') return searched(token);
  if (operator === 'matches') return pattern(token);
  switch (field.type) {
    case 'number':
      return number(field, token);
    case 'text':
      return { kind: 'text', value: token.text };
    case 'ipv4':
      return ipv4(field, token);
    case 'ether':
      return ether(field, token);
    default:
      return searched(token);
  }
}

function number(field: FilterField, token: Token): Operand {
  const { text } = token;
  if (token.kind === 'word') {
    if (/^true$/i.test(text)) return { kind: 'number', value: 1 };
    if (/^false$/i.test(text)) return { kind: 'number', value: 0 };
    if (/^(0x[0-9a-f]+|-?\d+(\.\d+)?)$/i.test(text)) return { kind: 'number', value: Number(text) };
  }
  return refuse(field, token, 'a number');
}

function ipv4(field: FilterField, token: Token): Operand {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(token.text);
  const octets = parts?.slice(1, 5).map(Number) ?? [];
  const prefix = Number(parts?.[5] ?? 32);
  if (octets.length !== 4 || octets.some((octet) => octet > 255))
    return refuse(field, token, 'an IPv4 address');
  if (prefix > 32)
    throw new FilterError(`/${prefix} is no prefix length; write 0 to 32`, token.start, token.end);
  const mask = prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
  return { kind: 'ipv4', value: addressNumber(token.text.split('/')[0]!), mask, text: token.text };
}

function ether(field: FilterField, token: Token): Operand {
  const text = token.text.toLowerCase().replaceAll('-', ':');
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text)) return refuse(field, token, 'an Ethernet address');
  return { kind: 'ether', value: text };
}

/** A quoted string, or bytes in hexadecimal. */
function searched(token: Token): Operand {
  if (token.kind === 'word' && /^([0-9a-f]{2}:)+[0-9a-f]{2}$/i.test(token.text))
    return {
      kind: 'bytes',
      value: Uint8Array.from(token.text.split(':'), (byte) => parseInt(byte, 16)),
      text: token.text,
    };
  return { kind: 'bytes', value: new TextEncoder().encode(token.text), text: quoted(token.text) };
}

function pattern(token: Token): Operand {
  try {
    // Wireshark's "matches" ignores case.
    return { kind: 'pattern', value: new RegExp(token.text, 'i') };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FilterError(`not a regular expression: ${why}`, token.start, token.end);
  }
}

/** `127.0.0.1` as an unsigned number. */
export function addressNumber(text: string): number {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function refuse(field: FilterField, token: Token, wanted: string): never {
  throw new FilterError(
    `"${token.text}" is not ${wanted}; write for example ${field.name} == ${EXAMPLES[field.type]}`,
    token.start,
    token.end,
  );
}
