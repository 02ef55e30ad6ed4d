/**
 * poll()'s events, and the table that registers the poller.
 *
 * @linux include/linux/poll.h, include/uapi/asm-generic/poll.h
 */
import { EPOLLIN, EPOLLOUT, EPOLLRDNORM, EPOLLWRNORM } from '../uapi/linux/eventpoll.ts';
import type { file } from './fs.ts';
import type { wait_queue_head } from './wait.ts';

export {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDBAND,
  EPOLLRDHUP,
  EPOLLRDNORM,
  EPOLLWRBAND,
  EPOLLWRNORM,
} from '../uapi/linux/eventpoll.ts';

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

/** Passed down by poll(): each poll_wait() adds the poller to another wait queue. */
export interface poll_table {
  /** Joins a queue of the file. */
  _qproc(file: file, queue: wait_queue_head): void;
  /** The events the poller asks for. */
  _key: number;
}

/** Register the poller on a queue of the file. @linux include/linux/poll.h */
export function poll_wait(file: file, queue: wait_queue_head, table: poll_table | null): void {
  if (table !== null) table._qproc(file, queue);
}

/** The result for a file without a poll operation: it never blocks. */
export const DEFAULT_POLLMASK = EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM;

/** True when the file's type has a poll operation. @linux include/linux/poll.h */
export function file_can_poll(opened: file): boolean {
  return opened.f_op.poll !== undefined;
}
/** The pending events; with a table, also registers the poller. @linux include/linux/poll.h */
export function vfs_poll(opened: file, wait: poll_table | null): number {
  return opened.f_op.poll === undefined ? DEFAULT_POLLMASK : opened.f_op.poll(opened, wait);
}
