/** An open file as `fs.promises` has it: a descriptor, whose methods are questions to the host. */
import { bytes_read_by, written } from './written.ts';

type Args = unknown[];
type Options = Record<string, unknown>;

/** The functions of `fs` by which a file is used. */
export interface FileFunctions {
  /** Ask a function of `fs` that calls back. */
  ask(name: string, ...args: Args): Promise<unknown>;
  createReadStream(file: string, options: Options): NodeJS.ReadableStream;
  createWriteStream(file: string, options: Options): NodeJS.WritableStream;
}

// What programs see of Node is made of Node's own classes.
const { EventEmitter } = process.getBuiltinModule('events');
const { createInterface } = process.getBuiltinModule('readline');

export class FileHandle extends EventEmitter {
  #fd: number;
  readonly #fs: FileFunctions;
  #closing: Promise<void> | null = null;

  constructor(fd: number, fs: FileFunctions) {
    super();
    this.#fd = fd;
    this.#fs = fs;
  }

  get fd(): number {
    return this.#fd;
  }
  getAsyncId(): number {
    return this.#fd;
  }

  async #ask(name: string, ...args: Args): Promise<unknown> {
    if (this.#fd === -1)
      throw Object.assign(new Error('file closed'), { code: 'EBADF', errno: -9, syscall: name });
    return this.#fs.ask(name, this.#fd, ...args);
  }
  async appendFile(data: unknown, options?: unknown): Promise<void> {
    return this.writeFile(data, options);
  }
  async chmod(mode: unknown): Promise<void> {
    await this.#ask('fchmod', mode);
  }
  async chown(uid: unknown, gid: unknown): Promise<void> {
    await this.#ask('fchown', uid, gid);
  }
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }
  async #close(): Promise<void> {
    const closed = this.#ask('close');
    this.#fd = -1;
    await closed;
    this.emit('close');
  }
  async datasync(): Promise<void> {
    await this.#ask('fdatasync');
  }
  async read(...args: Args): Promise<{ bytesRead: unknown; buffer: unknown }> {
    const { buffer, given } = bytes_read_by(args);
    return { bytesRead: await this.#ask('read', ...given), buffer };
  }
  async readv(buffers: unknown, ...more: Args): Promise<{ bytesRead: unknown; buffers: unknown }> {
    return { bytesRead: await this.#ask('readv', buffers, ...more), buffers };
  }
  async readFile(options?: unknown): Promise<unknown> {
    return this.#ask('readFile', ...(options === undefined ? [] : [options]));
  }
  async stat(options?: unknown): Promise<unknown> {
    return this.#ask('fstat', ...(options === undefined ? [] : [options]));
  }
  async sync(): Promise<void> {
    await this.#ask('fsync');
  }
  async truncate(length = 0): Promise<void> {
    await this.#ask('ftruncate', length);
  }
  async utimes(atime: unknown, mtime: unknown): Promise<void> {
    await this.#ask('futimes', atime, mtime);
  }
  async write(data: unknown, ...more: Args): Promise<{ bytesWritten: unknown; buffer: unknown }> {
    return { bytesWritten: await this.#ask('write', data, ...more), buffer: data };
  }
  async writev(buffers: unknown, ...more: Args): Promise<{ bytesWritten: unknown; buffers: unknown }> {
    return { bytesWritten: await this.#ask('writev', buffers, ...more), buffers };
  }
  async writeFile(data: unknown, options?: unknown): Promise<void> {
    await this.#ask('writeFile', await written(data, options), ...(options === undefined ? [] : [options]));
  }

  createReadStream(options: Options = {}): NodeJS.ReadableStream {
    return this.#fs.createReadStream('', { ...options, fd: this });
  }
  createWriteStream(options: Options = {}): NodeJS.WritableStream {
    return this.#fs.createWriteStream('', { ...options, fd: this });
  }
  readLines(options: Options = {}): ReturnType<typeof createInterface> {
    return createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }
  readableWebStream(): ReadableStream {
    const pull = async (controller: ReadableByteStreamController): Promise<void> => {
      const { bytesRead, buffer } = await this.read(new Uint8Array(CHUNK), 0, CHUNK);
      if (bytesRead === 0) controller.close();
      else controller.enqueue((buffer as Uint8Array<ArrayBuffer>).subarray(0, bytesRead as number));
    };
    return new ReadableStream({ type: 'bytes', pull });
  }
  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')](): Promise<void> {
    await this.close();
  }
}
const CHUNK = 16 * 1024;
