/** eventfd: a counter as a file, by which one task tells another that something occurred. @linux fs/eventfd.c */
import {
  EFD_FLAGS_SET,
  EFD_SEMAPHORE,
  EFD_SHARED_FCNTL_FLAGS,
  eventfd_ctx,
} from '../include/linux/eventfd.ts';
import type { file, file_operations } from '../include/linux/fs.ts';
import { type poll_table, poll_wait } from '../include/linux/poll.ts';
import { signal_pending, type Sleeps, TASK_INTERRUPTIBLE, TASK_RUNNING } from '../include/linux/sched.ts';
import { EAGAIN, EINVAL, ERESTARTSYS, type Errno, IS_ERR } from '../include/uapi/asm-generic/errno.ts';
import { O_RDWR } from '../include/uapi/asm-generic/fcntl.ts';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from '../include/uapi/linux/eventpoll.ts';
import { O_NONBLOCK } from '../include/uapi/linux/socket.ts';
import { schedule } from '../kernel/sched/core.ts';
import { add_wait_queue, DECLARE_WAITQUEUE, remove_wait_queue, wake_up_poll } from '../kernel/sched/wait.ts';
import type { Machine } from '../machine.ts';
import { alloc_file, fd_install, get_unused_fd_flags, put_unused_fd } from './file.ts';

/** The counter's largest value: reached only by eventfd_signal(), and then an error to poll(). */
const ULLONG_MAX = 0xffff_ffff_ffff_ffffn;
/** What is read and written: a number of 64 bits in the machine's byte order, which is network order. */
const SIZE = 8;

/** The operations of an eventfd's file. @linux fs/eventfd.c */
const eventfd_fops: file_operations = {
  name: 'anon_inode:[eventfd]',
  read: eventfd_read,
  write: eventfd_write,
  poll: eventfd_poll,
  release: eventfd_release,
};

/**
 * Open an eventfd.
 *
 * @param count the counter's first value, 32 bits
 * @param flags EFD_SEMAPHORE, EFD_NONBLOCK, EFD_CLOEXEC
 * @returns the descriptor, or -EINVAL, -EMFILE, -ENFILE
 * @linux fs/eventfd.c
 */
export function do_eventfd(machine: Machine, count: number, flags: number): number | Errno {
  if ((flags & ~EFD_FLAGS_SET) !== 0) return -EINVAL;
  const { current } = machine;
  const file_flags = (flags & EFD_SHARED_FCNTL_FLAGS) | O_RDWR;
  const fd = get_unused_fd_flags(current, file_flags);
  if (fd < 0) return fd;
  const ctx = new eventfd_ctx(machine, BigInt(count >>> 0), flags);
  const opened = alloc_file(machine, eventfd_fops, file_flags, ctx);
  if (IS_ERR(opened)) {
    put_unused_fd(current, fd);
    return opened;
  }
  fd_install(current, fd, opened);
  return fd;
}
/** eventfd2(). @linux fs/eventfd.c */
export function sys_eventfd2(machine: Machine, count: number, flags: number): number | Errno {
  return do_eventfd(machine, count, flags);
}

/** The counter behind an eventfd's file, or -EINVAL. @linux fs/eventfd.c */
export function eventfd_ctx_fileget(opened: file): eventfd_ctx | Errno {
  return opened.f_op === eventfd_fops ? (opened.private_data as eventfd_ctx) : -EINVAL;
}

/**
 * Add to the counter from within the kernel; does not sleep.
 *
 * @returns how much was added: less than `n` when the counter is at its end
 * @linux fs/eventfd.c
 */
export function eventfd_signal(ctx: eventfd_ctx, n: bigint): bigint {
  const room = ULLONG_MAX - ctx.count;
  const added = n < room ? n : room;
  ctx.count += added;
  wake_up_poll(ctx.wqh, EPOLLIN);
  return added;
}

/** @returns 8, or -EINVAL (the buffer is shorter), -EAGAIN, -ERESTARTSYS. @linux fs/eventfd.c */
function* eventfd_read(file: file, buffer: Uint8Array): Sleeps<number | Errno> {
  const ctx = file.private_data as eventfd_ctx;
  if (buffer.length < SIZE) return -EINVAL;
  const err = yield* wait_until(file, ctx, () => ctx.count > 0n);
  if (err !== 0) return err;
  const taken = (ctx.flags & EFD_SEMAPHORE) !== 0 ? 1n : ctx.count;
  ctx.count -= taken;
  wake_up_poll(ctx.wqh, EPOLLOUT);
  u64(buffer).setBigUint64(0, taken);
  return SIZE;
}
/**
 * Sleeps while the counter would overflow.
 *
 * @returns 8, or -EINVAL (fewer bytes, or 2^64 - 1), -EAGAIN, -ERESTARTSYS
 * @linux fs/eventfd.c
 */
function* eventfd_write(file: file, buffer: Uint8Array): Sleeps<number | Errno> {
  const ctx = file.private_data as eventfd_ctx;
  if (buffer.length < SIZE) return -EINVAL;
  const added = u64(buffer).getBigUint64(0);
  if (added === ULLONG_MAX) return -EINVAL;
  const err = yield* wait_until(file, ctx, () => ULLONG_MAX - ctx.count > added);
  if (err !== 0) return err;
  ctx.count += added;
  wake_up_poll(ctx.wqh, EPOLLIN);
  return SIZE;
}
const u64 = (buffer: Uint8Array): DataView => new DataView(buffer.buffer, buffer.byteOffset, SIZE);

function* wait_until(file: file, ctx: eventfd_ctx, condition: () => boolean): Sleeps<Errno> {
  if (condition()) return 0;
  if ((file.f_flags & O_NONBLOCK) !== 0) return -EAGAIN;
  const { machine } = ctx;
  const { current } = machine;
  const wait = DECLARE_WAITQUEUE(machine);
  add_wait_queue(ctx.wqh, wait);
  let err = 0;
  for (;;) {
    current.__state = TASK_INTERRUPTIBLE;
    if (condition()) break;
    if (signal_pending(current)) {
      err = -ERESTARTSYS;
      break;
    }
    yield* schedule(machine);
  }
  remove_wait_queue(ctx.wqh, wait);
  current.__state = TASK_RUNNING;
  return err;
}

function eventfd_poll(file: file, wait: poll_table | null): number {
  const ctx = file.private_data as eventfd_ctx;
  poll_wait(file, ctx.wqh, wait);
  let events = 0;
  if (ctx.count > 0n) events |= EPOLLIN;
  if (ctx.count === ULLONG_MAX) events |= EPOLLERR;
  if (ULLONG_MAX - 1n > ctx.count) events |= EPOLLOUT;
  return events;
}
function* eventfd_release(file: file): Sleeps<void> {
  wake_up_poll((file.private_data as eventfd_ctx).wqh, EPOLLHUP);
}
