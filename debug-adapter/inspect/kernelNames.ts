/** Exports of the kernel's modules (functions, structs, constants) by the names that a user types. */
import { isProxy } from './values/peek.ts';

/** A loaded module of the stack. */
export interface KernelModule {
  /** `stack/net/socket.ts`. */
  url: string;
  exports: Readonly<Record<string, unknown>>;
}

const CONSTANT = /^[A-Z_][A-Za-z0-9_]*$/;

export class KernelNames {
  readonly #values = new Map<string, unknown>();
  readonly #urls = new Map<string, string>();
  /** Names of structs, by their objects' prototypes. */
  readonly #structs = new Map<unknown, string>();

  constructor(modules: readonly KernelModule[]) {
    for (const { url, exports } of modules) {
      for (const [name, value] of Object.entries(exports)) {
        this.#add(name, value, url);
        // A table of constants: its keys are constants, too.
        if (isTable(value)) for (const [key, number] of Object.entries(value)) this.#add(key, number, url);
      }
    }
  }

  #add(name: string, value: unknown, url: string): void {
    if (typeof value === 'function' && typeof value.prototype === 'object')
      this.#structs.set(value.prototype, value.name);
    if (this.#values.has(name)) return;
    this.#values.set(name, value);
    this.#urls.set(name, url);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
  get(name: string): unknown {
    return this.#values.get(name);
  }
  /** The module that exports it. */
  urlOf(name: string): string | undefined {
    return this.#urls.get(name);
  }
  /** A constant. */
  number(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === 'number' && CONSTANT.test(name) ? value : undefined;
  }
  names(): Iterable<string> {
    return this.#values.keys();
  }

  /** Whether this is the prototype of a kernel struct, whose getters are kernel code. */
  isPrototype(object: object): boolean {
    return this.#structs.has(object);
  }
  /** The struct's name of a value; undefined for any other value. */
  structOf(value: unknown): string | undefined {
    if (typeof value !== 'object' || value === null || isProxy(value)) return undefined;
    return this.#structs.get(Object.getPrototypeOf(value));
  }
  isStruct(value: unknown): value is object {
    return this.structOf(value) !== undefined;
  }
}

function isTable(value: unknown): value is Record<string, number> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  return Object.entries(value).every(([key, number]) => CONSTANT.test(key) && typeof number === 'number');
}
