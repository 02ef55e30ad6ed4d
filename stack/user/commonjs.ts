/** CommonJS modules of one program: its own instances, with require() as Node has it. */
import Module, { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import type { HostModules } from './host_modules.ts';
import { load_addon } from './native_addon.ts';
import type { ModuleFormats } from './module_format.ts';

/** Node's own class, with what programs see of it and its types leave out. */
interface CjsModule {
  exports: unknown;
  filename: string | null;
  loaded: boolean;
  paths: string[];
  require: NodeJS.Require;
}
interface CjsModuleClass {
  new (id: string, parent?: CjsModule | null): CjsModule;
  _resolveFilename(request: string, parent: CjsModule, isMain: boolean, options?: object): string;
  _resolveLookupPaths(request: string, parent: CjsModule): string[] | null;
  _nodeModulePaths(folder: string): string[];
  _extensions: Record<string, unknown>;
}
const NodeModule = Module as unknown as CjsModuleClass;

/**
 * The conditions of a package's `exports` for require(). Newer versions of Node add 'module-sync', which
 * prefers ES modules.
 */
const CONDITIONS = new Set(['node', 'require', 'node-addons']);

/** What the loader of the program's ES modules does for its CommonJS modules. */
export interface CommonJsHost {
  /** A file's JavaScript. @throws ProgramError */
  source(file: string): string;
  /** The text of a file that is no JavaScript. @throws the file system's error */
  text(file: string): string;
  /** import() in a CommonJS module. */
  import(specifier: string, from: string): Promise<vm.Module>;
  /** Node keeps what is loaded next for the whole thread. */
  spends(): void;
}

export class CommonJs {
  readonly #builtins: HostModules;
  readonly #formats: ModuleFormats;
  readonly #host: CommonJsHost;
  /** By file, as `require.cache`. */
  readonly #cache = Object.create(null) as Record<string, CjsModule>;
  #main: CjsModule | undefined;
  /** V8 keeps what a compiled module imports with as long as it keeps the code, which may be longer than the world lasts. */
  readonly #imports: { ask: CommonJsHost['import'] };

  constructor(builtins: HostModules, formats: ModuleFormats, host: CommonJsHost) {
    this.#builtins = builtins;
    this.#formats = formats;
    this.#host = host;
    this.#imports = { ask: (specifier, from) => host.import(specifier, from) };
  }
  /** The world is over. */
  end(): void {
    this.#imports.ask = () => Promise.reject(new Error('the program has ended'));
  }

  /** Evaluate a file, once. @returns its exports */
  load(file: string, isMain = false): unknown {
    return this.#load(file, undefined, isMain).exports;
  }
  /** A require() for a file that is no CommonJS module itself: Node's createRequire(). */
  createRequire(file: string): NodeJS.Require {
    return this.#module(file, undefined).require;
  }

  #load(file: string, parent: CjsModule | undefined, isMain: boolean): CjsModule {
    const cached = this.#cache[file];
    if (cached !== undefined) return cached;
    const module = this.#module(file, isMain ? null : parent);
    if (isMain) {
      this.#main = module;
      Object.assign(module, { id: '.' });
      Object.assign(module.require, { main: module });
    }
    this.#cache[file] = module;
    try {
      this.#evaluate(module, file);
    } catch (error) {
      Reflect.deleteProperty(this.#cache, file);
      throw error;
    }
    module.loaded = true;
    return module;
  }

  #module(file: string, parent: CjsModule | null | undefined): CjsModule {
    const module = new NodeModule(file, parent);
    module.filename = file;
    module.paths = NodeModule._nodeModulePaths(path.dirname(file));
    const resolve = (request: string, options?: object) =>
      NodeModule._resolveFilename(request, module, false, { conditions: CONDITIONS, ...options });
    module.require = Object.assign((request: string) => this.#require(module, request), {
      resolve: Object.assign(resolve, {
        paths: (request: string) => NodeModule._resolveLookupPaths(request, module),
      }),
      main: this.#main,
      extensions: NodeModule._extensions,
      cache: this.#cache,
    }) as unknown as NodeJS.Require;
    return module;
  }

  #require(parent: CjsModule, request: string): unknown {
    if (typeof request !== 'string' || request === '')
      throw Object.assign(new TypeError('The "id" argument must be a non-empty string'), {
        code: 'ERR_INVALID_ARG_VALUE',
      });
    if (isBuiltin(request)) return this.#builtins.required(request, (file) => this.createRequire(file));
    const file = NodeModule._resolveFilename(request, parent, false, { conditions: CONDITIONS });
    return this.#load(file, parent, false).exports;
  }

  #evaluate(module: CjsModule, file: string): void {
    if (file.endsWith('.json')) {
      module.exports = this.#parsed_json(file);
      return;
    }
    if (file.endsWith('.node')) {
      this.#host.spends();
      load_addon(module, file);
      return;
    }
    const source = this.#host.source(file);
    if (this.#formats.of(file, source) === 'module') {
      // V8 links ES modules of this loader only asynchronously; Node's own loader can do it at once. Such a
      // module is one for all programs of the thread.
      this.#host.spends();
      module.exports = createRequire(file)(file);
      return;
    }
    const imports = this.#imports;
    const wrapper = vm.compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname'], {
      filename: file,
      importModuleDynamically: (specifier: string) => imports.ask(specifier, file),
    } as vm.CompileFunctionOptions);
    const { exports } = module;
    Reflect.apply(wrapper, exports, [exports, module.require, module, file, path.dirname(file)]);
  }

  #parsed_json(file: string): unknown {
    try {
      return JSON.parse(this.#host.text(file).replace(/^\uFEFF/, ''));
    } catch (error) {
      (error as Error).message = `${file}: ${(error as Error).message}`;
      throw error;
    }
  }
}
