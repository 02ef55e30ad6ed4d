/** The meaning of a field's number: how it is displayed, and how typed text is parsed. */
import type { Machine } from '../../stack/machine.ts';
import { NSEC_PER_JIFFY } from '../../stack/kernel/time/jiffies.ts';
import { BOOT_NS } from '../../stack/kernel/time/timekeeping.ts';
import { duration, hex, ipv4, parseIpv4, secondsInGroups } from './format.ts';
import type { Names } from './names.ts';

export interface FieldKind {
  show(value: number, machine: Machine): string;
  /** @returns the number, or undefined when the text is invalid */
  parse(text: string): number | undefined;
  /** Valid input, for error messages. */
  expects: string;
}

/** A number in JavaScript or C syntax. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim().replaceAll('_', '');
  if (!/^[-+]?(0x[0-9a-f]+|0b[01]+|0o[0-7]+|\d+(\.\d+)?(e[-+]?\d+)?|infinity)$/i.test(trimmed))
    return undefined;
  if (/^[-+]?infinity$/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  const sign = trimmed.startsWith('-') ? -1 : 1;
  return sign * Number(trimmed.replace(/^[-+]/, ''));
}

export const address: FieldKind = {
  show: (value) => ipv4(value),
  parse: (text) => parseIpv4(text) ?? parseNumber(text),
  expects: 'an IPv4 address such as 127.0.0.1',
};
/** 32 bits without a sign. */
export const unsigned: FieldKind = {
  show: (value) => String(value >>> 0),
  parse: (text) => int32(parseNumber(text)),
  expects: 'a whole number of 32 bits',
};
export const hexadecimal: FieldKind = { ...unsigned, show: (value) => hex(value) };
const int32 = (value: number | undefined) => (value === undefined ? undefined : value | 0);

/** A number of a table. */
export function oneOf(names: Names): FieldKind {
  return {
    show: (value) => {
      const name = names.name(value);
      return name === undefined ? String(value) : `${name} (${value})`;
    },
    parse: (text) => parseNumber(text) ?? names.number(text.replace(/\s*\(.*\)$/, '')),
    expects: `a number or a name: ${names.names.join(', ')}`,
  };
}

/** A combination of a table's values. */
export function flags(names: Names): FieldKind {
  return {
    show: (value) => {
      const set = [...names.byName].filter(([, bit]) => bit !== 0 && (value & bit) === bit);
      const rest = set.reduce((left, [, bit]) => left & ~bit, value);
      const parts = set.map(([name]) => name);
      if (rest !== 0) parts.push(hex(rest));
      return parts.length === 0 ? '0' : `${parts.join(' | ')} (${hex(value)})`;
    },
    parse: (text) => {
      let sum = 0;
      for (const part of text.replace(/\s*\(.*\)$/, '').split('|')) {
        const value = parseNumber(part) ?? names.number(part);
        if (value === undefined) return undefined;
        sum |= value;
      }
      return sum;
    },
    expects: `a number, or names joined by |: ${names.names.join(', ')}`,
  };
}
/** A size with its unit after the number. */
export function unit(name: string): FieldKind {
  return {
    show: (value) => `${value} ${name}`,
    parse: (text) => parseNumber(text.trim().endsWith(name) ? text.trim().slice(0, -name.length) : text),
    expects: `a number (${name})`,
  };
}
export const bytes = unit('bytes');
export const segments = unit('segments');

const NEVER = Number.MAX_SAFE_INTEGER;
function parseDuration(text: string, unitNs: number): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s)?\s*$/.exec(text);
  if (!match) return /^\s*(never|infinite)\s*$/i.test(text) ? NEVER : undefined;
  const number = Number(match[1]);
  if (match[2] === undefined) return number;
  const units: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 };
  return Math.round((number * units[match[2]]!) / unitNs);
}
function span(unitNs: number, base: string): FieldKind {
  return {
    show: (value) =>
      value >= NEVER || value === Infinity ? 'never' : value === 0 ? '0' : duration(value * unitNs),
    parse: (text) => parseDuration(text, unitNs),
    expects: `a time such as 200ms (a bare number is in ${base})`,
  };
}
/** Durations. */
export const jiffiesSpan = span(NSEC_PER_JIFFY, 'jiffies, 1 ms each');
export const microseconds = span(1e3, 'µs');
/** TCP stores its smoothed round-trip time scaled by 8. */
export const microsecondsTimes8: FieldKind = {
  ...microseconds,
  show: (value) => (value === 0 ? '0 (no sample yet)' : `${duration((value / 8) * 1e3)} (${value} / 8 µs)`),
};

/** Points in time: displayed as time since boot and distance from now. */
function moment(toNs: (value: number) => number, expects: string): FieldKind {
  return {
    show: (value, machine) => {
      if (value === 0) return '0 (not set)';
      const ns = toNs(value);
      const distance = ns - machine.now_ns;
      const when =
        distance === 0 ? 'now' : distance > 0 ? `in ${duration(distance)}` : `${duration(-distance)} ago`;
      return `t = ${secondsInGroups(Math.max(0, ns - BOOT_NS))} (${when})`;
    },
    parse: parseNumber,
    expects,
  };
}
export const jiffiesMoment = moment((value) => value * NSEC_PER_JIFFY, 'a number of jiffies');
export const nsMoment = moment((value) => value, 'a number of ns');
export const usMoment = moment((value) => value * 1e3, 'a number of µs');
