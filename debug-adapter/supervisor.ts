/**
 * Runs a session in its own process, and outlives it. The process communicates with the client directly, over
 * inherited file descriptors; the supervisor takes over the connection only if the process dies before its
 * work is done.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Ledger } from './connection/ledger.ts';
import { withFreedMemory } from './freedMemory.ts';
import { v8Flags } from './v8Flags.ts';
import { GRAPH_FLAGS } from './moduleGraph.ts';

/** How long a session may take to end when it is told to. */
const END_MS = 2500;
/** How much of the process's stderr is examined after it died. */
const STDERR_BYTES = 8192;

/** What connects a session with its client. */
export interface Client {
  /** For the session's process: streams with a descriptor, or this process's own descriptors. */
  stdio: [Readable | 'inherit', Writable | 'inherit'];
  /** For the supervisor, if it must take over. */
  streams(): [Readable, Writable];
}

export class SupervisedSession {
  readonly #child: ChildProcess;
  readonly #client: Client;
  readonly #ledgerFd = Ledger.create();
  #stderr = '';
  /**
   * Resolves when the session is over and the client has been told, with the exit code: 0 unless the session
   * has died.
   */
  readonly over: Promise<number>;

  constructor(client: Client) {
    this.#client = client;
    const main = fileURLToPath(new URL('session/main.js', import.meta.url));
    const flags = [...GRAPH_FLAGS, ...v8Flags(process.versions.v8)];
    this.#child = spawn(process.execPath, [...flags, main], {
      // The fourth is a channel that ends with the supervisor, the fifth is LEDGER_FD.
      stdio: [...client.stdio, 'pipe', 'ipc', this.#ledgerFd],
      env: withFreedMemory(process.env),
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_BYTES);
    });
    this.over = this.#watch();
  }

  /** End the session: cleanly if possible, in any case soon. */
  end(): void {
    this.#child.kill('SIGTERM');
    setTimeout(() => this.#child.kill('SIGKILL'), END_MS).unref();
  }

  async #watch(): Promise<number> {
    const how = await new Promise<{ code: number; text: string }>((resolve) => {
      this.#child.on('error', (error) => resolve({ code: 1, text: error.message }));
      // Wait until its stderr is fully read, which contains the cause of death.
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

/** The line of V8's or Node's last output that tells the cause of death. */
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
