/** Allocating, cloning, referencing and freeing a sock. @linux net/core/sock.c */
import type { socket } from '../../../include/linux/net.ts';
import type { timer_list } from '../../../include/linux/timer.ts';
import type { jiffies_t } from '../../../include/linux/types.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import {
  __sock_put,
  type proto,
  type sock,
  SOCK_BINDPORT_LOCK,
  type sock_common,
  SOCK_DONE,
  sock_hold,
  sock_net,
  sock_orphan,
  sock_reset_flag,
  sock_set_flag,
  SOCK_ZAPPED,
} from '../../../include/net/sock.ts';
import { TCP_CLOSE } from '../../../include/uapi/linux/tcp.ts';
import { module_put, try_module_get } from '../../../kernel/module.ts';
import { del_timer, mod_timer } from '../../../kernel/time/timer.ts';
import { security_sk_alloc, security_sk_free } from '../../../security/security.ts';
import { put_page } from '../skbuff/alloc.ts';
import { reuseport_detach_sock } from '../sock_reuseport.ts';
import {
  sock_def_destruct,
  sock_def_error_report,
  sock_def_readable,
  sock_def_wakeup,
  sock_def_write_space,
} from './defaults.ts';
import { sk_sockets_allocated_inc } from './memory.ts';

/**
 * Allocate a socket of a protocol; null when memory is exhausted (a scenario can inject this).
 *
 * @linux net/core/sock.c
 */
export function sk_alloc(net: net, family: number, prot: proto, kern: boolean): sock | null {
  const { machine } = net;
  if (machine.faults.should_fail('sk_alloc')) return null;
  if (security_sk_alloc(net, family) !== 0) return null;
  if (!try_module_get(machine.kernel_module)) return null;
  const sk = prot.alloc(net, prot);
  sk.sk_family = family;
  sk.sk_prot = prot;
  sk.sk_memory = prot.memory(net);
  sk.sk_kern_sock = kern;
  sk.skc_cookie = ++net.cookie_gen;
  if (!kern) sock_inuse_add(net, 1);
  machine.sockets.add(sk);
  return sk;
}

/** Initialize the fields that all sockets have. @linux net/core/sock.c */
export function sock_init_data(parent: socket | null, sk: sock): void {
  const net = sock_net(sk);
  const { core } = net;
  sk.sk_rcvbuf = core.sysctl_rmem_default;
  sk.sk_sndbuf = core.sysctl_wmem_default;
  sk.sk_state = TCP_CLOSE;
  sk.sk_socket = parent;
  sock_set_flag(sk, SOCK_ZAPPED);
  if (parent !== null) {
    sk.sk_type = parent.type;
    sk.sk_wq = parent.wq;
    parent.sk = sk;
    sk.sk_uid = net.machine.current.cred.uid;
  } else {
    sk.sk_wq = null;
  }
  sk.sk_state_change = sock_def_wakeup;
  sk.sk_data_ready = sock_def_readable;
  sk.sk_write_space = sock_def_write_space;
  sk.sk_error_report = sock_def_error_report;
  sk.sk_destruct = sock_def_destruct;
  sk.sk_frag = null;
  sk.sk_peek_off = -1;
  sk.sk_write_pending = 0;
  sk.sk_rcvlowat = 1;
  sk.sk_pacing_rate = Infinity;
  sk.sk_pacing_shift = 10;
  sk.skc_refcnt = 1;
  sk.sk_drops = 0;
}

/**
 * Clone a listener into a child: per-connection fields are reset, and the child has two references. Linux
 * returns it with its spinlock held; no process owns it.
 *
 * @linux net/core/sock.c
 */
export function sk_clone_lock(sk: sock): sock | null {
  const { machine } = sock_net(sk);
  if (machine.faults.should_fail('sk_clone')) return null;
  if (!try_module_get(machine.kernel_module)) return null;
  const newsk = sk.sk_prot.alloc(sock_net(sk), sk.sk_prot);
  sock_copy(newsk, sk);
  newsk.sk_memory = sk.sk_memory;
  newsk.skc_refcnt = 2;
  sk_refcnt_debug_inc(newsk);
  newsk.sk_wmem_alloc = 1;
  newsk.sk_userlocks = sk.sk_userlocks & ~SOCK_BINDPORT_LOCK;
  newsk.sk_priority = 0;
  sock_reset_flag(newsk, SOCK_DONE);
  newsk.sk_kern_sock = false;
  sock_inuse_add(sock_net(newsk), 1);
  sk_sockets_allocated_inc(newsk);
  machine.sockets.add(newsk);
  return newsk;
}

/**
 * Copy the fields that a child inherits from its listener. Queues, memory and timers are initialized afresh.
 *
 * @linux net/core/sock.c
 */
