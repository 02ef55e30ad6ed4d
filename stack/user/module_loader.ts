/**
 * Loads a program's modules: its own files, JSON, Node's modules as adapted by the world, and packages from
 * its folder.
 */
import { existsSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { nearest } from '../lib/nearest.ts';
import type { World } from '../world/world.ts';
import { ask_host } from './host_calls.ts';
import { CommonJs } from './commonjs.ts';
import { HostModules } from './host_modules.ts';
import { type ModuleFormat, ModuleFormats } from './module_format.ts';
import type { SourceTools } from './program.ts';
import { place_text, ProgramError, type SourcePlace } from './program_error.ts';
import { one_of, told, type Told } from '../lib/told.ts';

type Exports = Record<string, unknown>;

/** File endings on disk for the endings in an import, as in TypeScript. */
const WRITTEN_AS: Record<string, string> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' };

const MISSING_EXPORT = /'(.*)' does not provide an export named '(.*)'/;

const NOT_FOUND = 'ERR_MODULE_NOT_FOUND';
const IMPORTABLE = told(
  " (a program imports 'sockscope', files by './name.ts', Node's modules by 'node:name', and packages of its folder)",
);

/** Under which names an ES module sees all that a CommonJS module exports; Node has the second since version 23. */
const WHOLE: readonly string[] =
  Number.parseInt(process.versions.node) >= 23 ? ['default', 'module.exports'] : ['default'];

/** An evaluation that waits is looked at so often, while the host has nothing under way, before it is given up. */
const IDLE_LOOKS = 4;
const IDLE_LOOK_MS = 50;

export class ModuleLoader {
  /** The sources read so far, by URL. */
  readonly sources = new Map<string, string>();
  readonly #world: World;
  readonly #library: Exports | null;
  readonly #tools: SourceTools;
  readonly #host: HostModules;
  readonly #formats: ModuleFormats;
  readonly #commonJs: CommonJs;
  /** How a file is read whose ending and package leave it open. */
  readonly #ownFormat: 'module' | 'as written';
  readonly #modules = new Map<string, Promise<vm.Module>>();
  readonly #linked = new Map<string, vm.Module>();
  /** What modules other than the program's files export, by the name in an import. */
  readonly #exports = new Map<string, readonly string[]>();
  readonly #evaluated = new Map<vm.Module, Promise<void>>();
  /** The graph that is being linked. */
  #linking: Promise<void> = Promise.resolve();
  /** The URL of the program's main module. */
  #main = '';

  /**
   * @param library the exports of 'sockscope'; null: the program cannot import it
   * @param ownFormat whether the program's own files are always ES modules, as those of scenarios
   */
  constructor(
    world: World,
    library: Exports | null,
    tools: SourceTools,
    ownFormat: 'module' | 'as written' = 'module',
  ) {
    this.#world = world;
    this.#library = library;
    this.#tools = tools;
    this.#ownFormat = ownFormat;
    this.#host = new HostModules(world, ownFormat === 'as written');
    this.#formats = new ModuleFormats(world.program_files);
    this.#commonJs = new CommonJs(this.#host, this.#formats, {
      source: (file) => this.#source(pathToFileURL(file).href),
      text: (file) => world.program_files.text(file),
      import: (specifier, from) => this.#askedImport(specifier, pathToFileURL(from).href),
      spends: () => (world.realm_is_spent = true),
    });
    world.at_end.push(() => this.#commonJs.end());
  }

  /** Load a file with all its imports, and evaluate it. @throws ProgramError */
  async run(url: string): Promise<vm.Module> {
    this.#main = url;
    const module = await this.#load(url);
    await this.#link(module);
    await this.#evaluate(module, false);
    return module;
  }

  /** Load a file with all its imports, so that run_main() need not wait for the host. @throws ProgramError */
  async prepare(file: string): Promise<void> {
    const url = pathToFileURL(file).href;
    if (this.#formatOf(url) === 'module') await this.#link(await this.#load(url));
  }
  /**
   * Evaluate a file as a program's main module. If it is prepared, its top-level code runs before the next event;
   * otherwise the world waits until the host has read it.
   *
   * @returns a promise that settles when it has been evaluated
   */
  run_main(file: string): Promise<void> {
    const url = pathToFileURL(file).href;
    this.#main = url;
    if (this.#formatOf(url) === 'commonjs') {
      this.#commonJs.load(file, true);
      return Promise.resolve();
    }
    const linked = (): vm.Module | undefined => this.#linked.get(url);
    const read = async () => {
      await this.prepare(file);
      return linked()!;
    };
    // As in Node, where this is done by a promise callback: other ones run before the ticks that it sets.
    const module = Promise.resolve(linked() ?? ask_host(this.#world, `import('${file}')`, read));
    return module.then((main) => main.evaluate());
  }

  /** A module of Node as the program sees it: `process.getBuiltinModule()`; undefined: Node has none of that name. */
  builtin(name: string): unknown {
    return isBuiltin(name)
      ? this.#host.required(name, (file) => this.#commonJs.createRequire(file))
      : undefined;
  }

  /** @param isRunning whether a process does it: it may wait as long as it likes */
  #evaluate(module: vm.Module, isRunning: boolean): Promise<void> {
    let evaluated = this.#evaluated.get(module);
    if (evaluated === undefined) {
      const evaluating = module.evaluate();
      evaluated = isRunning ? evaluating : this.#settled(evaluating, module.identifier);
      this.#evaluated.set(module, evaluated);
    }
    return evaluated;
  }
  /** Link a module and all that it imports. One graph at a time: two may have modules in common. */
  #link(module: vm.Module): Promise<void> {
    const linked = this.#linking.then(() => this.#linkGraph(module));
    // Its importer is told of an error; the next graph has no part in it.
    this.#linking = linked.catch(() => {});
    return linked;
  }
  async #linkGraph(module: vm.Module): Promise<void> {
    try {
      if (module.status === 'unlinked')
        await module.link((specifier, from) => this.#resolve(specifier, from.identifier));
    } catch (error) {
      // Here V8 detects that a module does not export a name.
      if (error instanceof SyntaxError) throw this.#linkError(error, module);
      throw error;
    }
    this.#linked.set(module.identifier, module);
  }
  /** @throws ProgramError if an evaluation waits while the host has nothing under way that could end that */
  async #settled(evaluated: Promise<void>, identifier: string): Promise<void> {
    let isSettled = false;
    const settle = () => (isSettled = true);
    evaluated.then(settle, settle);
    const before = process.getActiveResourcesInfo().length;
    for (let idle = 0; idle < IDLE_LOOKS; idle++) {
      let timer: NodeJS.Timeout | undefined;
      const look = new Promise((resolve) => (timer = setTimeout(resolve, IDLE_LOOK_MS)));
      await Promise.race([evaluated, look]).finally(() => clearTimeout(timer));
      if (isSettled) return evaluated;
      const isBusy = this.#world.outside.is_asked || process.getActiveResourcesInfo().length > before;
      if (isBusy) idle = -1;
    }
    const file = fileURLToPath(identifier);
    throw new ProgramError(told('{0}: its top-level await waits for something that never comes', file), {
      file,
    });
  }
  #linkError(error: SyntaxError, module: vm.Module): ProgramError {
    const place = this.#importOf(error.message) ?? { file: fileURLToPath(module.identifier) };
    return new ProgramError(
      told('{0}: {1}{2}', place_text(place), error.message, this.#importCure(error.message)),
      place,
    );
  }
  /** What to write instead of a name that a module does not export. */
  #importCure(message: string): string | Told {
    const [, specifier = '', name = ''] = MISSING_EXPORT.exec(message) ?? [];
    const similar = nearest(name, this.#exports.get(specifier) ?? []);
    if (similar.length > 0) return told(': did you mean {0}?', one_of(similar));
    // The types of 'sockscope' alone have such names.
    const isType =
      specifier === 'sockscope'
        ? /^[A-Z][a-z]/.test(name)
        : [...this.sources.values()].some((source) =>
            new RegExp(`\\bexport\\s+(?:declare\\s+)?(?:type|interface)\\s+${escaped(name)}\\b`).test(source),
          );
    return isType
      ? told(': a type is imported with `{0}`', `import { type ${name} } from '${specifier}'`)
      : '';
  }
  /**
   * V8 does not report the position of a wrong import either: it is where the name appears in an import of
   * that module.
   */
  #importOf(message: string): SourcePlace | undefined {
    const [, specifier, name] = MISSING_EXPORT.exec(message) ?? [];
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
      loading = this.#read(url);
      this.#modules.set(url, loading);
    }
    return loading;
  }
  #formatOf(url: string): ModuleFormat {
    const file = fileURLToPath(url);
    const isOwn = !file.includes('/node_modules/');
    if (isOwn && this.#ownFormat === 'module' && /\.[jt]s$/.test(file)) return 'module';
    return this.#formats.of(file) ?? this.#formats.of(file, this.#source(url)) ?? 'commonjs';
  }
  // Asynchronous, so that an error of the file rejects the promise by which all importers wait for it.
  async #read(url: string): Promise<vm.Module> {
    switch (this.#formatOf(url)) {
      case 'json':
        return this.#readJson(url);
      case 'module':
        return this.#readModule(url);
      case 'commonjs':
      case 'addon':
        return this.#readCommonJs(url);
    }
  }

  #text(url: string): string {
    const file = fileURLToPath(url);
    try {
      return this.#world.program_files.text(file);
    } catch (error) {
      throw new ProgramError(told('{0}: cannot be read: {1}', file, (error as Error).message), { file });
    }
  }
  /** A file's JavaScript. @throws ProgramError */
  #source(url: string): string {
    const file = fileURLToPath(url);
    const source = this.sources.get(url) ?? this.#text(url);
    this.sources.set(url, source);
    if (!/\.[cm]?tsx?$/.test(file)) return source;
    return this.#world.program_files.code(file, source, (text) => this.#blank(text, file));
  }

  #readJson(url: string): vm.Module {
    const file = fileURLToPath(url);
    const text = this.#text(url);
    try {
      return synthetic(url, { default: JSON.parse(text) as unknown });
    } catch (error) {
      throw new ProgramError(told('{0}: is no JSON: {1}', file, (error as Error).message), { file });
    }
  }

  #readModule(url: string): vm.Module {
    const file = fileURLToPath(url);
    const code = this.#source(url);
    try {
      return new vm.SourceTextModule(code, {
        identifier: url,
        initializeImportMeta: (meta) =>
          Object.assign(meta, {
            url,
            filename: file,
            dirname: path.dirname(file),
            // Newer versions of Node have it.
            ...('main' in import.meta ? { main: url === this.#main } : {}),
            resolve: (specifier: string) => this.#tools.resolveImport(specifier, url),
          }),
        importModuleDynamically: (specifier: string) => this.#askedImport(specifier, url),
      });
    } catch (error) {
      const at = this.#tools.syntaxPlace(code);
      const isDecorator = at !== undefined && code.split('\n')[at.line - 1]?.[at.column - 1] === '@';
      const place = { file, ...at };
      const { message } = error as Error;
      throw new ProgramError(
        told('{0}: {1}{2}', place_text(place), message, isDecorator ? DECORATOR_CURE : ''),
        place,
      );
    }
  }
  /** One of Node's modules, which is asked for its exports when the importing module is evaluated. */
  #readBuiltin(specifier: string): vm.Module {
    const host = this.#host;
    const createRequire = (file: string) => this.#commonJs.createRequire(file);
    const names = ['default', ...host.names(specifier, createRequire).filter((name) => name !== 'default')];
    this.#exports.set(specifier, names);
    return new vm.SyntheticModule(
      names,
      function (this: vm.SyntheticModule) {
        const exports: Exports = host.required(specifier, createRequire);
        for (const name of names) this.setExport(name, name === 'default' ? exports : exports[name]);
      },
      { identifier: specifier },
    );
  }
  /** A CommonJS module as an ES module sees it: it is evaluated when the importing module is. */
  #readCommonJs(url: string): vm.Module {
    const file = fileURLToPath(url);
    const names = new Set([...WHOLE, ...this.#commonJsNames(file)]);
    const commonJs = this.#commonJs;
    return new vm.SyntheticModule(
      [...names],
      function (this: vm.SyntheticModule) {
        const exports = commonJs.load(file);
        for (const name of WHOLE) this.setExport(name, exports);
        const isObject = (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
        for (const name of names)
          if (!WHOLE.includes(name) && isObject) this.setExport(name, (exports as Exports)[name]);
      },
      { identifier: url },
    );
  }
  /** The names that a CommonJS module exports, found without evaluating it. */
  #commonJsNames(file: string, seen = new Set<string>()): string[] {
    if (seen.has(file) || !/\.[cm]?[jt]s$/.test(file)) return [];
    seen.add(file);
    const { exports, reexports } = this.#tools.commonJsExports(this.#source(pathToFileURL(file).href));
    const require = this.#commonJs.createRequire(file);
    const further = reexports.flatMap((request) => {
      const found = isBuiltin(request) ? undefined : resolved(require, request);
      return found === undefined ? [] : this.#commonJsNames(found, seen);
    });
    return [...exports, ...further];
  }
  #blank(source: string, file: string): string {
    const blanked = this.#tools.blankTypes(source);
    if ('code' in blanked) return blanked.code;
    const { error, line, column } = blanked;
    const place = { file, line, column };
    throw new ProgramError(told('{0}: {1}', place_text(place), error), place);
  }

  /** import(): the host reads and links, and the process evaluates, whose code may ask the host itself. */
  async #askedImport(specifier: string, from: string): Promise<vm.Module> {
    const isRunning = this.#world.current !== null;
    const read = async () => {
      const found = await this.#resolve(specifier, from);
      await this.#link(found);
      // Before the world runs, top-level code that imports is part of the question.
      if (!isRunning) await this.#evaluate(found, false);
      return found;
    };
    const module = await ask_host(this.#world, `import('${specifier}')`, read);
    if (isRunning) await this.#evaluate(module, true);
    return module;
  }

  async #resolve(specifier: string, from: string): Promise<vm.Module> {
    const library = this.#library;
    if (specifier === 'sockscope' && library !== null)
      return this.#cached(specifier, () => {
        this.#exports.set(specifier, Object.keys(library));
        return synthetic(specifier, library);
      });
    if (isBuiltin(specifier)) return this.#cached(specifier, () => this.#readBuiltin(specifier));
    if (/^(?:\.{0,2}\/|file:)/.test(specifier)) return this.#load(this.#urlOf(specifier, from));
    return this.#package(specifier, from);
  }

  /** The file that an import names. @throws ProgramError that suggests the right name */
  #urlOf(specifier: string, from: string): string {
    const url = new URL(specifier, from);
    const file = fileURLToPath(url);
    // As Node does: a module that is reached by a link is the same module, by another query another one.
    if (existsSync(file) && path.extname(file) !== '')
      return pathToFileURL(realpathSync(file)).href + url.search + url.hash;
    const ending = path.extname(file);
    const written = WRITTEN_AS[ending];
    if (written !== undefined) {
      const source = file.slice(0, -ending.length) + written;
      if (existsSync(source)) return pathToFileURL(realpathSync(source)).href;
    }
    const right = ['.ts', '.js', '.mts', '.mjs', '.json', '/index.ts', '/index.js'].find((end) =>
      existsSync(file + end),
    );
    const what =
      right === undefined
        ? told('there is no such file')
        : told("there is no such file: did you mean '{0}'?", `${specifier}${right}`);
    throw this.#importError(specifier, from, what, NOT_FOUND);
  }

  /** Node resolves packages, starting from the importing file's folder. */
  #package(specifier: string, from: string): Promise<vm.Module> {
    let url: string;
    try {
      url = this.#tools.resolveImport(specifier, from);
    } catch (error) {
      const [cause] = (error as Error).message.split(' imported from ');
      const hint = this.#library === null ? '' : IMPORTABLE;
      const { code } = error as { code?: string };
      throw this.#importError(specifier, from, told('{0}{1}', cause!, hint), code);
    }
    return this.#load(url);
  }

  #importError(specifier: string, from: string, what: Told, code?: string): ProgramError {
    const file = fileURLToPath(from);
    const before = this.sources.get(from)?.split(new RegExp(`(['"])${escaped(specifier)}\\1`))[0];
    const place = before === undefined ? { file } : placeAt(file, before);
    const said = told("{0}: cannot import '{1}': {2}", place_text(place), specifier, what);
    return new ProgramError(said, place, code);
  }

  #cached(name: string, make: () => vm.Module): Promise<vm.Module> {
    let module = this.#modules.get(name);
    if (module === undefined) {
      module = Promise.resolve(make());
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
const DECORATOR_CURE = told(': Node has no decorators: call the function after the class instead');

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

/** Where require() finds a module; undefined: nowhere. */
function resolved(require: NodeJS.Require, request: string): string | undefined {
  try {
    return require.resolve(request);
  } catch {
    return undefined;
  }
}
