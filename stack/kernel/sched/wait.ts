/** Wait queues: sleeping until an event, and waking sleepers. @linux kernel/sched/wait.c */
import type { Machine } from '../../machine.ts';
import { TASK_INTERRUPTIBLE, TASK_NORMAL, TASK_RUNNING, type Sleeps } from '../../include/linux/sched.ts';
import {
  WQ_FLAG_EXCLUSIVE,
  WQ_FLAG_WOKEN,
  wait_queue_entry,
  type wait_queue_func_t,
  type wait_queue_head,
} from '../../include/linux/wait.ts';
import { current, schedule_timeout, try_to_wake_up } from './core.ts';

/** An entry that is removed from its queue when it is woken. @linux include/linux/wait.h */
export function DEFINE_WAIT(machine: Machine): wait_queue_entry {
  return new wait_queue_entry(current(machine), autoremove_wake_function);
}
/** An entry with a custom wake function. @linux include/linux/wait.h */
export function DEFINE_WAIT_FUNC(machine: Machine, func: wait_queue_func_t): wait_queue_entry {
  return new wait_queue_entry(current(machine), func);
}
/** An entry that stays on its queue until it is removed. @linux include/linux/wait.h */
export function DECLARE_WAITQUEUE(machine: Machine): wait_queue_entry {
  return new wait_queue_entry(current(machine), default_wake_function);
}

/** Add a non-exclusive waiter: a wake-up wakes all of these. @linux kernel/sched/wait.c */
export function add_wait_queue(queue: wait_queue_head, entry: wait_queue_entry): void {
  entry.flags &= ~WQ_FLAG_EXCLUSIVE;
  entry.queue = queue;
  entry.next = queue.head;
  if (queue.head === null) queue.tail = entry;
  else queue.head.prev = entry;
  queue.head = entry;
}
/** Add an exclusive waiter: a wake-up normally wakes only one of these. @linux kernel/sched/wait.c */
export function add_wait_queue_exclusive(queue: wait_queue_head, entry: wait_queue_entry): void {
  entry.flags |= WQ_FLAG_EXCLUSIVE;
  entry.queue = queue;
  entry.prev = queue.tail;
  if (queue.tail === null) queue.head = entry;
  else queue.tail.next = entry;
  queue.tail = entry;
}
/** Remove an entry; does nothing if it is not on the queue. @linux kernel/sched/wait.c */
export function remove_wait_queue(queue: wait_queue_head, entry: wait_queue_entry): void {
  if (entry.queue !== queue) return;
  const { next, prev } = entry;
  if (prev === null) queue.head = next;
  else prev.next = next;
  if (next === null) queue.tail = prev;
  else next.prev = prev;
  entry.next = null;
  entry.prev = null;
  entry.queue = null;
}

/**
 * Join the queue and set the task's sleep state, so that no wake-up from here on is missed.
 *
 * @linux kernel/sched/wait.c
 */
export function prepare_to_wait(queue: wait_queue_head, entry: wait_queue_entry, state: number): void {
  if (entry.queue === null) add_wait_queue(queue, entry);
  entry.task!.__state = state;
}
/** As prepare_to_wait(), as an exclusive waiter. @linux kernel/sched/wait.c */
export function prepare_to_wait_exclusive(
  queue: wait_queue_head,
  entry: wait_queue_entry,
  state: number,
): void {
  if (entry.queue === null) add_wait_queue_exclusive(queue, entry);
  entry.task!.__state = state;
}
/** Leave the queue and set the task running. @linux kernel/sched/wait.c */
export function finish_wait(queue: wait_queue_head, entry: wait_queue_entry): void {
  entry.task!.__state = TASK_RUNNING;
  if (entry.queue !== null) remove_wait_queue(queue, entry);
}

/** Wake the task. @returns 1 if it was sleeping, else 0. @linux kernel/sched/core.c */
export function default_wake_function(entry: wait_queue_entry, mode: number): number {
  return try_to_wake_up(entry.task!, mode) ? 1 : 0;
}
/**
 * Wake the task and remove it from the queue.
 *
 * @returns 1 if it was sleeping, else 0.
 * @linux kernel/sched/wait.c
 */
export function autoremove_wake_function(entry: wait_queue_entry, mode: number): number {
  const woken = default_wake_function(entry, mode);
  if (woken !== 0 && entry.queue !== null) remove_wait_queue(entry.queue, entry);
  return woken;
}
/** Record the wake-up, so that a wake-up before the sleep is not lost. @linux kernel/sched/wait.c */
export function woken_wake_function(entry: wait_queue_entry, mode: number): number {
  entry.flags |= WQ_FLAG_WOKEN;
  return default_wake_function(entry, mode);
}
/**
 * Sleep until woken, or until the time-out.
 *
 * @param timeout in jiffies
 * @returns the time left
 * @linux kernel/sched/wait.c
 */
export function* wait_woken(
  machine: Machine,
  entry: wait_queue_entry,
  mode: number,
  timeout: number,
): Sleeps<number> {
  entry.task!.__state = mode;
  if ((entry.flags & WQ_FLAG_WOKEN) === 0) timeout = yield* schedule_timeout(machine, timeout);
  entry.task!.__state = TASK_RUNNING;
  entry.flags &= ~WQ_FLAG_WOKEN;
  return timeout;
}

/** Wake all non-exclusive waiters and `nr_exclusive` exclusive ones (0: all). @linux kernel/sched/wait.c */
function __wake_up(queue: wait_queue_head, mode: number, nr_exclusive: number, key: number): void {
  let left = nr_exclusive;
  for (let entry = queue.head; entry !== null;) {
    // A woken waiter may leave the queue.
    const { next } = entry;
    const woken = entry.func(entry, mode, key);
    if (woken !== 0 && (entry.flags & WQ_FLAG_EXCLUSIVE) !== 0 && --left === 0) break;
    entry = next;
  }
}
export function wake_up(queue: wait_queue_head): void {
  __wake_up(queue, TASK_NORMAL, 1, 0);
}
export function wake_up_all(queue: wait_queue_head): void {
  __wake_up(queue, TASK_NORMAL, 0, 0);
}
export function wake_up_interruptible(queue: wait_queue_head): void {
  __wake_up(queue, TASK_INTERRUPTIBLE, 1, 0);
}
export function wake_up_interruptible_all(queue: wait_queue_head): void {
  __wake_up(queue, TASK_INTERRUPTIBLE, 0, 0);
}
/** @param key the poll events that occurred: pollers of other events keep sleeping */
export function wake_up_poll(queue: wait_queue_head, key: number): void {
  __wake_up(queue, TASK_NORMAL, 1, key);
}
/** @param key the poll events that occurred: pollers of other events keep sleeping */
export function wake_up_interruptible_poll(queue: wait_queue_head, key: number): void {
  __wake_up(queue, TASK_INTERRUPTIBLE, 1, key);
}
export function wake_up_interruptible_sync_poll(queue: wait_queue_head, key: number): void {
  __wake_up(queue, TASK_INTERRUPTIBLE, 1, key);
}
