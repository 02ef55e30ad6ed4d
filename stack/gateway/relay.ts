/** One connection through the gateway: a process that copies bytes both ways, as fast as the slower side takes them. */
import type { task_struct } from '../include/linux/sched.ts';
import { SystemError } from '../user/errors.ts';
import { run_in_process } from '../user/process.ts';
import type { HostConnection, HostEvent } from './host_side.ts';

/** What a relay needs of the library for programs. */
export interface RelayCalls {
  readonly AF_INET: number;
  readonly AF_UNSPEC: number;
  readonly SOCK_STREAM: number;
  readonly SHUT_WR: number;
  readonly SOL_SOCKET: number;
  readonly SO_REUSEADDR: number;
  socket(family: number, type: number): Promise<number>;
  connect(fd: number, address: { family?: number; address?: string; port?: number }): Promise<unknown>;
  send(fd: number, bytes: Uint8Array): Promise<number>;
  recv(fd: number, length: number): Promise<Uint8Array>;
  shutdown(fd: number, how: number): Promise<unknown>;
  close(fd: number): Promise<unknown>;
  bind(fd: number, address: { address: string; port: number }): Promise<unknown>;
  listen(fd: number, backlog: number): Promise<unknown>;
  accept(fd: number): Promise<number>;
  poll(list: { fd: number; events: number; revents: number }[], timeout_ms: number): Promise<number>;
  setsockopt(fd: number, level: number, name: number, value: number): Promise<unknown>;
}

/** Bytes of one read from the machine's side. */
const CHUNK = 65536;

/** The events of a connection's host side, in the order in which they entered the world. */
export class HostEvents {
  readonly #queue: HostEvent[] = [];
  #wake: (() => void) | null = null;
  #task: task_struct | null = null;
  #written: (() => void) | null = null;
  is_gone = false;

  /** The process that reads them. */
  set task(task: task_struct) {
    this.#task = task;
  }
  /** An event enters. */
  enter(event: HostEvent): void {
    if (event.what === 'gone') this.is_gone = true;
    if (event.what === 'written' || event.what === 'gone') this.#resume(this.#written);
    if (event.what === 'written') return;
    this.#queue.push(event);
    this.#resume(this.#wake);
  }
  #resume(wake: (() => void) | null): void {
    if (wake !== null && this.#task !== null) run_in_process(this.#task, wake);
  }
  async next(): Promise<HostEvent> {
    if (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = null;
    return this.#queue.shift()!;
  }
  /** Resolves when what was written has left, or the connection is gone. */
  written(write: () => void): Promise<void> {
    if (this.is_gone) return Promise.resolve();
    const left = new Promise<void>((resolve) => (this.#written = resolve));
    write();
    return left;
  }
}

/**
 * The process of a connection that a client of the host has opened.
 *
 * @param refused called when nothing listens at the address
 */
export async function relay(
  calls: RelayCalls,
  events: HostEvents,
  host: HostConnection,
  to: { address: string; port: number },
  refused: () => void,
): Promise<void> {
  const fd = await calls.socket(calls.AF_INET, calls.SOCK_STREAM);
  await carry(calls, fd, events, host, async () => {
    try {
      await calls.connect(fd, to);
    } catch (error) {
      if (error instanceof SystemError && error.code === 'ECONNREFUSED') refused();
      throw error;
    }
  });
}

/** The process of a connection that a program of the machine has opened. */
export async function relay_accepted(
  calls: RelayCalls,
  fd: number,
  events: HostEvents,
  host: HostConnection,
): Promise<void> {
  host.resume();
  await carry(calls, fd, events, host, () => Promise.resolve());
}

async function carry(
  calls: RelayCalls,
  fd: number,
  events: HostEvents,
  host: HostConnection,
  connect: () => Promise<unknown>,
): Promise<void> {
  try {
    await connect();
    const out = out_of_machine(calls, fd, events, host);
    await Promise.all([into_machine(calls, fd, events, host, out), out]);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    // The machine refused or reset the connection: the host's peer sees a reset as well.
    host.destroy();
  }
  await calls.close(fd);
}

/** @param out the other direction: when both have ended in order, nothing more happens */
async function into_machine(
  calls: RelayCalls,
  fd: number,
  events: HostEvents,
  host: HostConnection,
  out: Promise<void>,
): Promise<void> {
  let has_ended = false;
  for (;;) {
    const event = await (has_ended ? Promise.race([events.next(), out]) : events.next());
    if (event === undefined) {
      // It was gone before the other direction could end in order.
      if (events.is_gone) await calls.connect(fd, { family: calls.AF_UNSPEC });
      return;
    }
    switch (event.what) {
      case 'data':
        await calls.send(fd, event.bytes);
        host.resume();
        break;
      case 'end':
        await calls.shutdown(fd, calls.SHUT_WR);
        has_ended = true;
        break;
      case 'gone':
        // Dissolving the connection resets it, and ends the other half's sleep in recv().
        await calls.connect(fd, { family: calls.AF_UNSPEC });
        return;
    }
  }
}

async function out_of_machine(
  calls: RelayCalls,
  fd: number,
  events: HostEvents,
  host: HostConnection,
): Promise<void> {
  for (;;) {
    const bytes = await calls.recv(fd, CHUNK);
    if (bytes.length === 0) break;
    await events.written(() => host.write(bytes));
    if (events.is_gone) return;
  }
  host.end();
}
