/** Segments for the write queue, and what happens when all sockets together use too much memory. @linux net/ipv4/tcp.c */
import { CHECKSUM_PARTIAL, type sk_buff } from '../../../include/linux/skbuff.ts';
import { NET_ADD_STATS, NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { MAX_TCP_HEADER } from '../../../include/net/tcp.ts';
import {
  LINUX_MIB_TCPMEMORYPRESSURES,
  LINUX_MIB_TCPMEMORYPRESSURESCHRONO,
} from '../../../include/uapi/linux/snmp.ts';
import { jiffies, jiffies_to_msecs } from '../../../kernel/time/jiffies.ts';
import { __kfree_skb, alloc_skb, skb_reserve } from '../../core/skbuff.ts';
import { sk_forced_mem_schedule, sk_wmem_schedule } from '../../core/sock/memory.ts';

/**
 * An empty segment with room for all headers.
 *
 * @param size bytes of linear payload: 0, since payload goes into page fragments
 * @param force_schedule take the memory even beyond the limits: the connection would stand still without it
 * @returns null when there is no memory
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

/** All TCP sockets together use more than tcp_mem's pressure mark. @linux net/ipv4/tcp.c */
export function tcp_enter_memory_pressure(sk: sock): void {
  const net = sock_net(sk);
  const memory = net.ipv4.tcp_memory;
  if (memory.memory_pressure !== 0) return;
  memory.memory_pressure = jiffies(net.machine);
  NET_INC_STATS(net, LINUX_MIB_TCPMEMORYPRESSURES);
}

/** They use less than tcp_mem's low mark again. @linux net/ipv4/tcp.c */
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
