/** A capture as plain data that outlives the machine: recording a store, and restoring one. */
import type { CaptureRecord, RecordedFrame } from '../protocol.ts';
import type { CapturedFrame } from './frame.ts';
import { PacketStore } from './packetStore.ts';

/** Maximum bytes of frames in a record. */
const BUDGET = 8 * 1024 * 1024;
/** For a larger capture only this much of each frame is kept, which includes all headers. */
const HEADER_BYTES = 192;

/** The newest packets of a store, complete if they all fit, otherwise their headers. */
export function recordCapture(store: PacketStore, budget = BUDGET): CaptureRecord {
  const all = [...store.frames()];
  const isSmall = all.reduce((sum, { bytes }) => sum + bytes.length, 0) <= budget;
  const most = isSmall ? Infinity : HEADER_BYTES;
  const frames: RecordedFrame[] = [];
  let left = budget;
  for (const { bytes, ...rest } of all.reverse()) {
    left -= Math.min(bytes.length, most);
    if (left < 0) break;
    frames.push({ ...rest, bytes: toBase64(bytes.subarray(0, most)) });
  }
  return { total: store.total, frames: frames.reverse() };
}

/** A store with the packets of a record. */
export function restoreCapture({ total, frames }: CaptureRecord): PacketStore {
  const store = new PacketStore({}, total - frames.length);
  for (const { bytes, ...rest } of frames) {
    const frame: CapturedFrame = { ...rest, bytes: Buffer.from(bytes, 'base64') };
    store.add(frame);
  }
  return store;
}

function toBase64({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('base64');
}
