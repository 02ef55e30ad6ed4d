/** Accounts of what holds sending back: nothing (busy), the peer's window, the send buffer. @linux net/ipv4/tcp_output.c */
import { tcp_chrono, tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { sock } from '../../../include/net/sock.ts';
import { tcp_jiffies32, tcp_rtx_and_write_queues_empty } from '../../../include/net/tcp.ts';

export const TCP_CHRONO_UNSPEC = tcp_chrono.TCP_CHRONO_UNSPEC;
export const TCP_CHRONO_BUSY = tcp_chrono.TCP_CHRONO_BUSY;
export const TCP_CHRONO_RWND_LIMITED = tcp_chrono.TCP_CHRONO_RWND_LIMITED;
export const TCP_CHRONO_SNDBUF_LIMITED = tcp_chrono.TCP_CHRONO_SNDBUF_LIMITED;

function tcp_chrono_set(tp: tcp_sock, next: number): void {
  const now = tcp_jiffies32(tp);
  const lasted = now - tp.chrono_start;
  if (tp.chrono_type === TCP_CHRONO_BUSY) tp.chrono_stat_busy += lasted;
  else if (tp.chrono_type === TCP_CHRONO_RWND_LIMITED) tp.chrono_stat_rwnd_limited += lasted;
  else if (tp.chrono_type === TCP_CHRONO_SNDBUF_LIMITED) tp.chrono_stat_sndbuf_limited += lasted;
  tp.chrono_start = now;
  tp.chrono_type = next;
}

/**
 * From now on sending is held back by `type` (TCP_CHRONO_…), unless by something that weighs more already.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_chrono_start(sk: sock, type: number): void {
  const tp = tcp_sk(sk);
  if (type > tp.chrono_type) tcp_chrono_set(tp, type);
}

/** `type` holds sending back no longer: the connection is busy, or idle. @linux net/ipv4/tcp_output.c */
export function tcp_chrono_stop(sk: sock, type: number): void {
  const tp = tcp_sk(sk);
  if (tcp_rtx_and_write_queues_empty(sk)) tcp_chrono_set(tp, TCP_CHRONO_UNSPEC);
  else if (type === tp.chrono_type) tcp_chrono_set(tp, TCP_CHRONO_BUSY);
}
