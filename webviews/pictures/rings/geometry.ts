/** Where things are on a ring: a pure function of its size. Index 0 is at the top, clockwise. */
import type { Ring } from '../../../debug-adapter/protocol.ts';

export interface Circle {
  x: number;
  y: number;
  /** Of the outer edge of the descriptors, and of the inner one. */
  outer: number;
  inner: number;
}
/** Two sectors side by side need so many pixels to be told apart. */
const LEAST_SECTOR = 3;

/** How many descriptors share a sector: one, where there is room. */
export function perSector({ count }: Ring, { outer }: Circle): number {
  let shared = 1;
  while ((2 * Math.PI * outer) / (count / shared) < LEAST_SECTOR && shared < count) shared *= 2;
  return shared;
}

/** The angle at which a descriptor begins, in radians from the top. */
export function angleOf(index: number, count: number): number {
  return (2 * Math.PI * index) / count;
}
export function pointAt({ x, y }: Circle, radius: number, angle: number): { x: number; y: number } {
  return { x: x + radius * Math.sin(angle), y: y - radius * Math.cos(angle) };
}

/** The outline of the sector between two angles. */
export function sectorPath(circle: Circle, from: number, to: number): string {
  const { outer, inner } = circle;
  const isLarge = to - from > Math.PI ? 1 : 0;
  const point = (radius: number, angle: number) => {
    const { x, y } = pointAt(circle, radius, angle);
    return `${round(x)} ${round(y)}`;
  };
  return `M${point(outer, from)}A${round(outer)} ${round(outer)} 0 ${isLarge} 1 ${point(outer, to)}L${point(inner, to)}A${round(inner)} ${round(inner)} 0 ${isLarge} 0 ${point(inner, from)}Z`;
}

/** Pointers that are at one place have one label. */
export interface Pointer {
  index: number;
  labels: string[];
}
/** @param near indices that are nearer than this share a label */
export function pointersOf(
  positions: readonly (readonly [string, number])[],
  count: number,
  near: number,
): Pointer[] {
  const pointers: Pointer[] = [];
  for (const [label, index] of positions) {
    const neighbour = pointers.find((one) => {
      const apart = Math.abs(one.index - index);
      return Math.min(apart, count - apart) <= near;
    });
    if (neighbour === undefined) pointers.push({ index, labels: [`${label} ${index}`] });
    else neighbour.labels.push(`${label} ${index}`);
  }
  return pointers;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
