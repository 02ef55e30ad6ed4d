/**
 * Which functions have changed watched bytes: in a machine whose functions say when they begin and end, they are compared each
 * time. The one in which the code was last, or the one in which it is then, has changed them.
 */
import type { World } from '../../stack/world/world.ts';
import type { CallSink, Instrumentation, TracedFunction } from '../worker/instrumentation.ts';
import type { DataBreakpoints } from './dataBreakpoints.ts';
import { callSites } from './values/callSites.ts';

export class ByteWriters implements CallSink<true> {
  readonly #world: World;
  readonly #data: DataBreakpoints;
  readonly #instrumentation: Instrumentation<true>;
  #fields: readonly number[] = [];
  #bytes: readonly string[] = [];
  #end = 0;
  /** Where the code is since the last comparison; undefined: in none that is known. */
  #in: TracedFunction | undefined;
  #writers: TracedFunction[] = [];

  constructor(world: World, data: DataBreakpoints, instrumentation: Instrumentation) {
    this.#world = world;
    this.#data = data;
    this.#instrumentation = instrumentation as Instrumentation<true>;
  }

  /** Look at bytes of these fields from here on, up to an event. */
  begin(fields: readonly number[], end: number): void {
    this.#fields = fields;
    this.#bytes = this.#data.bytesOf(fields);
    this.#end = end;
    [this.#in] = this.#onStack();
    this.#instrumentation.sink = this;
  }
  /** The machine has come to the end. @returns the functions of which one has made the last change; none: they are not known */
  take(): TracedFunction[] {
    this.#compare(this.#onStack()[0]);
    this.#instrumentation.sink = null;
    return this.#writers;
  }

  enter(): true {
    const [callee, caller] = this.#onStack();
    this.#compare(caller);
    this.#in = callee;
    return true;
  }
  exit(): void {
    const [callee, caller] = this.#onStack();
    this.#compare(callee);
    this.#in = caller;
  }
  #compare(now: TracedFunction | undefined): void {
    if (this.#world.event > this.#end) return;
    const old = this.#bytes;
    this.#bytes = this.#data.bytesOf(this.#fields);
    // The bytes of an object that was just created were none before.
    if (!this.#bytes.some((bytes, index) => bytes !== old[index] && old[index] !== '')) return;
    this.#writers = [...new Set([this.#in, now])].filter((one) => one !== undefined);
  }
  /** The innermost of these functions, and the one from which it was called. */
  #onStack(): TracedFunction[] {
    const { functions } = this.#instrumentation;
    const found: TracedFunction[] = [];
    for (const call of callSites()) {
      const name = call.getFunctionName();
      const url = call.getScriptNameOrSourceURL();
      const one = functions.find((traced) => traced.name === name && traced.url === url);
      if (one !== undefined) found.push(one);
      if (found.length === 2) break;
    }
    return found;
  }
}
