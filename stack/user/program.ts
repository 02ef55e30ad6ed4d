/**
 * Programs that run in a world (today: scenarios): one way to load and run them, for the debugger, the
 * command line and tests.
 */
import path from 'node:path';
import type { Machine } from '../machine.ts';
import { run_world, type RunEnd } from '../world/run.ts';
import type { World } from '../world/world.ts';
import { close_outside } from './close_outside.ts';
import { host_is_busy } from './host_calls.ts';
import { ProgramError } from './program_error.ts';
import { follow_promises } from './promise_owner.ts';
import { spawn_process, type ProcessEnd } from './process.ts';
import { scenario } from './scenario.ts';

/** A process that a program starts. */
export interface ProgramProcess {
  name: string;
  main: () => unknown;
  /** The machine on which it runs; default: the world's first machine. */
  machine?: Machine | undefined;
}
/** A loaded program; nothing of it has run yet. */
export interface Program {
  /** The file that the user named. */
  path: string;
  /** In the order in which they start. */
  processes: readonly ProgramProcess[];
}

/** A file with its types blanked out, or an error and its position (from 1). */
export type Blanked = { code: string } | { error: string; line?: number; column?: number };
/** Parses sources. The creator of the world supplies it: the stack itself needs no package. */
export interface SourceTools {
  /** Replace types by spaces. */
  blankTypes(source: string): Blanked;
  /** The first syntax error of a module, from 1; undefined: none was found. */
  syntaxPlace(code: string): { line: number; column: number } | undefined;
}

/** A kind of program: how to recognize it, and how to load it. */
export interface ProgramKind {
  /** A word for messages. */
  readonly name: string;
  /** File name endings. */
  readonly endings: readonly string[];
  /** @throws ProgramError */
  load(world: World, file: string, tools: SourceTools): Promise<Program>;
}

const PROGRAM_KINDS: readonly ProgramKind[] = [scenario];

/**
 * Load a program with all its imports. When it is loaded, its machines exist.
 *
 * @throws ProgramError
 */
export async function loadProgram(world: World, file: string, tools: SourceTools): Promise<Program> {
  const absolute = path.resolve(file);
  const ending = path.extname(absolute);
  const kind = PROGRAM_KINDS.find(({ endings }) => endings.includes(ending));
  if (kind === undefined) {
    const known = PROGRAM_KINDS.map(({ name, endings }) => `a ${name} (${endings.join(', ')})`).join(' or ');
    throw new ProgramError(`${absolute} is no program: use ${known}`, { file: absolute });
  }
  return kind.load(world, absolute, tools);
}

/** How a run ended. */
export interface RunResult {
  /** Processes that threw, in order. */
  failed: ProcessEnd[];
  /** Processes that sleep for ever, because nothing can wake them. */
  asleep: { pid: number; name: string; syscall: string }[];
  halted: boolean;
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
  const tell = world.on_uncaught;
  world.on_uncaught = (task, error) => {
    failed.push({ pid: task.pid, name: task.comm, error });
    tell?.(task, error);
  };
  const unfollow = follow_promises(world);
  world.outside.may_still_come = host_is_busy(world);
  let end: RunEnd;
  try {
    for (const { name, main, machine } of program.processes)
      spawn_process(machine ?? world.machines[0]!, name, main);
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
    .filter((task) => !task.exited)
    .map((task) => ({ pid: task.pid, name: task.comm, syscall: task.syscall }));
  return { failed, asleep, halted: end === 'halted' && world.task_count > 0 };
}
