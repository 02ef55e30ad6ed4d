/** epoll's operations and flags. @linux include/uapi/linux/eventpoll.h */
import { O_CLOEXEC } from './socket.ts';

/** epoll_create1(): exec() closes the descriptor. */
export const EPOLL_CLOEXEC = O_CLOEXEC;

/** epoll_ctl(): watch a descriptor. */
export const EPOLL_CTL_ADD = 1;
/** epoll_ctl(): watch it no longer. */
export const EPOLL_CTL_DEL = 2;
/** epoll_ctl(): watch it for other events. */
export const EPOLL_CTL_MOD = 3;

export const EPOLLIN = 0x0001;
export const EPOLLPRI = 0x0002;
export const EPOLLOUT = 0x0004;
export const EPOLLERR = 0x0008;
export const EPOLLHUP = 0x0010;
export const EPOLLNVAL = 0x0020;
export const EPOLLRDNORM = 0x0040;
export const EPOLLRDBAND = 0x0080;
export const EPOLLWRNORM = 0x0100;
export const EPOLLWRBAND = 0x0200;
export const EPOLLMSG = 0x0400;
export const EPOLLRDHUP = 0x2000;

/** An event wakes one of the epoll descriptors that watch the file, not all. */
export const EPOLLEXCLUSIVE = 1 << 28;
/** Keeps a computer from suspending; it has no effect here. */
export const EPOLLWAKEUP = 1 << 29;
/** Report one event, then none until EPOLL_CTL_MOD. */
export const EPOLLONESHOT = 1 << 30;
/** Edge-triggered: report an event when it occurs, not for as long as it lasts. The sign bit. */
export const EPOLLET = 1 << 31;

/** What a descriptor is watched for, or what is pending there. */
export class epoll_event {
  /** EPOLL… bits. */
  events: number;
  /** The caller's own value, which epoll_wait() gives back: a number, or a reference as C's `ptr`. */
  data: unknown;

  constructor(events: number, data: unknown) {
    this.events = events;
    this.data = data;
  }
}
