/** A scenario: a TypeScript or JavaScript module whose exported async functions are processes. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProgramFiles } from '../world/program_files.ts';
import type { World } from '../world/world.ts';
import { createLibrary } from './library.ts';
import { ModuleLoader } from './module_loader.ts';
import { build_network, machine_of, parse_network } from './network.ts';
import {
  function_process,
  type Program,
  type ProgramKind,
  type ProgramProcess,
  type ProgramSpec,
  type ProgramStarter,
  type SourceTools,
} from './program.ts';
import { ProgramError } from './program_error.ts';
import { told } from '../lib/told.ts';

export const scenario = {
  name: 'scenario',
  endings: ['.ts', '.mts', '.js', '.mjs'],
  recognizes: is_scenario,
  load: loadScenario,
} satisfies ProgramKind & { load: unknown };

/**
 * A file is a scenario if it imports 'sockscope', or exports what a scenario's processes are: async functions.
 * Any other is a Node program; one that cannot be read is neither, which loading it tells.
 */
function is_scenario(file: string, files: ProgramFiles): boolean {
  if (!existsSync(file)) return true;
  const source = files.text(file);
  return IMPORTS_LIBRARY.test(source) || EXPORTS_PROCESS.test(source);
}
const IMPORTS_LIBRARY = /\bfrom\s*['"]sockscope['"]|\bimport\s*\(?\s*['"]sockscope['"]/;
const EXPORTS_PROCESS =
  /\bexport\s+(?:default\s+)?async\b|\bexport\s+(?:const|let|var)\s+[\w$]+\s*=\s*async\b|\bexport\s*(?:\*|\{)/;

/**
 * The module's top-level code runs now, before the first process: it may define things but not make system
 * calls.
 *
 * @param starter starts the Node programs that a process spawns
 */
async function loadScenario(
  world: World,
  { file, cwd }: ProgramSpec,
  tools: SourceTools,
  starter: ProgramStarter,
): Promise<Program> {
  const library = createLibrary(world, { folder: path.dirname(file), cwd, starter });
  const loader = new ModuleLoader(world, library, tools);
  const main = await loader.run(pathToFileURL(file).href);
  const exported = main.namespace as Record<string, unknown>;
  const mains = Object.keys(exported)
    .filter((name) => isAsyncFunction(exported[name]))
    .map((name) => ({
      name: name === 'default' ? defaultName(exported[name], file) : name,
      main: exported[name] as () => unknown,
    }));
  const names = mains.map(({ name }) => name);
  build_network(world, parse_network(exported['network'], file, names), file);
  const processes = mains.map(({ name, main }) => function_process(name, main, machine_of(world, name)));
  if (processes.length === 0) {
    throw new ProgramError(
      told(
        '{0}: no process: export at least one async function (export async function client() { … })',
        file,
      ),
      { file },
    );
  }
  const source = loader.sources.get(main.identifier)!;
  const at = ({ name }: ProgramProcess) => {
    const declared = source.search(new RegExp(`\\b(?:function\\s+|const\\s+|let\\s+|var\\s+)${name}\\b`));
    return declared >= 0 ? declared : source.search(/\bexport\s+default\b/);
  };
  processes.sort((a, b) => at(a) - at(b));
  return { processes };
}

function isAsyncFunction(value: unknown): boolean {
  return typeof value === 'function' && value.constructor.name === 'AsyncFunction';
}

/** The process name of a default export: the function's name, otherwise the file's. */
function defaultName(main: unknown, file: string): string {
  const { name } = main as { name: string };
  return name === 'default' || name === '' ? path.basename(file, path.extname(file)) : name;
}
