/** The calls of a scenario about its process and the time. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { EINVAL } from '../../include/uapi/asm-generic/errno.ts';
import { hrtimer_nanosleep } from '../../kernel/time/nanosleep.ts';
import { ktime_get_ns, ktime_get_real_ns } from '../../kernel/time/timekeeping.ts';
import { show_value } from '../../lib/show_value.ts';
import type { World } from '../../world/world.ts';
import type { Machine } from '../../machine.ts';
import { CONSTANTS } from '../constants.ts';
import { SystemError } from '../errors.ts';
import { type Process, spawn_process } from '../process.ts';
import type { ProgramSpec, ProgramStarter } from '../program.ts';
import { syscall } from '../syscall.ts';
import { hereIn } from './calls.ts';

/** The programs that a scenario can start. */
export interface Programs {
  /** Their files are named from here. */
  folder: string;
  /** Their working directory, if they are not given another one. */
  cwd: string | undefined;
  starter: ProgramStarter;
}

const CALL_IT =
  "Call it as spawn(name, async () => { … }), or as spawn('./server.mjs', { args, env, cwd, name })";

export function processCalls(world: World, programs: Programs | null) {
  const here = hereIn(world);
  return {
    /** ms */
    sleep(ms: number) {
      if (typeof ms !== 'number' || !(ms >= 0))
        throw new TypeError(`sleep: ms must be a number of at least 0, got ${show_value(ms)}`);
      return syscall(here(), 'nanosleep', [ms], hrtimer_nanosleep(here(), Math.round(ms * 1e6)));
    },
    /** ns */
    clock_gettime(clock: number = CONSTANTS.CLOCK_MONOTONIC) {
      if (clock === CONSTANTS.CLOCK_REALTIME) return ktime_get_real_ns(here());
      if (clock !== CONSTANTS.CLOCK_MONOTONIC) throw new SystemError(-EINVAL, 'clock_gettime');
      return ktime_get_ns(here());
    },
    getpid() {
      return here().current.tgid;
    },
    /** A function, or a Node program by its file. */
    spawn(name: string, main: unknown) {
      if (typeof name !== 'string') throw new TypeError(`spawn: ${CALL_IT}`);
      const { pid, exited } =
        typeof main === 'function'
          ? spawn_process(here(), name, main as () => unknown)
          : spawn_program(here(), name, main, programs);
      return { pid, exited };
    },
  };
}

/** Start a Node program in a process of the machine. @throws TypeError for options that it does not have */
function spawn_program(machine: Machine, file: string, options: unknown, programs: Programs | null): Process {
  if (programs === null) throw new TypeError(`spawn: ${CALL_IT}`);
  const spec = program_spec(file, options ?? {}, programs);
  if (machine.world.outside.read('fs.existsSync', () => existsSync(spec.file)) !== true)
    throw new TypeError(`spawn: there is no file ${spec.file}. ${CALL_IT}`);
  return programs.starter.start(machine, spec);
}
function program_spec(file: string, options: unknown, { folder, cwd }: Programs): ProgramSpec {
  const is_text = (value: unknown): boolean => typeof value === 'string';
  const is_value = (value: unknown): boolean => is_text(value) || typeof value === 'number';
  const checks: Record<string, (value: unknown) => boolean> = {
    args: (value) => Array.isArray(value) && value.every(is_value),
    env: (value) => typeof value === 'object' && value !== null && Object.values(value).every(is_value),
    cwd: is_text,
    name: is_text,
  };
  if (typeof options !== 'object' || options === null) throw new TypeError(`spawn: ${CALL_IT}`);
  for (const [name, value] of Object.entries(options)) {
    const is_valid = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (is_valid === undefined) throw new TypeError(`spawn: there is no option ${name}. ${CALL_IT}`);
    if (value !== undefined && !is_valid(value))
      throw new TypeError(`spawn: ${name} cannot be ${show_value(value)}. ${CALL_IT}`);
  }
  const given = options as { args?: unknown[]; env?: Record<string, unknown>; cwd?: string; name?: string };
  return {
    file: path.resolve(folder, file),
    name: given.name,
    args: (given.args ?? []).map(String),
    env: Object.fromEntries(Object.entries(given.env ?? {}).map(([name, value]) => [name, String(value)])),
    cwd: given.cwd === undefined ? cwd : path.resolve(folder, given.cwd),
  };
}
