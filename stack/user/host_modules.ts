/**
 * Node's modules as a program sees them: functions that call the host go through the world, which waits for
 * the answer and logs it; timers and random numbers are the world's.
 */
import { fileURLToPath } from 'node:url';
import type { World } from '../world/world.ts';
import { HostFiles } from './files/host_files.ts';
import { ask_host, ask_host_back } from './host_calls.ts';
import { worldRandom } from './random.ts';
import { timerPromises } from './timer_promises.ts';

/** Of the host's process: that of a program asks here. */
export const { getBuiltinModule: host_module } = process;

type Exports = Record<string, unknown>;
type CreateRequire = (file: string) => NodeJS.Require;
type Callable = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Modules whose functions call the host, and how they answer. For a program with an event loop of its own,
 * that loop answers what node:dns asks.
 */
const ASKING: Record<string, 'callback' | 'promise'> = {
  dns: 'callback',
  'dns/promises': 'promise',
};
/** Their functions that ask for nothing. */
const NOT_A_QUESTION = /^getServers|^setServers|^[A-Z_]/;
/** Functions that compute in a thread of the host and call back: the world waits for those, too. */
const COMPUTING: Record<string, RegExp> = {
  crypto: /^(?:pbkdf2|scrypt|hkdf|generateKey(?:Pair)?|(?:generate|check)Prime|sign|verify)$/,
  zlib: /^(?:(?:de|in)flate(?:Raw)?|g(?:un)?zip|unzip|(?:brotli|zstd)(?:Compress|Decompress))$/,
};
export class HostModules {
  readonly #world: World;
  readonly #has_event_loop: boolean;
  readonly #loaded = new Map<string, Exports>();
  #files: HostFiles | null = null;

  /** @param has_event_loop whether the program has one of its own, which answers for some modules */
  constructor(world: World, has_event_loop: boolean) {
    this.#world = world;
    this.#has_event_loop = has_event_loop;
  }

  /** What an import of the module may name, besides its default, which is the module itself. */
  names(specifier: string, createRequire: CreateRequire): string[] {
    return Object.keys(is_process(specifier) ? process : this.required(specifier, createRequire));
  }
  /**
   * The exports of one of Node's modules, by its name with or without 'node:': always the same object.
   *
   * @param createRequire Node's function of that name, for the program's own modules
   */
  required(specifier: string, createRequire: CreateRequire): Exports {
    // Each program has its own, which exists when the program runs.
    if (is_process(specifier)) return globalThis.process as unknown as Exports;
    const name = specifier.replace(/^node:/, '');
    let exports = this.#loaded.get(name);
    if (exports === undefined) {
      this.#world.realm_is_spent ||= !(this.#has_event_loop ? RESTORABLE : STATELESS).includes(name);
      exports = name === 'module' ? this.#moduleModule(createRequire) : this.#module(name);
      this.#loaded.set(name, exports);
    }
    return exports;
  }
  #moduleModule(createRequire: CreateRequire): Exports {
    const real = host_module('module') as unknown as Exports;
    const own = (file: string | URL) =>
      createRequire(file.toString().startsWith('file:') ? fileURLToPath(file) : String(file));
    return Object.assign(Object.create(real) as Exports, real, { createRequire: own });
  }

  #module(name: string): Exports {
    const real = host_module(name) as unknown as Exports;
    switch (name) {
      case 'fs':
        return this.#host_files().fs;
      case 'fs/promises':
        return this.#host_files().promises;
      case 'os':
        return this.#facts(name, real);
      case 'timers':
        return with_own(real, { ...worldTimers(), promises: timerPromises });
      case 'timers/promises':
        return with_own(real, timerPromises);
      case 'perf_hooks':
        return with_own(real, { performance: globalThis.performance });
      case 'crypto':
        return with_own(this.#computing(name, real), worldRandom(this.#world));
      case 'zlib':
        return this.#answers(name) ? real : this.#computing(name, real);
      case 'async_hooks':
        return with_own(real, this.#spending(real, OF_THREAD));
      case 'tls':
        return with_own(real, this.#spending(real, ['setDefaultCACertificates']));
      case 'worker_threads':
        return with_own(real, { Worker: ForeignThread });
      case 'child_process':
        return with_own(real, refused(name, CHILDREN));
      case 'cluster':
        return Object.assign(Object.create(real) as Exports, refused(name, ['fork']));
      default:
        return name in ASKING && !this.#answers(name) ? this.#asking(name, real) : real;
    }
  }

  #host_files(): HostFiles {
    return (this.#files ??= new HostFiles(this.#world, host_module('fs'), no_watching));
  }

  /** Whether the program's own event loop answers. */
  #answers(module: string): boolean {
    return this.#has_event_loop && /^(?:dns|zlib)/.test(module);
  }
  #asking(module: string, real: Exports): Exports {
    const asking: Exports = {};
    for (const name of Object.keys(real)) {
      const value = real[name];
      if (name === 'promises') asking[name] = this.#module(`${module}/promises`);
      else if (typeof value !== 'function' || NOT_A_QUESTION.test(name)) asking[name] = value;
      else asking[name] = this.#wrap(`${module}.${name}`, value as Callable, ASKING[module]!);
    }
    return asking;
  }

  /** A module whose functions tell of the host at once. */
  #facts(module: string, real: Exports): Exports {
    const { outside, inputs } = this.#world;
    const told: Exports = {};
    for (const name of Object.keys(real)) {
      const fact = real[name];
      if (typeof fact !== 'function') continue;
      const ask = (args: unknown[]): unknown => {
        if (/^set/.test(name) && inputs.is_replay)
          throw new Error(`${module}.${name}(): a repeated run changes nothing of the host`);
        return (fact as Callable)(...args);
      };
      const own = (...args: unknown[]) => outside.read(`${module}.${name}`, () => ask(args));
      told[name] = Object.assign(own, { [Symbol.toPrimitive]: () => own() });
    }
    return with_own(real, told);
  }

  /** Functions by which a program sees, or leaves, what is not its own in this thread. */
  #spending(real: Exports, names: readonly string[]): Exports {
    const spending = (name: string) => {
      const original = real[name] as Callable;
      const world = this.#world;
      return function (this: unknown, ...args: unknown[]): unknown {
        world.realm_is_spent = true;
        return original.apply(this, args);
      };
    };
    const known = names.filter((name) => typeof real[name] === 'function');
    return Object.fromEntries(known.map((name) => [name, spending(name)]));
  }

  #computing(module: string, real: Exports): Exports {
    const names = Object.keys(real).filter((name) => COMPUTING[module]!.test(name));
    const wrapped = (name: string) => this.#wrap(`${module}.${name}`, real[name] as Callable, 'callback');
    return with_own(real, Object.fromEntries(names.map((name) => [name, wrapped(name)])));
  }

  #wrap(name: string, real: Callable, answers: 'callback' | 'promise'): Callable {
    const world = this.#world;
    const ask = (self: unknown, args: unknown[]): unknown => {
      if (answers === 'promise')
        return ask_host(world, name, () => real.apply(self, args) as Promise<unknown>);
      const callback = args.at(-1);
      if (typeof callback !== 'function') return real.apply(self, args);
      const question = (back: Callable) => void real.apply(self, [...args.slice(0, -1), back]);
      return ask_host_back(world, name, question, callback as Callable);
    };
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      return ask(this, args);
    };
    // Properties such as readFile's for util.promisify() would bypass the world, unless they are functions
    // themselves.
    for (const key of Object.keys(real)) {
      const part = (real as unknown as Exports)[key];
      if (typeof part === 'function')
        (wrapped as unknown as Exports)[key] = this.#wrap(`${name}.${key}`, part as Callable, answers);
    }
    return wrapped;
  }
}

