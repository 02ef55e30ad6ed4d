/** Connect, listen and accept for the Internet family's stream sockets. @linux net/ipv4/af_inet.c */
import {
  type socket,
  SS_CONNECTED,
  SS_CONNECTING,
  SS_DISCONNECTING,
  SS_UNCONNECTED,
} from '../../../include/linux/net.ts';
import { signal_pending, type Sleeps, TASK_INTERRUPTIBLE } from '../../../include/linux/sched.ts';
import { sa_family, SA_FAMILY_SIZE, type sockaddr } from '../../../include/linux/socket.ts';
import { type sock, sock_error, sock_graft, sock_net, sock_sndtimeo } from '../../../include/net/sock.ts';
import {
  EALREADY,
  ECONNABORTED,
  EINPROGRESS,
  EINVAL,
  EISCONN,
  EOPNOTSUPP,
  EPIPE,
  type Errno,
  IS_ERR,
} from '../../../include/uapi/asm-generic/errno.ts';
import { AF_UNSPEC, O_NONBLOCK, SOCK_STREAM } from '../../../include/uapi/linux/socket.ts';
import {
  TCP_CLOSE,
  TCP_LISTEN,
  TCPF_CLOSE,
  TCPF_CLOSE_WAIT,
  TCPF_CLOSING,
  TCPF_ESTABLISHED,
  TCPF_FIN_WAIT1,
  TCPF_FIN_WAIT2,
  TCPF_LISTEN,
  TCPF_SYN_RECV,
  TCPF_SYN_SENT,
} from '../../../include/uapi/linux/tcp.ts';
import { WARN_ON } from '../../../kernel/printk.ts';
import {
  add_wait_queue,
  DEFINE_WAIT_FUNC,
  remove_wait_queue,
  wait_woken,
  woken_wake_function,
} from '../../../kernel/sched/wait.ts';
import { trace } from '../../../trace/events.ts';
import { lock_sock, release_sock } from '../../core/sock/lock.ts';
import { sk_wait_queue, sock_intr_errno } from '../../core/sock/queue.ts';
import { inet_csk_listen_start } from '../inet_connection_sock/listen.ts';

/**
 * Start to listen; on a listener, change the backlog.
 *
 * @returns 0 or -EINVAL, -EADDRINUSE.
 * @linux net/ipv4/af_inet.c
 */
export function* inet_listen(sock: socket, backlog: number): Sleeps<Errno> {
  const sk = sock.sk!;
  yield* lock_sock(sk);
  const err = __inet_listen(sock, sk, backlog);
  release_sock(sk);
  return err;
}
function __inet_listen(sock: socket, sk: sock, backlog: number): Errno {
  if (sock.state !== SS_UNCONNECTED || sock.type !== SOCK_STREAM) return -EINVAL;
  const old_state = sk.sk_state;
  if (((1 << old_state) & (TCPF_CLOSE | TCPF_LISTEN)) === 0) return -EINVAL;
  sk.sk_max_ack_backlog = backlog;
  return old_state === TCP_LISTEN ? 0 : inet_csk_listen_start(sk);
}

/**
 * Sleep until the handshake succeeds or fails.
 *
 * @returns the time left, in jiffies.
 * @linux net/ipv4/af_inet.c
 */
