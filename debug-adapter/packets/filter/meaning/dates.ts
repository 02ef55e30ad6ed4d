/** Dates and spans of time, as they are written in a filter. Dates without a time zone are UTC, as captures show them. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i;
const SPOKEN = /^([a-z]{3})\s+(\d{1,2}),\s*(\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?\s*(UTC)?$/i;

/** `2024-01-01 00:00:00.5` or `Jan  1, 2024 00:00:00.5`, in nanoseconds since 1970; null if it is no date. */
export function readDate(text: string): bigint | null {
  const iso = ISO.exec(text.trim());
  if (iso) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    return dateOf(year!, Number(month) - 1, day!, hour, minute, second, fraction, zone);
  }
  const spoken = SPOKEN.exec(text.trim());
  if (!spoken) return null;
  const [, month, day, year, hour, minute, second, fraction] = spoken;
  const number = MONTHS.indexOf(month!.toLowerCase());
  return number < 0 ? null : dateOf(year!, number, day!, hour, minute, second, fraction, undefined);
}

function dateOf(
  year: string,
  month: number,
  day: string,
  hour = '0',
  minute = '0',
  second = '0',
  fraction = '',
  zone = 'Z',
): bigint | null {
  const parts = [Number(year), month, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const ms = Date.UTC(...parts);
  const date = new Date(ms);
  // A part that is too large would run over into the next.
  const read = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  if (parts.some((part, index) => part !== read[index])) return null;
  return BigInt(ms - offsetMs(zone)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function offsetMs(zone: string): number {
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!parts) return 0;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return (parts[1] === '-' ? -minutes : minutes) * 60_000;
}

/** `1.5` seconds in nanoseconds, exactly; null if it is no such number, or has more than nine decimals. */
export function readSeconds(text: string): bigint | null {
  const parts = /^(\d{1,11})(?:\.(\d{1,9}))?$/.exec(text);
  if (!parts) return null;
  return BigInt(parts[1]!) * 1_000_000_000n + BigInt((parts[2] ?? '').padEnd(9, '0'));
}
