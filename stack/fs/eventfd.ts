/** eventfd: a counter as a file, by which one task tells another. @linux fs/eventfd.c */
import type { file, file_operations } from '../include/linux/fs.ts';
import { EPOLLERR, EPOLLIN, EPOLLOUT, poll_wait, type poll_table } from '../include/linux/poll.ts';
import { signal_pending, type Sleeps, TASK_INTERRUPTIBLE, TASK_RUNNING } from '../include/linux/sched.ts';
import { wait_queue_head, waitqueue_active } from '../include/linux/wait.ts';
import { EAGAIN, EINVAL, ERESTARTSYS, type Errno, IS_ERR } from '../include/uapi/asm-generic/errno.ts';
import { O_RDWR } from '../include/uapi/asm-generic/fcntl.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../include/uapi/linux/socket.ts';
import { schedule } from '../kernel/sched/core.ts';
import {
  add_wait_queue,
  DEFINE_WAIT,
  remove_wait_queue,
  wake_up_interruptible_poll,
} from '../kernel/sched/wait.ts';
import type { Machine } from '../machine.ts';
import { alloc_file, fd_install, get_unused_fd_flags, put_unused_fd } from './file.ts';

export const EFD_SEMAPHORE = 1;
export const EFD_CLOEXEC = O_CLOEXEC;
export const EFD_NONBLOCK = O_NONBLOCK;
/** The counter is a u64 that stays below its largest value. */
const ULLONG_MAX = 0xffff_ffff_ffff_ffffn;
/** Bytes of a read or a write: one u64 in the machine's order. */
const COUNTER_BYTES = 8;

/** @linux fs/eventfd.c */
export class eventfd_ctx {
  wqh = new wait_queue_head();
  count: bigint;
  flags: number;
  readonly machine: Machine;
  constructor(machine: Machine, count: number, flags: number) {
    this.machine = machine;
    this.count = BigInt(count);
    this.flags = flags;
  }
}

const eventfd_fops: file_operations = {
  name: 'eventfd',
  read: eventfd_read,
  write: eventfd_write,
  poll: eventfd_poll,
};

/** eventfd2(). @returns a descriptor; -EINVAL, -EMFILE, -ENFILE. @linux fs/eventfd.c */
export function do_eventfd(machine: Machine, count: number, flags: number): number | Errno {
  if ((flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) !== 0) return -EINVAL;
  const { current } = machine;
  const fd = get_unused_fd_flags(current, flags & O_CLOEXEC);
  if (fd < 0) return fd;
  const ctx = new eventfd_ctx(machine, count, flags);
  const opened = alloc_file(machine, eventfd_fops, O_RDWR | (flags & (O_CLOEXEC | O_NONBLOCK)), ctx);
  if (IS_ERR(opened)) {
    put_unused_fd(current, fd);
    return opened;
  }
  fd_install(current, fd, opened);
  return fd;
}

/** The counter of a file; null: the file is no eventfd. @linux eventfd_ctx_fileget */
export function file_eventfd(opened: file): eventfd_ctx | null {
  return opened.f_op === eventfd_fops ? (opened.private_data as eventfd_ctx) : null;
}

/** Add to the counter; what does not fit is lost. Does not sleep. @linux fs/eventfd.c */
export function eventfd_signal(ctx: eventfd_ctx, n: bigint): void {
  const room = ULLONG_MAX - ctx.count;
  ctx.count += n < room ? n : room;
  if (waitqueue_active(ctx.wqh)) wake_up_interruptible_poll(ctx.wqh, EPOLLIN);
}

/** @linux fs/eventfd.c */
function eventfd_poll(opened: file, wait: poll_table | null): number {
  const ctx = opened.private_data as eventfd_ctx;
  poll_wait(ctx.wqh, wait);
  let events = 0;
  if (ctx.count > 0n) events |= EPOLLIN;
  if (ctx.count === ULLONG_MAX) events |= EPOLLERR;
  if (ULLONG_MAX - 1n > ctx.count) events |= EPOLLOUT;
  return events;
}

/** Read and clear the counter; of a semaphore, take one. @returns 8; -EINVAL, -EAGAIN. @linux fs/eventfd.c */
function* eventfd_read(opened: file, buffer: Uint8Array): Sleeps<number | Errno> {
  const ctx = opened.private_data as eventfd_ctx;
  if (buffer.length < COUNTER_BYTES) return -EINVAL;
  const err = yield* wait_until(ctx, opened, () => ctx.count > 0n);
  if (err !== 0) return err;
  const taken = (ctx.flags & EFD_SEMAPHORE) !== 0 ? 1n : ctx.count;
  ctx.count -= taken;
  if (waitqueue_active(ctx.wqh)) wake_up_interruptible_poll(ctx.wqh, EPOLLOUT);
  view_of(buffer).setBigUint64(0, taken);
  return COUNTER_BYTES;
}

/** Add to the counter; sleeps until there is room. @returns 8; -EINVAL, -EAGAIN. @linux fs/eventfd.c */
function* eventfd_write(opened: file, buffer: Uint8Array): Sleeps<number | Errno> {
  const ctx = opened.private_data as eventfd_ctx;
  if (buffer.length < COUNTER_BYTES) return -EINVAL;
  const added = view_of(buffer).getBigUint64(0);
  if (added === ULLONG_MAX) return -EINVAL;
  const err = yield* wait_until(ctx, opened, () => ULLONG_MAX - ctx.count > added);
  if (err !== 0) return err;
  ctx.count += added;
  if (waitqueue_active(ctx.wqh)) wake_up_interruptible_poll(ctx.wqh, EPOLLIN);
  return COUNTER_BYTES;
}

function* wait_until(ctx: eventfd_ctx, opened: file, is_true: () => boolean): Sleeps<Errno> {
  const { machine } = ctx;
  if (is_true()) return 0;
  if ((opened.f_flags & O_NONBLOCK) !== 0) return -EAGAIN;
  const wait = DEFINE_WAIT(machine);
  let err = 0;
  while (!is_true() && err === 0) {
    if (wait.queue === null) add_wait_queue(ctx.wqh, wait);
    machine.current.__state = TASK_INTERRUPTIBLE;
    if (signal_pending(machine.current)) err = -ERESTARTSYS;
    else yield* schedule(machine);
  }
  machine.current.__state = TASK_RUNNING;
  remove_wait_queue(ctx.wqh, wait);
  return err;
}
function view_of(buffer: Uint8Array): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
