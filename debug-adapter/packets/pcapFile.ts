/** Captures as pcapng files: written continuously, or exported on request. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { PcapngWriter } from '../../stack/capture/pcapng.ts';
import { english, type Translate } from '../../language/message.ts';
import { MACHINE_CAPTURE, realTimeNs } from './capture.ts';
import { Pace, untold } from './pace.ts';
import type { PacketStore } from './packetStore.ts';
import { storyOf } from './story.ts';

export class PcapFile {
  readonly #writer = new PcapngWriter();
  readonly #path: string;
  /** Where it is written until it appears. */
  #hidden: string | undefined;
  #file: number | undefined;

  /** @param isHidden it takes the place of another one when it appears, if it does */
  constructor(path: string, isHidden = false) {
    this.#path = path;
    this.#hidden = isHidden ? `${path}.new` : undefined;
    this.#file = openSync(this.#hidden ?? path, 'w');
    writeSync(this.#file, this.#writer.header('lo'));
  }
  appear(): void {
    if (this.#hidden !== undefined) renameSync(this.#hidden, this.#path);
    this.#hidden = undefined;
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
    if (this.#hidden !== undefined) rmSync(this.#hidden, { force: true });
    this.#hidden = undefined;
  }
}

/**
 * Export the stored packets, each with the user's comment and with what only the machine knows. Nothing is written if
 * nobody waits for it any more.
 *
 * @returns how many
 */
export async function exportPackets(
  path: string,
  packets: PacketStore,
  t = english,
  tell = untold,
): Promise<number> {
  const writer = new PcapngWriter();
  const blocks = [writer.header('lo')];
  const pace = new Pace(tell);
  const { kept } = packets;
  for (const frame of packets.frames()) {
    const { number, timeNs, bytes, length, interface: interfaceName, linkType } = frame;
    const comments = [...(frame.comment === undefined ? [] : [frame.comment])];
    const known = storyText(packets, number, t);
    if (known !== '') comments.push(known);
    const time = realTimeNs(packets.capture, timeNs);
    blocks.push(writer.packet({ interfaceName, linkType, realTimeNs: time, bytes, length, comments }));
    // Meanwhile packets may be let go: the next one is taken after that.
    await pace.step(blocks.length - 1, kept);
  }
  await writeFile(path, Buffer.concat(blocks));
  return blocks.length - 1;
}

/** What Wireshark cannot know. */
function storyText(packets: PacketStore, number: number, t: Translate): string {
  const { cause, drop, truth, fate, reason } = packets.frame(number);
  const story = cause || drop || truth ? storyOf(packets.dissected(number), t) : undefined;
  if (!story) return fate === 'lost' ? `lost: ${reason ?? 'on the wire'}` : '';
  const lines = [story.cause, story.drop, ...story.truth, ...story.wrong];
  return lines.filter((line) => line !== undefined).join('\n');
}
