/**
 * A session's open obligations to its client, in a file that outlives the process: if the process dies, the
 * supervisor reads there which requests are unanswered, and the last message number.
 */
import { openSync, readSync, unlinkSync, writeSync, fstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The session process's descriptor of the file. */
export const LEDGER_FD = 4;

export interface LedgerPage {
  /** Number of the last message sent. */
  seq: number;
  /** Unanswered requests: number and command. */
  open: [seq: number, command: string][];
  /** The client was told that the program has ended. */
  terminated: boolean;
  /** The client ended the session: nothing is owed. */
  closed: boolean;
  /** Base64: the beginning of an incomplete message. */
  rest: string;
}

export class Ledger {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Create a file that disappears when the last process closes it. */
  static create(): number {
    const name = path.join(tmpdir(), `sockscope-${process.pid}-${process.hrtime.bigint()}`);
    const fd = openSync(name, 'wx+', 0o600);
    unlinkSync(name);
    return fd;
  }

  /** A newline ends the page: remains of an earlier, longer page after it are ignored. */
  write(page: LedgerPage): void {
    writeSync(this.#fd, `${JSON.stringify(page)}\n`, 0);
  }

  read(): LedgerPage {
    const bytes = Buffer.alloc(fstatSync(this.#fd).size);
    readSync(this.#fd, bytes, 0, bytes.length, 0);
    const end = bytes.indexOf('\n');
    if (end < 0) return { seq: 0, open: [], terminated: false, closed: false, rest: '' };
    return JSON.parse(bytes.toString('utf8', 0, end)) as LedgerPage;
  }
}
