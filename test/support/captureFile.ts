/** Frames of a capture file, as the machine writes it. */
import { readFile } from 'node:fs/promises';
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';

const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const IF_NAME = 2;
const BOOT_NS = BigInt(Date.UTC(2024, 0, 1)) * 1_000_000n;

/** Enhanced packet blocks of a little-endian pcapng with times in nanoseconds, numbered from 1. */
export async function readFrames(file: string): Promise<CapturedFrame[]> {
  const bytes = await readFile(file);
  const frames: CapturedFrame[] = [];
  const interfaces: { name: string; linkType: number }[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    const type = bytes.readUInt32LE(at);
    // Its name is the first option.
    if (type === INTERFACE_DESCRIPTION && bytes.readUInt16LE(at + 16) === IF_NAME)
      interfaces.push({
        name: bytes.toString('latin1', at + 20, at + 20 + bytes.readUInt16LE(at + 18)),
        linkType: bytes.readUInt16LE(at + 8),
      });
    if (type !== ENHANCED_PACKET) continue;
    const time = (BigInt(bytes.readUInt32LE(at + 12)) << 32n) | BigInt(bytes.readUInt32LE(at + 16));
    const captured = bytes.readUInt32LE(at + 20);
    const from = interfaces[bytes.readUInt32LE(at + 8)]!;
    frames.push({
      number: frames.length + 1,
      timeNs: Number(time - BOOT_NS),
      direction: 'out',
      interface: from.name,
      linkType: from.linkType,
      bytes: Uint8Array.from(bytes.subarray(at + 28, at + 28 + captured)),
      length: bytes.readUInt32LE(at + 24),
    });
  }
  return frames;
}
