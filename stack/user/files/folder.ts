/** An open folder as `fs.opendir` has it: its entries are those that it had when it was opened. */
import type fs from 'node:fs';

type Callback<T> = (error: Error | null, value?: T) => void;

export class Dir {
  readonly path: string;
  readonly #entries: fs.Dirent[];
  #is_closed = false;

  constructor(path: string, entries: readonly fs.Dirent[]) {
    this.path = path;
    this.#entries = [...entries];
  }

  readSync(): fs.Dirent | null {
    this.#check();
    return this.#entries.shift() ?? null;
  }
  closeSync(): void {
    this.#check();
    this.#is_closed = true;
  }
  read(callback?: Callback<fs.Dirent | null>): Promise<fs.Dirent | null> | undefined {
    return answered(() => this.readSync(), callback);
  }
  close(callback?: Callback<void>): Promise<void> | undefined {
    return answered(() => this.closeSync(), callback);
  }
  async *entries(): AsyncGenerator<fs.Dirent, void> {
    try {
      for (let entry; (entry = this.readSync()) !== null;) yield entry;
    } finally {
      if (!this.#is_closed) this.closeSync();
    }
  }
  [Symbol.asyncIterator](): AsyncGenerator<fs.Dirent, void> {
    return this.entries();
  }
  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')](): Promise<void> {
    if (!this.#is_closed) this.closeSync();
    return Promise.resolve();
  }

  #check(): void {
    if (this.#is_closed)
      throw Object.assign(new Error('Directory handle was closed'), { code: 'ERR_DIR_CLOSED' });
  }
}

function answered<T>(act: () => T, callback: Callback<T> | undefined): Promise<T> | undefined {
  const promise = new Promise<T>((resolve) => resolve(act()));
  if (callback === undefined) return promise;
  promise.then(
    (value) => process.nextTick(callback, null, value),
    (error: Error) => process.nextTick(callback, error),
  );
  return undefined;
}
