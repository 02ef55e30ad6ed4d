/** Tail loss probe (RFC 8985 section 7), its timer. The probe itself is in retransmit.ts. @linux net/ipv4/tcp_output.c */
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { ICSK_TIME_LOSS_PROBE, inet_csk } from '../../../include/net/inet_connection_sock.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import {
  tcp_is_sack,
  tcp_rto_min_us,
  TCP_RTO_MAX,
  TCP_TIMEOUT_INIT,
  TCP_TIMEOUT_MIN_US,
} from '../../../include/net/tcp.ts';
import { tcp_reset_xmit_timer, tcp_rto_delta_us } from '../../../include/net/tcp_timers.ts';
import { TCP_CA_CWR, TCP_CA_Open } from '../../../include/uapi/linux/tcp.ts';
import { jiffies_to_usecs, usecs_to_jiffies } from '../../../kernel/time/jiffies.ts';

/**
 * Arm the probe, instead of the retransmission timer: in two round-trip times, and for a single segment so much later that its
 * delayed ACK has come by then; never later than the RTO would fire.
 *
 * @param advancing_rto the RTO counts from now on
 * @returns whether it is armed
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_schedule_loss_probe(sk: sock, advancing_rto: boolean): boolean {
  const tp = tcp_sk(sk);
  const icsk = inet_csk(sk);
  if (tp.fastopen_rsk !== null) return false;

  const early_retrans = sock_net(sk).ipv4.sysctl_tcp_early_retrans;
  const ca_state = icsk.icsk_ca_state;
  if (
    (early_retrans !== 3 && early_retrans !== 4) ||
    tp.packets_out === 0 ||
    !tcp_is_sack(tp) ||
    (ca_state !== TCP_CA_Open && ca_state !== TCP_CA_CWR)
  ) {
    return false;
  }
  let timeout = TCP_TIMEOUT_INIT;
  if (tp.srtt_us !== 0) {
    // srtt_us holds the time eightfold.
    let timeout_us = tp.srtt_us >>> 2;
    timeout_us += tp.packets_out === 1 ? tcp_rto_min_us(sk) : TCP_TIMEOUT_MIN_US;
    timeout = usecs_to_jiffies(timeout_us);
  }
  const rto_delta_us = advancing_rto ? jiffies_to_usecs(icsk.icsk_rto) : tcp_rto_delta_us(sk);
  if (rto_delta_us > 0) timeout = Math.min(timeout, usecs_to_jiffies(rto_delta_us));
  tcp_reset_xmit_timer(sk, ICSK_TIME_LOSS_PROBE, timeout, TCP_RTO_MAX);
  return true;
}
