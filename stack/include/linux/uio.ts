/**
 * User memory as passed to a system call.
 *
 * @linux include/linux/uio.h, include/linux/socket.h (struct msghdr)
 */
import type { sockaddr } from './socket.ts';

/** Position in the user's buffer. Only a single buffer: readv/writev concatenate theirs. */
export class iov_iter {
  buffer: Uint8Array;
  /** Bytes of the buffer already copied. */
  iov_offset = 0;
  /** Bytes left. */
  count: number;
  constructor(buffer: Uint8Array) {
    this.buffer = buffer;
    this.count = buffer.length;
  }
}

/** A control message. */
export interface cmsghdr {
  cmsg_level: number;
  cmsg_type: number;
  data: unknown;
}

export class msghdr {
  /** Destination of sendto, source of recvfrom. */
  msg_name: sockaddr | null = null;
  /** Its size, in bytes. */
  msg_namelen = 0;
  msg_iter: iov_iter;
  msg_control: cmsghdr[] = [];
  msg_flags = 0;
  constructor(msg_iter: iov_iter, msg_flags: number) {
    this.msg_iter = msg_iter;
    this.msg_flags = msg_flags;
  }
}

/** Bytes left to copy. @linux include/linux/socket.h */
export function msg_data_left(msg: msghdr): number {
  return msg.msg_iter.count;
}

/** Copy from the user's buffer into `to`. @returns bytes copied. @linux copy_from_iter */
export function copy_from_iter(to: Uint8Array, at: number, bytes: number, from: iov_iter): number {
  const length = Math.min(bytes, from.count);
  const start = from.iov_offset;
  if (length < 64) {
    for (let i = 0; i < length; i++) to[at + i] = from.buffer[start + i]!;
  } else {
    to.set(from.buffer.subarray(start, start + length), at);
  }
  from.iov_offset += length;
  from.count -= length;
  return length;
}

/** Copy to the user's buffer. @returns bytes copied. @linux copy_to_iter */
export function copy_to_iter(from: Uint8Array, at: number, bytes: number, to: iov_iter): number {
  const length = Math.min(bytes, to.count);
  const start = to.iov_offset;
  if (length < 64) {
    for (let i = 0; i < length; i++) to.buffer[start + i] = from[at + i]!;
  } else {
    to.buffer.set(from.subarray(at, at + length), start);
  }
  to.iov_offset += length;
  to.count -= length;
  return length;
}

/** Undo the last `unroll` bytes of copying. @linux iov_iter_revert */
export function iov_iter_revert(iter: iov_iter, unroll: number): void {
  iter.iov_offset -= unroll;
  iter.count += unroll;
}

/** Skip bytes without copying. @linux iov_iter_advance */
export function iov_iter_advance(iter: iov_iter, size: number): void {
  iter.iov_offset += size;
  iter.count -= size;
}
