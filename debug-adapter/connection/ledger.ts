/**
 * What a session owes its client, in a file that outlives it: should the session's process die, the supervisor reads there
 * which requests are to be answered still, and how the messages are numbered.
 */
import { openSync, readSync, unlinkSync, writeSync, fstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The descriptor under which a session's process has it. */
export const LEDGER_FD = 4;

export interface LedgerPage {
  /** Number of the last message that was sent. */
  seq: number;
  /** Requests without an answer, by their numbers, with their commands. */
  open: [seq: number, command: string][];
  /** The client has been told that the program is at its end. */
  terminated: boolean;
  /** The session is over by the client's own wish: nothing is owed. */
  closed: boolean;
  /** Base64: the beginning of a message whose end had not come. */
  rest: string;
}

export class Ledger {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** A file that is gone with the last process that has it open. */
  static create(): number {
    const name = path.join(tmpdir(), `sockscope-${process.pid}-${process.hrtime.bigint()}`);
    const fd = openSync(name, 'wx+', 0o600);
    unlinkSync(name);
    return fd;
  }

  /** The line's end ends the page: what a longer page has left behind it is not read. */
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
