/** Errors for scenarios, in the form of Node's system errors. */
import * as errnos from '../include/uapi/asm-generic/errno.ts';

/** Names by number. */
const NAMES = new Map<number, string>();
for (const [name, value] of Object.entries(errnos)) {
  if (typeof value === 'number' && !NAMES.has(value)) NAMES.set(value, name);
}
NAMES.set(errnos.EAGAIN, 'EAGAIN');

/** strerror() texts of common errors. */
const TEXTS: Record<string, string> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'address not available',
  EAFNOSUPPORT: 'address family not supported by protocol',
  EAGAIN: 'resource temporarily unavailable',
  EALREADY: 'operation already in progress',
  EBADF: 'bad file descriptor',
  ECONNABORTED: 'software caused connection abort',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EDESTADDRREQ: 'destination address required',
  EEXIST: 'file already exists',
  EFAULT: 'bad address in system call argument',
  EHOSTUNREACH: 'no route to host',
  EINPROGRESS: 'operation now in progress',
  EINTR: 'interrupted system call',
  EINVAL: 'invalid argument',
  EISCONN: 'transport endpoint is already connected',
  ELOOP: 'too many symbolic links encountered',
  EMFILE: 'too many open files',
  EMSGSIZE: 'message too long',
  ENETUNREACH: 'network is unreachable',
  ENFILE: 'too many open files in system',
  ENOBUFS: 'no buffer space available',
  ENOENT: 'no such file or directory',
  ENOMEM: 'cannot allocate memory',
  ENOPROTOOPT: 'protocol not available',
  ENOTCONN: 'transport endpoint is not connected',
  ENOTSOCK: 'socket operation on non-socket',
  ENOTTY: 'inappropriate ioctl for device',
  EOPNOTSUPP: 'operation not supported',
  EPERM: 'operation not permitted',
  EPIPE: 'broken pipe',
  EPROTONOSUPPORT: 'protocol not supported',
  ESOCKTNOSUPPORT: 'socket type not supported',
  ETIMEDOUT: 'connection timed out',
};

/** 'ECONNREFUSED' for 111 or -111. */
export function errnoName(errno: number): string {
  // An interrupted system call that is not restarted fails with EINTR.
  const number = Math.abs(errno) === errnos.ERESTARTSYS ? errnos.EINTR : Math.abs(errno);
  return NAMES.get(number) ?? `E${number}`;
}

/** Every name that errnoName() gives. */
export function errnoNames(): string[] {
  return [...NAMES.values()];
}

/** A system call that failed. */
export class SystemError extends Error {
  /** 'ECONNREFUSED' */
  code: string;
  /** -111, negative like Node's. */
  errno: number;
  /** 'connect' */
  syscall: string;
  /** The address of the failed operation, if it has one. */
  address?: string;
  port?: number;

  constructor(errno: number, syscall: string, where?: { address: string; port: number }) {
    const code = errnoName(errno);
    const text = TEXTS[code];
    const about = where === undefined ? '' : ` ${where.address}:${where.port}`;
    super(`${syscall} ${code}${about}${text === undefined ? '' : ` (${text})`}`);
    this.code = code;
    this.errno = code === 'EINTR' ? -errnos.EINTR : errno;
    this.syscall = syscall;
    if (where !== undefined) {
      this.address = where.address;
      this.port = where.port;
    }
  }
}
// Printed like Node's: "Error: connect ECONNREFUSED …".
Object.defineProperty(SystemError, 'name', { value: 'Error' });
Object.defineProperty(SystemError.prototype, 'name', { value: 'Error' });
