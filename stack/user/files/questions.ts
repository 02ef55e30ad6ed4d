/**
 * Asks the host about files. The answer enters as data of the log, and what the program gets is made of that data, in the
 * first run as in one that repeats it. Bytes that are read into the program's memory are part of the answer.
 */
import type fs from 'node:fs';
import type { World } from '../../world/world.ts';
import type { Outcome } from '../../world/outside.ts';
import { ask_host, ask_host_then } from '../host_calls.ts';
import { told, untold } from './answers.ts';
import { check_permission, note_opened } from './permission.ts';

export type Callable = (this: unknown, ...args: unknown[]) => unknown;
type Args = readonly unknown[];
type View = NodeJS.ArrayBufferView;

/** A function of Node's, by its name without 'Sync'. */
export interface Asked {
  /** 'fs.readSync', for messages. */
  name: string;
  /** 'read' */
  base: string;
  real: Callable;
}

/** What functions answer that read into memory or write from it: a number. */
const COUNTS: ReadonlySet<string> = new Set(['read', 'readv', 'write', 'writev']);

export class FileQuestions {
  readonly real: typeof fs;
  readonly #world: World;

  constructor(world: World, real: typeof fs) {
    this.#world = world;
    this.real = real;
  }

  /** @throws the host's error */
  now(asked: Asked, args: Args): unknown {
    const question = () => this.#kept(asked, args, () => asked.real(...args));
    return this.#given(asked, args, this.#world.outside.read(asked.name, question));
  }
  async promised(asked: Asked, args: Args): Promise<unknown> {
    const question = async () => {
      this.#check(asked, args);
      return this.#keep(asked, args, await asked.real(...args));
    };
    return this.#given(asked, args, await ask_host(this.#world, asked.name, question));
  }
  /** Ask a function that calls back, and promise what it answers. */
  async called(asked: Asked, args: Args): Promise<unknown> {
    const data = await ask_host(this.#world, asked.name, () => this.#call(asked, args));
    return this.#given(asked, args, data);
  }
  /** Ask a function that calls back. */
  back(asked: Asked, args: Args, callback: Callable): void {
    const take = (outcome: Outcome): void => {
      if ('error' in outcome) callback(outcome.error);
      else {
        const answer = this.#given(asked, args, outcome.value);
        // It answers nothing else, and no error.
        if (asked.base === 'exists') callback(answer);
        else if (COUNTS.has(asked.base)) callback(null, answer, memory_of(asked.base, args));
        else callback(null, ...(answer === undefined ? [] : [answer]));
      }
    };
    ask_host_then(this.#world, asked.name, () => this.#call(asked, args), take);
  }

  #call(asked: Asked, args: Args): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#check(asked, args);
      const answered = (first: unknown, value: unknown) => {
        if (asked.base === 'exists') resolve(first);
        else if (first instanceof Error) reject(first);
        else resolve(this.#keep(asked, args, value));
      };
      asked.real(...args, answered);
    });
  }
  #kept(asked: Asked, args: Args, ask: () => unknown): unknown {
    this.#check(asked, args);
    return this.#keep(asked, args, ask());
  }
  #check({ base }: Asked, args: Args): void {
    check_permission(this.#world, base, args);
  }
  /** The answer as data. */
  #keep({ base }: Asked, args: Args, answer: unknown): unknown {
    note_opened(this.#world, base, args, answer);
    return base === 'read' || base === 'readv'
      ? { count: answer, bytes: gather(regions(base, args), answer as number) }
      : told(answer);
  }
  #given({ base }: Asked, args: Args, data: unknown): unknown {
    if (base !== 'read' && base !== 'readv') return untold(data, this.real);
    const { count, bytes } = data as { count: number; bytes: Uint8Array };
    scatter(bytes, regions(base, args));
    return count;
  }
}

/** What a callback gets beside the number of bytes. */
function memory_of(base: string, args: Args): unknown {
  return base === 'read' ? read_into(args).view : args[1];
}

/** Where the bytes go that are read. */
function regions(base: string, args: Args): Uint8Array[] {
  if (base === 'readv') return (args[1] as View[]).map((view) => bytes_of(view));
  const { view, offset } = read_into(args);
  return [bytes_of(view).subarray(offset)];
}
/** `fs.read(fd, buffer, offset, length, position)`, or with the last three as an object, or all four. */
function read_into(args: Args): { view: View; offset: number } {
  const [, first, second] = args;
  const isView = ArrayBuffer.isView(first);
  const options = (isView ? second : first) as { buffer?: View; offset?: number } | number | null | undefined;
  const view = isView
    ? (first as View)
    : ((options as { buffer?: View } | undefined)?.buffer ?? new Uint8Array());
  const offset = typeof options === 'object' ? options?.offset : options;
  return { view, offset: offset ?? 0 };
}
const bytes_of = ({ buffer, byteOffset, byteLength }: View) => new Uint8Array(buffer, byteOffset, byteLength);

function gather(from: readonly Uint8Array[], count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let at = 0;
  for (const region of from) {
    const part = region.subarray(0, count - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
function scatter(bytes: Uint8Array, into: readonly Uint8Array[]): void {
  let at = 0;
  for (const region of into) {
    const part = bytes.subarray(at, at + region.length);
    region.set(part);
    at += part.length;
  }
}
