/** Entries of proto_ops that do nothing, or hand the call on to the protocol. @linux net/core/sock.c */
import type { socket, sockopt_value } from '../../../include/linux/net.ts';
import type { Sleeps } from '../../../include/linux/sched.ts';
import { ENOPROTOOPT, EOPNOTSUPP, type Errno } from '../../../include/uapi/asm-generic/errno.ts';

/** Leave an option to the protocol. @linux net/core/sock.c */
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

/** Ask the protocol for an option. @linux net/core/sock.c */
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

/** For socket types that don't listen. @linux net/core/sock.c */
export function* sock_no_listen(_sock: socket, _backlog: number): Sleeps<Errno> {
  return -EOPNOTSUPP;
}

/** For socket types that don't accept. @linux net/core/sock.c */
export function* sock_no_accept(
  _sock: socket,
  _newsock: socket,
  _flags: number,
  _kern: boolean,
): Sleeps<Errno> {
  return -EOPNOTSUPP;
}
