/** The packets of a capture file as frames: their bytes stay in the file, their places in columns. */
import type { PacketDirection } from '../data.ts';
import type { CapturedFrame } from '../frame.ts';
import { Column } from '../kept/column.ts';
import type { Frames } from '../kept/frames.ts';
import type { FileBytes } from './fileBytes.ts';
import type { FileInterface, FilePacket } from './filePacket.ts';

const DIRECTIONS: readonly (PacketDirection | undefined)[] = [undefined, 'in', 'out'];

export class FileFrames implements Frames {
  readonly file: FileBytes;
  private readonly epochNs: bigint;
  readonly timeNs = new Column(Float64Array);
  readonly offset = new Column(Float64Array);
  readonly captured = new Column(Uint32Array);
  readonly length = new Column(Uint32Array);
  private readonly direction = new Column(Uint8Array);
  private readonly from = new Column(Uint32Array);
  /** An interface has a number for all of its packets. */
  private readonly interfaces = new Map<FileInterface, number>();
  private readonly byNumber: FileInterface[] = [];
  /** Of which something is said. */
  private readonly lastingFrames = new Map<number, FileFrame>();
  private packets = 0;

  /** @param epochNs the time of the capture's first packet */
  constructor(file: FileBytes, epochNs: bigint) {
    this.file = file;
    this.epochNs = epochNs;
  }

  get end(): number {
    return this.packets;
  }

  add(packet: FilePacket): void {
    const row = this.packets++;
    this.timeNs.set(row, Number(packet.timeNs - this.epochNs));
    this.offset.set(row, packet.offset);
    this.captured.set(row, packet.captured);
    this.length.set(row, packet.length);
    this.direction.set(row, DIRECTIONS.indexOf(packet.direction));
    this.from.set(row, this.numberOf(packet.interface));
    if (packet.comment !== undefined) this.lasting(row).comment = packet.comment;
  }

  /** Made for who looks at it. */
  at(row: number): CapturedFrame {
    return this.lastingFrames.get(row) ?? new FileFrame(this, row);
  }

  lasting(row: number): CapturedFrame {
    const known = this.lastingFrames.get(row);
    if (known) return known;
    const frame = new FileFrame(this, row);
    this.lastingFrames.set(row, frame);
    return frame;
  }

  numberAt(row: number): number {
    return row + 1;
  }

  interfaceOf(row: number): FileInterface {
    return this.byNumber[this.from.get(row)]!;
  }

  directionOf(row: number): PacketDirection | undefined {
    return DIRECTIONS[this.direction.get(row)];
  }

  /** All of a file's packets are kept. */
  forget(): void {
    // Nothing is in memory but their places.
  }

  private numberOf(from: FileInterface): number {
    const known = this.interfaces.get(from);
    if (known !== undefined) return known;
    this.interfaces.set(from, this.byNumber.length);
    return this.byNumber.push(from) - 1;
  }
}

class FileFrame implements CapturedFrame {
  readonly number: number;
  readonly timeNs: number;
  readonly length: number;
  declare readonly direction?: PacketDirection;
  declare isMarked?: boolean;
  declare comment?: string;
  declare isReference?: boolean;
  private readonly frames: FileFrames;
  private readonly row: number;

  constructor(frames: FileFrames, row: number) {
    this.number = row + 1;
    this.timeNs = frames.timeNs.get(row);
    this.length = frames.length.get(row);
    const direction = frames.directionOf(row);
    if (direction) this.direction = direction;
    this.frames = frames;
    this.row = row;
  }

  get interface(): string {
    return this.frames.interfaceOf(this.row).name;
  }

  get linkType(): number {
    return this.frames.interfaceOf(this.row).linkType;
  }

  /** Throws an error for the user if the file has become shorter. */
  get bytes(): Uint8Array {
    const { file, offset, captured } = this.frames;
    return file.read(offset.get(this.row), captured.get(this.row));
  }
}
