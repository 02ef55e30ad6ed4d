/** A client of its own on the adapter's bytes: sees every message, in order, and can send half of one. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { connect } from 'node:net';
import { frame, MessageReader } from '../../../debug-adapter/connection/framing.ts';
import { ADAPTER } from './paths.ts';

export type Message = DebugProtocol.Response | DebugProtocol.Event;
const LATE_MS = 15_000;

export class RawClient {
  readonly #output: Writable;
  readonly #reader = new MessageReader();
  readonly #waiting = new Set<() => void>();
  readonly messages: Message[] = [];
  #seq = 0;
  /** The adapter has closed its end. */
  closed = false;

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    input.on('data', (chunk: Buffer) => {
      for (const body of this.#reader.read(chunk)) this.messages.push(JSON.parse(body) as Message);
      this.#wake();
    });
    input.on('close', () => {
      this.closed = true;
      this.#wake();
    });
    for (const stream of [input, output]) stream.on('error', () => {});
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** What is sent next has this number. */
  get nextSeq(): number {
    return this.#seq + 1;
  }
  /** @returns the request's number */
  send(command: string, args?: unknown): number {
    this.#output.write(this.framed(command, args));
    return this.#seq;
  }
  /** The same for requests that must arrive at once: the adapter may answer the first of two writes between them. */
  sendTogether(...requests: (readonly [command: string, args?: unknown])[]): number[] {
    const first = this.nextSeq;
    this.write(requests.map(([command, args]) => this.framed(command, args)).join(''));
    return requests.map((_, index) => first + index);
  }
  framed(command: string, args?: unknown): string {
    return frame({ seq: ++this.#seq, type: 'request', command, arguments: args });
  }
  write(bytes: string | Buffer): void {
    this.#output.write(bytes);
  }
  end(): void {
    this.#output.end();
  }

  /** Waits until it holds; fails with what was told. */
  async until<T>(what: string, find: () => T | undefined | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const told = this.messages.slice(-12).map((message) => JSON.stringify(message).slice(0, 200));
        reject(new Error(`waited in vain for ${what}; the last messages:\n${told.join('\n')}`));
      }, LATE_MS);
      const look = (): void => {
        const found = find();
        if (found === undefined || found === false) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
  answerTo(seq: number): Promise<DebugProtocol.Response> {
    return this.until(`the answer to ${seq}`, () =>
      this.messages.find(
        (one): one is DebugProtocol.Response =>
          one.type === 'response' && (one as DebugProtocol.Response).request_seq === seq,
      ),
    );
  }
  ask(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    return this.answerTo(this.send(command, args));
  }
  /** The first event of this name after the given number of messages. */
  event(name: string, after = 0): Promise<DebugProtocol.Event> {
    return this.until(`the event ${name}`, () =>
      this.messages
        .slice(after)
        .find(
          (one): one is DebugProtocol.Event =>
            one.type === 'event' && (one as DebugProtocol.Event).event === name,
        ),
    );
  }
  gone(): Promise<true> {
    return this.until('the end of the connection', () => this.closed || undefined);
  }
  get events(): string[] {
    return this.messages.flatMap((one) => (one.type === 'event' ? [(one as DebugProtocol.Event).event] : []));
  }

  async launch(args: object): Promise<void> {
    this.send('initialize', { adapterID: 'sockscope' });
    const launched = this.send('launch', args);
    await this.event('initialized');
    await this.ask('configurationDone');
    await this.answerTo(launched);
  }
}

/** An adapter's process, and how it is spoken with. */
export class AdapterProcess {
  readonly process: ChildProcess;
  #stderr = '';

  constructor(...args: string[]) {
    this.process = spawn(process.execPath, [ADAPTER, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stderr!.on('data', (text: Buffer) => (this.#stderr += text.toString()));
  }

  overStdio(): RawClient {
    return new RawClient(this.process.stdout!, this.process.stdin!);
  }
  async overPort(): Promise<RawClient> {
    const port = await this.#port();
    const socket = connect(port, '127.0.0.1');
    return new RawClient(socket, socket);
  }
  async #port(): Promise<number> {
    for (;;) {
      const port = /127\.0\.0\.1:(\d+)/.exec(this.#stderr)?.[1];
      if (port !== undefined) return Number(port);
      await new Promise((resolve) => this.process.stderr!.once('data', resolve));
    }
  }

  /** What it has written besides the protocol. */
  get stderr(): string {
    return this.#stderr;
  }
  /** Processes of the sessions. */
  get sessions(): number[] {
    const { pid } = this.process;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  }
  get exit(): Promise<number | null> {
    if (this.process.exitCode !== null) return Promise.resolve(this.process.exitCode);
    return new Promise((resolve) => this.process.on('exit', resolve));
  }
  kill(): void {
    this.process.kill('SIGKILL');
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended and was not waited for is there still, as a zombie.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
