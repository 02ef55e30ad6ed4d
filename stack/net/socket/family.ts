/** The address families that there are. @linux net/socket.c */
import type { Machine } from '../../machine.ts';
import type { net_proto_family } from '../../include/linux/net.ts';
import { EEXIST, ENOBUFS, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import { NPROTO } from '../../include/uapi/linux/socket.ts';
import { pr_info } from '../../kernel/printk.ts';

/** Make an address family known. @returns 0, -ENOBUFS (no such number) or -EEXIST. @linux net/socket.c */
export function sock_register(machine: Machine, ops: net_proto_family): Errno {
  if (ops.family >= NPROTO) return -ENOBUFS;
  if (machine.net_families.has(ops.family)) return -EEXIST;
  machine.net_families.set(ops.family, ops);
  pr_info(machine, `NET: Registered protocol family ${ops.family}`);
  return 0;
}
/** Take an address family away again. @linux net/socket.c */
export function sock_unregister(machine: Machine, family: number): void {
  machine.net_families.delete(family);
}
