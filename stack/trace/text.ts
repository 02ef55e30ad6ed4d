/** Kernel objects in the text of tracepoints. */
import type { task_struct } from '../include/linux/sched.ts';
import type { sk_buff } from '../include/linux/skbuff.ts';
import type { hrtimer, timer_list } from '../include/linux/timer.ts';
import type { be32 } from '../include/linux/types.ts';
import type { sock_common } from '../include/net/sock.ts';
import { SOFTIRQS } from '../include/linux/interrupt.ts';
import { sockaddr_in } from '../include/uapi/linux/in.ts';
import { type in6_addr, sockaddr_in6 } from '../include/uapi/linux/in6.ts';
import { TCP_STATES } from '../include/uapi/linux/tcp.ts';
import { BOOT_NS } from '../kernel/time/timekeeping.ts';
import { formatAddress, formatAddress6 } from '../lib/format_address.ts';
import { show_value } from '../lib/show_value.ts';

/** The name of a number in a table of constants, or the number itself if it has none. */
export function nameOf(table: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(table).find(([, number]) => number === value)?.[0] ?? String(value);
}
/** `TCP_ESTABLISHED` */
export function tcpStateName(state: number): string {
  return nameOf(TCP_STATES, state);
}
/** The IPv6 address of a socket if it has one, otherwise the IPv4 address. */
function addressText(addr6: in6_addr | null, addr: be32): string {
  return addr6 === null ? formatAddress(addr) : formatAddress6(addr6.s6_addr32);
}
export function sockText(sk: sock_common | null): string {
  if (sk === null) return 'sk=none';
  const saddr = addressText(sk.skc_v6_rcv_saddr, sk.skc_rcv_saddr);
  const daddr = addressText(sk.skc_v6_daddr, sk.skc_daddr);
  return `sport=${sk.skc_num} dport=${sk.skc_dport} saddr=${saddr} daddr=${daddr}`;
}
export function skbText(skb: sk_buff): string {
  return `len=${skb.len}${skb.dev === null ? '' : ` dev=${skb.dev.name}`} protocol=0x${skb.protocol.toString(16)}`;
}
/** `skb` is null when a reset answers no packet. */
export function sockAndSkb(sk: sock_common | null, skb: sk_buff | null): string {
  return `${sockText(sk)} skblen=${skb?.len ?? 0}`;
}
/** `server-100` */
export function taskText(task: task_struct): string {
  return `${task.comm}-${task.pid}`;
}
export function softirqText(nr: number): string {
  return `vec=${nr} [action=${SOFTIRQS[nr]}]`;
}

function functionText(timer: timer_list | hrtimer): string {
  return `function=${timer.function.name.replace(/^bound /, '')}`;
}
export function timerText(timer: timer_list): string {
  return `${functionText(timer)} expires=${timer.expires}`;
}
export function hrtimerText(timer: hrtimer): string {
  return `${functionText(timer)} expires=${timer.expires - BOOT_NS}`;
}

/** An argument or the result of a system call. */
export function valueText(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof sockaddr_in) return `${formatAddress(value.sin_addr)}:${value.sin_port}`;
  if (value instanceof sockaddr_in6)
    return `[${formatAddress6(value.sin6_addr.s6_addr32)}]:${value.sin6_port}`;
  // Programs pass objects of their own, whose code does not run for a trace.
  return show_value(value);
}
