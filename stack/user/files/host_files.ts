/**
 * Node's `fs` and `fs/promises` as a program sees them: each function is a question to the host, whose answer the log
 * holds. What Node makes of open files (handles, folders, streams, blobs) is made here of such questions, so that a
 * repeated run has it without any file.
 */
import type fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { World } from '../../world/world.ts';
import { FileHandle, type FileFunctions } from './file_handle.ts';
import { Dir } from './folder.ts';
import { type Asked, type Callable, FileQuestions } from './questions.ts';
import { bytes_read_by, written } from './written.ts';

type Exports = Record<string, unknown>;
type Options = Record<string, unknown>;

/** They ask the host for nothing. */
const NO_QUESTION = /^(?:[A-Z]_.*|constants|Stats|Dirent|_toUnixTimestamp|unwatchFile)$/;
const STREAMS: Readonly<Record<string, 'ReadStream' | 'WriteStream'>> = {
  ReadStream: 'ReadStream',
  FileReadStream: 'ReadStream',
  WriteStream: 'WriteStream',
  FileWriteStream: 'WriteStream',
};
/** What promisify() makes of functions that call back with two values: the names of both. */
const PAIRS: Readonly<Record<string, readonly [string, string]>> = {
  read: ['bytesRead', 'buffer'],
  readv: ['bytesRead', 'buffers'],
  write: ['bytesWritten', 'buffer'],
  writev: ['bytesWritten', 'buffers'],
};

export class HostFiles {
  readonly fs: Exports = {};
  readonly promises: Exports = {};
  readonly #real: typeof fs;
  readonly #questions: FileQuestions;

