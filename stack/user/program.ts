/** Loading a scenario and running it: each exported async function is a process. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { Machine } from '../machine.ts';
import { cpu_startup_entry, type RunEnd } from '../kernel/sched/idle.ts';
import { createLibrary } from './library.ts';
import { follow_promises } from './promise_owner.ts';
import { spawn_process, type ProcessEnd } from './process.ts';

/** A scenario that is loaded, and its processes, not yet started. */
export interface Program {
  path: string;
  /** In the order in which the source declares them. */
  processes: { name: string; main: () => unknown }[];
}
/** How a scenario ended. */
export interface RunResult {
  /** Processes that threw, in order. */
  failed: ProcessEnd[];
  /** Processes that sleep for ever: nothing is left that could wake them. */
  asleep: { pid: number; name: string; syscall: string }[];
  halted: boolean;
}
/** A scenario that can't be loaded: the message names the place and the cure. */
export class ProgramError extends Error {
  override name = 'ProgramError';
}

/** How a file's types are blanked out: given by whoever starts the machine, since the stack itself needs none. */
export type BlankTypes = (source: string, filename: string) => string;

/**
 * Load a scenario with all that it imports. Its modules are evaluated, its processes not yet started.
 *
 * @throws ProgramError
 */
export async function loadProgram(machine: Machine, file: string, blankTypes: BlankTypes): Promise<Program> {
  const absolute = path.resolve(file);
  const loader = new ModuleLoader(createLibrary(machine), blankTypes);
  const main = await loader.load(pathToFileURL(absolute).href);
  try {
    await main.link((specifier, from) => loader.resolve(specifier, from.identifier));
  } catch (error) {
    // A name that a module does not export is found out here.
    if (error instanceof SyntaxError) throw new ProgramError(`${absolute}: ${error.message}`);
    throw error;
  }
  // Top-level code runs before the first process: it may define, not call.
  await main.evaluate();
  const source = loader.sources.get(main.identifier)!;
  const exported = main.namespace as Record<string, unknown>;
  const processes = Object.keys(exported)
    .filter((name) => name !== 'default' && isAsyncFunction(exported[name]))
    .map((name) => ({ name, main: exported[name] as () => unknown }));
  if (processes.length === 0) {
    throw new ProgramError(
      `${absolute}: no process: export at least one async function (export async function client() { … })`,
    );
  }
  const at = (name: string) =>
    source.search(new RegExp(`\\b(?:function\\s+|const\\s+|let\\s+|var\\s+)${name}\\b`));
  processes.sort((a, b) => at(a.name) - at(b.name));
  return { path: absolute, processes };
}

function isAsyncFunction(value: unknown): boolean {
  return typeof value === 'function' && value.constructor.name === 'AsyncFunction';
}

/** The modules of one scenario. */
class ModuleLoader {
  sources = new Map<string, string>();
  #modules = new Map<string, Promise<vm.SourceTextModule>>();
  #library: Record<string, unknown>;
  #blankTypes: BlankTypes;

  constructor(library: Record<string, unknown>, blankTypes: BlankTypes) {
    this.#library = library;
    this.#blankTypes = blankTypes;
  }

  load(url: string): Promise<vm.SourceTextModule> {
    let loading = this.#modules.get(url);
    if (loading === undefined) {
      loading = this.#read(url);
      this.#modules.set(url, loading);
    }
    return loading;
  }

  async #read(url: string): Promise<vm.SourceTextModule> {
    const file = fileURLToPath(url);
    let source: string;
    try {
      source = await readFile(file, 'utf8');
    } catch (error) {
      throw new ProgramError(`${file}: cannot be read: ${(error as Error).message}`);
    }
    let code = source;
    if (/\.[cm]?tsx?$/.test(file)) {
      try {
        code = this.#blankTypes(source, file);
      } catch (error) {
        throw new ProgramError(`${file}: ${(error as Error).message}`);
      }
    }
    this.sources.set(url, source);
    try {
      return new vm.SourceTextModule(code, {
        identifier: url,
        initializeImportMeta: (meta) =>
          Object.assign(meta, { url, filename: file, dirname: path.dirname(file) }),
        importModuleDynamically: async (specifier: string) => {
          const module = await this.resolve(specifier, url);
          if (module.status === 'unlinked')
            await module.link((name, from) => this.resolve(name, from.identifier));
          await module.evaluate();
          return module;
        },
      });
    } catch (error) {
      throw new ProgramError(
        `${file}: ${this.#placeOfSyntaxError(source, file) ?? (error as Error).message}`,
      );
    }
  }

  /** V8 keeps the place of a module's syntax error to itself. JavaScript is TypeScript too: its parser tells. */
  #placeOfSyntaxError(source: string, file: string): string | null {
    try {
      this.#blankTypes(source, file);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async resolve(specifier: string, from: string): Promise<vm.Module> {
    if (specifier === 'sockscope') return this.#synthetic('sockscope', this.#library);
    if (/^\.{0,2}\//.test(specifier)) return this.load(new URL(specifier, from).href);
    try {
      return this.#synthetic(specifier, (await import(specifier)) as Record<string, unknown>);
    } catch (error) {
      throw new ProgramError(
        `${fileURLToPath(from)}: cannot import '${specifier}': ${(error as Error).message.split('\n')[0]} ` +
          "(a scenario imports 'sockscope', files by './name.ts', and Node's own modules by 'node:name')",
      );
    }
  }

  #synthetic(name: string, exports: Record<string, unknown>): vm.SyntheticModule {
    const names = Object.keys(exports);
    return new vm.SyntheticModule(
      names,
      function (this: vm.SyntheticModule) {
        for (const key of names) this.setExport(key, exports[key]);
      },
      { identifier: name },
    );
  }
}

/** Virtual time that the network may take to come to rest after the last process has ended, in ns. */
const AFTERMATH_NS = 300_000_000_000;

/** Start a program's processes and run the machine until nothing is left to do. */
export async function runProgram(
  machine: Machine,
  program: Program,
  halted: () => boolean = () => false,
): Promise<RunResult> {
  const failed: ProcessEnd[] = [];
  const tell = machine.on_uncaught;
  machine.on_uncaught = (task, error) => {
    failed.push({ pid: task.pid, name: task.comm, error });
    tell?.(task, error);
  };
  const unfollow = follow_promises(machine);
  let end: RunEnd;
  try {
    for (const { name, main } of program.processes) spawn_process(machine, name, main);
    let lastExit = Infinity;
    end = await cpu_startup_entry(machine, () => {
      if (halted()) return true;
      if (machine.tasks.size > 0) lastExit = Infinity;
      else if (lastExit === Infinity) lastExit = machine.now_ns;
      return machine.now_ns > lastExit + AFTERMATH_NS;
    });
  } finally {
    unfollow();
  }
  await Promise.resolve();
  const asleep = [...machine.tasks.values()]
    .filter((task) => !task.exited)
    .map((task) => ({ pid: task.pid, name: task.comm, syscall: task.syscall }));
  return { failed, asleep, halted: end === 'halted' && machine.tasks.size > 0 };
}
