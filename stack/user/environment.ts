/** The environment of a program: its own variables, and those of the host, of which the log has what the program reads. */
import { inspect } from 'node:util';
import type { World } from '../world/world.ts';

/** Under it the log has the names of all variables, for who lists them; no variable has this name. */
const NAMES = '';

/** @param own what the launch says, before what the host has */
export function environment(world: World, own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const host = process.env;
  const { inputs } = world;
  /** What the program has set; undefined: it has deleted that. */
  const set = new Map<string, string | undefined>(Object.entries(own));
  const read = (name: string) => (set.has(name) ? set.get(name) : inputs.variable(name, () => host[name]));
  /** The names of the host's variables, once they are listed. */
  let listed: ReadonlySet<string> | null = null;
  const names = (): string[] => {
    const told = inputs.variable(NAMES, () => JSON.stringify(Object.keys(host))) ?? '[]';
    listed = new Set(JSON.parse(told) as string[]);
    const all = new Set([...listed, ...set.keys()]);
    return [...all].filter((name) => !set.has(name) || set.get(name) !== undefined);
  };
  // Who lists names does not read the variables.
  const exists = (name: string): boolean =>
    set.has(name) || listed === null ? read(name) !== undefined : listed.has(name);
  const target: NodeJS.ProcessEnv = {};
  const variables: NodeJS.ProcessEnv = new Proxy(target, {
    get: (_, name) =>
      typeof name === 'string' ? (read(name) ?? inherited(name)) : Reflect.get(target, name),
    has: (_, name) => (typeof name === 'string' && exists(name)) || name in target,
    ownKeys: names,
    getOwnPropertyDescriptor: (_, name) =>
      typeof name === 'string' && exists(name)
        ? { get: () => read(name), enumerable: true, configurable: true }
        : undefined,
    set: (_, name, value) => {
      set.set(String(name), String(value));
      return true;
    },
    defineProperty: (_, name, { value }) => {
      set.set(String(name), String(value));
      return true;
    },
    deleteProperty: (_, name) => {
      set.set(String(name), undefined);
      return true;
    },
  });
  // Printing looks through a proxy.
  Object.defineProperty(target, inspect.custom, { value: () => ({ ...variables }), configurable: true });
  return variables;
}

/** `toString` and its kind. */
const inherited = (name: string): string | undefined =>
  Reflect.get(Object.prototype, name) as string | undefined;
