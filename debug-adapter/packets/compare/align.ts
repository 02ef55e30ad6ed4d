/**
 * Finds what two sequences have in common, in order: the longest common subsequence (E. Myers, "An O(ND) Difference
 * Algorithm", 1986). Where the sequences differ too much for that, it goes on from the place that most of both leads to,
 * so that the time stays bounded, and what is before the first difference is found always.
 */

/** Equal keys are equal elements. */
export interface Keys {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
}

/** A part of both sequences. */
interface Part {
  readonly left: number;
  readonly leftEnd: number;
  readonly right: number;
  readonly rightEnd: number;
}

/** Steps that one alignment may take, and the edits that are tried at a time: the square of these is kept. */
const MOST_STEPS = 2_000_000_000;
const MOST_EDITS = 2_000;
const FEWEST_EDITS = 100;

/**
 * Pairs elements by the first keys, what is between the pairs by the second ones, and so on.
 *
 * @returns the partner of each element of the left side; -1 if it has none
 */
export function align(levels: readonly Keys[]): Int32Array {
  const [{ left, right } = { left: [], right: [] }] = levels;
  const partner = new Int32Array(left.length).fill(-1);
  const visit = (part: Part, depth: number): void => {
    const keys = levels[depth];
    if (!keys || part.left === part.leftEnd || part.right === part.rightEnd) return;
    let [nextLeft, nextRight] = [part.left, part.right];
    for (const [from, to] of common(keys, part)) {
      visit({ left: nextLeft, leftEnd: from, right: nextRight, rightEnd: to }, depth + 1);
      partner[from] = to;
      nextLeft = from + 1;
      nextRight = to + 1;
    }
    visit({ ...part, left: nextLeft, right: nextRight }, depth + 1);
  };
  visit({ left: 0, leftEnd: left.length, right: 0, rightEnd: right.length }, 0);
  return partner;
}

/** The pairs of equal elements in a part of both, in order. */
function* common(keys: Keys, part: Part): Generator<Pair> {
  let { left, leftEnd, right, rightEnd } = part;
  const isSame = (one: number, other: number) => keys.left[one] === keys.right[other];
  for (; left < leftEnd && right < rightEnd && isSame(left, right); left++, right++) yield [left, right];
  let same = 0;
  for (; left < leftEnd && right < rightEnd && isSame(leftEnd - 1, rightEnd - 1); same++) {
    leftEnd--;
    rightEnd--;
  }
  const length = leftEnd - left + (rightEnd - right);
  const edits = Math.max(FEWEST_EDITS, Math.min(MOST_EDITS, Math.floor(MOST_STEPS / Math.max(1, length))));
  while (left < leftEnd && right < rightEnd) {
    const path = furthest(isSame, { left, leftEnd, right, rightEnd }, edits);
    yield* path.pairs;
    ({ left, right } = path);
  }
  for (; same > 0; same--) yield [part.leftEnd - same, part.rightEnd - same];
}

type Pair = readonly [left: number, right: number];

interface Path {
  readonly pairs: readonly Pair[];
  /** Behind its end. */
  readonly left: number;
  readonly right: number;
}

/** Where a path ends: `x` elements of the left side on the diagonal k, which is x - y, with so many edits. */
interface Point {
  readonly x: number;
  readonly k: number;
  readonly edits: number;
}

/** The path with the fewest edits to the ends of both, or the one that gets furthest with so many. */
function furthest(isSame: (left: number, right: number) => boolean, part: Part, most: number): Path {
  const width = part.leftEnd - part.left;
  const height = part.rightEnd - part.right;
  /** The furthest x on each diagonal, from -most - 1 on. */
  const reached = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const history: Int32Array[] = [];
  let best: Point = { x: 0, k: 0, edits: 0 };
  for (let edits = 0; edits <= most; edits++) {
    history.push(reached.slice(middle - edits - 1, middle + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const [down, right] = [reached[middle + k + 1]!, reached[middle + k - 1]! + 1];
      let x = edits === 0 ? 0 : goesDown(k, edits, down, right) ? down : right;
      while (x < width && x - k < height && isSame(part.left + x, part.right + x - k)) x++;
      reached[middle + k] = x;
      const y = x - k;
      if (x >= width && y >= height) return traced(history, part, { x, k, edits });
      if (x <= width && y <= height && x + y > 2 * best.x - best.k) best = { x, k, edits };
    }
  }
  return traced(history, part, best);
}

/** Whether the furthest path to a diagonal comes from the one above, passing over an element of the right side. */
function goesDown(k: number, edits: number, down: number, right: number): boolean {
  return k === -edits || (k !== edits && right <= down);
}

/** Goes a path back to its beginning. */
function traced(history: readonly Int32Array[], part: Part, end: Point): Path {
  const pairs: Pair[] = [];
  let { x, k } = end;
  const back = (to: number) => {
    while (x > to) {
      x--;
      pairs.push([part.left + x, part.right + x - k]);
    }
  };
  for (let { edits } = end; edits > 0; edits--) {
    const reached = history[edits]!;
    const [down, right] = [reached[k + edits + 2]!, reached[k + edits]! + 1];
    const isDown = goesDown(k, edits, down, right);
    back(isDown ? down : right);
    x = isDown ? down : right - 1;
    k += isDown ? 1 : -1;
  }
  back(0);
  return { pairs: pairs.reverse(), left: part.left + end.x, right: part.right + end.x - end.k };
}
