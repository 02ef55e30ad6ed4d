/** How much the network reorders; and counting duplicate ACKs where there is no SACK. @linux net/ipv4/tcp_input.c */
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { u32 } from '../../../include/linux/types.ts';
import { NET_INC_STATS } from '../../../include/net/net_namespace.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { before, tcp_highest_sack_seq } from '../../../include/net/tcp.ts';
import {
  LINUX_MIB_TCPRENOREORDER,
  LINUX_MIB_TCPSACKREORDER,
  LINUX_MIB_TCPTSREORDER,
} from '../../../include/uapi/linux/snmp.ts';
import { tcp_count_delivered, tcp_verify_left_out } from './cwnd.ts';

/**
 * Something below the highest SACK arrived that had been sent only once: the network reorders, by that distance at
 * least. `ts`: known from a timestamp.
 *
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_check_sack_reordering(sk: sock, low_seq: u32, ts: boolean): void {
  const tp = tcp_sk(sk);
  const mss = tp.mss_cache;
  const fack = tcp_highest_sack_seq(tp);
  if (!before(low_seq, fack)) return;

  const metric = (fack - low_seq) >>> 0;
  if (metric > tp.reordering * mss && mss !== 0) {
    tp.reordering = Math.min(Math.ceil(metric / mss), sock_net(sk).ipv4.sysctl_tcp_max_reordering);
  }
  tp.reord_seen++;
  NET_INC_STATS(sock_net(sk), ts ? LINUX_MIB_TCPTSREORDER : LINUX_MIB_TCPSACKREORDER);
}

/**
 * There can't be more duplicate ACKs than segments in flight beyond the hole.
 *
 * @returns true when there were more: something was reordered
 * @linux net/ipv4/tcp_input.c
 */
export function tcp_limit_reno_sacked(tp: tcp_sock): boolean {
  const holes = Math.min(Math.max(tp.lost_out, 1), tp.packets_out);
  if (tp.sacked_out + holes > tp.packets_out) {
    tp.sacked_out = tp.packets_out - holes;
    return true;
  }
  return false;
}

function tcp_check_reno_reordering(sk: sock, addend: number): void {
  const tp = tcp_sk(sk);
  if (!tcp_limit_reno_sacked(tp)) return;
  tp.reordering = Math.min(tp.packets_out + addend, sock_net(sk).ipv4.sysctl_tcp_max_reordering);
  tp.reord_seen++;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_TCPRENOREORDER);
}

/** Without SACK: each duplicate ACK stands for one segment that arrived. @linux net/ipv4/tcp_input.c */
export function tcp_add_reno_sack(sk: sock, num_dupack: number, ece_ack: boolean): void {
  if (num_dupack === 0) return;
  const tp = tcp_sk(sk);
  const prior_sacked = tp.sacked_out;
  tp.sacked_out += num_dupack;
  tcp_check_reno_reordering(sk, 0);
  const delivered = tp.sacked_out - prior_sacked;
  if (delivered > 0) tcp_count_delivered(tp, delivered, ece_ack);
  tcp_verify_left_out(tp);
}

/** Without SACK: `acked` segments are acknowledged; those counted by duplicate ACKs were among them, but for one. @linux net/ipv4/tcp_input.c */
export function tcp_remove_reno_sacks(sk: sock, acked: number, ece_ack: boolean): void {
  const tp = tcp_sk(sk);
  if (acked > 0) {
    tcp_count_delivered(tp, Math.max(acked - tp.sacked_out, 1), ece_ack);
    if (acked - 1 >= tp.sacked_out) tp.sacked_out = 0;
    else tp.sacked_out -= acked - 1;
  }
  tcp_check_reno_reordering(sk, acked);
  tcp_verify_left_out(tp);
}
