/** Orphans: connections that their processes have closed and that are not over yet. How many there may be. */
import { SOCK_MIN_SNDBUF, sock_net, type sock } from '../../../include/net/sock.ts';
import { net_info_ratelimited } from '../../../kernel/printk.ts';
import { sk_memory_allocated, sk_prot_mem_limits } from '../../core/sock/memory.ts';

/** Sockets without a process, in this machine. @linux net/ipv4/tcp.c */
export function tcp_orphan_count_sum(sk: sock): number {
  return Math.max(sk.skc_prot.memory(sock_net(sk))!.orphan_count, 0);
}

/** @param shift counts each orphan 2^shift times: some weigh more @linux net/ipv4/tcp.c */
function tcp_too_many_orphans(sk: sock, shift: number): boolean {
  return tcp_orphan_count_sum(sk) * 2 ** shift > sock_net(sk).ipv4.sysctl_tcp_max_orphans;
}

/** @linux include/net/tcp.h */
function tcp_out_of_memory(sk: sock): boolean {
  return sk.sk_wmem_queued > SOCK_MIN_SNDBUF && sk_memory_allocated(sk) > sk_prot_mem_limits(sk, 2);
}

/** Must an orphan be ended, because there are too many or memory is short? @linux net/ipv4/tcp.c */
export function tcp_check_oom(sk: sock, shift: number): boolean {
  const too_many_orphans = tcp_too_many_orphans(sk, shift);
  const out_of_socket_memory = tcp_out_of_memory(sk);
  const { machine } = sock_net(sk);
  if (too_many_orphans) net_info_ratelimited(machine, 'TCP: too many orphaned sockets');
  if (out_of_socket_memory) net_info_ratelimited(machine, 'TCP: out of memory -- consider tuning tcp_mem');
  return too_many_orphans || out_of_socket_memory;
}
