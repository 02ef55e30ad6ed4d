/**
 * Loads a program's modules: its own files, JSON, Node's modules as adapted by the world, and packages from
 * its folder.
 */
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { setTimeout } from 'node:timers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { World } from '../world/world.ts';
import { ask_host } from './host_calls.ts';
import { HostModules } from './host_modules.ts';
import type { SourceTools } from './program.ts';
import { place_text, ProgramError, type SourcePlace } from './program_error.ts';

type Exports = Record<string, unknown>;

/** File endings on disk for the endings in an import, as in TypeScript. */
const WRITTEN_AS: Record<string, string> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' };

/** An evaluation that waits is looked at so often, while the host has nothing under way, before it is given up. */
const IDLE_LOOKS = 4;
const IDLE_LOOK_MS = 50;

export class ModuleLoader {
  /** The sources read so far, by URL. */
  readonly sources = new Map<string, string>();
  readonly #world: World;
  readonly #library: Exports;
  readonly #tools: SourceTools;
  readonly #host: HostModules;
  readonly #modules = new Map<string, Promise<vm.Module>>();
  readonly #evaluated = new Map<vm.Module, Promise<void>>();

  /** @param library the exports of 'sockscope' */
  constructor(world: World, library: Exports, tools: SourceTools) {
    this.#world = world;
    this.#library = library;
    this.#tools = tools;
    this.#host = new HostModules(world);
  }

  /** Load a file with all its imports, and evaluate it. @throws ProgramError */
  async run(url: string): Promise<vm.Module> {
    const module = await this.#load(url);
    await this.#evaluate(module);
    return module;
  }

