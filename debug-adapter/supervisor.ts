/**
 * Runs one session in a process of its own, and outlives it. The process speaks with the client itself, over file
 * descriptors that it is given; only if it dies before its work is done does the supervisor take the connection over.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Ledger } from './connection/ledger.ts';

/** How long a session may take to end when it is told to. */
const END_MS = 2500;
/** Of what the process wrote to stderr before it died, so much is looked at. */
const STDERR_BYTES = 8192;

/** What connects a session with its client. */
export interface Client {
  /** For the session's process: streams with a descriptor, or this process's own descriptors. */
  stdio: [Readable | 'inherit', Writable | 'inherit'];
  /** For the supervisor, should it have to go on alone. */
  streams(): [Readable, Writable];
}

export class SupervisedSession {
  readonly #child: ChildProcess;
  readonly #client: Client;
  readonly #ledgerFd = Ledger.create();
  #stderr = '';
  /** The session is over, and the client knows. Gives what the process is to exit with: 0 unless the session has died. */
  readonly over: Promise<number>;

  constructor(client: Client) {
    this.#client = client;
    this.#child = spawn(process.execPath, [fileURLToPath(new URL('session/main.js', import.meta.url))], {
      // The fourth is a channel that ends with the supervisor, the fifth is LEDGER_FD.
      stdio: [...client.stdio, 'pipe', 'ipc', this.#ledgerFd],
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_BYTES);
    });
    this.over = this.#watch();
  }

  /** End it: in good order if it can, in any case soon. */
  end(): void {
    this.#child.kill('SIGTERM');
    setTimeout(() => this.#child.kill('SIGKILL'), END_MS).unref();
  }

  async #watch(): Promise<number> {
    const how = await new Promise<{ code: number; text: string }>((resolve) => {
      this.#child.on('error', (error) => resolve({ code: 1, text: error.message }));
      // Not before its stderr has been read to the end: what it died of stands there.
      this.#child.on('close', (code, signal) =>
        resolve(
          signal === null
            ? { code: code ?? 1, text: `exit code ${code}` }
            : { code: 128 + constants.signals[signal], text: signal },
        ),
      );
    });
    const page = new Ledger(this.#ledgerFd).read();
    closeSync(this.#ledgerFd);
    if (page.closed) return 0;
    const { LastWords } = await import('./connection/lastWords.ts');
    const cause = causeIn(this.#stderr);
    const reason = `The debugger's process has died (${cause === undefined ? how.text : `${how.text}: ${cause}`})`;
    await new LastWords(...this.#client.streams(), page, how.code, reason).done;
    return 1;
  }
}

/** The line of V8's or Node's last words that says what it died of. */
function causeIn(stderr: string): string | undefined {
  const patterns = [
    /^# Check failed: .*$/m,
    /^FATAL ERROR: .*$/m,
    /^.*Assertion .* failed.*$/m,
    /^# Fatal .*\n# (.*)$/m,
    /^\w*Error(?: \[\w+\])?: .*$/m,
  ];
  for (const pattern of patterns) {
    const match = pattern.exec(stderr);
    if (match !== null) return (match[1] ?? match[0]).replace(/^# /, '').slice(0, 300);
  }
  return undefined;
}