/** They keep nothing between two calls, so that no program finds in them what an earlier one has left. */
const STATELESS = [
  ...['assert', 'assert/strict', 'buffer', 'path', 'path/posix', 'path/win32', 'querystring'],
  ...['string_decoder', 'timers', 'timers/promises', 'url'],
];

/**
 * Those that a Node program may use, too: what it changes in what they export is put back, and what they keep to themselves
 * another program does not find.
 */
export const RESTORABLE: readonly string[] = [
  ...STATELESS,
  ...['async_hooks', 'constants', 'crypto', 'dgram', 'dns', 'dns/promises', 'events', 'fs', 'fs/promises'],
  ...['http', 'https', 'net', 'os', 'stream', 'stream/promises', 'tls', 'tty', 'util', 'util/types', 'zlib'],
];
/** Of node:async_hooks: numbers that a thread counts, and what is called in all of it. */
const OF_THREAD = ['createHook', 'executionAsyncId', 'executionAsyncResource', 'triggerAsyncId'];

const is_process = (specifier: string) => /^(?:node:)?process$/.test(specifier);

/** A module with some exports replaced. Those that are not enumerable, as zlib's constants, stay. */
function with_own(real: Exports, own: Exports): Exports {
  const all = { ...Object.getOwnPropertyDescriptors(real), ...Object.getOwnPropertyDescriptors(own) };
  return Object.defineProperties({}, all) as Exports;
}

/** What would start a process of the host. */
const CHILDREN = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];

/** Functions that would leave the machine, each with an error that names it. */
function refused(module: string, names: readonly string[]): Exports {
  const refuse = (name: string) => () => {
    throw new Error(
      `${module}.${name}() would run outside of the machine, unseen: list the program among the launch's programs, or start it with spawn() of 'sockscope'`,
    );
  };
  return Object.fromEntries(names.map((name) => [name, refuse(name)]));
}

/** Changes of the host's files come at any time, and no world could be run again with them. */
function no_watching(name: string): Callable {
  return () => {
    throw new Error(
      `${name}() would follow what happens on the host, of which the machine knows nothing: turn watching off, and run the program again after a change`,
    );
  };
}

/** A thread of the host knows nothing of the world, and the world nothing of it. */
class ForeignThread {
  constructor() {
    throw new Error(
      "worker_threads.Worker would run outside of the machine, unseen: start a process with spawn() of 'sockscope' instead",
    );
  }
}

/** The current globals: they are the world's by the time a program calls them. */
export function worldTimers(): Record<string, (...args: unknown[]) => unknown> {
  const names = [
    ...['setTimeout', 'setInterval', 'setImmediate'],
    ...['clearTimeout', 'clearInterval', 'clearImmediate'],
  ] as const;
  return Object.fromEntries(
    names.map((name) => [
      name,
      (...args: unknown[]) => (globalThis as unknown as Record<string, Callable>)[name]!(...args),
    ]),
  );
}
