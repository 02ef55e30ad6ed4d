/**
 * Helpers of the Internet family for its protocols: state changes, a repeated route lookup, the end of a
 * sock, the time of day.
 *
 * @linux net/ipv4/af_inet.c
 */
import type { StateReason } from '../../../capture/state_reason.ts';
import { dst_release } from '../../../include/net/dst.ts';
import { flowi4 } from '../../../include/net/flow.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { RT_CONN_FLAGS } from '../../../include/net/route.ts';
import { type sock, SOCK_DEAD, sock_flag, sock_net } from '../../../include/net/sock.ts';
import { type Errno, IS_ERR } from '../../../include/uapi/asm-generic/errno.ts';
import { SOCK_STREAM } from '../../../include/uapi/linux/socket.ts';
import { TCP_CLOSE, type TcpState } from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON_ONCE } from '../../../kernel/printk.ts';
import { ktime_get_real_ns } from '../../../kernel/time/timekeeping.ts';
import { trace } from '../../../trace/events.ts';
import { __skb_queue_purge } from '../../core/skbuff/queue.ts';
import { sk_refcnt_debug_dec } from '../../core/sock/alloc.ts';
import { __sk_dst_check, sk_setup_caps } from '../../core/sock/dst.ts';
import { sk_mem_reclaim_final } from '../../core/sock/memory.ts';
import { ip_route_output_ports } from '../route/output.ts';

/** Change the state of a socket and emit sock:inet_sock_set_state. @linux net/ipv4/af_inet.c */
export function inet_sk_set_state(sk: sock, state: TcpState, why: StateReason): void {
  trace.inet_sock_set_state(sk, sk.skc_state, state, why);
  sk.skc_state = state;
}

/**
 * As inet_sk_set_state(); Linux uses this variant for states that are read without the socket lock.
 *
 * @linux net/ipv4/af_inet.c
 */
export function inet_sk_state_store(sk: sock, newstate: TcpState, why: StateReason): void {
  trace.inet_sock_set_state(sk, sk.skc_state, newstate, why);
  sk.skc_state = newstate;
}

/**
 * Ensure that the socket has a valid route.
 *
 * @returns 0, or the routing table's errno
 * @linux net/ipv4/af_inet.c
 */
export function inet_sk_rebuild_header(sk: sock): Errno {
  if (__sk_dst_check(sk, 0) !== null) return 0;
  const inet = inet_sk(sk);
  const daddr = inet.inet_opt !== null && inet.inet_opt.srr !== 0 ? inet.inet_opt.faddr : inet.inet_daddr;
  const rt = ip_route_output_ports(
    sock_net(sk),
    new flowi4(),
    sk,
    daddr,
    inet.inet_saddr,
    inet.inet_dport,
    inet.inet_sport,
    sk.sk_protocol,
    RT_CONN_FLAGS(sk),
    sk.sk_bound_dev_if,
  );
  if (!IS_ERR(rt)) {
    sk_setup_caps(sk, rt);
    return 0;
  }
  sk.sk_route_caps = 0;
  // With net.ipv4.ip_dynaddr Linux would choose another source address for a SYN here; that option is for
  // dial-up lines.
  sk.sk_err_soft = -rt;
  return rt;
}

/**
 * Free everything the socket still holds, and warn if it holds something unexpected.
 *
 * @linux net/ipv4/af_inet.c
 */
export function inet_sock_destruct(sk: sock): void {
  const { machine } = sock_net(sk);
  __skb_queue_purge(sk.sk_receive_queue);
  if (sk.sk_error_queue !== null) __skb_queue_purge(sk.sk_error_queue);
  sk_mem_reclaim_final(sk);
  if (sk.sk_type === SOCK_STREAM && sk.sk_state !== TCP_CLOSE) {
    WARN_ON_ONCE(machine, true, `inet_sock_destruct: a TCP socket is freed in state ${sk.sk_state}`);
    return;
  }
  if (!sock_flag(sk, SOCK_DEAD)) {
    WARN_ON_ONCE(machine, true, 'inet_sock_destruct: a socket is freed that is still in use');
    return;
  }
  WARN_ON_ONCE(machine, sk.sk_rmem_alloc !== 0, 'inet_sock_destruct: sk_rmem_alloc is not 0');
  WARN_ON_ONCE(machine, sk.sk_wmem_alloc !== 0, 'inet_sock_destruct: sk_wmem_alloc is not 0');
  WARN_ON_ONCE(machine, sk.sk_wmem_queued !== 0, 'inet_sock_destruct: sk_wmem_queued is not 0');
  inet_sk(sk).inet_opt = null;
  dst_release(sk.sk_dst_cache);
  sk.sk_dst_cache = null;
  dst_release(sk.sk_rx_dst);
  sk.sk_rx_dst = null;
  sk_refcnt_debug_dec(sk);
}

/** Milliseconds since midnight, UT. @linux net/ipv4/af_inet.c */
export function inet_current_timestamp(net: net): number {
  return Math.floor(ktime_get_real_ns(net.machine) / 1_000_000) % 86_400_000;
}
