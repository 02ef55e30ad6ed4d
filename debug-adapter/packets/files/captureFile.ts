/** Opens capture files from anywhere: their packets in order, and the bytes of each when they are wanted. */
import { UserError } from '../../../language/userError.ts';
import { FileBytes } from './fileBytes.ts';
import { openContents, type FileContents, type Piece } from './fileContents.ts';
import type { CaptureParser, FilePacket, FileProblem } from './filePacket.ts';
import { isPcap, PcapParser } from './pcap.ts';
import { isPcapng, PcapngParser } from './pcapng.ts';

/** Packets of one piece of the file. */
export interface FileBatch {
  readonly packets: readonly FilePacket[];
  /** Bytes of the file that were read so far. */
  readonly read: number;
}

export class CaptureFile {
  private readonly contents: FileContents;
  private readonly parser: CaptureParser;
  private readonly first: Piece;
  private readonly rest: AsyncGenerator<Piece>;

  private constructor(
    contents: FileContents,
    parser: CaptureParser,
    first: Piece,
    rest: AsyncGenerator<Piece>,
  ) {
    this.contents = contents;
    this.parser = parser;
    this.first = first;
    this.rest = rest;
  }

  /** @throws UserError that says what the file is instead, if it is no capture */
  static async open(path: string): Promise<CaptureFile> {
    const contents = await openContents(path);
    try {
      const pieces = contents.pieces();
      const { value: first = { bytes: new Uint8Array(), read: 0 } } = await pieces.next();
      return new CaptureFile(contents, parserFor(first.bytes, contents), first, pieces);
    } catch (error) {
      await contents.handle.close();
      throw error;
    }
  }

  get path(): string {
    return this.contents.path;
  }

  /** Bytes on the disk, when it was opened. */
  get size(): number {
    return this.contents.size;
  }

  /** Where the file breaks, once it was read that far. */
  get problem(): FileProblem | undefined {
    return this.contents.problem ?? this.parser.problem;
  }

  /** Reads the whole file, piece by piece; the reader of the batches sets the pace. Once only. */
  async *batches(): AsyncGenerator<FileBatch> {
    yield this.batch(this.first);
    for await (const piece of this.rest) {
      yield this.batch(piece);
      if (this.parser.problem) return;
    }
    this.parser.end();
  }

  /** The bytes of its packets. They can be read as long as the file is not closed. */
  get bytes(): FileBytes {
    return new FileBytes(this.path, this.contents.handle);
  }

  close(): Promise<void> {
    return this.contents.handle.close();
  }

  private batch({ bytes, read }: Piece): FileBatch {
    return { packets: this.parser.feed(bytes), read };
  }
}

function parserFor(first: Uint8Array, { path, size, problem }: FileContents): CaptureParser {
  if (isPcapng(first)) return new PcapngParser();
  if (isPcap(first)) return new PcapParser();
  if (problem) throw UserError.of(problem.message);
  if (size === 0) throw new UserError('{0} is empty: a capture file has a header at least', path);
  const begin = [...first.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new UserError('{0} begins with {1}: it is neither a pcap nor a pcapng file', path, begin);
}
