/** System calls and the sleeps in them, each from its beginning to its end. */
import type { Moment } from '../protocol.ts';
import type { End } from './ends.ts';
import type { Happening, HappeningOf } from './happening.ts';

export interface Call {
  pid: number;
  name: string;
  arguments: string;
  result: string | undefined;
  /** Undefined: before the first happening that is kept. */
  from: Moment;
  to: Moment | undefined;
  sleeps: { from: Moment; to?: Moment }[];
  /** The socket that it is about; after accept() the new one. */
  socket: End | null;
}

export class Calls {
  /** Oldest first. */
  readonly all: Call[] = [];
  /** By task: its call that has not returned. */
  readonly #open = new Map<number, Call>();
  readonly #begin: Moment;

  /** @param begin the moment at which what is kept begins */
  constructor(begin: Moment) {
    this.#begin = begin;
  }

  add(happening: Happening): void {
    switch (happening.kind) {
      case 'enter':
        this.#start(happening.pid, {
          pid: happening.pid,
          name: happening.call,
          arguments: happening.arguments,
          result: undefined,
          from: momentOf(happening),
          to: undefined,
          sleeps: [],
          socket: happening.socket,
        });
        return;
      case 'exit':
        return this.#exit(happening);
      case 'sleep':
        this.#open.get(happening.pid)?.sleeps.push({ from: momentOf(happening) });
        return;
      case 'wake':
        return this.#wake(happening.pid, momentOf(happening));
      case 'end':
        this.#end(happening.pid, momentOf(happening));
        return;
      default:
    }
  }

  /** A task has sent a frame: a connect() that has not returned has found its port. */
  sends(pid: number, end: End): void {
    const call = this.#open.get(pid);
    if (call?.socket?.port === 0 && call.name === 'connect') call.socket = end;
  }

  /** The call that a task is in. */
  current(pid: number): Call | undefined {
    return this.#open.get(pid);
  }

  #start(pid: number, call: Call): Call {
    this.all.push(call);
    this.#open.set(pid, call);
    return call;
  }
  #exit({ pid, call: name, result, error, socket, ...moment }: HappeningOf<'exit'>): void {
    const before = { pid, name, arguments: '…', result: undefined, to: undefined, sleeps: [] };
    const call = this.#open.get(pid) ?? this.#start(pid, { ...before, from: this.#begin, socket });
    call.to = momentOf(moment);
    call.result = error ?? (result === null ? undefined : String(result));
    if (socket !== null) call.socket = socket;
    this.#open.delete(pid);
  }
  #wake(pid: number, moment: Moment): void {
    const sleep = this.#open.get(pid)?.sleeps.at(-1);
    if (sleep !== undefined) sleep.to ??= moment;
  }
  /** A process that ends in a system call never returns from it. */
  #end(pid: number, moment: Moment): void {
    this.#wake(pid, moment);
    const call = this.#open.get(pid);
    if (call !== undefined) call.to = moment;
    this.#open.delete(pid);
  }
}

export function momentOf({ event, timeNs }: Moment): Moment {
  return { event, timeNs };
}
