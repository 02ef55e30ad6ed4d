/** Opens capture files from anywhere: their packets in order, and the bytes of each when they are wanted. */
import { open, type FileHandle } from 'node:fs/promises';
import type { CaptureParser, FilePacket, FileProblem } from './filePacket.ts';
import { isPcap, PcapParser } from './pcap.ts';
import { isPcapng, PcapngParser } from './pcapng.ts';

/** Bytes read from the disk at a time. */
const PIECE = 4 * 1024 * 1024;

/** Packets of one piece of the file. */
export interface FileBatch {
  readonly packets: readonly FilePacket[];
  /** Bytes of the file that were read so far. */
  readonly read: number;
}

export class CaptureFile {
  readonly path: string;
  /** Bytes, when it was opened. */
  readonly size: number;
  private readonly handle: FileHandle;
  private readonly parser: CaptureParser;

  private constructor(path: string, size: number, handle: FileHandle, parser: CaptureParser) {
    this.path = path;
    this.size = size;
    this.handle = handle;
    this.parser = parser;
  }

  /** @throws Error that says what the file is instead, if it is no capture */
  static async open(path: string): Promise<CaptureFile> {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
      const parser = parserFor(buffer.subarray(0, bytesRead), path);
      return new CaptureFile(path, (await handle.stat()).size, handle, parser);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Where the file breaks, once it was read that far. */
  get problem(): FileProblem | undefined {
    return this.parser.problem;
  }

  /** Reads the whole file, piece by piece; the reader of the batches sets the pace. Once only. */
  async *batches(): AsyncGenerator<FileBatch> {
    const piece = Buffer.alloc(Math.min(PIECE, Math.max(1, this.size)));
    let read = 0;
    while (!this.parser.problem) {
      const { bytesRead } = await this.handle.read(piece, 0, piece.length, read);
      if (bytesRead === 0) break;
      read += bytesRead;
      yield { packets: this.parser.feed(piece.subarray(0, bytesRead)), read };
    }
    this.parser.end();
  }

  /** A packet's bytes. @throws Error if the file has become shorter since */
  async bytesOf({ offset, captured }: FilePacket): Promise<Uint8Array> {
    const bytes = new Uint8Array(captured);
    const { bytesRead } = await this.handle.read(bytes, 0, captured, offset);
    if (bytesRead < captured)
      throw new Error(`${this.path} has become shorter since it was opened: open it again`);
    return bytes;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

function parserFor(first: Uint8Array, path: string): CaptureParser {
  if (isPcapng(first)) return new PcapngParser();
  if (isPcap(first)) return new PcapParser();
  if (first.length === 0) throw new Error(`${path} is empty: a capture file has a header at least`);
  if (first[0] === 0x1f && first[1] === 0x8b)
    throw new Error(`${path} is compressed: unpack it first, with gunzip for example`);
  const begin = [...first.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new Error(`${path} begins with ${begin}: it is neither a pcap nor a pcapng file`);
}
