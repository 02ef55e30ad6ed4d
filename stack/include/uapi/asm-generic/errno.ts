/**
 * Error numbers, and the kernel's way to return an object or an error.
 *
 * @linux include/uapi/asm-generic/errno-base.h, include/uapi/asm-generic/errno.h, include/linux/err.h
 */
export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EINTR = 4;
export const EIO = 5;
export const ENXIO = 6;
export const E2BIG = 7;
export const EBADF = 9;
export const EAGAIN = 11;
export const EWOULDBLOCK = EAGAIN;
export const ENOMEM = 12;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const EEXIST = 17;
export const EXDEV = 18;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const ENOTTY = 25;
export const ENOSPC = 28;
export const ESPIPE = 29;
export const EPIPE = 32;
export const EDOM = 33;
export const ERANGE = 34;
export const ENOSYS = 38;
export const ELOOP = 40;
export const ENONET = 64;
export const EPROTO = 71;
export const EBADMSG = 74;
export const EOVERFLOW = 75;
export const ENOTSOCK = 88;
export const EDESTADDRREQ = 89;
export const EMSGSIZE = 90;
export const EPROTOTYPE = 91;
export const ENOPROTOOPT = 92;
export const EPROTONOSUPPORT = 93;
export const ESOCKTNOSUPPORT = 94;
export const EOPNOTSUPP = 95;
export const EPFNOSUPPORT = 96;
export const EAFNOSUPPORT = 97;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ENETRESET = 102;
export const ECONNABORTED = 103;
export const ECONNRESET = 104;
export const ENOBUFS = 105;
export const EISCONN = 106;
export const ENOTCONN = 107;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;
export const EHOSTDOWN = 112;
export const EHOSTUNREACH = 113;
export const EALREADY = 114;
export const EINPROGRESS = 115;
export const EREMOTEIO = 121;
export const ECANCELED = 125;

/**
 * Kernel-internal: restart the system call, or return EINTR if a handler ran.
 *
 * @linux include/linux/errno.h
 */
export const ERESTARTSYS = 512;
export const ENOIOCTLCMD = 515;
export const EOPENSTALE = 518;
export const ENOTSUPP = 524;

/** 0 or a negative error number. */
export type Errno = number;

/** The errno that a failed function returned instead of an object. @linux include/linux/err.h */
export function PTR_ERR(value: Errno): Errno {
  return value;
}
/** True when a `T | Errno` is an error. @linux include/linux/err.h */
export function IS_ERR(value: unknown): value is Errno {
  return typeof value === 'number' && value < 0;
}
