/**
 * The globals of a scenario: time, random numbers, timers and the console are virtual, so that two runs are
 * the same.
 */
import { Console } from 'node:console';
import { promisify } from 'node:util';
import type { RuntimeTimer, task_struct } from '../include/linux/sched.ts';
import type { Machine } from '../machine.ts';
import { hrtimer } from '../include/linux/timer.ts';
import { hrtimer_cancel, hrtimer_start } from '../kernel/time/hrtimer.ts';
import { BOOT_NS, BOOT_REAL_NS } from '../kernel/time/timekeeping.ts';
import { random_fraction } from '../lib/random.ts';
import type { World } from '../world/world.ts';
import { install_web_random } from './random.ts';
import { run_in_process } from './process.ts';
import { timerPromises } from './timer_promises.ts';

/** Wall-clock time of the machine, in ms since 1970. */
function realTimeMs(world: World): number {
  return Math.floor((BOOT_REAL_NS + world.now_ns - BOOT_NS) / 1e6);
}

/** A Date that uses the machine's clock. */
function machineDate(world: World): DateConstructor {
  const RealDate = Date;
  function MachineDate(this: unknown, ...args: unknown[]): Date | string {
    if (new.target === undefined) return new RealDate(realTimeMs(world)).toString();
    const values = args.length === 0 ? [realTimeMs(world)] : args;
    return Reflect.construct(RealDate, values, new.target) as Date;
  }
  MachineDate.prototype = RealDate.prototype;
  MachineDate.now = () => realTimeMs(world);
  MachineDate.parse = RealDate.parse;
  MachineDate.UTC = RealDate.UTC;
  Object.defineProperty(MachineDate, 'name', { value: 'Date' });
  return MachineDate as unknown as DateConstructor;
}

/** The result of setTimeout(), compatible with Node's. */
export class MachineTimeout implements RuntimeTimer {
  readonly is_ref = true;
  #machine: Machine;
  #timer: hrtimer<MachineTimeout>;
  #repeat: number | null;
  #delay: number;
  #task: task_struct;
  #callback: () => void;

