/** Reads a value of a filter from a packet: all that the packet has of it. */
import type { Field, FieldValue } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import { valueText } from '../../tree/text.ts';
import { holdsLayer, sliced, type Range } from '../grammar/ranges.ts';
import { columnReader } from '../meaning/fields.ts';
import { groupOf, type Value } from '../meaning/tree.ts';
import { absolute, bytesValue, negated, operation } from './arithmetic.ts';
import { comparator } from './compare.ts';
import type { Found, Subject } from './subject.ts';

export type Read = (packet: Subject) => readonly FieldValue[];

const NONE: readonly FieldValue[] = [];

export function reader(value: Value): Read {
  switch (value.kind) {
    case 'literal': {
      const constant = [value.value];
      return () => constant;
    }
    case 'field':
      return fieldReader(
        value,
        value.isRaw ? rawBytes : value.field.open ? (item) => item.reach : (item) => item.value,
      );
    case 'slice': {
      const { inner, ranges } = value;
      const read = reader(inner);
      return (packet) => read(packet).map((one) => sliced(bytesValue(one, inner.type), ranges));
    }
    case 'negative': {
      const { inner, type } = value;
      const read = reader(inner);
      return (packet) => present(read(packet).map((one) => negated(type, one)));
    }
    case 'arithmetic': {
      const [left, right, calculate] = [reader(value.left), reader(value.right), operation(value)];
      return (packet) => {
        const others = right(packet);
        return present(left(packet).flatMap((one) => others.map((other) => calculate(one, other))));
      };
    }
    case 'call':
      return callReader(value);
  }
}

/** What `contains` and `matches` search: of a protocol, all up to the end of what it was given. */
export function searchReader(value: Value): Read {
  if (value.kind === 'field' && value.type === 'protocol') return fieldReader(value, (item) => item.reach);
  const read = reader(value);
  return (packet) => read(packet).map((one) => bytesValue(one, value.type));
}

function present(values: (FieldValue | null)[]): FieldValue[] {
  return values.filter((value) => value !== null);
}

const rawBytes = ({ source, offset, length }: Found): Uint8Array =>
  source.bytes.subarray(offset, offset + length);

function fieldReader(
  { field, layers }: Extract<Value, { kind: 'field' }>,
  read: (item: Found) => FieldValue,
): Read {
  const column = columnReader(field);
  if (column) return (packet) => [column(packet)];
  if (layers) return (packet) => itemsOfLayers(packet, field, layers).map(read);
  return (packet) => {
    const items = packet.items(field);
    return items.length === 0 ? NONE : items.map(read);
  };
}

/** The items of a field in those of its protocol's layers that the ranges name. */
function itemsOfLayers(packet: Subject, field: Field, ranges: readonly Range[]): Found[] {
  const wanted = new Set<Found>(packet.items(field));
  if (wanted.size === 0) return [];
  const counts = new Map<Field, number>();
  const placed: { item: Item; protocol: Field; layer: number }[] = [];
  const walk = (item: Item, protocol: Field, layer: number): void => {
    let [inside, number] = [protocol, layer];
    if (isLayer(item)) {
      inside = item.field;
      number = (counts.get(inside) ?? 0) + 1;
      counts.set(inside, number);
    }
    if (wanted.has(item)) placed.push({ item, protocol: inside, layer: number });
    for (const child of item.children) walk(child, inside, number);
  };
  for (const layer of packet.layers) walk(layer, layer.field, 1);
  return placed
    .filter(({ protocol, layer }) => holdsLayer(ranges, layer, counts.get(protocol) ?? 1))
    .map(({ item }) => item);
}

/** A remark on a layer is a protocol, but no layer. */
function isLayer({ field: { type, name } }: Item): boolean {
  return type === 'protocol' && !name.startsWith('_ws.');
}

function callReader(value: Extract<Value, { kind: 'call' }>): Read {
  const parameters = value.parameters.map(reader);
  const [first] = value.parameters;
  const [read] = parameters;
  if (!first || !read) throw new TypeError(`${value.name}() without a parameter`);
  switch (value.name) {
    case 'len':
      return (packet) => items(packet, first).map((item) => valueLength(item));
    case 'count':
      return (packet) => {
        const { length } = read(packet);
        return length === 0 ? NONE : [length];
      };
    case 'string':
      return (packet) => read(packet).map((one) => numberText(first, one));
    case 'upper':
      return (packet) => read(packet).map((one) => asciiCase(String(one), true));
    case 'lower':
      return (packet) => read(packet).map((one) => asciiCase(String(one), false));
    case 'abs':
      return (packet) => read(packet).map(absolute);
    case 'max':
    case 'min': {
      const compare = comparator(first, first);
      const sign = value.name === 'max' ? 1 : -1;
      return (packet) => {
        const all = parameters.flatMap((one) => one(packet));
        return all.length === 0
          ? NONE
          : [all.reduce((best, one) => (sign * compare(one, best) > 0 ? one : best))];
      };
    }
  }
}

/** The items of a field, or none for another value. */
function items(packet: Subject, value: Value): readonly Found[] {
  if (value.kind !== 'field') return [];
  return value.layers ? itemsOfLayers(packet, value.field, value.layers) : packet.items(value.field);
}

/** Bytes of a value, as the type has them: times and marks have none. */
function valueLength({ field, value, given }: Found): number {
  if (field.open) return given;
  switch (groupOf(field.type)) {
    case 'span':
    case 'date':
    case 'boolean':
    case 'none':
      return 0;
    case 'double':
      return 8;
    case 'integer':
      return Number(/\d+$/.exec(field.type)![0]) / 8;
    default:
      return bytesValue(value, field.type).length;
  }
}

/** Numbers are decimal, whatever base their field has. */
function numberText(of: Value, value: FieldValue): string {
  if (of.kind !== 'field' || groupOf(of.type) === 'integer') return String(value);
  return valueText(of.field, value);
}

function asciiCase(text: string, isUpper: boolean): string {
  return isUpper
    ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
    : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
