/** A Node program: a file that Node runs as it is, CommonJS or an ES module, with its packages. */
import path from 'node:path';
import { ModuleLoader } from '../user/module_loader.ts';
import type { Program, ProgramKind, ProgramSpec, SourceTools } from '../user/program.ts';
import type { World } from '../world/world.ts';
import { type NodeProgram, spawn_node } from './node_process.ts';
import type { NodeRealm } from './realm.ts';

/** The kind of everything that is no scenario. */
export const node_program: ProgramKind = {
  name: 'Node program',
  endings: ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'],
  recognizes: () => true,
};

/** @param realm the thread, prepared for Node programs */
export async function load_node_program(
  world: World,
  realm: NodeRealm,
  spec: ProgramSpec,
  tools: SourceTools,
): Promise<Program> {
  const program: NodeProgram = {
    name: spec.name ?? path.basename(spec.file),
    file: spec.file,
    args: spec.args ?? [],
    env: spec.env ?? {},
    cwd: spec.cwd ?? process.cwd(),
  };
  const loader = new ModuleLoader(world, null, tools, 'as written');
  await loader.prepare(program.file);
  return {
    processes: [
      {
        name: program.name,
        entry: { file: program.file },
        start: (machine) => spawn_node(machine, program, realm.processes, loader),
      },
    ],
  };
}
