/** epoll_ctl(): which files an epoll descriptor watches, and for what. @linux fs/eventpoll.c */
import { epitem, type eventpoll } from '../../include/linux/eventpoll.ts';
import type { file } from '../../include/linux/fs.ts';
import { list_add_tail } from '../../include/linux/list.ts';
import { file_can_poll } from '../../include/linux/poll.ts';
import { waitqueue_active } from '../../include/linux/wait.ts';
import {
  EBADF,
  EEXIST,
  EFAULT,
  EINVAL,
  ELOOP,
  ENOENT,
  EPERM,
  type Errno,
} from '../../include/uapi/asm-generic/errno.ts';
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  epoll_event,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLWAKEUP,
} from '../../include/uapi/linux/eventpoll.ts';
import { wake_up } from '../../kernel/sched/wait.ts';
import type { Machine } from '../../machine.ts';
import { ep_poll_safewake, ep_pqueue } from './callback.ts';
import { attach_epitem, ep_find, ep_is_linked, ep_rbtree_insert, ep_remove, is_file_epoll } from './items.ts';
import { nesting_check } from './nesting.ts';
import { ep_item_poll } from './ready.ts';

/** What may be asked for together with EPOLLEXCLUSIVE. */
const EPOLLEXCLUSIVE_OK_BITS =
  EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

/** @linux include/linux/eventpoll.h */
export function ep_op_has_event(op: number): boolean {
  return op !== EPOLL_CTL_DEL;
}

/**
 * Add, change or remove a watched descriptor.
 *
 * @param op EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL
 * @param event what to watch for; EPOLL_CTL_DEL needs none
 * @returns 0, or -EBADF (one of the two is not open), -EPERM (the file cannot be polled), -EINVAL (`epfd` is no epoll
 *   descriptor, or watches itself; an unknown `op`; EPOLLEXCLUSIVE with what it does not go with; too many paths),
 *   -EEXIST (watched already), -ENOENT (not watched), -ELOOP (epoll descriptors in a circle, or too deep), -EFAULT (no
 *   event)
 * @linux fs/eventpoll.c
 */
export function do_epoll_ctl(
  machine: Machine,
  epfd: number,
  op: number,
  fd: number,
  event: epoll_event | null,
): Errno {
  if (ep_op_has_event(op) && event === null) return -EFAULT;
  // This function does not sleep, so it needs no references.
  const { files } = machine.current;
  const opened = files.fd[epfd] ?? null;
  const target = files.fd[fd] ?? null;
  if (opened === null || target === null) return -EBADF;
  if (!file_can_poll(target)) return -EPERM;
  if (opened === target || !is_file_epoll(opened)) return -EINVAL;
  const events = event === null ? 0 : event.events & ~EPOLLWAKEUP;
  if (ep_op_has_event(op) && !exclusive_is_allowed(op, events, target)) return -EINVAL;

  const ep = opened.private_data as eventpoll;
  let check: nesting_check | null = null;
  if (op === EPOLL_CTL_ADD && (opened.f_ep !== null || is_file_epoll(target))) {
    check = new nesting_check(ep);
    if (is_file_epoll(target) && !check.may_watch(target.private_data as eventpoll)) return -ELOOP;
  }
  const epi = ep_find(ep, target, fd);
  // Errors and the end of the connection are always reported.
  const asked = new epoll_event(events | EPOLLERR | EPOLLHUP, event?.data);
  switch (op) {
    case EPOLL_CTL_ADD:
      return epi === null ? ep_insert(ep, asked, target, fd, check) : -EEXIST;
    case EPOLL_CTL_DEL:
      if (epi === null) return -ENOENT;
      ep_remove(ep, epi);
      return 0;
    case EPOLL_CTL_MOD:
      if (epi === null) return -ENOENT;
      if ((epi.event.events & EPOLLEXCLUSIVE) !== 0) return -EINVAL;
      ep_modify(ep, epi, asked);
      return 0;
    default:
      return -EINVAL;
  }
}
/** An item is exclusive from EPOLL_CTL_ADD on, and does not watch an epoll descriptor. */
function exclusive_is_allowed(op: number, events: number, target: file): boolean {
  if ((events & EPOLLEXCLUSIVE) === 0) return true;
  if (op === EPOLL_CTL_MOD) return false;
  return op !== EPOLL_CTL_ADD || (!is_file_epoll(target) && (events & ~EPOLLEXCLUSIVE_OK_BITS) === 0);
}

/** @returns 0, or -EINVAL: too many paths. @linux fs/eventpoll.c */
function ep_insert(
  ep: eventpoll,
  event: epoll_event,
  target: file,
  fd: number,
  check: nesting_check | null,
): Errno {
  const epi = new epitem(ep, target, fd, event);
  attach_epitem(target, epi);
  ep_rbtree_insert(ep, epi);
  if (check !== null) {
    if (!is_file_epoll(target)) check.list_file(target.f_ep!);
    if (!check.paths_are_few()) {
      ep_remove(ep, epi);
      return -EINVAL;
    }
  }
  if (ep_item_poll(epi, new ep_pqueue(epi)) !== 0) becomes_ready(ep, epi);
  return 0;
}
/** Watch for other events; they may be pending already. @linux fs/eventpoll.c */
function ep_modify(ep: eventpoll, epi: epitem, event: epoll_event): void {
  epi.event = event;
  if (ep_item_poll(epi, null) !== 0) becomes_ready(ep, epi);
}
function becomes_ready(ep: eventpoll, epi: epitem): void {
  if (ep_is_linked(epi)) return;
  list_add_tail(epi.rdllink, ep.rdllist);
  if (waitqueue_active(ep.wq)) wake_up(ep.wq);
  if (waitqueue_active(ep.poll_wait)) ep_poll_safewake(ep);
}
