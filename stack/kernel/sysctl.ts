/** Settings as files under /proc/sys: parsing and formatting their text. @linux kernel/sysctl.c */
import type { net } from '../include/net/net_namespace.ts';
import { EACCES, EINVAL, ENOENT, type Errno } from '../include/uapi/asm-generic/errno.ts';

/** One setting: the text that /proc/sys shows. */
export interface ctl_table {
  get(): string;
  /** @returns 0, or a negative errno: the setting is then unchanged */
  set(text: string): Errno;
  /** What it can be set to, for messages: 'a whole number from 0 to 255'. */
  takes?(): string;
}

const INT_MAX = 0x7fffffff;
const INT_MIN = -0x80000000;
const UINT_MAX = 0xffffffff;

type KeyOf<T, Kind> = { [K in keyof T]: T[K] extends Kind ? K : never }[keyof T];

/** Parse an integer, decimal or 0x…; null: invalid or out of range. */
function parse_int(text: string, min: number, max: number): number | null {
  const value = /^\s*[+-]?(0x[0-9a-f]+|\d+)\s*$/i.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : null;
}

/** 'a whole number from 0 to 255' */
function whole_number(min: number, max: number): string {
  return `a whole number from ${min} to ${max}`;
}

/** A number; `scale` is the number of the field's units per unit of the setting. */
function field<T, K extends KeyOf<T, number>>(
  owner: T,
  key: K,
  min: number,
  max: number,
  scale = 1,
): ctl_table {
  const numbers = owner as Record<K, number>;
  return {
    get: () => String(numbers[key] / scale),
    set(text) {
      const value = parse_int(text, min, max);
      if (value === null) return -EINVAL;
      numbers[key] = value * scale;
      return 0;
    },
    takes: () => whole_number(min, max),
  };
}

/** An int. @linux kernel/sysctl.c */
export function proc_dointvec<T>(owner: T, key: KeyOf<T, number>): ctl_table {
  return field(owner, key, INT_MIN, INT_MAX);
}
/** An int between limits. @linux kernel/sysctl.c */
export function proc_dointvec_minmax<T>(
  owner: T,
  key: KeyOf<T, number>,
  min = INT_MIN,
  max = INT_MAX,
): ctl_table {
  return field(owner, key, min, max);
}
/** An unsigned int. @linux kernel/sysctl.c */
export function proc_douintvec_minmax<T>(
  owner: T,
  key: KeyOf<T, number>,
  min = 0,
  max = UINT_MAX,
): ctl_table {
  return field(owner, key, min, max);
}
/** A byte. @linux kernel/sysctl.c */
export function proc_dou8vec_minmax<T>(owner: T, key: KeyOf<T, number>, min = 0, max = 255): ctl_table {
  return field(owner, key, min, max);
}
/** An unsigned long: exact up to 2^53. @linux kernel/sysctl.c */
export function proc_doulongvec_minmax<T>(owner: T, key: KeyOf<T, number>): ctl_table {
  return field(owner, key, 0, Number.MAX_SAFE_INTEGER);
}
/** Seconds, stored in jiffies. @linux kernel/sysctl.c */
export function proc_dointvec_jiffies<T>(owner: T, key: KeyOf<T, number>): ctl_table {
  return field(owner, key, INT_MIN, Math.floor(INT_MAX / 1000), 1000);
}

/** Milliseconds, stored in jiffies: HZ is 1000. @linux kernel/sysctl.c */
export function proc_dointvec_ms_jiffies<T>(owner: T, key: KeyOf<T, number>): ctl_table {
  return field(owner, key, 0, INT_MAX);
}

/** Several ints between limits. If fewer are written, the others keep their values. */
export function proc_intvec(values: number[], min = INT_MIN, max = INT_MAX): ctl_table {
  return {
    get: () => values.join('\t'),
    set(text) {
      const parts = text.trim().split(/[\s,]+/);
      const parsed = parts.map((part) => parse_int(part, min, max));
      if (parsed.length > values.length || parsed.includes(null)) return -EINVAL;
      parsed.forEach((value, i) => (values[i] = value!));
      return 0;
    },
    takes: () => `up to ${values.length} numbers with spaces between, each ${whole_number(min, max)}`,
  };
}

/** A set of numbers below `length`, as ranges: `8080,9148-9150`. @linux kernel/sysctl.c */
export function proc_do_large_bitmap(bits: Set<number>, length: number): ctl_table {
  return {
    get() {
      const ranges: [from: number, to: number][] = [];
      for (const bit of [...bits].sort((a, b) => a - b)) {
        const last = ranges.at(-1);
        if (last !== undefined && last[1] === bit - 1) last[1] = bit;
        else ranges.push([bit, bit]);
      }
      return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
    },
    set(text) {
      const wanted = new Set<number>();
      for (const range of text.trim() === '' ? [] : text.trim().split(',')) {
        const [from, to = from, ...more] = range.split('-').map((end) => parse_int(end, 0, length - 1));
        if (from == null || to == null || to < from || more.length > 0) return -EINVAL;
        for (let bit = from; bit <= to; bit++) wanted.add(bit);
      }
      bits.clear();
      for (const bit of wanted) bits.add(bit);
      return 0;
    },
    takes: () => `numbers from 0 to ${length - 1} and ranges of them, such as 8080,9148-9150`,
  };
}

/** A read-only setting. */
export function read_only(get: () => string): ctl_table {
  return { get, set: () => -EACCES, takes: () => 'no value: it is read-only' };
}
/** One of several names; -ENOENT for any other. */
export function one_of<T>(owner: T, key: KeyOf<T, string>, names: () => readonly string[]): ctl_table {
  const texts = owner as Record<typeof key, string>;
  return {
    get: () => texts[key],
    set(text) {
      if (!names().includes(text.trim())) return -ENOENT;
      texts[key] = text.trim();
      return 0;
    },
    takes: () => `one of ${names().join(', ')}`,
  };
}

const setting = (net: net, name: string) => net.sysctls.get(name.replaceAll('/', '.'));

/** @returns the setting's text, or -ENOENT */
export function sysctl_get(net: net, name: string): string | Errno {
  return setting(net, name)?.get() ?? -ENOENT;
}
/** @returns 0, -ENOENT (no such setting), -EINVAL (invalid value), -EACCES (read-only) */
export function sysctl_set(net: net, name: string, text: string): Errno {
  return setting(net, name)?.set(text) ?? -ENOENT;
}
/** What a setting takes, for the message of a value that it refuses: 'it takes a whole number from 0 to 255'. */
export function sysctl_takes(net: net, name: string): string {
  const takes = setting(net, name)?.takes?.();
  return takes === undefined ? 'it is not of the form that the setting shows' : `it takes ${takes}`;
}
