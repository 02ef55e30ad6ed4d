/**
 * A decoded packet: its layers with their fields, outermost first, and its columns in the list. The row, the
 * layer tree and the filters read it.
 */
import type { Field } from './field.ts';
import { Item, type Text } from './item.ts';
import { BeyondEnd, PacketBytes, type ByteSource } from './packetBytes.ts';
import { field } from './field.ts';
import type { CapturedFrame } from '../frame.ts';
import type { Context } from '../context.ts';

/** The columns of the packet list that dissectors set; inner layers overwrite what outer ones have set. */
export interface Columns {
  source: Text;
  destination: Text;
  protocol: Text;
  info: Text;
}

const MALFORMED = field('_ws.malformed', 'Malformed Packet', 'protocol');
const SHORT = field('_ws.short', 'Packet size limited during capture', 'protocol');
export const ENGINE_FIELDS: readonly Field[] = [MALFORMED, SHORT];

export class Packet {
  readonly frame: CapturedFrame;
  /** What is known about this packet from those before and after it. */
  readonly context: Context;
  /** The frame, and whatever was put together from this and earlier ones. */
  readonly sources: ByteSource[];
  /** One item a layer, outermost first. */
  readonly layers: Item[] = [];
  /** Wireshark's short names of the layers, in order: `eth`, `ethertype`, `ip`, `tcp`. */
  readonly protocols: string[] = [];
  readonly columns: Columns = { source: '', destination: '', protocol: '', info: '' };
  /** True while a packet is decoded that an ICMP error quotes: it sets no columns and is no part of a conversation. */
  isQuoted = false;
  private readonly byField = new Map<Field, Item[]>();

  constructor(frame: CapturedFrame, context: Context) {
    this.frame = frame;
    this.context = context;
    this.sources = [{ name: 'Frame', bytes: frame.bytes }];
  }

  /** The whole frame. A capture cannot hold more than the wire carried: if its length says so, the bytes are right. */
  get bytes(): PacketBytes {
    return new PacketBytes(this.sources[0]!, 0, Math.max(this.frame.length, this.frame.bytes.length));
  }

  /** Begins a layer. @param name its name among the packet's protocols, if it is not the field's */
  layer(protocol: Field, bytes: PacketBytes, length: number, text: Text, name = protocol.name): Item {
    const end = Math.min(bytes.begin + length, bytes.captured);
    const item = new Item(protocol, this, bytes.source, bytes.begin, Math.max(0, end - bytes.begin), null);
    item.end = Math.max(item.end, bytes.captured);
    this.layers.push(item.label(text));
    if (name) this.protocols.push(name);
    this.found(item);
    return item;
  }

  /** Bytes put together from several packets. */
  addSource(name: string, bytes: Uint8Array): PacketBytes {
    const source = { name, bytes };
    this.sources.push(source);
    return new PacketBytes(source);
  }

  /** Sets columns, unless this is a quoted packet. */
  show(columns: Partial<Columns>): void {
    if (!this.isQuoted) Object.assign(this.columns, columns);
  }

  /** Adds to the column "Info". */
  alsoInfo(text: Text): void {
    const { info } = this.columns;
    this.show({ info: () => told(info) + told(text) });
  }

  /** The items of a field, anywhere in the packet. */
  items(wanted: Field): readonly Item[] {
    return this.byField.get(wanted) ?? NONE;
  }

  /** An item was added. */
  found(item: Item): void {
    const items = this.byField.get(item.field);
    if (items) items.push(item);
    else this.byField.set(item.field, [item]);
  }

  /** Runs a dissector. Where it reads beyond the packet's end, the packet says so, and goes on without it. */
  attempt(protocol: string, bytes: PacketBytes, dissect: () => void): void {
    try {
      dissect();
    } catch (error) {
      if (!(error instanceof BeyondEnd)) throw error;
      this.broken(protocol, bytes, error.isMalformed);
    }
  }

  private broken(protocol: string, bytes: PacketBytes, isMalformed: boolean): void {
    const text = isMalformed
      ? `[Malformed Packet: ${protocol}]`
      : `[Packet size limited during capture: ${protocol} truncated]`;
    const at = bytes.part(bytes.captured);
    this.layer(isMalformed ? MALFORMED : SHORT, at, 0, text);
    this.alsoInfo(isMalformed ? '[Malformed Packet]' : '[Packet size limited during capture]');
  }
}

const NONE: readonly Item[] = [];

export function told(text: Text): string {
  return typeof text === 'string' ? text : text();
}
