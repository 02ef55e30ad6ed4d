/**
 * Wait queues: lists of sleeping tasks. The functions are in kernel/sched/wait.ts.
 *
 * @linux include/linux/wait.h
 */
import type { task_struct } from './sched.ts';

export const WQ_FLAG_EXCLUSIVE = 0x01;
export const WQ_FLAG_WOKEN = 0x02;

/** Wakes one waiter: returns 1 if it was woken, 0 if not. */
export type wait_queue_func_t = (entry: wait_queue_entry, mode: number, key: number) => number;

export class wait_queue_entry {
  flags = 0;
  /** The task that sleeps; null where `func` tells something else than a task. @linux private */
  task: task_struct | null;
  func: wait_queue_func_t;
  /** The queue it is on, or null. */
  queue: wait_queue_head | null = null;
  next: wait_queue_entry | null = null;
  prev: wait_queue_entry | null = null;

  constructor(task: task_struct | null, func: wait_queue_func_t) {
    this.task = task;
    this.func = func;
  }
}

export class wait_queue_head {
  /** The first waiter: non-exclusive waiters come before exclusive ones. */
  head: wait_queue_entry | null = null;
  tail: wait_queue_entry | null = null;
}

/** True when the queue has waiters. @linux include/linux/wait.h */
export function waitqueue_active(queue: wait_queue_head): boolean {
  return queue.head !== null;
}
