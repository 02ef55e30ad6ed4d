/** The options of SOL_SOCKET. Values are ints, or { l_onoff, l_linger } and { tv_sec, tv_usec }. @linux net/core/sock.c */
import { sockopt_int, type socket, type sockopt_value } from '../../../include/linux/net.ts';
import {
  CAP_NET_ADMIN,
  CAP_NET_RAW,
  MAX_SCHEDULE_TIMEOUT,
  type Sleeps,
} from '../../../include/linux/sched.ts';
import {
  SOCK_BROADCAST,
  SOCK_DBG,
  SOCK_KEEPOPEN,
  SOCK_LINGER,
  SOCK_LOCALROUTE,
  SOCK_MIN_RCVBUF,
  SOCK_MIN_SNDBUF,
  SOCK_RCVBUF_LOCK,
  SOCK_BUF_LOCK_MASK,
  SOCK_RCVTSTAMP,
  SOCK_SELECT_ERR_QUEUE,
  SOCK_SNDBUF_LOCK,
  SOCK_URGINLINE,
  SK_CAN_REUSE,
  SK_NO_REUSE,
  SK_PACING_NEEDED,
  sk_rmem_alloc_get,
  sk_wmem_alloc_get,
  sock_error,
  sock_flag,
  sock_net,
  sock_reset_flag,
  sock_set_flag,
  sock_valbool_flag,
  type sock,
} from '../../../include/net/sock.ts';
import {
  EACCES,
  EDOM,
  EINVAL,
  ENODEV,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPERM,
  type Errno,
} from '../../../include/uapi/asm-generic/errno.ts';
import { SOCKET_OPTIONS as SO } from '../../../include/uapi/linux/socket.ts';
import { TCP_LISTEN } from '../../../include/uapi/linux/tcp.ts';
import { ns_capable } from '../../../kernel/capability.ts';
import { HZ } from '../../../kernel/time/jiffies.ts';
import { dst_negative_advice, sk_dst_reset } from './dst.ts';
import { lock_sock, release_sock } from './lock.ts';

const INT_MAX = 0x7fffffff;

/** A field of a struct value, as a number; NaN where it is none. */
function field(value: sockopt_value, name: string): number {
  if (typeof value !== 'object' || value instanceof Uint8Array) return NaN;
  const found = value[name];
  return typeof found === 'number' ? found : NaN;
}

/** SO_RCVTIMEO, SO_SNDTIMEO: seconds and microseconds to jiffies. @linux net/core/sock.c */
function sock_set_timeout(value: sockopt_value): number | Errno {
  const sec = field(value, 'tv_sec');
  const usec = field(value, 'tv_usec');
  if (Number.isNaN(sec) || Number.isNaN(usec)) return -EINVAL;
  if (usec < 0 || usec >= 1_000_000) return -EDOM;
  if (sec < 0) return 0;
  if (sec === 0 && usec === 0) return MAX_SCHEDULE_TIMEOUT;
  if (sec >= MAX_SCHEDULE_TIMEOUT / HZ - 1) return MAX_SCHEDULE_TIMEOUT;
  return sec * HZ + Math.ceil(usec / (1_000_000 / HZ));
}
function sock_get_timeout(timeo: number): { tv_sec: number; tv_usec: number } {
  if (timeo === MAX_SCHEDULE_TIMEOUT) return { tv_sec: 0, tv_usec: 0 };
  return { tv_sec: Math.floor(timeo / HZ), tv_usec: (timeo % HZ) * (1_000_000 / HZ) };
}

function __sock_set_rcvbuf(sk: sock, val: number): void {
  // The user specifies payload; the buffer counts truesize, which is about twice as much.
  sk.sk_userlocks |= SOCK_RCVBUF_LOCK;
  sk.sk_rcvbuf = Math.max(Math.min(val, INT_MAX / 2) * 2, SOCK_MIN_RCVBUF);
}
function sock_set_sndbuf(sk: sock, val: number): void {
  sk.sk_userlocks |= SOCK_SNDBUF_LOCK;
  sk.sk_sndbuf = Math.max(Math.min(val, INT_MAX / 2) * 2, SOCK_MIN_SNDBUF);
  // Waiting writers may now have room.
  sk.sk_write_space(sk);
}

