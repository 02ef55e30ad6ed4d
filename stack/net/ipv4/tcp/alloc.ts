/**
 * Memory for outgoing segments: allocation, freeing, memory pressure, and the limit on orphans.
 *
 * @linux net/ipv4/tcp.c
 */
import { CHECKSUM_PARTIAL, type sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { type sock, SOCK_MIN_SNDBUF, sock_net } from '../../../include/net/sock.ts';
import { MAX_TCP_HEADER, tcp_clear_all_retrans_hints } from '../../../include/net/tcp.ts';
import {
  LINUX_MIB_TCPMEMORYPRESSURES,
  LINUX_MIB_TCPMEMORYPRESSURESCHRONO,
} from '../../../include/uapi/linux/snmp.ts';
import { net_info_ratelimited } from '../../../kernel/printk.ts';
import { jiffies, jiffies_to_msecs } from '../../../kernel/time/jiffies.ts';
import { __kfree_skb, alloc_skb, skb_reserve } from '../../core/skbuff/alloc.ts';
import { __skb_dequeue } from '../../core/skbuff/queue.ts';
import {
  sk_forced_mem_schedule,
  sk_memory_allocated,
  sk_prot_mem_limits,
  sk_wmem_schedule,
} from '../../core/sock/memory.ts';
import { TCP_CHRONO_BUSY, tcp_chrono_stop } from '../tcp_output/xmit.ts';
import { tcp_rtx_queue_unlink, tcp_wmem_free_skb } from './queue.ts';

/**
 * Allocate an empty segment with headroom for all headers.
 *
 * @param size bytes of linear payload: 0, since payload goes into page fragments
 * @param force_schedule exceed the memory limits, because the connection would stall without this segment
 * @returns null when memory is exhausted
 * @linux net/ipv4/tcp.c
 */
export function tcp_stream_alloc_skb(sk: sock, size: number, force_schedule: boolean): sk_buff | null {
  const skb = alloc_skb(sock_net(sk).machine, size + MAX_TCP_HEADER);
  if (force_schedule) {
    sk_forced_mem_schedule(sk, skb.truesize);
  } else if (!sk_wmem_schedule(sk, skb.truesize)) {
    __kfree_skb(skb);
    return null;
  }
  skb_reserve(skb, MAX_TCP_HEADER);
  skb.ip_summed = CHECKSUM_PARTIAL;
  return skb;
}

/** All TCP sockets together exceed tcp_mem's pressure mark. @linux net/ipv4/tcp.c */
export function tcp_enter_memory_pressure(sk: sock): void {
  const net = sock_net(sk);
  const memory = net.ipv4.tcp_memory;
  if (memory.memory_pressure !== 0) return;
  memory.memory_pressure = jiffies(net.machine);
  NET_INC_STATS(net, LINUX_MIB_TCPMEMORYPRESSURES);
}

/** Memory use has fallen below tcp_mem's low mark. @linux net/ipv4/tcp.c */
export function tcp_leave_memory_pressure(sk: sock): void {
  const net = sock_net(sk);
  const memory = net.ipv4.tcp_memory;
  if (memory.memory_pressure === 0) return;
  NET_ADD_STATS(
    net,
    LINUX_MIB_TCPMEMORYPRESSURESCHRONO,
    jiffies_to_msecs(jiffies(net.machine) - memory.memory_pressure),
  );
  memory.memory_pressure = 0;
}

/** Free all sent but unacknowledged segments. @linux net/ipv4/tcp.c */
function tcp_rtx_queue_purge(sk: sock): void {
  const tp = tcp_sk(sk);
  tp.highest_sack = null;
  for (let skb = tp.tcp_rtx_queue.first; skb !== null; skb = tp.tcp_rtx_queue.first) {
    skb.tcp_tsorted_prev = null;
    skb.tcp_tsorted_next = null;
    skb.tcp_tsorted_linked = false;
    tcp_rtx_queue_unlink(skb, sk);
    tcp_wmem_free_skb(sk, skb);
  }
}

/** The connection has ended: free all unsent and unacknowledged segments. @linux net/ipv4/tcp.c */
export function tcp_write_queue_purge(sk: sock): void {
  const tp = tcp_sk(sk);
  tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
  for (let skb = __skb_dequeue(sk.sk_write_queue); skb !== null; skb = __skb_dequeue(sk.sk_write_queue)) {
    tcp_wmem_free_skb(sk, skb);
  }
  tcp_rtx_queue_purge(sk);
  tp.tsorted_sent_first = null;
  tp.tsorted_sent_last = null;
  tcp_clear_all_retrans_hints(tp);
  tp.packets_out = 0;
  inet_csk(sk).icsk_backoff = 0;
}

/** The number of sockets in this machine that no process owns. @linux net/ipv4/tcp.c */
export function tcp_orphan_count_sum(sk: sock): number {
  return Math.max(sk.skc_prot.memory(sock_net(sk))!.orphan_count, 0);
}

/** @param shift counts each orphan 2^shift times, for orphans that cost more @linux net/ipv4/tcp.c */
function tcp_too_many_orphans(sk: sock, shift: number): boolean {
  return tcp_orphan_count_sum(sk) * 2 ** shift > sock_net(sk).ipv4.sysctl_tcp_max_orphans;
}

/** @linux include/net/tcp.h */
function tcp_out_of_memory(sk: sock): boolean {
  return sk.sk_wmem_queued > SOCK_MIN_SNDBUF && sk_memory_allocated(sk) > sk_prot_mem_limits(sk, 2);
}

/**
 * Whether an orphan must be killed because there are too many orphans or memory is short; null: no.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_check_oom(sk: sock, shift: number): 'too_many_orphans' | 'out_of_memory' | null {
  const too_many_orphans = tcp_too_many_orphans(sk, shift);
  const out_of_socket_memory = tcp_out_of_memory(sk);
  const { machine } = sock_net(sk);
  if (too_many_orphans) net_info_ratelimited(machine, 'TCP: too many orphaned sockets');
  if (out_of_socket_memory) net_info_ratelimited(machine, 'TCP: out of memory -- consider tuning tcp_mem');
  if (too_many_orphans) return 'too_many_orphans';
  return out_of_socket_memory ? 'out_of_memory' : null;
}
