/** Which kind of module a file is, as Node decides it: by its ending, its package, and otherwise its syntax. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import type { ProgramFiles } from '../world/program_files.ts';

export type ModuleFormat = 'module' | 'commonjs' | 'json' | 'addon';

const BY_ENDING: Record<string, ModuleFormat> = {
  '.mjs': 'module',
  '.mts': 'module',
  '.cjs': 'commonjs',
  '.cts': 'commonjs',
  '.json': 'json',
  '.node': 'addon',
};

/** Errors of V8 for syntax that only ES modules have. */
const MODULE_SYNTAX =
  /Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module|await is only valid in async functions/;

/** Remembers the packages of the folders that it has seen. */
export class ModuleFormats {
  readonly #types = new Map<string, string | null>();
  readonly #files: ProgramFiles;

  constructor(files: ProgramFiles) {
    this.#files = files;
  }

  /**
   * @param code the file's JavaScript, if its syntax may decide
   * @returns the format; undefined: its syntax decides, and no code was given
   */
  of(file: string, code?: string): ModuleFormat | undefined {
    const by_ending = BY_ENDING[path.extname(file)];
    if (by_ending !== undefined) return by_ending;
    const type = this.#package_type(path.dirname(file));
    if (type === 'module' || type === 'commonjs') return type;
    if (file.includes(`${path.sep}node_modules${path.sep}`)) return 'commonjs';
    return code === undefined ? undefined : format_of_syntax(code);
  }

  /** The `type` of the nearest package.json; null: it has none, or there is none. */
  #package_type(folder: string): string | null {
    let type = this.#types.get(folder);
    if (type === undefined) {
      type = this.#read_type(folder);
      this.#types.set(folder, type);
    }
    return type;
  }
  #read_type(folder: string): string | null {
    const file = path.join(folder, 'package.json');
    if (existsSync(file)) {
      try {
        const { type } = JSON.parse(this.#files.text(file)) as { type?: unknown };
        return typeof type === 'string' ? type : null;
      } catch {
        // Node refuses such a package when it resolves an import; here nothing depends on it.
        return null;
      }
    }
    const parent = path.dirname(folder);
    return parent === folder || path.basename(folder) === 'node_modules' ? null : this.#package_type(parent);
  }
}

function format_of_syntax(code: string): ModuleFormat {
  try {
    vm.compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname']);
  } catch (error) {
    if (MODULE_SYNTAX.test((error as Error).message)) return 'module';
  }
  return 'commonjs';
}
