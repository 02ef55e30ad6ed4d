/** poll() and ioctl() on a connection. */
import type { file } from '../../../include/linux/fs.ts';
import { SOCK_NOSPACE, type socket, SOCKWQ_ASYNC_NOSPACE } from '../../../include/linux/net.ts';
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  EPOLLRDNORM,
  EPOLLWRNORM,
  type poll_table,
  poll_wait,
} from '../../../include/linux/poll.ts';
import { skb_queue_empty } from '../../../include/linux/skbuff.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { inet_csk_listen_poll } from '../../../include/net/inet_connection_sock.ts';
import {
  __sk_stream_is_writeable,
  RCV_SHUTDOWN,
  SEND_SHUTDOWN,
  SHUTDOWN_MASK,
  type sock,
  sock_flag,
  sock_rcvlowat,
  SOCK_URGINLINE,
} from '../../../include/net/sock.ts';
import { seq_distance, TCP_URG_VALID } from '../../../include/net/tcp.ts';
import { EINVAL, ENOIOCTLCMD, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { SIOCATMARK, SIOCINQ, SIOCOUTQ, SIOCOUTQNSD } from '../../../include/uapi/linux/sockios.ts';
import {
  TCP_CLOSE,
  TCP_LISTEN,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCPF_SYN_RECV,
  TCPF_SYN_SENT,
} from '../../../include/uapi/linux/tcp.ts';
import { tcp_epollin_ready, tcp_inq } from './queue.ts';

/**
 * The operations that would not sleep, as POLL… bits; registers the poller to be woken when they change.
 *
 * POLLHUP means that both directions have ended; POLLRDHUP that the peer has sent its FIN.
 *
 * @linux net/ipv4/tcp.c
 */
export function tcp_poll(file: file, sock: socket, wait: poll_table | null): number {
  const sk = sock.sk!;
  const tp = tcp_sk(sk);
  poll_wait(file, sock.wq, wait);

  const state = sk.skc_state;
  if (state === TCP_LISTEN) return inet_csk_listen_poll(sk);

  const shutdown = sk.sk_shutdown;
  let mask = 0;
  if (shutdown === SHUTDOWN_MASK || state === TCP_CLOSE) mask |= EPOLLHUP;
  if ((shutdown & RCV_SHUTDOWN) !== 0) mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;

  if (state !== TCP_SYN_SENT && state !== TCP_SYN_RECV) {
    let target = sock_rcvlowat(sk, false, 0x7fffffff);
    // The urgent byte does not count as readable.
    if (tp.urg_data !== 0 && tp.urg_seq === tp.copied_seq && !sock_flag(sk, SOCK_URGINLINE)) target++;
    if (tcp_epollin_ready(sk, target)) mask |= EPOLLIN | EPOLLRDNORM;

    if ((shutdown & SEND_SHUTDOWN) !== 0 || __sk_stream_is_writeable(sk, 1)) {
      mask |= EPOLLOUT | EPOLLWRNORM;
    } else {
      // Make sk_stream_write_space() wake the poller.
      sock.flags |= (1 << SOCKWQ_ASYNC_NOSPACE) | (1 << SOCK_NOSPACE);
    }
    if ((tp.urg_data & TCP_URG_VALID) !== 0) mask |= EPOLLPRI;
  }
  if (sk.sk_err !== 0 || !skb_queue_empty(sk.sk_error_queue)) mask |= EPOLLERR;
  return mask;
}

/**
 * @param cmd SIOCINQ: bytes to read; SIOCATMARK: 1 at the urgent byte; SIOCOUTQ: bytes not acknowledged; SIOCOUTQNSD: bytes not sent
 * @returns the number; -EINVAL for a listener, -ENOIOCTLCMD for an unknown command
 * @linux net/ipv4/tcp.c
 */
export function tcp_ioctl(sk: sock, cmd: number, _arg: unknown): number | Errno {
  const tp = tcp_sk(sk);
  const connecting = ((1 << sk.skc_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0;
  switch (cmd) {
    case SIOCINQ:
      return sk.skc_state === TCP_LISTEN ? -EINVAL : tcp_inq(sk);
    case SIOCATMARK:
      return tp.urg_data !== 0 && tp.urg_seq === tp.copied_seq ? 1 : 0;
    case SIOCOUTQ:
      if (sk.skc_state === TCP_LISTEN) return -EINVAL;
      return connecting ? 0 : seq_distance(tp.snd_una, tp.write_seq);
    case SIOCOUTQNSD:
      if (sk.skc_state === TCP_LISTEN) return -EINVAL;
      return connecting ? 0 : seq_distance(tp.snd_nxt, tp.write_seq);
    default:
      return -ENOIOCTLCMD;
  }
}
