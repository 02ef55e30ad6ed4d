/** RACK's timer. Above tcp_input/recovery.ts, which tcp_recovery.ts is below. @linux net/ipv4/tcp_recovery.c */
import { tcp_sk } from '../../include/linux/tcp.ts';
import { ICSK_TIME_RETRANS, inet_csk } from '../../include/net/inet_connection_sock.ts';
import type { sock } from '../../include/net/sock.ts';
import { tcp_packets_in_flight } from '../../include/net/tcp.ts';
import { TCP_CA_Recovery } from '../../include/uapi/linux/tcp.ts';
import { tcp_cwnd_reduction } from './tcp_input/cwnd.ts';
import { tcp_enter_recovery } from './tcp_input/recovery.ts';
import { tcp_rearm_rto } from './tcp_input/rtt.ts';
import { tcp_xmit_retransmit_queue } from './tcp_output/retransmit.ts';
import { tcp_rack_detect_loss } from './tcp_recovery.ts';

/** Patience has ended: what is still missing is lost; send it again. @linux net/ipv4/tcp_recovery.c */
export function tcp_rack_reo_timeout(sk: sock): void {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  const { lost } = tp;
  const prior_inflight = tcp_packets_in_flight(tp);
  tcp_rack_detect_loss(sk);
  if (prior_inflight !== tcp_packets_in_flight(tp)) {
    if (icsk.icsk_ca_state !== TCP_CA_Recovery) {
      tcp_enter_recovery(sk, false);
      if (icsk.icsk_ca_ops!.cong_control === undefined) tcp_cwnd_reduction(sk, 1, tp.lost - lost, 0);
    }
    tcp_xmit_retransmit_queue(sk);
  }
  if (icsk.icsk_pending !== ICSK_TIME_RETRANS) tcp_rearm_rto(sk);
}
