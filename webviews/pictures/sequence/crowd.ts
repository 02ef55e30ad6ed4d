/** Places that texts take, so that no two are written over each other. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The height of a strip, in pixels: only the boxes of the same strips are compared. */
const STRIP = 32;
/** The width of a piece of a slanted text, in pixels: within it the slant is no more than a gap between lines. */
const PIECE = 30;

export class Crowd {
  /** By strip, from the top. */
  private readonly strips = new Map<number, Box[]>();

  /** Takes a place of several boxes if all of it is free. */
  take(...boxes: readonly Box[]): boolean {
    const isTaken = (box: Box) =>
      stripsOf(box).some((strip) => this.strips.get(strip)?.some((other) => overlap(box, other)) === true);
    if (boxes.some(isTaken)) return false;
    for (const box of boxes)
      for (const strip of stripsOf(box)) {
        const there = this.strips.get(strip) ?? [];
        there.push(box);
        this.strips.set(strip, there);
      }
    return true;
  }
}

function stripsOf({ y, height }: Box): number[] {
  const first = Math.floor(y / STRIP);
  return Array.from({ length: Math.floor((y + height) / STRIP) - first + 1 }, (_, index) => first + index);
}

/** The boxes of a text that is written along a slanted line. @param angle in degrees */
export function slanted(
  middle: { x: number; y: number },
  width: number,
  height: number,
  angle: number,
): Box[] {
  const pieces = Math.max(1, Math.ceil(width / PIECE));
  const piece = width / pieces;
  const slope = Math.tan((angle * Math.PI) / 180);
  return Array.from({ length: pieces }, (_, index) => {
    const along = (index + 0.5) * piece - width / 2;
    return {
      x: middle.x + along - piece / 2,
      y: middle.y + along * slope - height,
      width: piece,
      height,
    };
  });
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}
