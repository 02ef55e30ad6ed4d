/**
 * What a capture file holds: read in order once, and kept where the bytes of each packet can be read again. A file
 * compressed with gzip is unpacked into a file of its own, which is gone when the last reader has closed it.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { message } from '../../../language/message.ts';
import { UserError } from '../../../language/userError.ts';
import type { FileProblem } from './filePacket.ts';

/** Bytes that are handed on at a time. */
const PIECE = 4 * 1024 * 1024;
const UNPACKED_PIECE = 256 * 1024;
/** A compressed file can hold a thousand times its size: not all of the disk is for it. */
const MOST_UNPACKED = 8 * 1024 ** 3;

/** The next bytes of the contents. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Bytes of the file on the disk that were read so far. */
  readonly read: number;
}

export interface FileContents {
  readonly path: string;
  /** Bytes of the file on the disk. */
  readonly size: number;
  /** From which what was handed on by {@link pieces} can be read again. */
  readonly handle: FileHandle;
  /** Where the compression breaks, once it was read that far. */
  readonly problem: FileProblem | undefined;
  /** All bytes, once only. The bytes of a piece are others when the next one is asked for. */
  pieces(): AsyncGenerator<Piece>;
}

/** @throws UserError if there is no such file, or it may not be read */
export async function openContents(file: string, mostUnpacked = MOST_UNPACKED): Promise<FileContents> {
  const handle = await open(file).catch(refuse(file));
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0).catch(refuse(file));
  if (bytesRead < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) return new PlainContents(file, size, handle);
  await handle.close();
  return new PackedContents(file, size, await temporaryFile(), mostUnpacked);
}

class PlainContents implements FileContents {
  readonly path: string;
  readonly size: number;
  readonly handle: FileHandle;
  readonly problem = undefined;

  constructor(file: string, size: number, handle: FileHandle) {
    this.path = file;
    this.size = size;
    this.handle = handle;
  }

  async *pieces(): AsyncGenerator<Piece> {
    const piece = Buffer.alloc(Math.min(PIECE, Math.max(1, this.size)));
    for (let read = 0; ;) {
      const { bytesRead } = await this.handle.read(piece, 0, piece.length, read);
      if (bytesRead === 0) return;
      read += bytesRead;
      yield { bytes: piece.subarray(0, bytesRead), read };
    }
  }
}

class PackedContents implements FileContents {
  readonly path: string;
  readonly size: number;
  readonly handle: FileHandle;
  problem: FileProblem | undefined;
  private readonly most: number;
  private unpacked = 0;

  constructor(file: string, size: number, handle: FileHandle, most: number) {
    this.path = file;
    this.size = size;
    this.handle = handle;
    this.most = most;
  }

  async *pieces(): AsyncGenerator<Piece> {
    const packed = createReadStream(this.path);
    // What a file that is cut off has is wanted, too: its reader finds where it ends.
    const unzip = createGunzip({ chunkSize: UNPACKED_PIECE, finishFlush: constants.Z_SYNC_FLUSH });
    const chunks = pipeline(packed, unzip, () => undefined) as AsyncIterable<Buffer>;
    try {
      for await (const bytes of chunks) {
        if (this.unpacked + bytes.length > this.most) {
          const limit = (this.most / 1024 ** 3).toLocaleString('en');
          const said = message('it holds more than {0} GiB: unpack it, and open what it holds', limit);
          this.problem = { offset: this.unpacked, message: said };
          return;
        }
        await this.handle.write(bytes, 0, bytes.length, this.unpacked);
        this.unpacked += bytes.length;
        yield { bytes, read: packed.bytesRead };
      }
    } catch (error) {
      if (!isZlibError(error)) throw error;
      this.problem = {
        offset: this.unpacked,
        message: message('the compressed file is damaged: {0}', error.message),
      };
    }
  }
}

/** Without a name: it is gone when it is closed, however this process ends. */
async function temporaryFile(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `sockscope-${randomUUID()}`);
  const handle = await open(name, 'wx+', 0o600);
  await rm(name);
  return handle;
}

/** Says in the user's language what is wrong with a file most often. */
function refuse(file: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    switch (error.code) {
      case 'ENOENT':
        throw new UserError('there is no such file: {0}', file);
      case 'EACCES':
      case 'EPERM':
        throw new UserError('{0} may not be read by you', file);
      case 'EISDIR':
        throw new UserError('{0} is a folder', file);
      default:
        throw error;
    }
  };
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
