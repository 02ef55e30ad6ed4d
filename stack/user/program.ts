/** Programs that run in a world, scenarios and Node programs: what they are, and how they run. */
import type { Machine } from '../machine.ts';
import { run_world, type RunEnd } from '../world/run.ts';
import type { ProgramFiles } from '../world/program_files.ts';
import type { World } from '../world/world.ts';
import { close_outside } from './close_outside.ts';
import { host_is_busy } from './host_calls.ts';
import { follow_promises } from './promise_owner.ts';
import { type Process, type ProcessEnd, spawn_process } from './process.ts';

/** What the user wants to run. */
export interface ProgramSpec {
  file: string;
  /** The name of its process; default: by the kind of program. */
  name?: string | undefined;
  /** For a Node program: `process.argv` from the third on, additions to `process.env`, the working directory. */
  args?: readonly string[] | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  cwd?: string | undefined;
}
/** A process that a program starts. */
export interface ProgramProcess {
  name: string;
  /** Where it begins: its function, or its file. */
  entry: { main: () => unknown } | { file: string };
  start(machine: Machine): Process;
  /** The machine on which it runs; default: the world's first machine. */
  machine?: Machine | undefined;
}
/** A process of a scenario: an async function. */
export function function_process(name: string, main: () => unknown, machine?: Machine): ProgramProcess {
  return { name, entry: { main }, start: (on) => spawn_process(on, name, main), machine };
}
/** Loaded programs; nothing of them has run yet. */
export interface Program {
  /** In the order in which they start. */
  processes: readonly ProgramProcess[];
}

/** Starts programs of their own kind for a running one. */
export interface ProgramStarter {
  start(machine: Machine, spec: ProgramSpec): Process;
}

/** A file with its types blanked out, or an error and its position (from 1). */
export type Blanked = { code: string } | { error: string; line?: number; column?: number };
/** Parses sources. The creator of the world supplies it: the stack itself needs no package. */
export interface SourceTools {
  /** Replace types by spaces. */
  blankTypes(source: string): Blanked;
  /** The URL of the file that an import means, as Node resolves it. @throws Error that tells why there is none */
  resolveImport(specifier: string, from: string): string;
  /** The names that a CommonJS module exports, and the modules of which it exports all, found in its text. */
  commonJsExports(code: string): { exports: readonly string[]; reexports: readonly string[] };
  /** The first syntax error of a module, from 1; undefined: none was found. */
  syntaxPlace(code: string): { line: number; column: number } | undefined;
}

/** A kind of program: how to recognize it. */
export interface ProgramKind {
  /** A word for messages. */
  readonly name: string;
  /** File name endings. */
  readonly endings: readonly string[];
  /** Whether a file with one of these endings is such a program. */
  recognizes(file: string, files: ProgramFiles): boolean;
}

/** How a run ended. */
export interface RunResult {
  /** Processes that threw, in order. */
  failed: ProcessEnd[];
  /** Processes that sleep for ever, because nothing can wake them. */
  asleep: { pid: number; name: string; syscall: string }[];
  halted: boolean;
  /** The first exit code of a process that is not 0; 1 if one has thrown; otherwise 0. */
  exitCode: number;
}

/** Virtual time, in ns, that the network has to settle after the last process has ended. */
const AFTERMATH_NS = 300_000_000_000;

/** Start a program's processes and run the world until nothing is left to do. */
export async function runProgram(
  world: World,
  program: Program,
  halted: () => boolean = () => false,
): Promise<RunResult> {
  const failed: ProcessEnd[] = [];
  let exitCode = 0;
  const tell = world.on_uncaught;
  world.on_uncaught = (task, error) => {
    failed.push({ pid: task.pid, name: task.comm, error });
    tell?.(task, error);
  };
  const unfollow = follow_promises(world);
  world.outside.may_still_come = host_is_busy(world);
  let end: RunEnd;
  try {
    for (const { start, machine } of program.processes) {
      const { exited } = start(machine ?? world.machines[0]!);
      void exited.then(({ code = 0, killed = false }) => (exitCode ||= killed ? 0 : code));
    }
    let lastExit = Infinity;
    end = await run_world(world, () => {
      if (halted()) return true;
      if (world.task_count > 0) lastExit = Infinity;
      else if (lastExit === Infinity) {
        lastExit = world.now_ns;
        if (world.outside.is_open) close_outside(world, lastExit);
      }
      return world.now_ns > lastExit + AFTERMATH_NS;
    });
  } finally {
    unfollow();
  }
  await Promise.resolve();
  const asleep = world.machines
    .flatMap(({ tasks }) => [...tasks.values()])
    .filter((task) => !task.exited && task.signal.runtime?.is_waiting_for_clients !== true)
    .map((task) => ({ pid: task.pid, name: task.comm, syscall: task.syscall }));
  return {
    failed,
    asleep,
    halted: end === 'halted' && world.task_count > 0,
    exitCode: exitCode || Number(failed.length > 0),
  };
}