  #evaluate(module: vm.Module): Promise<void> {
    let evaluated = this.#evaluated.get(module);
    if (evaluated === undefined) {
      evaluated = this.#linkAndEvaluate(module);
      this.#evaluated.set(module, evaluated);
    }
    return evaluated;
  }
  async #linkAndEvaluate(module: vm.Module): Promise<void> {
    try {
      if (module.status === 'unlinked')
        await module.link((specifier, from) => this.#resolve(specifier, from.identifier));
    } catch (error) {
      // Here V8 detects that a module does not export a name.
      if (error instanceof SyntaxError) throw this.#linkError(error, module);
      throw error;
    }
    await this.#settled(module.evaluate(), fileURLToPath(module.identifier));
  }
  /** @throws ProgramError if an evaluation waits while the host has nothing under way that could end that */
  async #settled(evaluated: Promise<void>, file: string): Promise<void> {
    let isSettled = false;
    const settle = () => (isSettled = true);
    evaluated.then(settle, settle);
    const before = process.getActiveResourcesInfo().length;
    for (let idle = 0; idle < IDLE_LOOKS; idle++) {
      const look = new Promise((resolve) => setTimeout(resolve, IDLE_LOOK_MS));
      await Promise.race([evaluated, look]);
      if (isSettled) return evaluated;
      const isBusy = this.#world.outside.is_asked || process.getActiveResourcesInfo().length > before;
      if (isBusy) idle = -1;
    }
    throw new ProgramError(`${file}: its top-level await waits for something that never comes`, { file });
  }
  #linkError(error: SyntaxError, module: vm.Module): ProgramError {
    const place = this.#importOf(error.message) ?? { file: fileURLToPath(module.identifier) };
    return new ProgramError(`${place_text(place)}: ${error.message}`, place);
  }
  /**
   * V8 does not report the position of a wrong import either: it is where the name appears in an import of
   * that module.
   */
  #importOf(message: string): SourcePlace | undefined {
    const [, specifier, name] = /'(.*)' does not provide an export named '(.*)'/.exec(message) ?? [];
    if (specifier === undefined || name === undefined) return undefined;
    const imports = new RegExp(
      `(?:import|export)\\b([^'"]*?)\\bfrom\\s*(['"])${escaped(specifier)}\\2`,
      'dg',
    );
    const word = new RegExp(name === 'default' ? '[\\w$]' : `(?<![\\w$])${escaped(name)}(?![\\w$])`);
    for (const [url, source] of this.sources)
      for (const { indices } of source.matchAll(imports)) {
        const [start, end] = indices![1]!;
        const at = source.slice(start, end).search(word);
        if (at >= 0) return placeAt(fileURLToPath(url), source.slice(0, start + at));
      }
    return undefined;
  }

  #load(url: string): Promise<vm.Module> {
    let loading = this.#modules.get(url);
    if (loading === undefined) {
      loading = url.endsWith('.json') ? this.#readJson(url) : this.#readSource(url);
      this.#modules.set(url, loading);
    }
    return loading;
  }

  async #read(url: string): Promise<string> {
    const file = fileURLToPath(url);
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      throw new ProgramError(`${file}: cannot be read: ${(error as Error).message}`, { file });
    }
  }

  async #readJson(url: string): Promise<vm.Module> {
    const file = fileURLToPath(url);
    const text = await this.#read(url);
    try {
      return synthetic(url, { default: JSON.parse(text) as unknown });
    } catch (error) {
      throw new ProgramError(`${file}: is no JSON: ${(error as Error).message}`, { file });
    }
  }

  async #readSource(url: string): Promise<vm.Module> {
    const file = fileURLToPath(url);
    const source = await this.#read(url);
    const code = /\.[cm]?tsx?$/.test(file) ? this.#blank(source, file) : source;
    this.sources.set(url, source);
    try {
      return new vm.SourceTextModule(code, {
        identifier: url,
        initializeImportMeta: (meta) =>
          Object.assign(meta, { url, filename: file, dirname: path.dirname(file) }),
        importModuleDynamically: (specifier: string) =>
          ask_host(this.#world, `import('${specifier}')`, () => this.#import(specifier, url)),
      });
    } catch (error) {
      const at = this.#tools.syntaxPlace(code);
      const isDecorator = at !== undefined && code.split('\n')[at.line - 1]?.[at.column - 1] === '@';
      const place = { file, ...at };
      const { message } = error as Error;
      throw new ProgramError(`${place_text(place)}: ${message}${isDecorator ? DECORATOR_CURE : ''}`, place);
    }
  }
  #blank(source: string, file: string): string {
    const blanked = this.#tools.blankTypes(source);
    if ('code' in blanked) return blanked.code;
    const { error, line, column } = blanked;
    const place = { file, line, column };
    throw new ProgramError(`${place_text(place)}: ${error}`, place);
  }

  async #import(specifier: string, from: string): Promise<vm.Module> {
    const module = await this.#resolve(specifier, from);
    await this.#evaluate(module);
    return module;
  }

  async #resolve(specifier: string, from: string): Promise<vm.Module> {
    if (specifier === 'sockscope') return this.#cached(specifier, () => this.#library);
    if (isBuiltin(specifier)) return this.#cached(specifier, () => this.#host.load(specifier));
    if (/^(?:\.{0,2}\/|file:)/.test(specifier)) return this.#load(this.#urlOf(specifier, from));
    return this.#package(specifier, from);
  }

  /** The file that an import names. @throws ProgramError that suggests the right name */
  #urlOf(specifier: string, from: string): string {
    const url = new URL(specifier, from).href;
    const file = fileURLToPath(url);
    // As Node does: a module that is reached by a link is the same module.
    if (existsSync(file) && path.extname(file) !== '') return pathToFileURL(realpathSync(file)).href;
    const ending = path.extname(file);
    const written = WRITTEN_AS[ending];
    if (written !== undefined) {
      const source = file.slice(0, -ending.length) + written;
      if (existsSync(source)) return pathToFileURL(realpathSync(source)).href;
    }
    const right = ['.ts', '.js', '.mts', '.mjs', '.json', '/index.ts', '/index.js'].find((end) =>
      existsSync(file + end),
    );
    const hint = right === undefined ? '' : `: did you mean '${specifier}${right}'?`;
    throw this.#importError(specifier, from, `there is no such file${hint}`);
  }

  /** Node resolves packages, starting from the importing file's folder. */
  async #package(specifier: string, from: string): Promise<vm.Module> {
    try {
      return await this.#cached(`${specifier} of ${path.dirname(from)}`, () => import_from(specifier, from));
    } catch (error) {
      const [cause] = (error as Error).message.split(' imported from ');
      throw this.#importError(
        specifier,
        from,
        `${cause} (a program imports 'sockscope', files by './name.ts', Node's modules by 'node:name', and packages of its folder)`,
      );
    }
  }

  #importError(specifier: string, from: string, what: string): ProgramError {
    const file = fileURLToPath(from);
    const before = this.sources.get(from)?.split(new RegExp(`(['"])${escaped(specifier)}\\1`))[0];
    const place = before === undefined ? { file } : placeAt(file, before);
    return new ProgramError(`${place_text(place)}: cannot import '${specifier}': ${what}`, place);
  }

  #cached(name: string, exports: () => Exports | Promise<Exports>): Promise<vm.Module> {
    let module = this.#modules.get(name);
    if (module === undefined) {
      module = Promise.resolve(exports()).then((found) => synthetic(name, found));
      this.#modules.set(name, module);
    }
    return module;
  }
}

/** The place directly after `before`, the beginning of a file. */
function placeAt(file: string, before: string): SourcePlace {
  const lines = before.split('\n');
  return { file, line: lines.length, column: lines.at(-1)!.length + 1 };
}
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** TypeScript's parser accepts decorators. */
const DECORATOR_CURE = ': Node has no decorators: call the function after the class instead';

function synthetic(name: string, exports: Exports): vm.SyntheticModule {
  const names = Object.keys(exports);
  return new vm.SyntheticModule(
    names,
    function (this: vm.SyntheticModule) {
      for (const key of names) this.setExport(key, exports[key]);
    },
    { identifier: name },
  );
}

/** Use Node's own loader to resolve an import of the file `from`. */
async function import_from(specifier: string, from: string): Promise<Exports> {
  const script = new vm.Script('(specifier) => import(specifier)', {
    filename: from,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const load = script.runInThisContext() as (name: string) => Promise<Exports>;
  return load(specifier);
}
