/**
 * TIME_WAIT: the small sock that represents a closed connection until none of its old segments can still be
 * in flight.
 */
import type { StateReason } from '../../capture/state_reason.ts';
import { timer_list, timer_pending } from '../../include/linux/timer.ts';
import { tcp_timewait_sock } from '../../include/linux/tcp.ts';
import type { jiffies_t } from '../../include/linux/types.ts';
import { inet_csk } from '../../include/net/inet_connection_sock.ts';
import type { inet_hashinfo } from '../../include/net/inet_hashtables.ts';
import { inet_sk } from '../../include/net/inet_sock.ts';
import type { inet_timewait_death_row, inet_timewait_sock } from '../../include/net/inet_timewait_sock.ts';
import { NET_INC_STATS } from '../../include/net/net_namespace.ts';
import { __sock_put, sock_net, type sock } from '../../include/net/sock.ts';
import { LINUX_MIB_TIMEWAITED, LINUX_MIB_TIMEWAITKILLED } from '../../include/uapi/linux/snmp.ts';
import { TCP_CLOSE, TCP_FIN_WAIT2, TCP_TIME_WAIT, type TcpState } from '../../include/uapi/linux/tcp.ts';
import { HZ, jiffies } from '../../kernel/time/jiffies.ts';
import { del_timer, mod_timer } from '../../kernel/time/timer.ts';
import { trace } from '../../trace/events.ts';
import { sock_prot_inuse_add } from '../core/sock/alloc.ts';
import {
  __sk_del_bind_node,
  inet_bind_bucket_destroy,
  inet_bind_bucket_forget_taken,
  inet_bind2_bucket_destroy,
  inet_twsk_add_bind2_node,
  inet_twsk_del_bind2_node,
  sk_add_bind_node,
} from './inet_hashtables/bind.ts';
import { ehash_add, ehash_del } from './inet_hashtables/established.ts';
import { inet_bhashfn_portaddr } from './inet_hashtables/hash.ts';

/** Remove a time-wait sock from the owners of its port, if it is one. @linux net/ipv4/inet_timewait_sock.c */
export function inet_twsk_bind_unhash(tw: inet_timewait_sock, hashinfo: inet_hashinfo): void {
  const tb = tw.tw_tb;
  if (tb === null) return;
  __sk_del_bind_node(tw, tb);
  tw.tw_tb = null;
  inet_bind_bucket_destroy(hashinfo, tb);

  const tb2 = tw.tw_tb2!;
  inet_twsk_del_bind2_node(tw, tb2);
  tw.tw_tb2 = null;
  inet_bind2_bucket_destroy(inet_bhashfn_portaddr(hashinfo, tw, tw.skc_net, tw.skc_num), tb2);
  __sock_put(tw);
}

/**
 * The time is over, or the port is needed: remove it from all tables and drop the timer's reference.
 *
 * @linux net/ipv4/inet_timewait_sock.c
 */
function inet_twsk_kill(tw: inet_timewait_sock, why: StateReason): void {
  const { hashinfo } = tw.skc_net.ipv4;
  if (ehash_del(hashinfo, tw)) __sock_put(tw);
  inet_twsk_bind_unhash(tw, hashinfo);
  tw.tw_dr!.tw_refcount--;
  trace.sockscope_time_wait(tw, tw.tw_substate, TCP_CLOSE, why);
  inet_twsk_put(tw);
}

/** Free a time-wait sock without references. @linux net/ipv4/inet_timewait_sock.c */
export function inet_twsk_free(tw: inet_timewait_sock): void {
  tw.skc_prot.twsk_prot?.twsk_destructor?.(tw);
}

/** Drop a reference. @linux net/ipv4/inet_timewait_sock.c */
export function inet_twsk_put(tw: inet_timewait_sock): void {
  if (--tw.skc_refcnt === 0) inet_twsk_free(tw);
}

/**
 * Hash the time-wait sock in place of the socket, so that packets find it. Sets its reference count to three,
 * for the port, the connection table and the timer; the caller's reference is consumed.
 *
 * @linux net/ipv4/inet_timewait_sock.c
 */
