/** Completion: names available in expressions, and members of values, found without running any code. */
import type { sock } from '../../stack/include/net/sock.ts';
import type { Describer } from './describe.ts';
import { fieldDoc } from './fieldDocs.ts';
import type { ScopeObject } from './frameScopes.ts';
import { Held } from './held.ts';
import type { KernelNames } from './kernelNames.ts';
import { findProperty, isProxy, storedValue } from './values/peek.ts';

export interface Completion {
  label: string;
  /** DAP's kind of the item. */
  type: 'variable' | 'function' | 'class' | 'value' | 'field' | 'method' | 'property' | 'reference';
  /** The text displayed beside it. */
  detail?: string | undefined;
  /** Closer scopes come first: 0 for locals. */
  rank: number;
}

/** Maximum number of completions. */
const MOST = 1000;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

export class Completer {
  readonly #kernel: KernelNames;
  readonly #describer: Describer;
  /** The debugger's own names. */
  readonly #own: readonly string[];
  /** The value of `sockets`. */
  readonly #sockets: () => sock[];

  constructor(kernel: KernelNames, describer: Describer, own: readonly string[], sockets: () => sock[]) {
    this.#kernel = kernel;
    this.#describer = describer;
    this.#own = own;
    this.#sockets = sockets;
  }

  /** Names with this prefix: locals and enclosing scopes, the debugger's, the kernel's, JavaScript's. */
  names(prefix: string, ...scopes: ScopeObject[]): Completion[] {
    const found = new Map<string, Completion>();
    const wanted = prefix.toLowerCase();
    const add = (label: string, rank: number, value: unknown) => {
      if (
        found.size < MOST &&
        !found.has(label) &&
        IDENTIFIER.test(label) &&
        label.toLowerCase().startsWith(wanted)
      )
        found.set(label, { label, rank, type: kindOf(label, value), detail: this.#detail(value) });
    };
    for (const scope of scopes)
      for (const name of Object.keys(scope)) add(name, 0, storedOrNothing(scope, name));
    for (const name of this.#own) add(name, 1, undefined);
    if ('sockets'.startsWith(wanted)) this.#addSockets(found);
    // Without a prefix there are too many.
    if (prefix === '') return [...found.values()];
    for (const name of this.#kernel.names()) add(name, 2, this.#kernel.get(name));
    for (const name of Object.getOwnPropertyNames(globalThis)) add(name, 3, storedValue(globalThis, name));
    return [...found.values()];
  }
  #addSockets(found: Map<string, Completion>): void {
    for (const [index, sk] of this.#sockets().slice(0, MOST).entries()) {
      const label = `sockets[${index}]`;
      found.set(label, { label, rank: 1, type: 'reference', detail: this.#describer.text(sk) });
    }
  }

  /** Members with this prefix, of the value that a path of names leads to. */
  members(path: readonly string[], prefix: string, value: unknown): Completion[] {
    let owner = Held.open(value);
    for (const name of path) owner = this.#member(owner, name);
    const found = new Map<string, Completion>();
    const wanted = prefix.toLowerCase();
    let at = objectOf(owner);
    for (let rank = 0; at !== null && !isProxy(at); rank++) {
      for (const name of namesOf(at)) {
        if (found.size >= MOST || found.has(name) || !name.toLowerCase().startsWith(wanted)) continue;
        const { property } = findProperty(at, name)!;
        const isStored = 'value' in property;
        const inner: unknown = property.value;
        found.set(name, {
          label: name,
          rank,
          type: !isStored ? 'property' : typeof inner === 'function' ? 'method' : 'field',
          detail: fieldDoc(objectOf(owner)!, name) ?? (isStored ? this.#detail(inner) : undefined),
        });
      }
      at = Object.getPrototypeOf(at) as object | null;
    }
    return [...found.values()];
  }
  /** A member that is stored, or that the kernel computes. */
  #member(value: unknown, name: string): unknown {
    const owner = objectOf(value);
    const found = owner === null || isProxy(owner) ? undefined : findProperty(owner, name);
    if (found === undefined) return undefined;
    const { holder, property } = found;
    if ('value' in property) return property.value;
    return this.#kernel.isPrototype(holder) && property.get
      ? Reflect.apply(property.get, owner, [])
      : undefined;
  }

  #detail(value: unknown): string | undefined {
    return value === undefined ? undefined : this.#describer.text(value);
  }
}

/** The object to search for a value's members: for a string, String.prototype. */
function objectOf(value: unknown): object | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' || typeof value === 'function' ? value : (Object(value) as object);
}
/** Elements have no names. */
function namesOf(owner: object): string[] {
  if (ArrayBuffer.isView(owner)) return [];
  const names = Array.isArray(owner) ? ['length'] : Object.getOwnPropertyNames(owner);
  return names.filter((name) => IDENTIFIER.test(name) && name !== '__proto__');
}
/** A variable may not be initialized yet. */
function storedOrNothing(scope: ScopeObject, name: string): unknown {
  try {
    return storedValue(scope, name);
  } catch {
    return undefined;
  }
}
function kindOf(label: string, value: unknown): Completion['type'] {
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  return /^[A-Z][A-Z0-9_]*$/.test(label) && typeof value === 'number' ? 'value' : 'variable';
}
