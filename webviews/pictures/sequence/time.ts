/** Virtual time as text. */

const UNITS: readonly (readonly [number, string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];

/** A length of time in the unit that suits it: `10 µs`, `1.056 s`. */
export function durationText(ns: number): string {
  const [size, unit] = UNITS.find(([one]) => ns >= one) ?? [1, 'ns'];
  return `${Number((ns / size).toPrecision(4))} ${unit}`;
}

/** A moment since boot, in seconds: `0.000 020`; finer than a microsecond only where it has to be. */
export function timeText(ns: number): string {
  const whole = Math.floor(ns / 1e9);
  const rest = String(Math.round(ns - whole * 1e9)).padStart(9, '0');
  const groups = [rest.slice(0, 3), rest.slice(3, 6), rest.slice(6)];
  if (groups[2] === '000') groups.pop();
  return `${whole}.${groups.join(' ')}`;
}
