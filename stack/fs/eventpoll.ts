/** epoll: waiting for events of many files. @linux fs/eventpoll.c */
import { epitem, eventpoll } from '../include/linux/eventpoll.ts';
import { file, type file_operations } from '../include/linux/fs.ts';
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDNORM,
  poll_wait,
  type poll_table,
  vfs_poll,
} from '../include/linux/poll.ts';
import {
  signal_pending,
  type Sleeps,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  type task_struct,
} from '../include/linux/sched.ts';
import { wait_queue_entry, type wait_queue_head, waitqueue_active } from '../include/linux/wait.ts';
import {
  EBADF,
  EEXIST,
  EINTR,
  EINVAL,
  ELOOP,
  ENOENT,
  EPERM,
  type Errno,
  IS_ERR,
} from '../include/uapi/asm-generic/errno.ts';
import { O_RDWR } from '../include/uapi/asm-generic/fcntl.ts';
import { O_CLOEXEC } from '../include/uapi/linux/socket.ts';
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  type epoll_event,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLONESHOT,
  EPOLLWAKEUP,
} from '../include/uapi/linux/eventpoll.ts';
import {
  add_wait_queue,
  add_wait_queue_exclusive,
  default_wake_function,
  remove_wait_queue,
  wake_up,
  wake_up_interruptible_poll,
} from '../kernel/sched/wait.ts';
import { schedule_hrtimeout } from '../kernel/time/nanosleep.ts';
import type { Machine } from '../machine.ts';
import { alloc_file, fd_install, get_unused_fd_flags, put_unused_fd } from './file.ts';

/** Epolls that watch each other: at most so many in a chain. */
const EP_MAX_NESTS = 4;
/** Bits that are flags and no events. */
const EP_PRIVATE_BITS = EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE;
/** What may stand beside EPOLLEXCLUSIVE. */
const EPOLLINOUT_BITS = EPOLLIN | EPOLLOUT;
const EPOLLEXCLUSIVE_OK_BITS = EPOLLINOUT_BITS | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

const eventpoll_fops: file_operations = {
  name: 'eventpoll',
  poll: ep_eventpoll_poll,
  release: ep_eventpoll_release,
};

/** The epoll of a file; null: the file is none. @linux is_file_epoll */
export function file_epoll(opened: file): eventpoll | null {
  return opened.f_op === eventpoll_fops ? (opened.private_data as eventpoll) : null;
}

/** epoll_create1(). @returns a descriptor; -EINVAL, -EMFILE, -ENFILE. @linux fs/eventpoll.c */
export function do_epoll_create(machine: Machine, flags: number): number | Errno {
  if ((flags & ~EPOLL_CLOEXEC) !== 0) return -EINVAL;
  const { current } = machine;
  const fd = get_unused_fd_flags(current, flags & O_CLOEXEC);
  if (fd < 0) return fd;
  const ep = new eventpoll();
  const opened = alloc_file(machine, eventpoll_fops, O_RDWR | (flags & O_CLOEXEC), ep);
  if (IS_ERR(opened)) {
    put_unused_fd(current, fd);
    return opened;
  }
  ep.file = opened;
  fd_install(current, fd, opened);
  return fd;
}

/**
 * epoll_ctl(): watch a file, change what is wanted of it, or watch it no more.
 *
 * @param epds what is wanted; null for EPOLL_CTL_DEL
 * @returns 0; -EBADF, -EPERM (a file that cannot be polled), -EINVAL, -EEXIST, -ENOENT, -ELOOP
 * @linux fs/eventpoll.c
 */
export function do_epoll_ctl(
  machine: Machine,
  epfd: number,
  op: number,
  fd: number,
  epds: epoll_event | null,
): Errno {
  const { fd: table } = machine.current.files;
  const opened = table[epfd] ?? null;
  const target = table[fd] ?? null;
  if (opened === null || target === null) return -EBADF;
  if (target.f_op.poll === undefined) return -EPERM;
  const ep = file_epoll(opened);
  if (ep === null || opened === target) return -EINVAL;
  const wanted = epds?.events ?? 0;
  if (op !== EPOLL_CTL_DEL && (wanted & EPOLLEXCLUSIVE) !== 0) {
    if (op === EPOLL_CTL_MOD) return -EINVAL;
    if (file_epoll(target) !== null || (wanted & ~EPOLLEXCLUSIVE_OK_BITS) !== 0) return -EINVAL;
  }
  const nested = file_epoll(target);
  if (op === EPOLL_CTL_ADD && nested !== null && ep_loop_check(nested, ep, 0)) return -ELOOP;

  const epi = ep_find(ep, target, fd);
  // Errors and hang-ups are always reported.
  const event = { events: wanted | EPOLLERR | EPOLLHUP, data: epds?.data };
  switch (op) {
    case EPOLL_CTL_ADD:
      return epi !== undefined ? -EEXIST : ep_insert(machine, ep, event, target, fd);
    case EPOLL_CTL_DEL:
      return epi === undefined ? -ENOENT : ep_remove(epi);
    case EPOLL_CTL_MOD:
      if (epi === undefined) return -ENOENT;
      return (epi.event.events & EPOLLEXCLUSIVE) !== 0 ? -EINVAL : ep_modify(epi, event);
    default:
      return -EINVAL;
  }
}