  /**
   * @param real the host's own module
   * @param no_watching what stands for functions that follow the host's files
   */
  constructor(world: World, real: typeof fs, no_watching: (name: string) => Callable) {
    this.#real = real;
    this.#questions = new FileQuestions(world, this.#real);
    for (const name of Object.keys(this.#real.promises))
      this.promises[name] = /^watch/.test(name)
        ? no_watching(`fs/promises.${name}`)
        : this.#promising(name, this.#of_promises(name));
    for (const name of Object.keys(this.#real))
      this.fs[name] = /^watch/.test(name) ? no_watching(`fs.${name}`) : this.#export(name);
  }

  #export(name: string): unknown {
    if (name === 'promises') return this.promises;
    const stream = STREAMS[name];
    if (stream !== undefined) return this.#stream(stream);
    const real = this.#of(name);
    if (NO_QUESTION.test(name) || typeof real !== 'function') return real;
    switch (name) {
      case 'Dir':
        return Dir;
      case 'Utf8Stream':
        return this.#utf8_stream(real as unknown as new (options: Options) => object);
      case 'createReadStream':
        return this.#creating('ReadStream');
      case 'createWriteStream':
        return this.#creating('WriteStream');
      case 'openAsBlob':
        return (file: unknown, options?: Options) => this.#blob(file, options);
      case 'opendirSync':
        return (folder: string, options?: Options) =>
          new Dir(
            path_text(folder),
            this.#questions.now(this.#asked('readdirSync'), [folder, entries(options)]) as fs.Dirent[],
          );
      case 'mkdtempDisposableSync':
        return (prefix: unknown, options?: unknown) => this.#disposable_now(prefix, options);
      case 'opendir':
        return this.#calling_back((folder, options) => this.#opened_folder(folder, options as Options));
      default:
        return this.#asking(`fs.${name}`, name, real as unknown as Callable);
    }
  }
  #of(name: string): unknown {
    return (this.#real as unknown as Exports)[name];
  }
  #of_promises(name: string): unknown {
    return (this.#real.promises as unknown as Exports)[name];
  }
  #asked(name: string): Asked {
    return { name: `fs.${name}`, base: name.replace(/Sync$/, ''), real: this.#of(name) as Callable };
  }

  /** A function that answers at once or calls back, and its parts, as `realpath.native`. */
  #asking(full_name: string, name: string, real: Callable): Callable {
    const asked: Asked = { name: full_name, base: name.replace(/Sync$/, ''), real };
    const questions = this.#questions;
    const back = (...args: unknown[]): void => {
      const callback = args.pop();
      if (typeof callback !== 'function') throw no_callback();
      refuse_functions(full_name, args);
      const [fd, ...into] = args;
      const given = name === 'read' ? [fd, ...bytes_read_by(into).given] : args;
      questions.back(asked, given, callback as Callable);
    };
    const now = (...args: unknown[]): unknown => {
      refuse_functions(full_name, args);
      return questions.now(asked, args);
    };
    const own: Callable = name.endsWith('Sync') ? now : name === 'close' ? closing(back) : back;
    Object.defineProperty(own, 'name', { value: name });
    for (const [key, part] of Object.entries(real))
      if (typeof part === 'function')
        (own as unknown as Exports)[key] = this.#asking(`${full_name}.${key}`, name, part as Callable);
    const pair = PAIRS[name];
    if (pair !== undefined || name === 'exists')
      Object.defineProperty(own, promisify.custom, {
        value: (...args: unknown[]) =>
          new Promise((resolve, reject) => {
            own(...args, (error: unknown, first: unknown, second: unknown) => {
              if (pair === undefined) resolve(error);
              else if (error !== null) reject(error as Error);
              else resolve({ [pair[0]]: first, [pair[1]]: second });
            });
          }),
      });
    return own;
  }

  /** A function of `fs/promises`. */
  #promising(name: string, real: unknown): unknown {
    if (typeof real !== 'function') return real;
    const asked: Asked = { name: `fs/promises.${name}`, base: name, real: real as Callable };
    switch (name) {
      case 'open':
        return (...args: unknown[]) => this.#opened(args);
      case 'opendir':
        return (folder: unknown, options?: Options) => this.#opened_folder(folder, options);
      case 'glob':
        return (pattern: unknown, options?: unknown) => this.#found(asked, [pattern, options]);
      case 'mkdtempDisposable':
        return (prefix: unknown, options?: unknown) => this.#disposable(prefix, options);
      case 'readFile':
        return async (file: unknown, ...more: unknown[]) =>
          file instanceof FileHandle ? file.readFile(...more) : this.#promised(asked, [file, ...more]);
      case 'writeFile':
      case 'appendFile':
        return async (file: unknown, data: unknown, ...more: unknown[]) =>
          file instanceof FileHandle
            ? file[name](data, ...more)
            : this.#promised(asked, [file, await written(data, more[0]), ...more]);
      default:
        return async (...args: unknown[]) => this.#promised(asked, args);
    }
  }
  #promised(asked: Asked, args: unknown[]): Promise<unknown> {
    refuse_functions(asked.name, args);
    return this.#questions.promised(asked, args);
  }

