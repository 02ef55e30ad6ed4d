/** The kernel's constants by name, for what a person types: `TCP_ESTABLISHED`, `SOCK_DEAD`, `EAGAIN`. */
import * as netdevice from '../../stack/include/linux/netdevice.ts';
import * as sched from '../../stack/include/linux/sched.ts';
import * as connection from '../../stack/include/net/inet_connection_sock.ts';
import * as dropreason from '../../stack/include/net/dropreason.ts';
import * as neighbour from '../../stack/include/net/neighbour.ts';
import * as sock from '../../stack/include/net/sock.ts';
import * as tcp from '../../stack/include/net/tcp.ts';
import * as controlBlock from '../../stack/include/net/tcp_skb_cb.ts';
import * as errno from '../../stack/include/uapi/asm-generic/errno.ts';
import { CONSTANTS } from '../../stack/user/constants.ts';

const MODULES: readonly object[] = [
  netdevice,
  sched,
  connection,
  dropreason,
  neighbour,
  sock,
  tcp,
  controlBlock,
  errno,
  CONSTANTS,
];
let constants: Map<string, number> | undefined;

export function kernelConstants(): ReadonlyMap<string, number> {
  if (constants === undefined) {
    constants = new Map();
    for (const module of MODULES) {
      for (const [name, value] of Object.entries(module)) {
        if (typeof value === 'number' && /^[A-Z_][A-Za-z0-9_]*$/.test(name)) constants.set(name, value);
      }
    }
  }
  return constants;
}
