/** An epoll descriptor as a file: opened, polled and closed. @linux fs/eventpoll.c */
import { eventpoll } from '../../include/linux/eventpoll.ts';
import type { file, file_operations } from '../../include/linux/fs.ts';
import { list_del_init, list_first_entry_or_null } from '../../include/linux/list.ts';
import { type poll_table, poll_wait } from '../../include/linux/poll.ts';
import type { Sleeps } from '../../include/linux/sched.ts';
import { waitqueue_active } from '../../include/linux/wait.ts';
import { EINVAL, type Errno, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import { O_RDWR } from '../../include/uapi/asm-generic/fcntl.ts';
import { EPOLL_CLOEXEC, EPOLLIN, EPOLLRDNORM } from '../../include/uapi/linux/eventpoll.ts';
import type { Machine } from '../../machine.ts';
import { alloc_file, fd_install, get_unused_fd_flags, put_unused_fd } from '../file.ts';
import { ep_poll_safewake } from './callback.ts';
import { ep_items, ep_remove } from './items.ts';
import { ep_done_scan, ep_item_poll, ep_start_scan } from './ready.ts';

/** The operations of an epoll descriptor's file. @linux fs/eventpoll.c */
export const eventpoll_fops: file_operations = {
  name: 'anon_inode:[eventpoll]',
  poll: ep_eventpoll_poll,
  release: ep_eventpoll_release,
};

/**
 * Open an epoll descriptor.
 *
 * @param flags 0 or EPOLL_CLOEXEC
 * @returns the descriptor, or -EINVAL, -EMFILE, -ENFILE
 * @linux fs/eventpoll.c
 */
export function do_epoll_create(machine: Machine, flags: number): number | Errno {
  if ((flags & ~EPOLL_CLOEXEC) !== 0) return -EINVAL;
  const { current } = machine;
  const fd = get_unused_fd_flags(current, O_RDWR | flags);
  if (fd < 0) return fd;
  const ep = new eventpoll();
  const opened = alloc_file(machine, eventpoll_fops, O_RDWR | flags, ep);
  if (IS_ERR(opened)) {
    put_unused_fd(current, fd);
    return opened;
  }
  ep.file = opened;
  fd_install(current, fd, opened);
  return fd;
}
/** epoll_create1(). @linux fs/eventpoll.c */
export function sys_epoll_create1(machine: Machine, flags: number): number | Errno {
  return do_epoll_create(machine, flags);
}

function ep_eventpoll_poll(opened: file, wait: poll_table | null): number {
  return __ep_eventpoll_poll(opened, wait);
}
/**
 * EPOLLIN when one of the watched files is ready. Items of files that are not leave the ready list.
 *
 * @linux fs/eventpoll.c
 */
export function __ep_eventpoll_poll(opened: file, wait: poll_table | null): number {
  const ep = opened.private_data as eventpoll;
  poll_wait(opened, ep.poll_wait, wait);
  const txlist = ep_start_scan(ep);
  let res = 0;
  for (;;) {
    const epi = list_first_entry_or_null(txlist);
    if (epi === null) break;
    if (ep_item_poll(epi, null) !== 0) {
      res = EPOLLIN | EPOLLRDNORM;
      break;
    }
    list_del_init(epi.rdllink);
  }
  ep_done_scan(ep, txlist);
  return res;
}

function* ep_eventpoll_release(opened: file): Sleeps<void> {
  const ep = opened.private_data as eventpoll;
  if (waitqueue_active(ep.poll_wait)) ep_poll_safewake(ep);
  for (const epi of ep_items(ep)) ep_remove(ep, epi);
}