  /** What a FileHandle is made of. */
  get #functions(): FileFunctions {
    const { createReadStream, createWriteStream } = this.fs as unknown as FileFunctions;
    const ask = (name: string, ...args: unknown[]) => {
      const asked = { ...this.#asked(name), name: `FileHandle.${name}` };
      return this.#questions.called(asked, args);
    };
    return { ask, createReadStream, createWriteStream };
  }
  async #opened(args: readonly unknown[]): Promise<FileHandle> {
    const fd = await this.#functions.ask('open', ...args.filter((arg) => arg !== undefined));
    return new FileHandle(fd as number, this.#functions);
  }
  async #opened_folder(folder: unknown, options?: Options): Promise<Dir> {
    const asked = { ...this.#asked('readdir'), name: 'fs.opendir' };
    const found = await this.#questions.called(asked, [folder, entries(options)]);
    return new Dir(path_text(folder), found as fs.Dirent[]);
  }
  async *#found(asked: Asked, args: unknown[]): AsyncGenerator<unknown, void> {
    const real = asked.real as (...given: unknown[]) => AsyncIterable<unknown>;
    const all = async (...given: unknown[]) => {
      const found: unknown[] = [];
      for await (const one of real(...given)) found.push(one);
      return found;
    };
    yield* (await this.#promised({ ...asked, real: all }, args)) as unknown[];
  }
  async #blob(file: unknown, { type = '' }: Options = {}): Promise<Blob> {
    const bytes = await this.#functions.ask('readFile', file);
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: type as string });
  }
  #calling_back(act: (...args: unknown[]) => Promise<unknown>): Callable {
    return (...args) => {
      const callback = args.pop();
      if (typeof callback !== 'function') throw no_callback();
      act(...args).then(
        (value) => process.nextTick(callback as () => void, null, value),
        (error: unknown) => process.nextTick(callback as () => void, error),
      );
    };
  }
  async #disposable(prefix: unknown, options: unknown): Promise<object> {
    const { mkdtemp, rm } = this.promises as unknown as typeof fs.promises;
    const folder = path.resolve(await mkdtemp(prefix as string, options as undefined));
    const remove = () => rm(folder, { recursive: true, force: true });
    return { path: folder, remove, [Symbol.asyncDispose]: remove };
  }
  #disposable_now(prefix: unknown, options: unknown): object {
    const { mkdtempSync, rmSync } = this.fs as unknown as typeof fs;
    const folder = path.resolve(mkdtempSync(prefix as string, options as undefined));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    return { path: folder, remove, [Symbol.dispose]: remove };
  }

  /** A stream of a file, which reads or writes it by the functions of this `fs`. */
  #stream(name: 'ReadStream' | 'WriteStream'): Callable {
    const real = this.#of(name) as Callable & (new (...args: unknown[]) => EventTarget);
    const given = (options: unknown) => this.#stream_options(options);
    function Stream(this: unknown, file: unknown, options?: unknown): unknown {
      const args = [file, given(options)];
      // As old code does that inherits from it.
      if (new.target === undefined && this instanceof real) return Reflect.apply(real, this, args);
      return Reflect.construct(real, args, new.target ?? real);
    }
    Object.defineProperty(Stream, 'name', { value: name });
    Stream.prototype = real.prototype as object;
    return Stream as Callable;
  }
  #creating(name: 'ReadStream' | 'WriteStream'): Callable {
    const Stream = this.#stream(name) as unknown as new (file: unknown, options?: unknown) => fs.ReadStream;
    return (file, options) => {
      const stream = new Stream(file, options);
      const { fd } = (options ?? {}) as Options;
      if (fd instanceof FileHandle) fd.on('close', () => stream.close());
      return stream;
    };
  }
  #stream_options(options: unknown): Options {
    if (typeof options === 'string') return { fs: this.fs, encoding: options };
    const given: Options = { fs: this.fs, ...(options as Options | undefined) };
    const handle = given['fd'];
    if (!(handle instanceof FileHandle)) return given;
    const close = (_fd: unknown, callback: (error?: unknown) => void) =>
      void handle.close().then(() => callback(), callback);
    return { ...given, fd: handle.fd, fs: { ...this.fs, close } };
  }
  #utf8_stream(Real: new (options: Options) => object): unknown {
    const own = this.fs;
    return class Utf8Stream extends Real {
      constructor(options: Options = {}) {
        super({ fs: own, ...options });
      }
    };
  }
}

/** `fs.close()` may have no callback. */
function closing(back: Callable): Callable {
  return (fd, callback = () => {}) => back(fd, callback);
}

const entries = (options: Options | string | null | undefined): Options => ({
  ...(typeof options === 'string' ? { encoding: options } : options),
  withFileTypes: true,
});
const path_text = (file: unknown): string => (file instanceof URL ? file.pathname : String(file));

function no_callback(): TypeError {
  const error = new TypeError('The "cb" argument must be of type function');
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** Such a function would run amid the host's work, of which a repeated run has only the end. */
function refuse_functions(name: string, args: readonly unknown[]): void {
  if (!/\.(?:cp|glob)(?:Sync)?$/.test(name)) return;
  for (const arg of args) {
    if (typeof arg !== 'object' || arg === null) continue;
    for (const option of ['filter', 'exclude'])
      if (typeof (arg as Options)[option] === 'function' && !Array.isArray(arg))
        throw new Error(
          `${name}() would call the program's ${option}() amid the work of the host, which cannot be repeated: list the files first, and choose among them`,
        );
  }
}
