/**
 * Default callbacks and socket operations, for protocols that do not define their own.
 *
 * @linux net/core/sock.c
 */
import type { socket, sockopt_value } from '../../../include/linux/net.ts';
import {
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDBAND,
  EPOLLRDNORM,
  EPOLLWRBAND,
  EPOLLWRNORM,
} from '../../../include/linux/poll.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import { waitqueue_active } from '../../../include/linux/wait.ts';
import { sk_wmem_alloc_get, type sock } from '../../../include/net/sock.ts';
import { ENOPROTOOPT, EOPNOTSUPP, type Errno } from '../../../include/uapi/asm-generic/errno.ts';
import {
  wake_up_interruptible_all,
  wake_up_interruptible_poll,
  wake_up_interruptible_sync_poll,
} from '../../../kernel/sched/wait.ts';
import { trace } from '../../../trace/events.ts';

/** The state changed to connected or closed. @linux net/core/sock.c */
export function sock_def_wakeup(sk: sock): void {
  const wq = sk.sk_wq;
  if (wq !== null && waitqueue_active(wq)) wake_up_interruptible_all(wq);
}
/** An error is pending. @linux net/core/sock.c */
export function sock_def_error_report(sk: sock): void {
  const wq = sk.sk_wq;
  if (wq !== null && waitqueue_active(wq)) wake_up_interruptible_poll(wq, EPOLLERR);
}
/** Data, or an established connection, is ready. @linux net/core/sock.c */
export function sock_def_readable(sk: sock): void {
  const wq = sk.sk_wq;
  if (wq !== null && waitqueue_active(wq)) {
    wake_up_interruptible_sync_poll(wq, EPOLLIN | EPOLLPRI | EPOLLRDNORM | EPOLLRDBAND);
  }
}
/** The send buffer has room again. @linux net/core/sock.c */
export function sock_def_write_space(sk: sock): void {
  const wq = sk.sk_wq;
  // Only when half of the buffer is free: waking the writer for every freed packet would waste time.
  if (sk_wmem_alloc_get(sk) << 1 > sk.sk_sndbuf || wq === null || !waitqueue_active(wq)) return;
  wake_up_interruptible_sync_poll(wq, EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
}
/** The default destructor. @linux net/core/sock.c */
export function sock_def_destruct(_sk: sock): void {}

/** Report a new error to the socket's process. @linux net/core/sock.c */
export function sk_error_report(sk: sock): void {
  sk.sk_error_report(sk);
  trace.inet_sk_error_report(sk);
}

/** Pass an option to the protocol. @linux net/core/sock.c */
export function* sock_common_setsockopt(
  sock: socket,
  level: number,
  optname: number,
  optval: sockopt_value,
): Sleeps<Errno> {
  const sk = sock.sk!;
  return sk.sk_prot.setsockopt === undefined
    ? -ENOPROTOOPT
    : yield* sk.sk_prot.setsockopt(sk, level, optname, optval);
}

/** Read an option from the protocol. @linux net/core/sock.c */
export function* sock_common_getsockopt(
  sock: socket,
  level: number,
  optname: number,
): Sleeps<sockopt_value | Errno> {
  const sk = sock.sk!;
  return sk.sk_prot.getsockopt === undefined
    ? -ENOPROTOOPT
    : yield* sk.sk_prot.getsockopt(sk, level, optname);
}

/** For socket types that cannot listen. @linux net/core/sock.c */
export function* sock_no_listen(_sock: socket, _backlog: number): Sleeps<Errno> {
  return -EOPNOTSUPP;
}

/** For socket types that cannot accept. @linux net/core/sock.c */
export function* sock_no_accept(
  _sock: socket,
  _newsock: socket,
  _flags: number,
  _kern: boolean,
): Sleeps<Errno> {
  return -EOPNOTSUPP;
}
