/** A watched file tells of an event: the item becomes ready, and a waiter wakes. @linux fs/eventpoll.c */
import {
  EP_PRIVATE_BITS,
  EP_UNACTIVE_PTR,
  type epitem,
  eppoll_entry,
  type eventpoll,
} from '../../include/linux/eventpoll.ts';
import type { file } from '../../include/linux/fs.ts';
import { list_add_tail } from '../../include/linux/list.ts';
import type { poll_table } from '../../include/linux/poll.ts';
import { type wait_queue_entry, type wait_queue_head, waitqueue_active } from '../../include/linux/wait.ts';
import { EPOLLEXCLUSIVE, EPOLLIN, EPOLLOUT } from '../../include/uapi/linux/eventpoll.ts';
import { add_wait_queue, add_wait_queue_exclusive, wake_up, wake_up_poll } from '../../kernel/sched/wait.ts';
import { ep_is_linked } from './items.ts';

/** Wake what polls or watches the epoll descriptor itself. @linux fs/eventpoll.c */
export function ep_poll_safewake(ep: eventpoll): void {
  wake_up_poll(ep.poll_wait, EPOLLIN);
}

/**
 * The wake function on a watched file's wait queue.
 *
 * @param key the poll events that occurred; 0: not told
 * @returns 0 when an exclusive item has woken nobody, so that the event goes to the next one
 * @linux fs/eventpoll.c
 */
function ep_poll_callback(wait: wait_queue_entry, _mode: number, key: number): number {
  const epi = (wait as eppoll_entry).base;
  const { ep, event } = epi;
  const exclusive = (event.events & EPOLLEXCLUSIVE) !== 0;
  // After an EPOLLONESHOT event no poll events are left.
  const disabled = (event.events & ~EP_PRIVATE_BITS) === 0;
  if (disabled || (key !== 0 && (key & event.events) === 0)) return exclusive ? 0 : 1;

  if (ep.ovflist !== EP_UNACTIVE_PTR) {
    if (epi.next === EP_UNACTIVE_PTR) {
      epi.next = ep.ovflist;
      ep.ovflist = epi;
    }
  } else if (!ep_is_linked(epi)) {
    list_add_tail(epi.rdllink, ep.rdllist);
  }

  let ewake = exclusive ? 0 : 1;
  if (waitqueue_active(ep.wq)) {
    if (exclusive && wakes_exclusively(event.events, key)) ewake = 1;
    wake_up(ep.wq);
  }
  if (waitqueue_active(ep.poll_wait)) ep_poll_safewake(ep);
  return ewake;
}
/**
 * Does the event use up an exclusive wake-up? One that is both EPOLLIN and EPOLLOUT does not: the woken task may care
 * for the other half.
 */
function wakes_exclusively(events: number, key: number): boolean {
  const occurred = key & (EPOLLIN | EPOLLOUT);
  return occurred === 0 || (occurred !== (EPOLLIN | EPOLLOUT) && (events & occurred) !== 0);
}

/** Puts an item on the wait queues that the watched file's poll operation names. @linux struct ep_pqueue */
export class ep_pqueue implements poll_table {
  _key: number;
  readonly epi: epitem;
  constructor(epi: epitem) {
    this._key = epi.event.events;
    this.epi = epi;
  }
  /** @linux ep_ptable_queue_proc */
  _qproc(_file: file, whead: wait_queue_head): void {
    const { epi } = this;
    const pwq = new eppoll_entry(epi, whead, ep_poll_callback);
    if ((epi.event.events & EPOLLEXCLUSIVE) !== 0) add_wait_queue_exclusive(whead, pwq);
    else add_wait_queue(whead, pwq);
    epi.pwqlist = pwq;
  }
}
