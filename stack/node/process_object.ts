/**
 * The `process` of a Node program: its own arguments, environment, events and exit, where several programs
 * share one thread of the host.
 */
import { EventEmitter } from 'node:events';
import path from 'node:path';
import { BOOT_NS } from '../kernel/time/timekeeping.ts';
import { environment } from '../user/environment.ts';
import { load_addon } from '../user/native_addon.ts';
import type { World } from '../world/world.ts';
import type { NodeProcess } from './node_process.ts';

/** Thrown by process.exit(), which does not return; nobody handles it but the loop. */
export class ProcessExit extends Error {
  override name = 'ProcessExit';
  constructor() {
    super('the process has ended');
  }
}

type ProcessObject = typeof process;

export function create_process_object(world: World, node: NodeProcess): ProcessObject {
  const host = process;
  const { machine, pid, program } = node;
  let cwd = program.cwd;
  let umask = 0o022;
  const hrtime = (since?: [number, number]): [number, number] => {
    const now = world.now_ns - BOOT_NS;
    const [seconds, nanoseconds] = [Math.floor(now / 1e9), now % 1e9];
    if (since === undefined) return [seconds, nanoseconds];
    const [earlier_s, earlier_ns] = since;
    const borrow = nanoseconds < earlier_ns ? 1 : 0;
    return [seconds - earlier_s - borrow, nanoseconds - earlier_ns + borrow * 1e9];
  };
  hrtime.bigint = () => BigInt(Math.floor(world.now_ns - BOOT_NS));

  const own = {
    argv: [host.execPath, program.file, ...program.args],
    argv0: 'node',
    execArgv: [],
    env: environment(world, program.env),
    pid,
    ppid: 1,
    title: path.basename(program.file),
    exitCode: undefined as number | string | null | undefined,
    cwd: () => cwd,
    chdir: (folder: string) => void (cwd = path.resolve(cwd, folder)),
    umask: (mask?: number) => {
      const before = umask;
      umask = mask ?? umask;
      return before;
    },
    uptime: () => (machine.now_ns - node.started_ns) / 1e9,
    hrtime,
    exit: (code?: number | string | null): never => {
      node.exit(code);
      throw new ProcessExit();
    },
    reallyExit: (code?: number): never => own.exit(code),
    abort: () => {
      throw new Error('process.abort() would end the whole machine: throw an error, or call process.exit()');
    },
    dlopen: load_addon,
    getBuiltinModule: (name: string): unknown => {
      // Node's own complains of what is no string.
      return typeof name === 'string' ? node.builtin(name) : host.getBuiltinModule(name);
    },
    kill: (target: number, signal: string | number = 'SIGTERM') => node.kill(target, signal),
    emitWarning: (warning: string | Error, ...options: unknown[]): void => {
      const told = warning_of(warning, options);
      host.stderr.write(`(node:${pid}) ${told.code === undefined ? '' : `[${told.code}] `}${String(told)}\n`);
      process.nextTick(() => object.emit('warning', told));
    },
  };
  const object = Object.create(host, Object.getOwnPropertyDescriptors(own)) as ProcessObject;
  // Its listeners are its own, not those of the host's process.
  (EventEmitter as unknown as { init: () => void }).init.call(object);
  return object;
}

interface Warning extends Error {
  code?: string;
  detail?: string;
}
/** @param options an object of them, or type and code */
function warning_of(warning: string | Error, options: readonly unknown[]): Warning {
  if (warning instanceof Error) return warning;
  const [first, second] = options;
  const { type, code, detail } = (
    typeof first === 'object' && first !== null ? first : { type: first, code: second }
  ) as { type?: unknown; code?: unknown; detail?: unknown };
  const told: Warning = new Error(warning);
  told.name = typeof type === 'string' ? type : 'Warning';
  if (typeof code === 'string') told.code = code;
  if (typeof detail === 'string') told.detail = detail;
  return told;
}