function sock_copy(nsk: sock, osk: sock): void {
  nsk.skc_daddr = osk.skc_daddr;
  nsk.skc_rcv_saddr = osk.skc_rcv_saddr;
  nsk.skc_dport = osk.skc_dport;
  nsk.skc_num = osk.skc_num;
  nsk.skc_family = osk.skc_family;
  nsk.skc_state = osk.skc_state;
  nsk.skc_reuse = osk.skc_reuse;
  nsk.skc_reuseport = osk.skc_reuseport;
  nsk.skc_bound_dev_if = osk.skc_bound_dev_if;
  nsk.skc_ipv6only = osk.skc_ipv6only;
  nsk.skc_v6_daddr = osk.skc_v6_daddr;
  nsk.skc_v6_rcv_saddr = osk.skc_v6_rcv_saddr;
  nsk.skc_flags = osk.skc_flags;
  nsk.sk_rcvlowat = osk.sk_rcvlowat;
  nsk.sk_rcvbuf = osk.sk_rcvbuf;
  nsk.sk_sndbuf = osk.sk_sndbuf;
  nsk.sk_sndtimeo = osk.sk_sndtimeo;
  nsk.sk_rcvtimeo = osk.sk_rcvtimeo;
  nsk.sk_priority = osk.sk_priority;
  nsk.sk_mark = osk.sk_mark;
  nsk.sk_pacing_status = osk.sk_pacing_status;
  nsk.sk_pacing_rate = osk.sk_pacing_rate;
  nsk.sk_max_pacing_rate = osk.sk_max_pacing_rate;
  nsk.sk_pacing_shift = osk.sk_pacing_shift;
  nsk.sk_gso_type = osk.sk_gso_type;
  nsk.sk_no_check_tx = osk.sk_no_check_tx;
  nsk.sk_userlocks = osk.sk_userlocks;
  nsk.sk_type = osk.sk_type;
  nsk.sk_protocol = osk.sk_protocol;
  nsk.sk_lingertime = osk.sk_lingertime;
  nsk.sk_ack_backlog = osk.sk_ack_backlog;
  nsk.sk_max_ack_backlog = osk.sk_max_ack_backlog;
  nsk.sk_uid = osk.sk_uid;
  nsk.sk_shutdown = osk.sk_shutdown;
  nsk.sk_state_change = osk.sk_state_change;
  nsk.sk_data_ready = osk.sk_data_ready;
  nsk.sk_write_space = osk.sk_write_space;
  nsk.sk_error_report = osk.sk_error_report;
  nsk.sk_backlog_rcv = osk.sk_backlog_rcv;
  nsk.sk_destruct = osk.sk_destruct;
}

/** Count sockets in use by protocol, for /proc/net/sockstat. @linux include/net/sock.h */
export function sock_prot_inuse_add(net: net, prot: proto, val: number): void {
  const memory = prot.memory(net);
  if (memory !== null) memory.inuse += val;
}
/** Count all sockets in use. @linux include/net/sock.h */
export function sock_inuse_add(net: net, val: number): void {
  net.sockets_in_use += val;
}

/** Release a datagram or raw socket, or a socket whose creation failed. @linux net/core/sock.c */
export function sk_common_release(sk: sock): void {
  sk.sk_prot.destroy?.(sk);
  sk.sk_prot.unhash?.(sk);
  if (sk.sk_socket !== null) sk.sk_socket.sk = null;
  sock_orphan(sk);
  sock_put(sk);
}

/**
 * The last process reference is gone; packets in flight may still refer to the socket.
 *
 * @linux net/core/sock.c
 */
export function sk_free(sk: sock): void {
  // One count of sk_wmem_alloc belongs to the socket, the others to its packets.
  if (--sk.sk_wmem_alloc === 0) __sk_free(sk);
}
/** Free a socket without references. @linux net/core/sock.c */
export function __sk_free(sk: sock): void {
  if (!sk.sk_kern_sock) sock_inuse_add(sock_net(sk), -1);
  sk_destruct(sk);
}
function sk_destruct(sk: sock): void {
  sk.sk_destruct(sk);
  if (sk.sk_frag !== null && sk.sk_frag.page !== null) put_page(sk.sk_frag.page);
  sk.sk_frag = null;
  if (sk.sk_reuseport_cb !== null) reuseport_detach_sock(sk);
  security_sk_free(sk);
  const { machine } = sock_net(sk);
  machine.sockets.delete(sk);
  module_put(machine.kernel_module);
}
/** Drop a reference. @linux include/net/sock.h */
export function sock_put(sk: sock_common): void {
  if (--sk.skc_refcnt === 0) sk_free(sk as sock);
}

/** @param expires in jiffies @linux net/core/sock.c */
export function sk_reset_timer<Owner>(sk: sock, timer: timer_list<Owner>, expires: jiffies_t): void {
  if (!mod_timer(sock_net(sk).machine, timer, expires)) sock_hold(sk);
}
/** Stop a socket's timer, and drop the reference that it held. @linux net/core/sock.c */
export function sk_stop_timer<Owner>(sk: sock, timer: timer_list<Owner>): void {
  if (del_timer(sock_net(sk).machine, timer)) __sock_put(sk);
}

/** Count a new socket of its protocol, to detect leaks. @linux include/net/sock.h (SOCK_REFCNT_DEBUG) */
export function sk_refcnt_debug_inc(sk: sock): void {
  const { socks } = sock_net(sk).machine;
  socks.set(sk.sk_prot, (socks.get(sk.sk_prot) ?? 0) + 1);
}
/** Count a freed socket of its protocol. @linux include/net/sock.h (SOCK_REFCNT_DEBUG) */
export function sk_refcnt_debug_dec(sk: sock): void {
  const { socks } = sock_net(sk).machine;
  socks.set(sk.sk_prot, (socks.get(sk.sk_prot) ?? 0) - 1);
}