  constructor(machine: Machine, callback: () => void, ms: number, repeat: boolean) {
    this.#machine = machine;
    this.#task = machine.current;
    this.#callback = callback;
    this.#delay = Math.round(Math.max(Number(ms) || 0, 1) * 1e6);
    this.#repeat = repeat ? this.#delay : null;
    this.#timer = new hrtimer<MachineTimeout>(MachineTimeout.timeout_expired, this);
    this.#start();
  }
  #start(): void {
    hrtimer_start(this.#machine, this.#timer, this.#machine.now_ns + this.#delay);
  }
  /** Whose it is; the program's own view of it has no such member. */
  static task_of(timeout: MachineTimeout): task_struct {
    return timeout.#task;
  }
  static timeout_expired(timeout: MachineTimeout): void {
    if (timeout.#task.exited) return;
    if (timeout.#repeat !== null) timeout.#start();
    run_in_process(timeout.#task, timeout.#callback);
  }
  close(): this {
    hrtimer_cancel(this.#machine, this.#timer);
    this.#repeat = null;
    return this;
  }
  refresh(): this {
    this.#start();
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

function called(callback: (...args: unknown[]) => void, args: unknown[]): () => void {
  if (typeof callback !== 'function')
    throw Object.assign(new TypeError('The "callback" argument must be of type function'), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
  return args.length === 0 ? callback : () => callback(...args);
}
function is_timer(value: unknown): value is RuntimeTimer {
  return typeof value === 'object' && value !== null && 'is_ref' in value && 'close' in value;
}

/** Write to the world's output. A process that has ended writes nothing, though its function may not have returned yet. */
function written(world: World, stream: 'stdout' | 'stderr', text: string): void {
  const { current } = world;
  if (current?.exited !== true) world.output?.(stream, text, current);
}

/**
 * A console that writes to the machine's output together with the name of the process; its stopwatch uses
 * virtual time.
 */
function machineConsole(world: World): Partial<Console> {
  const stream = (name: 'stdout' | 'stderr') =>
    ({ write: (text: string) => written(world, name, text) }) as unknown as NodeJS.WritableStream;
  // With ignoreErrors it would require more of its streams than a write function.
  const host = new Console({ stdout: stream('stdout'), stderr: stream('stderr'), ignoreErrors: false });
  const started = new Map<string, number>();
  const elapsed = (label: string, more: readonly unknown[]): void => {
    const begun = started.get(label);
    if (begun === undefined) host.warn(`No such label '${label}' for console.timeEnd()`);
    else host.log(`${label}: ${((world.time_ns - begun) / 1e6).toFixed(3)}ms`, ...more);
  };
  return {
    ...host,
    time: (label = 'default') => void started.set(label, world.time_ns),
    timeLog: (label = 'default', ...more: unknown[]) => elapsed(label, more),
    timeEnd: (label = 'default') => {
      elapsed(label, []);
      started.delete(label);
    },
  };
}

/** The host's performance object, but for the time: what it has besides is still there for Node's own modules. */
function machinePerformance(world: World, host: typeof performance): typeof performance {
  const machine: Record<string, unknown> = {};
  for (let from: object = host; from !== Object.prototype; from = Object.getPrototypeOf(from) as object)
    for (const name of Object.getOwnPropertyNames(from)) {
      const value = Object.getOwnPropertyDescriptor(from, name)?.value as unknown;
      if (typeof value === 'function' && name !== 'constructor') machine[name] ??= value.bind(host);
    }
  return Object.assign(machine, {
    now: () => world.time_ns / 1e6,
    timeOrigin: BOOT_REAL_NS / 1e6,
  }) as unknown as typeof performance;
}

/**
 * Have what a program writes, by the console or to its standard streams, go to the world's output. Its top-level code runs
 * before the world does, and writes too.
 */
export function installConsole(world: World): void {
  Object.assign(globalThis.console, machineConsole(world));
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (chunk: Uint8Array | string, ...more: unknown[]) => {
      written(world, name, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      const callback = more.at(-1);
      if (typeof callback === 'function') queueMicrotask(() => void (callback as () => void)());
      return true;
    };
}

/** Install the world's globals in this JavaScript realm (a worker, a process), which must run only one world at a time. */
export function installGlobals(world: World): void {
  const start = (callback: () => void, ms: number, repeat: boolean): RuntimeTimer => {
    const runtime = world.current?.signal.runtime ?? null;
    return runtime === null
      ? new MachineTimeout(world.running!, callback, ms, repeat)
      : runtime.set_timer(callback, ms, repeat);
  };
  const timer =
    (repeat: boolean) =>
    (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      start(called(callback, args), ms, repeat);
  const clear = (timeout: unknown) => {
    const given = typeof timeout === 'object' ? timeout : world.current?.signal.runtime?.timer_of(timeout);
    if (is_timer(given)) given.close();
  };
  const setTimer = timer(false);
  const setImmediate = (callback: (...args: unknown[]) => void, ...args: unknown[]) => {
    const runtime = world.current?.signal.runtime ?? null;
    const call = called(callback, args);
    return runtime === null ? start(call, 0, false) : runtime.set_immediate(call);
  };
  Object.assign(setTimer, { [promisify.custom]: timerPromises.setTimeout });
  Object.assign(setImmediate, { [promisify.custom]: timerPromises.setImmediate });
  Object.assign(globalThis, {
    Date: machineDate(world),
    setTimeout: setTimer,
    setInterval: timer(true),
    setImmediate,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  Math.random = () => random_fraction(world);
  install_web_random(world);
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    // As Node's: a program does not wait for it.
    setTimer(() => controller.abort(reason), ms).unref();
    return controller.signal;
  };
  Object.defineProperty(globalThis, 'performance', {
    configurable: true,
    value: machinePerformance(world, globalThis.performance),
  });
  const { kill } = process;
  process.kill = (pid, signal) => {
    if (pid !== process.pid) return kill.call(process, pid, signal);
    throw new Error(
      'process.kill() would end the whole machine, not this process: return, or throw an error',
    );
  };
  installConsole(world);
}
