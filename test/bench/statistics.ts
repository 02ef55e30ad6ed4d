/** Medians: what another program does on the same machine moves them least. */

/** The middle value (of an even number, the upper one of the two). */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no median of nothing');
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** What nineteen of twenty values are at most. */
export function p95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1]!;
}

export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

export interface Range {
  min: number;
  median: number;
  max: number;
}

export function range(values: readonly number[]): Range {
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}
