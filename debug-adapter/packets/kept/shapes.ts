/**
 * Which fields a packet has, told without decoding it again. Packets of a capture have few different sets of fields,
 * so a number for each packet is enough; most filters pass over most packets knowing no more than that.
 */
import type { Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';

/** Shapes that are remembered, and steps on the ways to them: a capture with more has shapes for the first ones only. */
const MAX_SHAPES = 0x3fff;
const MAX_STEPS = 100_000;
/** The place of a layer that is not in the frame itself. */
const ELSEWHERE = -1;

/** The fields of a packet, and where its layers with fields at known places begin. */
export class Shape {
  /** How often each field is there. Of fields without a place it counts only whether they are. */
  private readonly counts = new Map<Field, number>();
  private readonly begins = new Map<Field, number>();

  constructor(last: Step) {
    for (let step: Step | null = last; step?.field; step = step.before) {
      const count = (this.counts.get(step.field) ?? 0) + 1;
      this.counts.set(step.field, count);
      this.begins.set(step.field, count === 1 ? step.begin : ELSEWHERE);
    }
  }

  has(field: Field): boolean {
    return this.counts.has(field);
  }

  /** Offsets in the frame of all values of a field, if they are nothing but the bytes there. */
  placesOf(field: Field): readonly number[] | null {
    const { place } = field;
    if (!place || this.counts.get(field) !== place.offsets.length) return null;
    const begin = this.begins.get(place.layer) ?? ELSEWHERE;
    return begin === ELSEWHERE ? null : place.offsets.map((offset) => begin + offset);
  }
}

/** The fields of a packet up to one of its items. */
class Step {
  readonly before: Step | null;
  readonly field: Field | null;
  readonly begin: number;
  /** Of the shape, if a packet has ended here; else 0. */
  shape = 0;
  /** Where it goes on with a field; for a layer with places also by its beginning. */
  private next: Map<Field, Step | Map<number, Step>> | null = null;
  /** The way that was taken last: most packets look like the one before. */
  private lastField: Field | null = null;
  private lastBegin = 0;
  private last: Step = this;

  constructor(before: Step | null, field: Field | null, begin: number) {
    this.before = before;
    this.field = field;
    this.begin = begin;
  }

  /** @returns null if there is no such way yet */
  follow(field: Field, begin: number): Step | null {
    if (this.lastField === field && this.lastBegin === begin) return this.last;
    const found = this.next?.get(field);
    const step = found instanceof Map ? found.get(begin) : found;
    if (!step) return null;
    this.lastField = field;
    this.lastBegin = begin;
    this.last = step;
    return step;
  }

  grow(field: Field, begin: number): Step {
    const isCounted = field.hasPlaces || field.place !== undefined;
    const step = !isCounted && this.knows(field) ? this : new Step(this, field, begin);
    this.next ??= new Map();
    if (!field.hasPlaces) {
      this.next.set(field, step);
      return step;
    }
    const byBegin = (this.next.get(field) ?? new Map<number, Step>()) as Map<number, Step>;
    this.next.set(field, byBegin.set(begin, step));
    return step;
  }

  private knows(field: Field): boolean {
    return this.field === field || (this.before?.knows(field) ?? false);
  }
}

export class Shapes {
  private readonly root = new Step(null, null, 0);
  private readonly byNumber: Shape[] = [];
  private steps = 0;

  /** The number of a packet's shape; 0 if it has none that lasts, or if there are too many. */
  of({ all, sources, isSettled }: Packet): number {
    if (!isSettled) return 0;
    let step = this.root;
    for (let at = 0; at < all.length; at++) {
      const item = all[at]!;
      // Nobody can ask for a field without a name.
      if (item.field.name === '') continue;
      const begin = item.field.hasPlaces ? beginOf(item, sources) : 0;
      const next = step.follow(item.field, begin) ?? this.grow(step, item.field, begin);
      if (!next) return 0;
      step = next;
    }
    if (step.shape === 0 && this.byNumber.length < MAX_SHAPES)
      step.shape = this.byNumber.push(new Shape(step));
    return step.shape;
  }

  /** Undefined for number 0. */
  get(number: number): Shape | undefined {
    return this.byNumber[number - 1];
  }

  private grow(step: Step, field: Field, begin: number): Step | null {
    if (this.steps >= MAX_STEPS) return null;
    this.steps++;
    return step.grow(field, begin);
  }
}

function beginOf({ source, offset }: Item, [frame]: Packet['sources']): number {
  return source === frame ? offset : ELSEWHERE;
}
