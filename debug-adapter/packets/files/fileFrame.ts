/** A packet of a capture file as a frame; its bytes stay in the file. */
import type { PacketDirection } from '../data.ts';
import type { CapturedFrame } from '../frame.ts';
import type { FileBytes } from './fileBytes.ts';
import type { FileInterface, FilePacket } from './filePacket.ts';

export class FileFrame implements CapturedFrame {
  readonly number: number;
  readonly timeNs: number;
  readonly length: number;
  declare readonly direction?: PacketDirection;
  declare isMarked?: boolean;
  declare comment?: string;
  declare isReference?: boolean;
  private readonly file: FileBytes;
  private readonly from: FileInterface;
  private readonly offset: number;
  private readonly captured: number;

  /** @param epochNs the time of the capture's first packet */
  constructor(number: number, packet: FilePacket, epochNs: bigint, file: FileBytes) {
    this.number = number;
    this.timeNs = Number(packet.timeNs - epochNs);
    this.length = packet.length;
    this.file = file;
    this.from = packet.interface;
    this.offset = packet.offset;
    this.captured = packet.captured;
    if (packet.direction) this.direction = packet.direction;
    if (packet.comment !== undefined) this.comment = packet.comment;
  }

  get interface(): string {
    return this.from.name;
  }

  get linkType(): number {
    return this.from.linkType;
  }

  /** Throws an error for the user if the file has become shorter. */
  get bytes(): Uint8Array {
    return this.file.read(this.offset, this.captured);
  }
}