/** Bind to an interface; 0: unbind. A change invalidates the cached route. @linux net/core/sock.c */
function sock_bindtoindex_locked(sk: sock, ifindex: number): Errno {
  const { machine } = sock_net(sk);
  if (sk.sk_bound_dev_if !== 0 && !ns_capable(machine.current, CAP_NET_RAW)) return -EPERM;
  if (ifindex < 0) return -EINVAL;
  sk.sk_bound_dev_if = ifindex;
  sk.sk_prot.rehash?.(sk);
  sk_dst_reset(sk);
  return 0;
}
function may_set_marks(sk: sock): boolean {
  const { current } = sock_net(sk).machine;
  return ns_capable(current, CAP_NET_RAW) || ns_capable(current, CAP_NET_ADMIN);
}

/**
 * Set an option.
 *
 * @returns 0, -EINVAL (value), -EPERM (needs CAP_NET_ADMIN), -EDOM (time), -ENODEV, -ENOPROTOOPT (no such option)
 * @linux net/core/sock.c
 */
export function* sock_setsockopt(sock: socket, optname: number, optval: sockopt_value): Sleeps<Errno> {
  const sk = sock.sk!;
  yield* lock_sock(sk);
  const ret = sk_setsockopt(sk, optname, optval);
  release_sock(sk);
  return ret;
}
function sk_setsockopt(sk: sock, optname: number, optval: sockopt_value): Errno {
  const { machine, core } = sock_net(sk);
  if (optname === SO.SO_LINGER) {
    const onoff = field(optval, 'l_onoff');
    const linger = field(optval, 'l_linger');
    if (Number.isNaN(onoff) || Number.isNaN(linger)) return -EINVAL;
    if (onoff === 0) {
      sock_reset_flag(sk, SOCK_LINGER);
    } else {
      // The time is an unsigned int in Linux: a negative value is very long.
      sk.sk_lingertime = (linger >>> 0) * HZ;
      sock_set_flag(sk, SOCK_LINGER);
    }
    return 0;
  }
  if (optname === SO.SO_RCVTIMEO || optname === SO.SO_SNDTIMEO) {
    const timeo = sock_set_timeout(optval);
    if (timeo < 0) return timeo;
    if (optname === SO.SO_RCVTIMEO) sk.sk_rcvtimeo = timeo;
    else sk.sk_sndtimeo = timeo;
    return 0;
  }
  if (optname === SO.SO_BINDTODEVICE) {
    if (typeof optval !== 'string') return -EINVAL;
    if (optval === '') return sock_bindtoindex_locked(sk, 0);
    const dev = [...sock_net(sk).dev_base.values()].find(({ name }) => name === optval);
    return dev === undefined ? -ENODEV : sock_bindtoindex_locked(sk, dev.ifindex);
  }
  if (typeof optval !== 'number') return -EINVAL;
  const val = optval;
  const valbool = val !== 0;
  switch (optname) {
    case SO.SO_DEBUG:
      if (valbool && !ns_capable(machine.current, CAP_NET_ADMIN)) return -EACCES;
      sock_valbool_flag(sk, SOCK_DBG, valbool);
      return 0;
    case SO.SO_REUSEADDR:
      sk.sk_reuse = valbool ? SK_CAN_REUSE : SK_NO_REUSE;
      return 0;
    case SO.SO_REUSEPORT:
      sk.sk_reuseport = valbool;
      return 0;
    case SO.SO_TYPE:
    case SO.SO_PROTOCOL:
    case SO.SO_DOMAIN:
    case SO.SO_ERROR:
      // This option is read-only.
      return -ENOPROTOOPT;
    case SO.SO_DONTROUTE:
      sock_valbool_flag(sk, SOCK_LOCALROUTE, valbool);
      sk_dst_reset(sk);
      return 0;
    case SO.SO_BROADCAST:
      sock_valbool_flag(sk, SOCK_BROADCAST, valbool);
      return 0;
    case SO.SO_SNDBUF:
      sock_set_sndbuf(sk, Math.min(val >>> 0, core.sysctl_wmem_max));
      return 0;
    case SO.SO_SNDBUFFORCE:
      if (!ns_capable(machine.current, CAP_NET_ADMIN)) return -EPERM;
      sock_set_sndbuf(sk, Math.max(val, 0));
      return 0;
    case SO.SO_RCVBUF:
      __sock_set_rcvbuf(sk, Math.min(val >>> 0, core.sysctl_rmem_max));
      return 0;
    case SO.SO_RCVBUFFORCE:
      if (!ns_capable(machine.current, CAP_NET_ADMIN)) return -EPERM;
      __sock_set_rcvbuf(sk, Math.max(val, 0));
      return 0;
    case SO.SO_KEEPALIVE:
      sk.sk_prot.keepalive?.(sk, valbool);
      sock_valbool_flag(sk, SOCK_KEEPOPEN, valbool);
      return 0;
    case SO.SO_OOBINLINE:
      sock_valbool_flag(sk, SOCK_URGINLINE, valbool);
      return 0;
    case SO.SO_NO_CHECK:
      sk.sk_no_check_tx = valbool;
      return 0;
    case SO.SO_PRIORITY:
      if ((val < 0 || val > 6) && !may_set_marks(sk)) return -EPERM;
      sk.sk_priority = val;
      return 0;
    case SO.SO_RCVLOWAT: {
      const lowat = val < 0 ? INT_MAX : val;
      const set_rcvlowat = sk.sk_socket?.ops?.set_rcvlowat;
      if (set_rcvlowat !== undefined) return set_rcvlowat(sk, lowat);
      sk.sk_rcvlowat = lowat || 1;
      return 0;
    }
    case SO.SO_TIMESTAMP:
      sock_valbool_flag(sk, SOCK_RCVTSTAMP, valbool);
      return 0;
    case SO.SO_MARK:
      if (!may_set_marks(sk)) return -EPERM;
      if (val !== sk.sk_mark) {
        sk.sk_mark = val;
        sk_dst_reset(sk);
      }
      return 0;
    case SO.SO_SELECT_ERR_QUEUE:
      sock_valbool_flag(sk, SOCK_SELECT_ERR_QUEUE, valbool);
      return 0;
    case SO.SO_CNX_ADVICE:
      if (val === 1) dst_negative_advice(sk);
      return 0;
    case SO.SO_BINDTOIFINDEX:
      return sock_bindtoindex_locked(sk, val);
    case SO.SO_BUF_LOCK:
      if ((val & ~SOCK_BUF_LOCK_MASK) !== 0) return -EINVAL;
      sk.sk_userlocks = val | (sk.sk_userlocks & ~SOCK_BUF_LOCK_MASK);
      return 0;
    case SO.SO_PEEK_OFF:
      return sk.sk_socket?.ops?.set_peek_off?.(sk, val) ?? -EOPNOTSUPP;
    case SO.SO_MAX_PACING_RATE:
      // Once requested, pacing stays on, whatever the limit becomes.
      if (val !== -1) sk.sk_pacing_status = SK_PACING_NEEDED;
      sk.sk_max_pacing_rate = val === -1 ? null : val >>> 0;
      sk.sk_pacing_rate = Math.min(sk.sk_pacing_rate, sk.sk_max_pacing_rate ?? Infinity);
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}

/** The values of SO_MEMINFO: in bytes, except `drops`, which counts packets. @linux net/core/sock.c */
function sk_get_meminfo(sk: sock): sockopt_value {
  return {
    rmem_alloc: sk_rmem_alloc_get(sk),
    rcvbuf: sk.sk_rcvbuf,
    wmem_alloc: sk_wmem_alloc_get(sk),
    sndbuf: sk.sk_sndbuf,
    fwd_alloc: sk.sk_forward_alloc,
    wmem_queued: sk.sk_wmem_queued,
    // The memory of options and filters is not accounted.
    optmem: 0,
    backlog: sk.sk_backlog.len,
    drops: sk.sk_drops,
  };
}

/** Read an option. @returns its value, or -ENOPROTOOPT. @linux net/core/sock.c */
export function sock_getsockopt(sock: socket, optname: number): sockopt_value | Errno {
  const sk = sock.sk!;
  const flag = (bit: number) => Number(sock_flag(sk, bit));
  switch (optname) {
    case SO.SO_DEBUG:
      return flag(SOCK_DBG);
    case SO.SO_DONTROUTE:
      return flag(SOCK_LOCALROUTE);
    case SO.SO_BROADCAST:
      return flag(SOCK_BROADCAST);
    case SO.SO_SNDBUF:
      return sk.sk_sndbuf;
    case SO.SO_RCVBUF:
      return sk.sk_rcvbuf;
    case SO.SO_REUSEADDR:
      return sk.sk_reuse;
    case SO.SO_REUSEPORT:
      return Number(sk.sk_reuseport);
    case SO.SO_KEEPALIVE:
      return flag(SOCK_KEEPOPEN);
    case SO.SO_TYPE:
      return sk.sk_type;
    case SO.SO_PROTOCOL:
      return sk.sk_protocol;
    case SO.SO_DOMAIN:
      return sk.sk_family;
    case SO.SO_ERROR: {
      // Reading the error clears it.
      const err = -sock_error(sk);
      if (err !== 0) return err;
      const soft = sk.sk_err_soft;
      sk.sk_err_soft = 0;
      return soft;
    }
    case SO.SO_OOBINLINE:
      return flag(SOCK_URGINLINE);
    case SO.SO_NO_CHECK:
      return Number(sk.sk_no_check_tx);
    case SO.SO_PRIORITY:
      return sockopt_int(sk.sk_priority);
    case SO.SO_LINGER:
      return { l_onoff: flag(SOCK_LINGER), l_linger: Math.floor(sk.sk_lingertime / HZ) };
    case SO.SO_TIMESTAMP:
      return flag(SOCK_RCVTSTAMP);
    case SO.SO_RCVTIMEO:
      return sock_get_timeout(sk.sk_rcvtimeo);
    case SO.SO_SNDTIMEO:
      return sock_get_timeout(sk.sk_sndtimeo);
    case SO.SO_RCVLOWAT:
      return sk.sk_rcvlowat;
    case SO.SO_SNDLOWAT:
      return 1;
    case SO.SO_ACCEPTCONN:
      return Number(sk.sk_state === TCP_LISTEN);
    case SO.SO_MARK:
      return sockopt_int(sk.sk_mark);
    case SO.SO_PEEK_OFF:
      return sock.ops?.set_peek_off === undefined ? -EOPNOTSUPP : sockopt_int(sk.sk_peek_off);
    case SO.SO_BINDTODEVICE: {
      if (sk.sk_bound_dev_if === 0) return '';
      return sock_net(sk).dev_base.get(sk.sk_bound_dev_if)?.name ?? -ENODEV;
    }
    case SO.SO_MAX_PACING_RATE:
      return sk.sk_max_pacing_rate ?? 0xffffffff;
    case SO.SO_SELECT_ERR_QUEUE:
      return flag(SOCK_SELECT_ERR_QUEUE);
    case SO.SO_BINDTOIFINDEX:
      return sk.sk_bound_dev_if;
    case SO.SO_BUF_LOCK:
      return sk.sk_userlocks & SOCK_BUF_LOCK_MASK;
    case SO.SO_INCOMING_CPU:
      return 0;
    case SO.SO_MEMINFO:
      return sk_get_meminfo(sk);
    case SO.SO_COOKIE:
      return sk.skc_cookie;
    default:
      return -ENOPROTOOPT;
  }
}
