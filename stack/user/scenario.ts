/** A scenario: a TypeScript or JavaScript module whose exported async functions are processes. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { World } from '../world/world.ts';
import { createLibrary } from './library.ts';
import { ModuleLoader } from './module_loader.ts';
import { build_network, machine_of, parse_network } from './network.ts';
import type { Program, ProgramKind, ProgramProcess, SourceTools } from './program.ts';
import { ProgramError } from './program_error.ts';

export const scenario: ProgramKind = {
  name: 'scenario',
  endings: ['.ts', '.mts', '.js', '.mjs'],
  load: loadScenario,
};

/**
 * The module's top-level code runs now, before the first process: it may define things but not make system
 * calls.
 */
async function loadScenario(world: World, file: string, tools: SourceTools): Promise<Program> {
  const loader = new ModuleLoader(world, createLibrary(world), tools);
  const main = await loader.run(pathToFileURL(file).href);
  const exported = main.namespace as Record<string, unknown>;
  const mains = Object.keys(exported)
    .filter((name) => isAsyncFunction(exported[name]))
    .map((name) => ({
      name: name === 'default' ? defaultName(exported[name], file) : name,
      main: exported[name] as () => unknown,
    }));
  const names = mains.map(({ name }) => name);
  build_network(world, parse_network(exported['network'], file, names));
  const processes = mains.map(({ name, main }): ProgramProcess => ({
    name,
    main,
    machine: machine_of(world, name),
  }));
  if (processes.length === 0) {
    throw new ProgramError(
      `${file}: no process: export at least one async function (export async function client() { … })`,
      { file },
    );
  }
  const source = loader.sources.get(main.identifier)!;
  const at = ({ name }: ProgramProcess) => {
    const declared = source.search(new RegExp(`\\b(?:function\\s+|const\\s+|let\\s+|var\\s+)${name}\\b`));
    return declared >= 0 ? declared : source.search(/\bexport\s+default\b/);
  };
  processes.sort((a, b) => at(a) - at(b));
  return { path: file, processes };
}

function isAsyncFunction(value: unknown): boolean {
  return typeof value === 'function' && value.constructor.name === 'AsyncFunction';
}

/** The process name of a default export: the function's name, otherwise the file's. */
function defaultName(main: unknown, file: string): string {
  const { name } = main as { name: string };
  return name === 'default' || name === '' ? path.basename(file, path.extname(file)) : name;
}
