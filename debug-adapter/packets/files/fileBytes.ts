/** The bytes of a file, read in pages when they are wanted; the pages used last stay in memory. */
import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../../../language/userError.ts';

const PAGE = 256 * 1024;
/** 16 MiB in all. */
const KEPT_PAGES = 64;

export class FileBytes {
  private readonly path: string;
  /** Has the descriptor, and keeps it open as long as somebody refers to it. */
  private readonly file: { readonly fd: number };
  /** By number, the one used last at the end. */
  private readonly pages = new Map<number, Uint8Array>();

  /**
   * Throws the system's error if the file cannot be read.
   *
   * @param file if it is open already; it may grow
   */
  constructor(path: string, file: { readonly fd: number } = { fd: openSync(path, 'r') }) {
    this.path = path;
    this.file = file;
  }

  /** Throws an error for the user if the file has become shorter since. */
  read(offset: number, length: number): Uint8Array {
    const first = Math.floor(offset / PAGE);
    const last = Math.floor((offset + Math.max(1, length) - 1) / PAGE);
    const at = offset - first * PAGE;
    if (first === last) return this.checked(this.page(first, at + length).subarray(at, at + length), length);
    const bytes = new Uint8Array(length);
    let filled = 0;
    for (let number = first; number <= last; number++) {
      const from = number === first ? at : 0;
      const page = this.page(number, Math.min(PAGE, from + length - filled));
      const part = page.subarray(from, from + length - filled);
      bytes.set(part, filled);
      filled += part.length;
    }
    return this.checked(bytes.subarray(0, filled), length);
  }

  close(): void {
    closeSync(this.file.fd);
  }

  private checked(bytes: Uint8Array, length: number): Uint8Array {
    if (bytes.length === length) return bytes;
    throw new UserError('{0} has become shorter since it was opened: open it again', this.path);
  }

  /** @param end how much of it is wanted; what is known of the last page is read again if that is not there */
  private page(number: number, end: number): Uint8Array {
    const known = this.pages.get(number);
    this.pages.delete(number);
    if (known && known.length >= end) {
      this.pages.set(number, known);
      return known;
    }
    const buffer = new Uint8Array(PAGE);
    let filled = 0;
    for (;;) {
      const read = readSync(this.file.fd, buffer, filled, PAGE - filled, number * PAGE + filled);
      filled += read;
      if (read === 0 || filled === PAGE) break;
    }
    const page = buffer.subarray(0, filled);
    this.pages.set(number, page);
    if (this.pages.size > KEPT_PAGES) {
      const oldest = this.pages.keys().next();
      if (!oldest.done) this.pages.delete(oldest.value);
    }
    return page;
  }
}
