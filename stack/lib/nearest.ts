/** Finds known names that are similar to an unknown one, for "did you mean". */

/**
 * The most similar names, up to three if they are equally similar. The last part of a name matches the whole:
 * `ttl` matches `ip.ttl`.
 */
export function nearest(name: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  // The distance is at least the difference of the lengths: most names need no closer look.
  const isLike = (one: string) => one.endsWith(`.${name}`) || Math.abs(one.length - name.length) <= limit;
  const close = known
    .filter(isLike)
    .map((one) => ({ one, distance: one.endsWith(`.${name}`) ? 0 : editDistance(name, one) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3);
  return close.filter(({ distance }) => distance === close[0]!.distance).map(({ one }) => one);
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
