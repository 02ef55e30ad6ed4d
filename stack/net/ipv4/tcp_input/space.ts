/** Room in the send buffer: for writers that wait. Low, since sending calls it, too. @linux net/ipv4/tcp_input.c */
import { SOCK_NOSPACE } from '../../../include/linux/net.ts';
import { tcp_chrono, tcp_sk } from '../../../include/linux/tcp.ts';
import { SOCK_SNDBUF_LOCK, type sock } from '../../../include/net/sock.ts';
import { tcp_jiffies32, tcp_packets_in_flight, tcp_under_memory_pressure } from '../../../include/net/tcp.ts';
import { sk_memory_allocated, sk_prot_mem_limits } from '../../core/sock/memory.ts';
import { tcp_chrono_stop } from '../tcp_output/chrono.ts';
import { tcp_sndbuf_expand } from './rcvbuf.ts';

/** May the send buffer grow: not fixed by the user, memory is there, and it is what limits the sender? */
function tcp_should_expand_sndbuf(sk: sock): boolean {
  const tp = tcp_sk(sk);
  if ((sk.sk_userlocks & SOCK_SNDBUF_LOCK) !== 0) return false;
  if (tcp_under_memory_pressure(sk)) return false;
  if (sk_memory_allocated(sk) >= sk_prot_mem_limits(sk, 0)) return false;
  return tcp_packets_in_flight(tp) < tp.snd_cwnd;
}

function tcp_new_space(sk: sock): void {
  if (tcp_should_expand_sndbuf(sk)) {
    tcp_sndbuf_expand(sk);
    tcp_sk(sk).snd_cwnd_stamp = tcp_jiffies32(sk);
  }
  sk.sk_write_space(sk);
}

/** Somebody waits for room in the send buffer: is there some now? @linux net/ipv4/tcp_input.c */
export function tcp_check_space(sk: sock): void {
  const socket = sk.sk_socket;
  if (socket === null || (socket.flags & (1 << SOCK_NOSPACE)) === 0) return;
  tcp_new_space(sk);
  if ((socket.flags & (1 << SOCK_NOSPACE)) === 0) tcp_chrono_stop(sk, tcp_chrono.TCP_CHRONO_SNDBUF_LIMITED);
}
