/** TCP small queues, the upper half: a socket that was held back sends more. @linux net/ipv4/tcp_output.c */
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { sock_hold, sock_owned_by_user, type sock } from '../../../include/net/sock.ts';
import { tcp_packets_in_flight, TCPF_TSQ_DEFERRED, TSQF_QUEUED } from '../../../include/net/tcp.ts';
import {
  TCPF_CLOSE_WAIT,
  TCPF_CLOSING,
  TCPF_ESTABLISHED,
  TCPF_FIN_WAIT1,
  TCPF_LAST_ACK,
} from '../../../include/uapi/linux/tcp.ts';
import { sk_free, sock_put } from '../../core/sock/free.ts';
import { tcp_mstamp_refresh } from './mstamp.ts';
import { tcp_current_mss } from './mss.ts';
import { tcp_xmit_retransmit_queue } from './retransmit.ts';
import { tsq_tasklet } from './tsq_queue.ts';
import { tcp_write_xmit } from './xmit.ts';

/** States in which there may be something to send. */
const SENDING_STATES = TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_CLOSE_WAIT | TCPF_LAST_ACK;

/** Send more: first what is lost, then what is new. @linux net/ipv4/tcp_output.c */
export function tcp_tsq_write(sk: sock): void {
  if (((1 << sk.sk_state) & SENDING_STATES) === 0) return;
  const tp = tcp_sk(sk);
  if (tp.lost_out > tp.retrans_out && tp.snd_cwnd > tcp_packets_in_flight(tp)) {
    tcp_mstamp_refresh(tp);
    tcp_xmit_retransmit_queue(sk);
  }
  tcp_write_xmit(sk, tcp_current_mss(sk), tp.nonagle, 0);
}

/** The same, unless a process owns the socket: then release_sock() does it. @linux net/ipv4/tcp_output.c */
function tcp_tsq_handler(sk: sock): void {
  if (!sock_owned_by_user(sk)) {
    tcp_tsq_write(sk);
  } else if ((sk.sk_tsq_flags & TCPF_TSQ_DEFERRED) === 0) {
    sk.sk_tsq_flags |= TCPF_TSQ_DEFERRED;
    sock_hold(sk);
  }
}

/** The tasklet: every socket that tcp_wfree() has queued. @linux net/ipv4/tcp_output.c */
function tcp_tasklet_func(tsq: tsq_tasklet): void {
  const list = tsq.head;
  tsq.head = [];
  for (let i = list.length - 1; i >= 0; i--) {
    const sk = list[i]!;
    sk.sk_tsq_flags &= ~TSQF_QUEUED;
    tcp_tsq_handler(sk);
    // The reference that tcp_wfree() kept.
    sk_free(sk);
  }
}

/** Give the namespace its list of sockets that wait to send. @linux net/ipv4/tcp_output.c */
export function tcp_tasklet_init(net: net): void {
  net.ipv4.tsq_tasklet = new tsq_tasklet(tcp_tasklet_func);
}

/** The pacing timer: the next packet may leave. @linux net/ipv4/tcp_output.c */
export function tcp_pace_kick(tp: tcp_sock): void {
  tcp_tsq_handler(tp);
  sock_put(tp);
}
