/** The ready list: scanned by epoll_wait() and by polling the epoll descriptor. @linux fs/eventpoll.c */
import {
  EP_PRIVATE_BITS,
  EP_UNACTIVE_PTR,
  type epitem,
  type eventpoll,
} from '../../include/linux/eventpoll.ts';
import {
  list_add,
  list_add_tail,
  list_del_init,
  list_empty,
  list_first_entry_or_null,
  list_head,
  list_splice_init,
} from '../../include/linux/list.ts';
import { type poll_table, vfs_poll } from '../../include/linux/poll.ts';
import { waitqueue_active } from '../../include/linux/wait.ts';
import { type epoll_event, EPOLLET, EPOLLONESHOT } from '../../include/uapi/linux/eventpoll.ts';
import { wake_up } from '../../kernel/sched/wait.ts';
import { ep_is_linked } from './items.ts';

/** Might a watched file be ready? @linux fs/eventpoll.c */
export function ep_events_available(ep: eventpoll): boolean {
  return !list_empty(ep.rdllist) || ep.ovflist !== EP_UNACTIVE_PTR;
}

/** The pending events that the item asks for; with a table, joins the file's wait queues. @linux fs/eventpoll.c */
export function ep_item_poll(epi: epitem, pt: poll_table | null): number {
  return vfs_poll(epi.ffd.file, pt) & epi.event.events;
}

/** Take the ready list; what becomes ready from here on waits on ovflist. @linux fs/eventpoll.c */
export function ep_start_scan(ep: eventpoll): list_head<epitem> {
  const txlist = new list_head<epitem>(null);
  list_splice_init(ep.rdllist, txlist);
  ep.ovflist = null;
  return txlist;
}
/** Put back what was not scanned, then what became ready meanwhile; wake the next waiter. @linux fs/eventpoll.c */
export function ep_done_scan(ep: eventpoll, txlist: list_head<epitem>): void {
  let epi = ep.ovflist as epitem | null;
  while (epi !== null) {
    // The newest comes first: adding each at the front brings them in order.
    if (!ep_is_linked(epi)) list_add(epi.rdllink, ep.rdllist);
    const next = epi.next as epitem | null;
    epi.next = EP_UNACTIVE_PTR;
    epi = next;
  }
  ep.ovflist = EP_UNACTIVE_PTR;
  list_splice_init(txlist, ep.rdllist);
  if (!list_empty(ep.rdllist) && waitqueue_active(ep.wq)) wake_up(ep.wq);
}

/**
 * Collect events of the ready files. A level-triggered item goes to the end of the ready list, to be asked again by the
 * next epoll_wait().
 *
 * @linux fs/eventpoll.c
 */
export function ep_send_events(ep: eventpoll, maxevents: number): epoll_event[] {
  const events: epoll_event[] = [];
  const txlist = ep_start_scan(ep);
  while (events.length < maxevents) {
    const epi = list_first_entry_or_null(txlist);
    if (epi === null) break;
    list_del_init(epi.rdllink);
    const revents = ep_item_poll(epi, null);
    if (revents === 0) continue;
    const { event } = epi;
    events.push({ events: revents, data: event.data });
    if ((event.events & EPOLLONESHOT) !== 0) event.events &= EP_PRIVATE_BITS;
    else if ((event.events & EPOLLET) === 0) list_add_tail(epi.rdllink, ep.rdllist);
  }
  ep_done_scan(ep, txlist);
  return events;
}
