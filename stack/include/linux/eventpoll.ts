/** The structs of epoll. @linux fs/eventpoll.c */
import type { epoll_event } from '../uapi/linux/eventpoll.ts';
import type { file } from './fs.ts';
import { wait_queue_head, type wait_queue_entry } from './wait.ts';

/** One file that an epoll watches. */
export class epitem {
  /** The epoll to which it belongs. */
  ep: eventpoll;
  /** The watched file, and the descriptor by which it was added: together they are its key. */
  file: file;
  fd: number;
  event: epoll_event;
  /** It is on the ready list. */
  is_ready = false;
  /** Its entries in the file's wait queues. */
  pwqlist: { whead: wait_queue_head; wait: wait_queue_entry }[] = [];

  constructor(ep: eventpoll, file: file, fd: number, event: epoll_event) {
    this.ep = ep;
    this.file = file;
    this.fd = fd;
    this.event = event;
  }
}

export class eventpoll {
  /** Tasks that sleep in epoll_wait(). */
  wq = new wait_queue_head();
  /** Pollers of the epoll itself, such as another epoll. */
  poll_wait = new wait_queue_head();
  /** Items that may have events, in the order in which they became ready. */
  rdllist: epitem[] = [];
  /** The watched files by descriptor: a descriptor may stand for several files, when it was closed and opened again. */
  rbr = new Map<number, epitem[]>();
  /** The epoll's own file. */
  file: file | null = null;
}
