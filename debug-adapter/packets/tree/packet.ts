/**
 * A decoded packet: its layers with their fields, outermost first, and its columns in the list. The row, the
 * layer tree and the filters read it.
 */
import type { Context, Trackers } from '../context.ts';
import type { CapturedFrame } from '../frame.ts';
import { expert, EXPERT_FIELDS, MALFORMED } from './expert.ts';
import { field, type Field } from './field.ts';
import { Item, type Text } from './item.ts';
import { BeyondEnd, PacketBytes, type ByteSource } from './packetBytes.ts';

/** The columns of the packet list that dissectors set; inner layers overwrite what outer ones have set. */
export interface Columns {
  source: Text;
  destination: Text;
  protocol: Text;
  info: Text;
}

const MALFORMED_EXPERT = field('_ws.malformed.expert', 'Malformed Packet (Exception occurred)', 'none');
const SHORT = field('_ws.short', 'Packet size limited during capture', 'protocol');
export const ENGINE_FIELDS: readonly Field[] = [MALFORMED_EXPERT, SHORT, ...EXPERT_FIELDS];

export class Packet {
  readonly frame: CapturedFrame;
  /** What is known about this packet from those before and after it. */
  readonly context: Context;
  /** There when a packet is decoded for the first time, in the order of capture: they remember it for later ones. */
  readonly trackers: Trackers | null;
  /** The frame, and whatever was put together from this and earlier ones. */
  readonly sources: ByteSource[];
  /** The top lines of the tree: one item a layer, outermost first. */
  readonly layers: Item[] = [];
  /** All items, in the order in which they were found. */
  readonly all: readonly Item[] = [];
  /** Wireshark's short names of the layers, in order: `eth`, `ethertype`, `ip`, `tcp`. */
  readonly protocols: string[] = [];
  readonly columns: Columns = { source: '', destination: '', protocol: '', info: '' };
  /** The layer of the ICMP error whose quoted packet is decoded: it sets no columns and is no part of a conversation. */
  quotedIn: Item | null = null;
  private hasBroken = false;
  private settled = true;

  constructor(frame: CapturedFrame, context: Context, trackers: Trackers | null) {
    this.frame = frame;
    this.context = context;
    this.trackers = trackers;
    this.sources = [{ name: 'Frame', bytes: frame.bytes }];
  }

  /** The whole frame. A capture cannot hold more than the wire carried: if its length says so, the bytes are right. */
  get bytes(): PacketBytes {
    return new PacketBytes(this.sources[0]!, 0, Math.max(this.frame.length, this.frame.bytes.length));
  }

  /** Something could not be decoded, and a line says so. */
  get isBroken(): boolean {
    return this.hasBroken;
  }

  /** Which fields it has does not depend on what is learned or forgotten later, unless a tracker says so. */
  get isSettled(): boolean {
    return this.settled;
  }

  unsettle(): void {
    this.settled = false;
  }

  get isQuoted(): boolean {
    return this.quotedIn !== null;
  }

  private get quotedName(): string | null {
    if (!this.quotedIn) return null;
    return this.quotedIn.field.name.startsWith('icmpv6') ? 'IPv6' : 'IPv4';
  }

  /**
   * Begins a layer.
   *
   * @param name its name among the packet's protocols, if it is not the field's
   * @param within the line that it belongs into, if it is not a top line
   */
  layer(
    protocol: Field,
    bytes: PacketBytes,
    length: number,
    text: Text,
    name = protocol.name,
    within: Item | null = null,
  ): Item {
    const end = Math.min(bytes.begin + length, bytes.captured);
    const item = new Item(protocol, this, bytes.source, bytes.begin, Math.max(0, end - bytes.begin), null);
    item.end = Math.max(item.end, bytes.captured);
    item.given = item.end - item.offset;
    item.label(text);
    if (within) within.adopt(item);
    else this.layers.push(item);
    if (name) this.protocols.push(name);
    this.found(item);
    return item;
  }

  /** Bytes put together from several packets. */
  addSource(name: string, bytes: Uint8Array): PacketBytes {
    // It is gone as soon as one of the packets is.
    this.unsettle();
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
    this.show({ info: () => `${told(info)} ${told(text)}`.trimStart() });
  }

  /** Adds to the column "Info" without a space. */
  appendInfo(text: Text): void {
    const { info } = this.columns;
    this.show({ info: () => told(info) + told(text) });
  }

  /** The items of a field, anywhere in the packet. */
  items(wanted: Field): readonly Item[] {
    let found: Item[] | null = null;
    for (const item of this.all) {
      if (item.field !== wanted) continue;
      if (found) found.push(item);
      else found = [item];
    }
    return found ?? NONE;
  }

  /** An item was added. */
  found(item: Item): void {
    (this.all as Item[]).push(item);
  }

  /** Runs a dissector. Where it reads beyond the packet's end, the packet says so, and goes on without it. @param name among the packet's protocols, if it has to be there */
  attempt(protocol: string, bytes: PacketBytes, dissect: () => void, name: string): void {
    const before = this.protocols.length;
    try {
      dissect();
    } catch (error) {
      if (!(error instanceof BeyondEnd)) throw error;
      // An error message quotes as much of a packet as it likes.
      if (this.isQuoted && error.isMalformed) return;
      if (name && this.protocols.length === before) this.protocols.push(name);
      this.broken(protocol, bytes, error.isMalformed);
    }
  }

  private broken(protocol: string, bytes: PacketBytes, isMalformed: boolean): void {
    this.hasBroken = true;
    const text = isMalformed
      ? `[Malformed Packet: ${protocol}]`
      : // In a quoted packet Wireshark names the header that was read before.
        `[Packet size limited during capture: ${this.quotedName ?? protocol} truncated]`;
    const at = bytes.part(bytes.captured);
    const layer = this.layer(isMalformed ? MALFORMED : SHORT, at, 0, text, '');
    this.alsoInfo(isMalformed ? '[Malformed Packet]' : '[Packet size limited during capture]');
    if (isMalformed) expert(layer, MALFORMED_EXPERT, 'Error', 'Malformed');
  }
}

const NONE: readonly Item[] = [];

export function told(text: Text): string {
  return typeof text === 'string' ? text : text();
}
