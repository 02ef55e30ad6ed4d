/** Small inlines of the receiving side. @linux include/net/tcp.h */
import { __skb_checksum_complete, __skb_queue_tail, skb_dst_drop } from '../../net/core/skbuff.ts';
import { skb_csum_unnecessary, skb_shinfo, type sk_buff } from '../linux/skbuff.ts';
import { tcp_hdrlen, tcp_sk, type tcp_sock } from '../linux/tcp.ts';
import { LINUX_MIB_LISTENDROPS } from '../uapi/linux/snmp.ts';
import { TCPF_SYN_RECV, TCPF_SYN_SENT } from '../uapi/linux/tcp.ts';
import { inet_csk } from './inet_connection_sock.ts';
import { NET_INC_STATS } from './net_namespace.ts';
import { SOCK_DONE, sock_flag, sock_net, SOCK_URGINLINE, type sock } from './sock.ts';
import { before, seq_distance, tcp_receive_window, tcp_rmem_pressure } from './tcp.ts';

/** Is the segment's checksum wrong? Sums up the bytes only when nobody below vouched for them. @linux include/net/tcp.h */
export function tcp_checksum_complete(skb: sk_buff): boolean {
  return !skb_csum_unnecessary(skb) && __skb_checksum_complete(skb) !== 0;
}

/** Before an skb waits in a queue: it must not hold its route. @linux include/net/tcp.h */
export function tcp_cleanup_skb(skb: sk_buff): void {
  skb_dst_drop(skb);
}

/** Append to what the user can read. @linux include/net/tcp.h */
export function tcp_add_receive_queue(sk: sock, skb: sk_buff): void {
  __skb_queue_tail(sk.sk_receive_queue, skb);
}

/** Count a segment (or what GRO made of several) that came in. @linux include/net/tcp.h */
export function tcp_segs_in(tp: tcp_sock, skb: sk_buff): void {
  const segs_in = skb_shinfo(skb).gso_segs || 1;
  tp.segs_in += segs_in;
  if (skb.len > tcp_hdrlen(skb)) tp.data_segs_in += segs_in;
}

/** Count a SYN or a final ACK that a listener dropped. @linux include/net/tcp.h */
export function tcp_listendrop(sk: sock): void {
  sk.sk_drops++;
  NET_INC_STATS(sock_net(sk), LINUX_MIB_LISTENDROPS);
}

/** Is there enough to read, `target` bytes or all that can come? @linux include/net/tcp.h */
export function tcp_epollin_ready(sk: sock, target: number): boolean {
  const tp = tcp_sk(sk);
  const avail = (tp.rcv_nxt - tp.copied_seq) | 0;
  if (avail <= 0) return false;
  return avail >= target || tcp_rmem_pressure(sk) || tcp_receive_window(tp) <= inet_csk(sk).icsk_ack.rcv_mss;
}

/** Bytes that can be read before urgent data or the end. @linux include/net/tcp.h */
export function tcp_inq(sk: sock): number {
  const tp = tcp_sk(sk);
  if (((1 << sk.skc_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0) return 0;
  if (
    sock_flag(sk, SOCK_URGINLINE) ||
    tp.urg_data === 0 ||
    before(tp.urg_seq, tp.copied_seq) ||
    !before(tp.urg_seq, tp.rcv_nxt)
  ) {
    const answ = seq_distance(tp.copied_seq, tp.rcv_nxt);
    // The FIN has a sequence number, but is not a byte.
    return answ !== 0 && sock_flag(sk, SOCK_DONE) ? answ - 1 : answ;
  }
  return seq_distance(tp.copied_seq, tp.urg_seq);
}
