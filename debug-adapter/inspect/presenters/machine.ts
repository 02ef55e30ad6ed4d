/** The machine and its network namespace in one line. */
import { net } from '../../../stack/include/net/net_namespace.ts';
import { Machine } from '../../../stack/machine.ts';
import type { World } from '../../../stack/world/world.ts';
import { plural, secondsInGroups } from '../format.ts';
import type { Presenter } from './presenter.ts';

/** The time, and a summary of all machines. */
export function worldLine(world: World): string {
  return line(world, world.machines);
}
function machineLine(machine: Machine): string {
  const host = machine.world.machines.length === 1 ? '' : `${machine.hostname} · `;
  return host + line(machine.world, [machine]);
}
function line({ time_ns, event }: World, machines: readonly Machine[]): string {
  let tasks = 0;
  let sockets = 0;
  for (const machine of machines) {
    tasks += machine.tasks.size;
    sockets += openSockets(machine);
  }
  return `t = ${secondsInGroups(time_ns)} · event ${event} · ${plural(tasks, 'task')}, ${plural(sockets, 'socket')}`;
}
/** Without the kernel's own sockets, which send resets and ICMP. */
function openSockets({ sockets }: Machine): number {
  let count = 0;
  for (const { sk_kern_sock } of sockets) if (!sk_kern_sock) count++;
  return count;
}
export const presentMachine: Presenter<Machine> = {
  matches: (value): value is Machine => value instanceof Machine,
  summary: machineLine,
};
export const presentNet: Presenter<net> = {
  matches: (value): value is net => value instanceof net,
  summary: (ns) => `network namespace, ${plural(ns.dev_base.size, 'device')}`,
};
