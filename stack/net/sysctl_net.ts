/** The settings of a network namespace, under net.… @linux net/sysctl_net.c */
import type { net } from '../include/net/net_namespace.ts';
import type { ctl_table } from '../kernel/sysctl.ts';

/** Offer settings. `path` is what stands before their names: 'net.ipv4'. @linux net/sysctl_net.c */
export function register_net_sysctl(
  net: net,
  path: string,
  table: Readonly<Record<string, ctl_table>>,
): void {
  for (const [name, setting] of Object.entries(table)) net.sysctls.set(`${path}.${name}`, setting);
}
/** Take them back. @linux fs/proc/proc_sysctl.c */
export function unregister_net_sysctl_table(net: net, path: string): void {
  for (const name of [...net.sysctls.keys()]) if (name.startsWith(`${path}.`)) net.sysctls.delete(name);
}
