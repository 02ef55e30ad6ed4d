/** The machine and its network namespace in one line. */
import { net } from '../../../stack/include/net/net_namespace.ts';
import { Machine } from '../../../stack/machine.ts';
import { plural, secondsInGroups } from '../format.ts';
import type { Presenter } from './presenter.ts';

export function machineLine(machine: Machine): string {
  const tasks = plural(machine.tasks.size, 'task');
  const sockets = plural(openSockets(machine), 'socket');
  return `t = ${secondsInGroups(machine.time_ns)} · event ${machine.tracer.event} · ${tasks}, ${sockets}`;
}
/** Without those that the kernel keeps for itself, to send resets and ICMP from. */
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
