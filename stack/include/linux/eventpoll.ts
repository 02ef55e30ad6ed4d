/**
 * epoll's structs. The functions are in fs/eventpoll/.
 *
 * Linux's locks and reference counts order several CPUs; here each epoll_ctl() and each scan of the ready list runs to
 * its end, so there are none.
 *
 * @linux fs/eventpoll.c
 */
import { EPOLLET, EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLWAKEUP } from '../uapi/linux/eventpoll.ts';
import type { epoll_event } from '../uapi/linux/eventpoll.ts';
import type { file } from './fs.ts';
import { list_head } from './list.ts';
import { wait_queue_entry, wait_queue_head, type wait_queue_func_t } from './wait.ts';

/** Bits of an item's events that are not poll events but say how to report these. */
export const EP_PRIVATE_BITS = EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE;

/** How deep epoll descriptors may watch each other. */
export const EP_MAX_NESTS = 4;

/** The end of no chain: an item that is not on ovflist, or an ovflist that is not in use. */
export const EP_UNACTIVE_PTR = -1;

/** A watched file, and the descriptor by which epoll_ctl() added it. */
export interface epoll_filefd {
  file: file;
  fd: number;
}

/** The place of an item on one of the watched file's wait queues. */
export class eppoll_entry extends wait_queue_entry {
  base: epitem;
  /** The next entry of the same item: a file may have several wait queues. */
  next_entry: eppoll_entry | null;
  whead: wait_queue_head;

  constructor(base: epitem, whead: wait_queue_head, func: wait_queue_func_t) {
    super(null, func);
    this.base = base;
    this.next_entry = base.pwqlist;
    this.whead = whead;
  }
}

/** A watched descriptor. */
export class epitem {
  /** Its link in the ready list. */
  rdllink = new list_head<epitem>(this);
  /** The next item on ovflist. */
  next: epitem | null | typeof EP_UNACTIVE_PTR = EP_UNACTIVE_PTR;
  ffd: epoll_filefd;
  /** The wait queues of the file that it is on. */
  pwqlist: eppoll_entry | null = null;
  ep: eventpoll;
  /** The events asked for, with EPOLLERR and EPOLLHUP, and the caller's value. */
  event: epoll_event;

  constructor(ep: eventpoll, file: file, fd: number, event: epoll_event) {
    this.ffd = { file, fd };
    this.ep = ep;
    this.event = event;
  }
}

/** What an epoll descriptor refers to. */
export class eventpoll {
  /** Tasks in epoll_wait(). */
  wq = new wait_queue_head();
  /** What polls or watches this epoll descriptor itself. */
  poll_wait = new wait_queue_head();
  /** Items whose file may be ready: epoll_wait() asks each file before it reports it. */
  rdllist = new list_head<epitem>(null);
  /** The watched files by descriptor: several, where it was closed and used again while a duplicate lives on. */
  rbr = new Map<number, epitem[]>();
  /** Items that became ready while rdllist is being scanned, the newest first. */
  ovflist: epitem | null | typeof EP_UNACTIVE_PTR = EP_UNACTIVE_PTR;
  file: file | null = null;
  /** Items of other epoll descriptors that watch this one. */
  refs = new Set<epitem>();
}
