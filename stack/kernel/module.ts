/**
 * Loadable modules: the table of modules, loading on request, and reference counts.
 *
 * @linux kernel/module/main.c, kernel/module/kmod.c
 */
import type { Machine } from '../machine.ts';
import { MODULE_STATE_GOING, module } from '../include/linux/module.ts';
import { ENOENT } from '../include/uapi/asm-generic/errno.ts';
import type { Sleeps } from '../include/linux/sched.ts';
import { trace } from '../trace/events.ts';

/**
 * The modules that modprobe finds by alias ('net-pf-16'), and the function that loads each. A scenario can
 * change it.
 */
export class module_table {
  #loaders = new Map<string, () => void>();
  /** Requested modules, found or not, newest last; bounded. */
  requests: { name: string; found: boolean }[] = [];

  /** Make `alias` loadable: `load` registers the module's operations. */
  add(alias: string, load: () => void): void {
    this.#loaders.set(alias, load);
  }
  remove(alias: string): boolean {
    return this.#loaders.delete(alias);
  }
  aliases(): string[] {
    return [...this.#loaders.keys()];
  }
  load(alias: string): boolean {
    const load = this.#loaders.get(alias);
    this.requests.push({ name: alias, found: load !== undefined });
    if (this.requests.length > 1000) this.requests.shift();
    if (load === undefined) return false;
    load();
    return true;
  }
}

/**
 * Ask user space (modprobe) for a module, and wait for the result.
 *
 * @returns 0, or -ENOENT when there is no such module
 * @linux kernel/module/kmod.c
 */
export function* request_module(machine: Machine, name: string): Sleeps<number> {
  trace.module_request(machine, name);
  return machine.modules.load(name) ? 0 : -ENOENT;
}

/**
 * Take a reference, so that the module cannot be unloaded.
 *
 * @returns false if it is already being unloaded.
 * @linux kernel/module/main.c
 */
export function try_module_get(owner: module | null): boolean {
  if (owner === null) return true;
  if (owner.state === MODULE_STATE_GOING) return false;
  owner.refcnt++;
  return true;
}
export function module_put(owner: module | null): void {
  if (owner !== null) owner.refcnt--;
}
