/** Captures as pcapng files: written continuously, or exported on request. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { PcapngWriter } from '../../stack/capture/pcapng.ts';
import { MACHINE_CAPTURE, realTimeNs } from './capture.ts';
import type { CapturedFrame } from './frame.ts';
import type { PacketStore } from './packetStore.ts';

export class PcapFile {
  readonly #writer = new PcapngWriter();
  #file: number | undefined;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    writeSync(this.#file, this.#writer.header('lo'));
  }
  write(timeNs: number, bytes: Uint8Array, interfaceName: string): void {
    if (this.#file === undefined) return;
    const packet = {
      interfaceName,
      realTimeNs: realTimeNs(MACHINE_CAPTURE, timeNs),
      bytes,
      length: bytes.length,
    };
    writeSync(this.#file, this.#writer.packet(packet));
  }
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** Export the stored packets. @returns how many */
export async function exportPackets(path: string, packets: PacketStore): Promise<number> {
  const writer = new PcapngWriter();
  const blocks = [writer.header('lo')];
  for (const frame of packets.frames()) {
    const { timeNs, bytes, length, interface: interfaceName, linkType } = frame;
    const comment = commentOf(frame);
    const time = realTimeNs(packets.capture, timeNs);
    blocks.push(writer.packet({ interfaceName, linkType, realTimeNs: time, bytes, length, comment }));
  }
  await writeFile(path, Buffer.concat(blocks));
  return blocks.length - 1;
}

/** The user's comment, and what Wireshark cannot know. */
function commentOf({ comment, fate, reason }: CapturedFrame): string | undefined {
  const lost = fate === 'lost' ? `lost: ${reason ?? 'on the wire'}` : undefined;
  const lines = [comment, lost].filter((line) => line !== undefined);
  return lines.length ? lines.join('\n') : undefined;
}