export function inet_twsk_hashdance(tw: inet_timewait_sock, sk: sock, hashinfo: inet_hashinfo): void {
  const icsk = inet_csk(sk);
  // The socket also remains an owner of its port until it is destroyed.
  tw.tw_tb = icsk.icsk_bind_hash;
  sk_add_bind_node(tw, tw.tw_tb!);
  tw.tw_tb2 = icsk.icsk_bind2_hash;
  inet_twsk_add_bind2_node(tw, tw.tw_tb2!);

  ehash_add(hashinfo, tw);
  inet_bind_bucket_forget_taken(sk);
  if (ehash_del(hashinfo, sk)) sock_prot_inuse_add(sock_net(sk), sk.skc_prot, -1);
  tw.skc_refcnt = 3;
}

function tw_timer_handler(tw: inet_timewait_sock): void {
  inet_twsk_kill(tw, tw.tw_substate === TCP_FIN_WAIT2 ? 'no_fin' : 'time_wait_over');
}

/**
 * Create the time-wait sock of a connection.
 *
 * @param state the state it represents: TCP_TIME_WAIT, or TCP_FIN_WAIT2 of an orphan
 * @returns null when net.ipv4.tcp_max_tw_buckets is reached
 * @linux net/ipv4/inet_timewait_sock.c
 */
export function inet_twsk_alloc(
  sk: sock,
  dr: inet_timewait_death_row,
  state: TcpState,
): tcp_timewait_sock | null {
  if (dr.tw_refcount - 1 >= dr.sysctl_max_tw_buckets) return null;
  const inet = inet_sk(sk);
  const tw = new tcp_timewait_sock(sock_net(sk), sk.skc_prot);
  tw.tw_dr = dr;
  tw.skc_daddr = inet.inet_daddr;
  tw.skc_rcv_saddr = inet.inet_rcv_saddr;
  tw.skc_bound_dev_if = sk.skc_bound_dev_if;
  tw.tw_tos = inet.tos;
  tw.skc_num = inet.inet_num;
  tw.skc_state = TCP_TIME_WAIT;
  tw.tw_substate = state;
  tw.tw_sport = inet.inet_sport;
  tw.skc_dport = inet.inet_dport;
  tw.skc_family = sk.skc_family;
  tw.skc_reuse = sk.skc_reuse;
  tw.skc_reuseport = sk.skc_reuseport;
  tw.skc_hash = sk.skc_hash;
  tw.tw_transparent = inet.transparent;
  tw.skc_cookie = sk.skc_cookie;
  tw.tw_timer = new timer_list<inet_timewait_sock>(tw_timer_handler, tw);
  tw.skc_refcnt = 0;
  return tw;
}

/** End a time-wait sock early and drop the caller's reference. @linux net/ipv4/inet_timewait_sock.c */
export function inet_twsk_deschedule_put(tw: inet_timewait_sock, why: StateReason): void {
  if (del_timer(tw.skc_net.machine, tw.tw_timer!)) inet_twsk_kill(tw, why);
  inet_twsk_put(tw);
}

/** Start its timer of `timeo` jiffies, or (rearm) restart it. @linux net/ipv4/inet_timewait_sock.c */
export function __inet_twsk_schedule(tw: inet_timewait_sock, timeo: jiffies_t, rearm: boolean): void {
  const { machine } = tw.skc_net;
  if (rearm) {
    // mod_timer_pending(): a timer that has already fired is not armed again.
    if (timer_pending(tw.tw_timer!)) mod_timer(machine, tw.tw_timer!, jiffies(machine) + timeo);
    return;
  }
  // A time of up to 4 s is not the 2 MSL of RFC 9293 but the 3.5 RTO that suffice with timestamps.
  NET_INC_STATS(tw.skc_net, timeo <= 4 * HZ ? LINUX_MIB_TIMEWAITKILLED : LINUX_MIB_TIMEWAITED);
  mod_timer(machine, tw.tw_timer!, jiffies(machine) + timeo);
  tw.tw_dr!.tw_refcount++;
}

/** Arm the timer of a new time-wait sock. @linux include/net/inet_timewait_sock.h */
export function inet_twsk_schedule(tw: inet_timewait_sock, timeo: jiffies_t): void {
  __inet_twsk_schedule(tw, timeo, false);
}

/** A segment arrived in TIME_WAIT: restart the timer. @linux include/net/inet_timewait_sock.h */
export function inet_twsk_reschedule(tw: inet_timewait_sock, timeo: jiffies_t): void {
  __inet_twsk_schedule(tw, timeo, true);
}
