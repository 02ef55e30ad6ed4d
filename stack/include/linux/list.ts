/**
 * Doubly linked lists whose links are members of what they list.
 *
 * @linux include/linux/list.h
 */

/** The head of a list, or the link of one of its entries. */
export class list_head<T> {
  next: list_head<T> = this;
  prev: list_head<T> = this;
  /** The entry of which this is the link; null: the head of a list. */
  entry: T | null;

  constructor(entry: T | null) {
    this.entry = entry;
  }
}

/** True for a list without entries, and for a link that is on no list. @linux include/linux/list.h */
export function list_empty(head: list_head<unknown>): boolean {
  return head.next === head;
}
/** The first entry, or null. @linux include/linux/list.h */
export function list_first_entry_or_null<T>(head: list_head<T>): T | null {
  return head.next.entry;
}

function __list_add<T>(link: list_head<T>, prev: list_head<T>, next: list_head<T>): void {
  next.prev = link;
  link.next = next;
  link.prev = prev;
  prev.next = link;
}
/** Add as the first. @linux include/linux/list.h */
export function list_add<T>(link: list_head<T>, head: list_head<T>): void {
  __list_add(link, head, head.next);
}
/** Add as the last. @linux include/linux/list.h */
export function list_add_tail<T>(link: list_head<T>, head: list_head<T>): void {
  __list_add(link, head.prev, head);
}
/** Remove from its list. @linux include/linux/list.h */
export function list_del_init(link: list_head<unknown>): void {
  link.next.prev = link.prev;
  link.prev.next = link.next;
  link.next = link;
  link.prev = link;
}
/** Move all entries to the front of another list. @linux include/linux/list.h */
export function list_splice_init<T>(list: list_head<T>, head: list_head<T>): void {
  if (list_empty(list)) return;
  const { next: first, prev: last } = list;
  first.prev = head;
  last.next = head.next;
  head.next.prev = last;
  head.next = first;
  list.next = list;
  list.prev = list;
}
