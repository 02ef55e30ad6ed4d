/** epoll's operations, flags and events. The event bits that poll() has too are in include/linux/poll.ts. @linux include/uapi/linux/eventpoll.h */
import { O_CLOEXEC } from './socket.ts';

export const EPOLL_CLOEXEC = O_CLOEXEC;

export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;

/** A wake-up wakes only one of the epolls that watch a file with this flag. */
export const EPOLLEXCLUSIVE = 1 << 28;
export const EPOLLWAKEUP = 1 << 29;
/** Report once, then wait for EPOLL_CTL_MOD. */
export const EPOLLONESHOT = 1 << 30;
/** Edge-triggered: report a change, not a state. */
export const EPOLLET = 1 << 31;

/** What the caller wants to know of a file, and what it is told. */
export interface epoll_event {
  /** EPOLL… bits. */
  events: number;
  /** The caller's own; returned with each event. */
  data: unknown;
}
