/**
 * poll()'s events, and the table that registers the poller.
 *
 * @linux include/linux/poll.h, include/uapi/asm-generic/poll.h
 */
import type { file } from './fs.ts';
import type { wait_queue_head } from './wait.ts';

export const POLLIN = 0x0001;
export const POLLPRI = 0x0002;
export const POLLOUT = 0x0004;
export const POLLERR = 0x0008;
export const POLLHUP = 0x0010;
export const POLLNVAL = 0x0020;
export const POLLRDNORM = 0x0040;
export const POLLRDBAND = 0x0080;
export const POLLWRNORM = 0x0100;
export const POLLWRBAND = 0x0200;
export const POLLMSG = 0x0400;
export const POLLRDHUP = 0x2000;

export const EPOLLIN = POLLIN;
export const EPOLLPRI = POLLPRI;
export const EPOLLOUT = POLLOUT;
export const EPOLLERR = POLLERR;
export const EPOLLHUP = POLLHUP;
export const EPOLLRDNORM = POLLRDNORM;
export const EPOLLRDBAND = POLLRDBAND;
export const EPOLLWRNORM = POLLWRNORM;
export const EPOLLWRBAND = POLLWRBAND;
export const EPOLLRDHUP = POLLRDHUP;

/** Passed down by poll(): each poll_wait() adds the poller to another wait queue. */
export interface poll_table {
  _qproc(queue: wait_queue_head): void;
  _key: number;
}

/** Register the poller on this queue. */
export function poll_wait(queue: wait_queue_head, table: poll_table | null): void {
  if (table !== null) table._qproc(queue);
}

/** The result for a file without a poll operation: it never blocks. */
export const DEFAULT_POLLMASK = EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM;

/** The pending events; with a table, also registers the poller. @linux include/linux/poll.h */
export function vfs_poll(opened: file, wait: poll_table | null): number {
  return opened.f_op.poll === undefined ? DEFAULT_POLLMASK : opened.f_op.poll(opened, wait);
}