function* inet_wait_for_connect(sk: sock, timeo: number, writebias: number): Sleeps<number> {
  const { machine } = sock_net(sk);
  const queue = sk_wait_queue(sk);
  const wait = DEFINE_WAIT_FUNC(machine, woken_wake_function);
  add_wait_queue(queue, wait);
  sk.sk_write_pending += writebias;

  // Code that sets sk_err also moves the socket out of the SYN states.
  while (((1 << sk.sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0) {
    release_sock(sk);
    timeo = yield* wait_woken(machine, wait, TASK_INTERRUPTIBLE, timeo);
    yield* lock_sock(sk);
    if (signal_pending(machine.current) || timeo === 0) break;
  }
  remove_wait_queue(queue, wait);
  sk.sk_write_pending -= writebias;
  return timeo;
}

/**
 * Connect, with the socket locked.
 *
 * @returns 0, -EINPROGRESS (non-blocking, started by this call), -EALREADY (started earlier), -EISCONN,
 *   -EINVAL, -ECONNREFUSED, -ETIMEDOUT, -ECONNABORTED, -ERESTARTSYS …
 * @linux net/ipv4/af_inet.c
 */
export function* __inet_stream_connect(
  sock: socket,
  uaddr: sockaddr,
  addr_len: number,
  flags: number,
): Sleeps<Errno> {
  const sk = sock.sk!;
  let err: Errno;

  if (addr_len < SA_FAMILY_SIZE) return -EINVAL;
  if (sa_family(uaddr) === AF_UNSPEC) {
    sk.sk_disconnects++;
    trace.sockscope_send(sk, null, 'reset_disconnect');
    err = sk.sk_prot.disconnect(sk, flags, 'disconnect');
    sock.state = err !== 0 ? SS_DISCONNECTING : SS_UNCONNECTED;
    return err;
  }

  switch (sock.state) {
    case SS_CONNECTED:
      return -EISCONN;
    case SS_CONNECTING:
      err = -EALREADY;
      break;
    case SS_UNCONNECTED:
      if (sk.sk_state !== TCP_CLOSE) return -EISCONN;
      err = yield* sk.sk_prot.connect!(sk, uaddr, addr_len);
      if (err < 0) return err;
      sock.state = SS_CONNECTING;
      err = -EINPROGRESS;
      break;
    default:
      return -EINVAL;
  }

  const timeo = sock_sndtimeo(sk, (flags & O_NONBLOCK) !== 0);
  if (((1 << sk.sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) !== 0) {
    const disconnects = sk.sk_disconnects;
    if (timeo === 0) return err;
    if ((yield* inet_wait_for_connect(sk, timeo, 0)) === 0) return err;
    if (signal_pending(sock_net(sk).machine.current)) return sock_intr_errno(timeo);
    if (disconnects !== sk.sk_disconnects) return -EPIPE;
  }

  // The connection was refused, reset, timed out, or disconnected by another thread.
  if (sk.sk_state === TCP_CLOSE) {
    err = sock_error(sk) || -ECONNABORTED;
    sock.state = SS_UNCONNECTED;
    sk.sk_disconnects++;
    trace.sockscope_send(sk, null, 'reset_disconnect');
    if (sk.sk_prot.disconnect(sk, flags, 'connect_failed') !== 0) sock.state = SS_DISCONNECTING;
    return err;
  }
  sock.state = SS_CONNECTED;
  return 0;
}

/** Connect to an address. @linux net/ipv4/af_inet.c */
export function* inet_stream_connect(
  sock: socket,
  uaddr: sockaddr,
  addr_len: number,
  flags: number,
): Sleeps<Errno> {
  const sk = sock.sk!;
  yield* lock_sock(sk);
  const err = yield* __inet_stream_connect(sock, uaddr, addr_len, flags);
  release_sock(sk);
  return err;
}

const MAY_BE_ACCEPTED =
  TCPF_ESTABLISHED |
  TCPF_SYN_RECV |
  TCPF_FIN_WAIT1 |
  TCPF_FIN_WAIT2 |
  TCPF_CLOSING |
  TCPF_CLOSE_WAIT |
  TCPF_CLOSE;

/** @linux net/ipv4/af_inet.c */
function __inet_accept(newsock: socket, newsk: sock): void {
  WARN_ON(
    newsock.machine,
    ((1 << newsk.sk_state) & MAY_BE_ACCEPTED) === 0,
    'inet_accept: a child in a state that it can not be in',
  );
  sock_graft(newsk, newsock);
  newsock.state = SS_CONNECTED;
}

/**
 * Take an established connection from the listener and attach it to the new BSD socket.
 *
 * @returns 0, -EINVAL, -EAGAIN, -ERESTARTSYS.
 * @linux net/ipv4/af_inet.c
 */
export function* inet_accept(sock: socket, newsock: socket, flags: number, kern: boolean): Sleeps<Errno> {
  const sk1 = sock.sk!;
  if (sk1.sk_prot.accept === undefined) return -EOPNOTSUPP;
  const sk2 = yield* sk1.sk_prot.accept(sk1, flags, kern);
  if (IS_ERR(sk2)) return sk2;
  yield* lock_sock(sk2);
  __inet_accept(newsock, sk2);
  release_sock(sk2);
  return 0;
}
