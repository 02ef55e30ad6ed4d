/** Frames as a NIC sends them: checksums that the stack leaves to it are computed. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';

const [TCP, UDP] = [6, 17];

/** tshark, when it verifies checksums, puts no stream together from segments whose checksums are not computed. */
export function withChecksums(frames: readonly CapturedFrame[]): CapturedFrame[] {
  return frames.map((frame) => ({ ...frame, bytes: complete(frame.bytes) }));
}

function complete(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  const view = new DataView(bytes.buffer);
  if (bytes.length < 34 || view.getUint16(12) !== 0x0800) return bytes;
  const header = (bytes[14]! & 0xf) * 4;
  const length = view.getUint16(16) - header;
  const at = 14 + header;
  const protocol = bytes[23]!;
  const place = at + (protocol === TCP ? 16 : 6);
  const isFragment = (view.getUint16(20) & 0x3fff) !== 0;
  if ((protocol !== TCP && protocol !== UDP) || isFragment || at + length > bytes.length) return bytes;
  const pseudo = sum(bytes.subarray(26, 34)) + protocol + length;
  if (view.getUint16(place) !== fold(pseudo)) return bytes;
  view.setUint16(place, ~fold(pseudo + sum(bytes.subarray(at, at + length)) - fold(pseudo)) & 0xffff);
  return bytes;
}

function sum(bytes: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  return total;
}

function fold(total: number): number {
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}
