/** epoll, eventfd, wait queues and lists in one line, and what is in them. */
import { EP_PRIVATE_BITS, epitem, eppoll_entry, eventpoll } from '../../../stack/include/linux/eventpoll.ts';
import { EFD_SEMAPHORE, eventfd_ctx } from '../../../stack/include/linux/eventfd.ts';
import type { file } from '../../../stack/include/linux/fs.ts';
import { list_head } from '../../../stack/include/linux/list.ts';
import type { task_struct } from '../../../stack/include/linux/sched.ts';
import { wait_queue_entry, wait_queue_head } from '../../../stack/include/linux/wait.ts';
import { epoll_event, EPOLLERR, EPOLLHUP } from '../../../stack/include/uapi/linux/eventpoll.ts';
import { sock_from_file } from '../../../stack/net/socket/file.ts';
import { plural } from '../format.ts';
import { epollEvents } from '../names.ts';
import { shortEndpoints } from '../short.ts';
import type { Presenter } from './presenter.ts';

/** A list that is being modified may be circular for a moment. */
const MOST = 100_000;

/** `IN RDHUP ET`. EPOLLERR and EPOLLHUP go without saying: they are always asked for. */
export function eventsText(events: number): string {
  if ((events & ~EP_PRIVATE_BITS) === 0) return 'disabled until EPOLL_CTL_MOD';
  const names = [...epollEvents.byName].filter(([, bit]) => (events & ~(EPOLLERR | EPOLLHUP) & bit) !== 0);
  return names.length === 0
    ? 'ERR HUP'
    : names.map(([name]) => name.slice(epollEvents.prefix.length)).join(' ');
}
/** What a watched descriptor refers to: `:8080`, `eventfd`, `epoll`. */
export function watchedText(opened: file): string {
  const sk = sock_from_file(opened)?.sk ?? null;
  return sk !== null ? shortEndpoints(sk) : fileKind(opened);
}
/** `eventfd` for `anon_inode:[eventfd]`. */
export function fileKind({ f_op }: file): string {
  return /\[(.*)\]/.exec(f_op.name)?.[1] ?? f_op.name;
}
/** The item is on the ready list: epoll_wait() asks its file for events. */
export function isReady({ rdllink }: epitem): boolean {
  return rdllink.next !== rdllink;
}
export function itemsOf(ep: eventpoll): epitem[] {
  return [...ep.rbr.values()].flat();
}

export function entriesOf(queue: wait_queue_head): wait_queue_entry[] {
  const entries: wait_queue_entry[] = [];
  for (let entry = queue.head; entry !== null && entries.length < MOST; entry = entry.next)
    entries.push(entry);
  return entries;
}
const taskText = ({ comm, pid }: task_struct): string => `${comm} [pid ${pid}]`;
function entryText(entry: wait_queue_entry): string {
  if (entry instanceof eppoll_entry) return `epoll item fd ${entry.base.ffd.fd}`;
  return entry.task === null ? entry.func.name : taskText(entry.task);
}
/** `server [pid 100], epoll item fd 7`; `nobody` */
export function waitersText(queue: wait_queue_head): string {
  const entries = entriesOf(queue);
  const shown = entries.slice(0, 3).map(entryText);
  if (entries.length > shown.length) shown.push(`${entries.length - shown.length} more`);
  return shown.length === 0 ? 'nobody' : shown.join(', ');
}

/** `3 watched, 1 ready` */
export function epollText(ep: eventpoll): string {
  const items = itemsOf(ep);
  return `${items.length} watched, ${items.filter(isReady).length} ready`;
}
export function eventfdText({ count, flags }: eventfd_ctx): string {
  return `count ${count}${(flags & EFD_SEMAPHORE) === 0 ? '' : ', a semaphore'}`;
}

export const presentEventpoll: Presenter<eventpoll> = {
  matches: (value): value is eventpoll => value instanceof eventpoll,
  summary: (ep) => `epoll: ${epollText(ep)}, ${waitersText(ep.wq)} in epoll_wait()`,
  extra: (ep, context) => itemsOf(ep).map((epi) => context.describe(`fd ${epi.ffd.fd}`, epi)),
};
export const presentEpitem: Presenter<epitem> = {
  matches: (value): value is epitem => value instanceof epitem,
  summary: (epi) =>
    `fd ${epi.ffd.fd} ${watchedText(epi.ffd.file)} for ${eventsText(epi.event.events)}${isReady(epi) ? ', ready' : ''}`,
};
export const presentEpollEvent: Presenter<epoll_event> = {
  matches: (value): value is epoll_event => value instanceof epoll_event,
  summary: ({ events }) => eventsText(events),
};
export const presentEventfd: Presenter<eventfd_ctx> = {
  matches: (value): value is eventfd_ctx => value instanceof eventfd_ctx,
  summary: (ctx) => `eventfd: ${eventfdText(ctx)}`,
};
export const presentWaitQueue: Presenter<wait_queue_head> = {
  matches: (value): value is wait_queue_head => value instanceof wait_queue_head,
  summary: (queue) => `${waitersText(queue)} ${entriesOf(queue).length > 1 ? 'wait' : 'waits'}`,
  extra: (queue, context) => entriesOf(queue).map((entry, index) => context.describe(`[${index}]`, entry)),
};
export const presentWaitEntry: Presenter<wait_queue_entry> = {
  matches: (value): value is wait_queue_entry => value instanceof wait_queue_entry,
  summary: entryText,
};

function listed(head: list_head<unknown>): unknown[] {
  const found: unknown[] = [];
  for (let link = head.next; link !== head && found.length < MOST; link = link.next) found.push(link.entry);
  return found;
}
export const presentList: Presenter<list_head<unknown>> = {
  matches: (value): value is list_head<unknown> => value instanceof list_head,
  summary: (head) => {
    if (head.entry !== null) return head.next === head ? 'on no list' : 'on a list';
    const { length } = listed(head);
    return length === 0 ? 'empty' : plural(length, 'entry', 'entries');
  },
  extra: (head, context) =>
    head.entry !== null ? [] : listed(head).map((entry, index) => context.describe(`[${index}]`, entry)),
};
