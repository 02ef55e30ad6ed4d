/** The watched files of an epoll descriptor: found, attached and removed. @linux fs/eventpoll.c */
import { type epitem, type eventpoll, type eppoll_entry } from '../../include/linux/eventpoll.ts';
import type { file } from '../../include/linux/fs.ts';
import { list_del_init, list_empty } from '../../include/linux/list.ts';
import { remove_wait_queue } from '../../kernel/sched/wait.ts';
import { eventpoll_fops } from './file.ts';

/** True for the file of an epoll descriptor. @linux fs/eventpoll.c */
export function is_file_epoll(opened: file): boolean {
  return opened.f_op === eventpoll_fops;
}

/** The item that watches this file by this descriptor, or null. @linux fs/eventpoll.c */
export function ep_find(ep: eventpoll, opened: file, fd: number): epitem | null {
  return ep.rbr.get(fd)?.find((epi) => epi.ffd.file === opened) ?? null;
}
/** @linux fs/eventpoll.c */
export function ep_rbtree_insert(ep: eventpoll, epi: epitem): void {
  const same = ep.rbr.get(epi.ffd.fd);
  if (same === undefined) ep.rbr.set(epi.ffd.fd, [epi]);
  else same.push(epi);
}
function erase(ep: eventpoll, epi: epitem): void {
  const { fd } = epi.ffd;
  const left = ep.rbr.get(fd)!.filter((other) => other !== epi);
  if (left.length === 0) ep.rbr.delete(fd);
  else ep.rbr.set(fd, left);
}
/** All items. */
export function ep_items(ep: eventpoll): epitem[] {
  return [...ep.rbr.values()].flat();
}

/** True when the item is on the ready list. @linux fs/eventpoll.c */
export function ep_is_linked(epi: epitem): boolean {
  return !list_empty(epi.rdllink);
}

/** Enter the item into the file's list of what watches it. @linux fs/eventpoll.c */
export function attach_epitem(opened: file, epi: epitem): void {
  opened.f_ep ??= is_file_epoll(opened) ? (opened.private_data as eventpoll).refs : new Set();
  opened.f_ep.add(epi);
}
function ep_remove_file(epi: epitem, opened: file): void {
  const watchers = opened.f_ep!;
  watchers.delete(epi);
  if (watchers.size === 0) opened.f_ep = null;
}

/** Leave the file's wait queues. @linux fs/eventpoll.c */
function ep_unregister_pollwait(epi: epitem): void {
  for (let pwq: eppoll_entry | null = epi.pwqlist; pwq !== null; pwq = pwq.next_entry)
    remove_wait_queue(pwq.whead, pwq);
  epi.pwqlist = null;
}

/** Watch the file no longer. @linux fs/eventpoll.c */
export function ep_remove(ep: eventpoll, epi: epitem): void {
  ep_unregister_pollwait(epi);
  ep_remove_file(epi, epi.ffd.file);
  erase(ep, epi);
  if (ep_is_linked(epi)) list_del_init(epi.rdllink);
}

/** The last reference to a file is dropped: nothing watches it any longer. @linux include/linux/eventpoll.h */
export function eventpoll_release(opened: file): void {
  if (opened.f_ep !== null) eventpoll_release_file(opened);
}
/** @linux fs/eventpoll.c */
export function eventpoll_release_file(opened: file): void {
  for (const epi of [...opened.f_ep!]) ep_remove(epi.ep, epi);
}
