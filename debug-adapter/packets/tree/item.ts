/** The lines of the layer tree: fields of one packet with their values and their bytes. */
import { shiftOf, type Field, type FieldValue } from './field.ts';
import { itemLabel } from './text.ts';
import { told, type Packet } from './packet.ts';
import type { ByteSource, PacketBytes } from './packetBytes.ts';

/** A text, or what makes it: most packets are decoded for a filter, and nobody reads them. */
export type Text = string | (() => string);

export class Item {
  readonly field: Field;
  readonly packet: Packet;
  readonly source: ByteSource;
  readonly offset: number;
  length: number;
  /** Of the field's type; null for bytes, which are read from the source. */
  readonly own: FieldValue | null;
  children: readonly Item[] = NO_ITEMS;
  /** Where the bytes end; a protocol's are searched up to there. */
  end: number;
  /** Bytes that its dissector was given: more than up to `end` if its packet says that it ends earlier. */
  given: number;
  /** A filter finds it, the tree does not show it. */
  isHidden = false;
  /** Computed, not in the packet: shown in brackets. */
  isGenerated = false;
  private wholeText: Text | null = null;
  private valueText: Text | null = null;
  private appended: Text[] | null = null;

  constructor(
    field: Field,
    packet: Packet,
    source: ByteSource,
    offset: number,
    length: number,
    own: FieldValue | null,
  ) {
    this.field = field;
    this.packet = packet;
    this.source = source;
    this.offset = offset;
    this.length = length;
    this.own = own;
    this.end = offset + length;
    this.given = length;
  }

  /** The value as a filter compares it. */
  get value(): FieldValue {
    return this.own ?? this.source.bytes.subarray(this.offset, this.offset + this.length);
  }

  /** The bytes from here to the end of those that its dissector was given. */
  get reach(): Uint8Array {
    return this.source.bytes.subarray(this.offset, this.end);
  }

  /**
   * Adds a field whose value is read from the packet.
   *
   * @throws BeyondEnd if it is not there
   */
  read(field: Field, bytes: PacketBytes, offset: number, length: number): Item {
    return this.append(field, bytes, offset, length, readValue(field, bytes, offset, length));
  }

  /** Adds a field with a value. An integer with a mask is given as its value, not as it is in the packet. */
  add(field: Field, bytes: PacketBytes, offset: number, length: number, value: FieldValue): Item {
    return this.append(field, bytes, offset, length, value);
  }

  /** Adds a field of an integer's bits whose whole value is known, so that it is not read again. */
  bits(field: Field, bytes: PacketBytes, offset: number, length: number, whole: number): Item {
    return this.append(field, bytes, offset, length, masked(field, whole));
  }

  /** Adds a field that is not in the packet. */
  generate(field: Field, bytes: PacketBytes, value: FieldValue): Item {
    return this.append(field, bytes, bytes.begin, 0, value).generated();
  }

  /** Adds a heading, whose text is in place of the field's. */
  heading(field: Field, bytes: PacketBytes, offset: number, length: number, text: Text): Item {
    return this.append(field, bytes, offset, length, null).label(text);
  }

  hidden(): this {
    this.isHidden = true;
    return this;
  }

  generated(): this {
    this.isGenerated = true;
    return this;
  }

  /** The whole line's text. */
  label(text: Text): this {
    this.wholeText = text;
    return this;
  }

  /** The text behind the title. */
  as(text: Text): this {
    this.valueText = text;
    return this;
  }

  /** Adds to the end of the line. */
  also(text: Text): this {
    (this.appended ??= []).push(text);
    return this;
  }

  /** The line: `Source Port: 8080`, in brackets if it is generated. */
  get text(): string {
    return this.isGenerated ? `[${this.plainText}]` : this.plainText;
  }

  /** The same without brackets. */
  get plainText(): string {
    const { wholeText, valueText, appended } = this;
    const text = itemLabel(this, wholeText && told(wholeText), valueText && told(valueText));
    return appended ? text + appended.map(told).join('') : text;
  }

  /** A layer's bytes end before those that its dissector was given. */
  endAt(end: number): void {
    this.end = Math.min(this.end, end);
  }

  /** A layer's header is longer than was known when it began. */
  extend(length: number): void {
    this.length = Math.max(0, Math.min(length, this.end - this.offset));
  }

  /** Adds a line that exists already: a protocol within another. */
  adopt(item: Item): void {
    if (this.children === NO_ITEMS) this.children = [item];
    else (this.children as Item[]).push(item);
  }

  private append(
    field: Field,
    { source }: PacketBytes,
    offset: number,
    length: number,
    value: FieldValue | null,
  ): Item {
    // A heading may promise more than was captured.
    const kept = Math.max(0, Math.min(length, source.bytes.length - offset));
    const item = new Item(field, this.packet, source, offset, kept, value);
    this.adopt(item);
    this.packet.found(item);
    return item;
  }
}

const NO_ITEMS: readonly Item[] = [];

/** @throws BeyondEnd if the field is not there */
export function readValue(
  field: Field,
  bytes: PacketBytes,
  offset: number,
  length: number,
): FieldValue | null {
  switch (field.type) {
    case 'uint8':
    case 'uint16':
    case 'uint24':
    case 'uint32':
    case 'uint48':
    case 'boolean':
      return masked(field, unsigned(bytes, offset, length));
    case 'int8':
    case 'int16':
    case 'int32': {
      const unused = 32 - 8 * length;
      return (unsigned(bytes, offset, length) << unused) >> unused;
    }
    case 'uint64':
      return bytes.u64(offset);
    case 'int64':
      return BigInt.asIntN(64, bytes.u64(offset));
    case 'ipv4':
      return bytes.u32(offset);
    case 'ether':
      return bytes.u48(offset);
    case 'string':
      return bytes.utf8(offset, length);
    case 'ipv6':
    case 'bytes':
      bytes.need(offset, length);
      return null;
    case 'none':
    case 'protocol':
      return null;
    default:
      throw new TypeError(`a ${field.type} such as ${field.name} is not in a packet's bytes`);
  }
}

/** A field's value in an integer that holds it. */
export function masked({ mask, type }: Field, whole: number): number {
  const value = mask === undefined ? whole : (whole & mask) >>> shiftOf(mask);
  return type === 'boolean' ? Number(value !== 0) : value;
}

function unsigned(bytes: PacketBytes, offset: number, length: number): number {
  switch (length) {
    case 1:
      return bytes.u8(offset);
    case 2:
      return bytes.u16(offset);
    case 3:
      return bytes.u24(offset);
    case 4:
      return bytes.u32(offset);
    case 6:
      return bytes.u48(offset);
    default:
      throw new RangeError(`an integer of ${length} bytes`);
  }
}