/**
 * Whether watching `to` would close a circle back to `ep`, or make too long a chain.
 *
 * @linux ep_loop_check_proc
 */
function ep_loop_check(to: eventpoll, ep: eventpoll, depth: number): boolean {
  if (to === ep || depth >= EP_MAX_NESTS) return true;
  return [...to.rbr.values()].flat().some(({ file: watched }) => {
    const nested = file_epoll(watched);
    return nested !== null && ep_loop_check(nested, ep, depth + 1);
  });
}

function ep_find(ep: eventpoll, target: file, fd: number): epitem | undefined {
  return ep.rbr.get(fd)?.find((epi) => epi.file === target);
}

/** @linux fs/eventpoll.c */
function ep_insert(machine: Machine, ep: eventpoll, event: epoll_event, target: file, fd: number): Errno {
  const epi = new epitem(ep, target, fd, event);
  const items = ep.rbr.get(fd);
  if (items === undefined) ep.rbr.set(fd, [epi]);
  else items.push(epi);
  (target.f_ep ??= new Set()).add(epi);
  const table: poll_table = {
    _key: event.events,
    _qproc: (whead) => ep_ptable_queue_proc(machine, epi, whead),
  };
  if ((vfs_poll(target, table) & event.events) !== 0) {
    ep_set_ready(epi);
    ep_wake(ep);
  }
  return 0;
}

/** The file's poll operation names a wait queue: join it. @linux fs/eventpoll.c */
function ep_ptable_queue_proc(machine: Machine, epi: epitem, whead: wait_queue_head): void {
  const wait = new wait_queue_entry(machine.current, (_wait, _mode, key) => ep_poll_callback(epi, key));
  epi.pwqlist.push({ whead, wait });
  if ((epi.event.events & EPOLLEXCLUSIVE) !== 0) add_wait_queue_exclusive(whead, wait);
  else add_wait_queue(whead, wait);
}

/**
 * A watched file wakes its waiters: note the item as ready, and wake whoever sleeps in epoll_wait().
 *
 * @param pollflags the events that have come; 0: unknown
 * @returns 1 if a waiter was woken, so that an exclusive wake-up ends here
 * @linux fs/eventpoll.c
 */
function ep_poll_callback(epi: epitem, pollflags: number): number {
  const { ep, event } = epi;
  const is_exclusive = (event.events & EPOLLEXCLUSIVE) !== 0;
  // EPOLLONESHOT has disarmed the item.
  if ((event.events & ~EP_PRIVATE_BITS) === 0) return is_exclusive ? 0 : 1;
  if (pollflags !== 0 && (pollflags & event.events) === 0) return is_exclusive ? 0 : 1;
  ep_set_ready(epi);
  let ewake = 0;
  if (waitqueue_active(ep.wq)) {
    const inout = pollflags & EPOLLINOUT_BITS;
    if (is_exclusive && (pollflags & ~EPOLLINOUT_BITS) === 0)
      ewake = inout === 0 || (event.events & inout) !== 0 ? 1 : 0;
    else if (is_exclusive) ewake = 1;
  }
  ep_wake(ep);
  return is_exclusive ? ewake : 1;
}
function ep_set_ready(epi: epitem): void {
  if (epi.is_ready) return;
  epi.is_ready = true;
  epi.ep.rdllist.push(epi);
}
function ep_wake(ep: eventpoll): void {
  if (waitqueue_active(ep.wq)) wake_up(ep.wq);
  if (waitqueue_active(ep.poll_wait)) wake_up_interruptible_poll(ep.poll_wait, EPOLLIN);
}

/** @linux fs/eventpoll.c */
function ep_modify(epi: epitem, event: epoll_event): Errno {
  epi.event = event;
  if ((vfs_poll(epi.file, null) & event.events) !== 0) {
    ep_set_ready(epi);
    ep_wake(epi.ep);
  }
  return 0;
}

