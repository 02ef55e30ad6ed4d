/** As much of a packet as is known without decoding it: values at known places of its frame, numbers, times. */
import type { Entry } from '../../kept/keptPackets.ts';
import type { Shape } from '../../kept/shapes.ts';
import { widthOf, type Field, type FieldValue } from '../../tree/field.ts';
import { masked } from '../../tree/item.ts';
import type { Columns } from '../../tree/packet.ts';
import type { ByteSource } from '../../tree/packetBytes.ts';
import type { Found, Subject } from './subject.ts';

const NO_BYTES = new Uint8Array();
const NO_SOURCE: ByteSource = { name: '', bytes: NO_BYTES };
const NO_COLUMNS: Columns = { source: '', destination: '', protocol: '', info: '' };
const NOTHING: readonly Found[] = [];

/** A value without a line in a tree. */
class Glimpse implements Found {
  readonly field: Field;
  readonly own: FieldValue;
  readonly source = NO_SOURCE;
  readonly offset = 0;
  readonly length = 0;
  readonly given = 0;

  constructor(field: Field, value: FieldValue) {
    this.field = field;
    this.own = value;
  }

  get value(): FieldValue {
    return this.own;
  }

  get reach(): Uint8Array {
    return this.own instanceof Uint8Array ? this.own : NO_BYTES;
  }
}

/** Which fields it can tell depends on the packet's shape: see `isTold`. */
export class Sketch implements Subject {
  readonly layers = [];
  readonly columns = NO_COLUMNS;
  private readonly shape: Shape;
  private readonly entry: Entry;

  constructor(shape: Shape, entry: Entry) {
    this.shape = shape;
    this.entry = entry;
  }

  items(field: Field): readonly Found[] {
    if (!this.shape.has(field)) return NOTHING;
    const places = this.shape.placesOf(field);
    if (places) {
      const { bytes } = this.entry.frame;
      return places.map((at) => new Glimpse(field, valueAt(field, bytes, at)));
    }
    const value = field.known?.(this.entry);
    return value === undefined ? NOTHING : [new Glimpse(field, value)];
  }
}

/** Whether a packet of this shape may have a field only because of what came later. */
export function mayCome({ isLateIn }: Field, shape: Shape): boolean {
  return isLateIn !== undefined && shape.has(isLateIn);
}

/** Whether a sketch has all values of a field. */
export function isTold(field: Field, shape: Shape): boolean {
  if (mayCome(field, shape)) return false;
  return !shape.has(field) || field.known !== undefined || shape.placesOf(field) !== null;
}

/** A big-endian integer or address. */
function valueAt(field: Field, bytes: Uint8Array, at: number): number {
  const end = at + bytesOf(field);
  let value = 0;
  for (let next = at; next < end; next++) value = value * 256 + bytes[next]!;
  return field.mask === undefined ? value : masked(field, value);
}

function bytesOf(field: Field): number {
  return field.type === 'ipv4' ? 4 : field.type === 'ether' ? 6 : Math.ceil(widthOf(field) / 8);
}
