/**
 * Bytes as a debugger sees them, as one range: a packet from its outermost header through its fragments, a frame in
 * transit, or a buffer. A write from outside is an input of the world.
 */
import { types } from 'node:util';
import { sk_buff } from '../include/linux/skbuff.ts';
import { skb_copy_bits, skb_store_bits } from '../net/core/skbuff/data.ts';
import { frame_bytes, frame_write, wire_frame } from '../wire/frame.ts';
import { object_at, path_to, type EditPath } from './edit.ts';
import type { World } from './world.ts';

export type ByteStore = sk_buff | wire_frame | ArrayBufferView | ArrayBuffer;

/** Told without running any code of a program: `instanceof` would run the traps of a proxy among the prototypes. */
export function is_packet(value: unknown): value is sk_buff {
  return prototype_of(value) === sk_buff.prototype;
}
export function is_frame(value: unknown): value is wire_frame {
  return prototype_of(value) === wire_frame.prototype;
}
function prototype_of(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return null;
  return Object.getPrototypeOf(value);
}
export function is_byte_store(value: unknown): value is ByteStore {
  return types.isArrayBuffer(value) || ArrayBuffer.isView(value) || is_packet(value) || is_frame(value);
}

/** Bytes in front of a packet's data that belong to its headers. */
export function headers_before(skb: sk_buff): number {
  const starts = [skb.mac_header, skb.network_header, skb.transport_header].filter((start) => start >= 0);
  return skb.data - Math.min(skb.data, ...starts);
}
function view_of(store: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(store)
    ? new Uint8Array(store.buffer, store.byteOffset, store.byteLength)
    : new Uint8Array(store);
}

export function byte_length(store: ByteStore): number {
  if (store instanceof sk_buff) return headers_before(store) + store.len;
  return store instanceof wire_frame ? store.length : store.byteLength;
}
/** A copy of bytes, as far as there are so many. */
export function read_bytes(store: ByteStore, at: number, count: number): Uint8Array {
  const start = Math.max(0, at);
  const end = Math.max(start, Math.min(byte_length(store), at + count));
  if (store instanceof wire_frame) return frame_bytes(store).subarray(start, end);
  if (!(store instanceof sk_buff)) return view_of(store).slice(start, end);
  const before = headers_before(store);
  const bytes = new Uint8Array(end - start);
  const headers = store.head
    .subarray(store.data - before + Math.min(start, before), store.data)
    .subarray(0, bytes.length);
  bytes.set(headers);
  skb_copy_bits(store, Math.max(0, start - before), bytes, headers.length, bytes.length - headers.length);
  return bytes;
}
/** @throws RangeError when they do not lie in the range */
export function write_bytes(store: ByteStore, at: number, bytes: Uint8Array): void {
  if (at < 0 || at + bytes.length > byte_length(store))
    throw new RangeError(`there are ${byte_length(store)} bytes, not ${at + bytes.length}`);
  if (store instanceof wire_frame) return frame_write(store, at, bytes);
  if (!(store instanceof sk_buff)) return view_of(store).set(bytes, at);
  const before = headers_before(store);
  const headers = bytes.subarray(0, Math.max(0, before - at));
  if (headers.length > 0) store.head.set(headers, store.data - before + at);
  const rest = bytes.subarray(headers.length);
  skb_store_bits(store, Math.max(0, at - before), rest, rest.length);
}

/** The field that holds a buffer. */
export interface StoredBytes {
  owner: object;
  name: string;
}
/**
 * Write bytes from outside, and add that to the world's input log.
 *
 * @param stored where the buffer is found again; a packet is found by itself
 */
export function edit_bytes(
  world: World,
  store: ByteStore,
  stored: StoredBytes | undefined,
  at: number,
  bytes: Uint8Array,
): void {
  write_bytes(store, at, bytes);
  const path = path_of(world, store, stored);
  const hex = Buffer.from(bytes).toString('hex');
  if (path === null) world.inputs.note({ kind: 'evaluation', text: `bytes at ${at} = ${hex}` });
  else world.inputs.note({ kind: 'bytes', path, at, hex });
}
/** @returns null when no lasting object refers to it */
export function path_of(world: World, store: ByteStore, stored: StoredBytes | undefined): EditPath | null {
  if (store instanceof sk_buff || store instanceof wire_frame) return path_to(world, store);
  const path = stored === undefined ? null : path_to(world, stored.owner);
  return path && [...path, stored!.name];
}

/** @throws RangeError when the path leads to no such bytes */
export function apply_bytes(world: World, path: EditPath, at: number, hex: string): void {
  const store = object_at(world, path);
  if (!is_byte_store(store)) throw new RangeError(`there are no bytes at ${JSON.stringify(path)}`);
  write_bytes(store, at, Buffer.from(hex, 'hex'));
}
