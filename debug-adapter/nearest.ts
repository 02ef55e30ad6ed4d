/** Which known names are close to one that is not known: for "did you mean". */

/** The nearest names, up to three if they are equally near. A name's last part stands for it: `ttl` for `ip.ttl`. */
export function nearest(name: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  const close = known
    .map((one) => ({ one, distance: one.endsWith(`.${name}`) ? 0 : editDistance(name, one) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3);
  return close.filter(({ distance }) => distance === close[0]!.distance).map(({ one }) => one);
}

/** Levenshtein's. */
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
