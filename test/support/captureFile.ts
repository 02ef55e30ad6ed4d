/** Frames of a capture file, as the machine writes it. */
import { readFile } from 'node:fs/promises';
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';

const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BOOT_NS = BigInt(Date.UTC(2024, 0, 1)) * 1_000_000n;

/** Enhanced packet blocks of a little-endian pcapng with times in nanoseconds, numbered from `first`. */
export async function readFrames(file: string, first = 1): Promise<CapturedFrame[]> {
  const bytes = await readFile(file);
  const frames: CapturedFrame[] = [];
  for (let at = 0, interfaces = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    const type = bytes.readUInt32LE(at);
    if (type === INTERFACE_DESCRIPTION) interfaces++;
    if (type !== ENHANCED_PACKET) continue;
    const time = (BigInt(bytes.readUInt32LE(at + 12)) << 32n) | BigInt(bytes.readUInt32LE(at + 16));
    const captured = bytes.readUInt32LE(at + 20);
    frames.push({
      number: first + frames.length,
      timeNs: Number(time - BOOT_NS),
      direction: 'out',
      interface: interfaces > 1 ? `eth${bytes.readUInt32LE(at + 8)}` : 'lo',
      bytes: Uint8Array.from(bytes.subarray(at + 28, at + 28 + captured)),
      length: bytes.readUInt32LE(at + 24),
    });
  }
  return frames;
}
