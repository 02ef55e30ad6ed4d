/** Medians: what another program does on the same machine moves them least. */

/** The middle value (of an even number, the upper one of the two). */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no median of nothing');
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

export interface Range {
  min: number;
  median: number;
  max: number;
}

export function range(values: readonly number[]): Range {
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}
