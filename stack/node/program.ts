/** A Node program: a file that Node runs as it is, CommonJS or an ES module, with its packages. */
import path from 'node:path';
import type { Machine } from '../machine.ts';
import { ModuleLoader } from '../user/module_loader.ts';
import type { Process } from '../user/process.ts';
import type { Program, ProgramKind, ProgramSpec, ProgramStarter, SourceTools } from '../user/program.ts';
import type { World } from '../world/world.ts';
import type { Names } from './cares_wrap.ts';
import { type NodeProgram, spawn_node } from './node_process.ts';
import { NodeRealm } from './realm.ts';
import type { NodeThread } from './thread.ts';

/** The kind of everything that is no scenario. */
export const node_program: ProgramKind = {
  name: 'Node program',
  endings: ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'],
  recognizes: () => true,
};

/** Loads and starts a world's Node programs. The thread is prepared for them before the first. */
export class NodePrograms implements ProgramStarter {
  readonly #world: World;
  readonly #names: Names;
  readonly #tools: SourceTools;
  readonly #thread: NodeThread;
  #prepared: NodeRealm | null = null;

  constructor(world: World, names: Names, tools: SourceTools, thread: NodeThread) {
    this.#world = world;
    this.#names = names;
    this.#tools = tools;
    this.#thread = thread;
  }

  /** Load a program that starts with the world. @throws ProgramError */
  async load(spec: ProgramSpec): Promise<Program> {
    const realm = this.#realm();
    const program = program_of(spec);
    const loader = this.#loader();
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
  /** Start a program now: its process loads it first. */
  start(machine: Machine, spec: ProgramSpec): Process {
    // What other programs have changed in Node's modules so far is not known.
    this.#world.realm_is_spent ||= this.#prepared === null;
    return spawn_node(machine, program_of(spec), this.#realm().processes, this.#loader());
  }

  #realm(): NodeRealm {
    if (this.#prepared !== null) return this.#prepared;
    const realm = new NodeRealm(this.#world, this.#names, this.#thread);
    // A process that starts the first program has no part in the preparation.
    const machine = this.#world.running!;
    const { current } = machine;
    machine.current = machine.idle;
    try {
      realm.install();
    } finally {
      machine.current = current;
    }
    this.#world.has_node_programs = true;
    this.#world.at_end.push(() => realm.leave());
    this.#prepared = realm;
    return realm;
  }
  #loader(): ModuleLoader {
    return new ModuleLoader(this.#world, null, this.#tools, 'as written');
  }
}

function program_of(spec: ProgramSpec): NodeProgram {
  return {
    name: spec.name ?? path.basename(spec.file),
    file: spec.file,
    args: spec.args ?? [],
    env: spec.env ?? {},
    cwd: spec.cwd ?? process.cwd(),
  };
}
