/** Fewer moments than there are: no extreme is lost. */

/**
 * Which of the rows to keep, in order: of each group of neighbours those in which a column has its least and its
 * greatest value, and the last.
 *
 * @param most about how many
 */
export function thinned(
  length: number,
  columns: readonly (readonly (number | null)[])[],
  most: number,
): number[] {
  if (length <= most) return Array.from({ length }, (_, index) => index);
  const groups = Math.max(1, Math.floor(most / (2 * columns.length + 1)));
  const kept: number[] = [];
  for (let group = 0; group < groups; group++) {
    const from = Math.floor((group * length) / groups);
    const to = Math.floor(((group + 1) * length) / groups);
    const chosen = new Set<number>([to - 1]);
    for (const column of columns) {
      chosen.add(extreme(column, from, to, (a, b) => a < b));
      chosen.add(extreme(column, from, to, (a, b) => a > b));
    }
    kept.push(...[...chosen].sort((a, b) => a - b));
  }
  return kept;
}

function extreme(
  column: readonly (number | null)[],
  from: number,
  to: number,
  isBeyond: (a: number, b: number) => boolean,
): number {
  let found = from;
  for (let at = from; at < to; at++) {
    const value = column[at]!;
    const best = column[found]!;
    if (value !== null && (best === null || isBeyond(value, best))) found = at;
  }
  return found;
}
