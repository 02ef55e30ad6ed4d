/** Places that texts take, so that no two are written over each other. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The height of a strip, in pixels: only the boxes of the same strips are compared. */
const STRIP = 32;

export class Crowd {
  /** By strip, from the top. */
  private readonly strips = new Map<number, Box[]>();

  /** Takes the place if it is free. */
  take(box: Box): boolean {
    const first = Math.floor(box.y / STRIP);
    const last = Math.floor((box.y + box.height) / STRIP);
    for (let strip = first; strip <= last; strip++)
      if (this.strips.get(strip)?.some((other) => overlap(box, other)) === true) return false;
    for (let strip = first; strip <= last; strip++) {
      const boxes = this.strips.get(strip) ?? [];
      boxes.push(box);
      this.strips.set(strip, boxes);
    }
    return true;
  }
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}