/** @linux fs/eventpoll.c */
function ep_remove(epi: epitem): Errno {
  const { ep, file: watched, fd } = epi;
  for (const { whead, wait } of epi.pwqlist) remove_wait_queue(whead, wait);
  epi.pwqlist = [];
  watched.f_ep?.delete(epi);
  if (watched.f_ep?.size === 0) watched.f_ep = null;
  const left = ep.rbr.get(fd)!.filter((one) => one !== epi);
  if (left.length === 0) ep.rbr.delete(fd);
  else ep.rbr.set(fd, left);
  if (epi.is_ready) ep.rdllist.splice(ep.rdllist.indexOf(epi), 1);
  epi.is_ready = false;
  return 0;
}

/** A watched file is closed for good: no epoll watches it any more. @linux eventpoll_release_file */
export function eventpoll_release(opened: file): void {
  for (const epi of opened.f_ep ?? []) ep_remove(epi);
}

/** The epoll's own file is closed. @linux ep_eventpoll_release */
function* ep_eventpoll_release(opened: file): Sleeps<void> {
  const ep = opened.private_data as eventpoll;
  for (const epi of [...ep.rbr.values()].flat()) ep_remove(epi);
}

/** An epoll is readable when it has an event to tell. @linux ep_eventpoll_poll */
function ep_eventpoll_poll(opened: file, wait: poll_table | null): number {
  const ep = opened.private_data as eventpoll;
  poll_wait(ep.poll_wait, wait);
  const has_events = ep.rdllist.some((epi) => ep_item_poll(epi) !== 0);
  return has_events ? EPOLLIN | EPOLLRDNORM : 0;
}

/** The events of a watched file that are wanted now. @linux fs/eventpoll.c */
function ep_item_poll(epi: epitem): number {
  return vfs_poll(epi.file, null) & epi.event.events;
}

/**
 * epoll_wait().
 *
 * @param maxevents at least 1
 * @param timeout in ms; negative: for ever; 0: do not wait
 * @returns the events, none on time-out; -EBADF, -EINVAL, -EINTR
 * @linux fs/eventpoll.c
 */
export function* do_epoll_wait(
  machine: Machine,
  epfd: number,
  maxevents: number,
  timeout: number,
): Sleeps<epoll_event[] | Errno> {
  if (maxevents <= 0) return -EINVAL;
  const opened = machine.current.files.fd[epfd] ?? null;
  if (opened === null) return -EBADF;
  const ep = file_epoll(opened);
  if (ep === null) return -EINVAL;
  return yield* ep_poll(machine, ep, maxevents, timeout);
}

/** @linux fs/eventpoll.c */
function* ep_poll(
  machine: Machine,
  ep: eventpoll,
  maxevents: number,
  timeout: number,
): Sleeps<epoll_event[] | Errno> {
  const expires = timeout < 0 ? Infinity : machine.now_ns + Math.round(timeout * 1e6);
  let timed_out = timeout === 0;
  for (;;) {
    const events = ep.rdllist.length === 0 ? [] : ep_send_events(ep, maxevents);
    if (events.length > 0 || timed_out) return events;
    if (signal_pending(machine.current)) return -EINTR;
    const wait = new wait_queue_entry(machine.current, ep_autoremove_wake_function);
    add_wait_queue_exclusive(ep.wq, wait);
    machine.current.__state = TASK_INTERRUPTIBLE;
    timed_out = (yield* schedule_hrtimeout(machine, expires)) === 0;
    machine.current.__state = TASK_RUNNING;
    remove_wait_queue(ep.wq, wait);
  }
}
/** @linux fs/eventpoll.c */
function ep_autoremove_wake_function(wait: wait_queue_entry, mode: number): number {
  const woken = default_wake_function(wait, mode);
  if (wait.queue !== null) remove_wait_queue(wait.queue, wait);
  return woken;
}

/** Ask the ready items for their events. @linux fs/eventpoll.c */
function ep_send_events(ep: eventpoll, maxevents: number): epoll_event[] {
  const events: epoll_event[] = [];
  const txlist = ep.rdllist;
  ep.rdllist = [];
  for (const [index, epi] of txlist.entries()) {
    if (events.length >= maxevents) {
      // The rest keeps its place, before what has become ready again.
      ep.rdllist = [...txlist.slice(index), ...ep.rdllist];
      break;
    }
    epi.is_ready = false;
    const revents = ep_item_poll(epi);
    if (revents === 0) continue;
    events.push({ events: revents, data: epi.event.data });
    if ((epi.event.events & EPOLLONESHOT) !== 0) epi.event.events &= EP_PRIVATE_BITS;
    // Level-triggered: the next epoll_wait() looks at it again.
    else if ((epi.event.events & EPOLLET) === 0) ep_set_ready(epi);
  }
  return events;
}

/** The tasks that sleep in epoll_wait() of an epoll. */
export function ep_waiters(ep: eventpoll): task_struct[] {
  const tasks: task_struct[] = [];
  for (let entry = ep.wq.head; entry !== null; entry = entry.next) tasks.push(entry.task);
  return tasks;
}
