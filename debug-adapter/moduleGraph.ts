/**
 * Loads the project's own code, in a process or thread with Node's flag for modules of the vm module. Node's own loader takes
 * a millisecond for each module, with all that it can do; some hundred small files of one project need no more than to be read
 * and linked, which takes a third of that.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

/** What a process or thread that has a graph is started with. */
export const GRAPH_FLAGS: readonly string[] = ['--experimental-vm-modules', '--no-warnings'];

export class ModuleGraph {
  readonly #modules = new Map<string, vm.SourceTextModule>();
  readonly #external = new Map<string, Promise<vm.Module>>();
  readonly #change: (source: string, file: string) => string;

  /** @param change what becomes of the source of a module */
  constructor(change: (source: string, file: string) => string = (source) => source) {
    this.#change = change;
  }

  /** The exports of a module and all that it imports, unless an earlier one has. */
  async load(file: string): Promise<object> {
    const module = this.#module(file);
    if (module.status === 'unlinked')
      await module.link((specifier, from) =>
        specifier.startsWith('.')
          ? this.#module(path.resolve(path.dirname(from.identifier), specifier))
          : this.#outside(specifier),
      );
    await module.evaluate();
    return module.namespace;
  }

  /** What each module exports, by its file. */
  get exports(): Map<string, object> {
    return new Map([...this.#modules].map(([file, { namespace }]) => [file, namespace]));
  }

  #module(file: string): vm.SourceTextModule {
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = new vm.SourceTextModule(this.#change(readFileSync(file, 'utf8'), file), {
        identifier: file,
        initializeImportMeta: (meta) => {
          meta.url = pathToFileURL(file).href;
          // Node's own, which takes the importing file, too, where a thread has its flag for that.
          meta.resolve = (specifier, from) => import.meta.resolve(specifier, from);
        },
      });
      this.#modules.set(file, module);
    }
    return module;
  }

  /** Node's own modules and installed packages come from Node's loader. */
  #outside(specifier: string): Promise<vm.Module> {
    let module = this.#external.get(specifier);
    if (module === undefined) {
      module = this.#wrap(specifier);
      this.#external.set(specifier, module);
    }
    return module;
  }
  async #wrap(specifier: string): Promise<vm.Module> {
    const exports = (await import(specifier)) as Record<string, unknown>;
    const names = Object.keys(exports);
    return new vm.SyntheticModule(
      names,
      function (this: vm.SyntheticModule) {
        for (const name of names) this.setExport(name, exports[name]);
      },
      { identifier: specifier },
    );
  }
}
