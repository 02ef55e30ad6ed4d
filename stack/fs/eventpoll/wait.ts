/** epoll_wait(): sleep until a watched file is ready. @linux fs/eventpoll.c */
import type { eventpoll } from '../../include/linux/eventpoll.ts';
import {
  SIGKILL,
  signal_pending,
  type Sleeps,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
} from '../../include/linux/sched.ts';
import type { wait_queue_entry } from '../../include/linux/wait.ts';
import { EBADF, EINTR, EINVAL, type Errno } from '../../include/uapi/asm-generic/errno.ts';
import type { epoll_event } from '../../include/uapi/linux/eventpoll.ts';
import {
  add_wait_queue_exclusive,
  default_wake_function,
  DEFINE_WAIT_FUNC,
  remove_wait_queue,
} from '../../kernel/sched/wait.ts';
import { schedule_hrtimeout } from '../../kernel/time/nanosleep.ts';
import type { Machine } from '../../machine.ts';
import { fdget, fput } from '../file.ts';
import { is_file_epoll } from './items.ts';
import { ep_events_available, ep_send_events } from './ready.ts';

/** As many as 31 bits hold the size of, at 12 bytes each. */
const EP_MAX_EVENTS = Math.floor(0x7fffffff / 12);

/**
 * Wait for events.
 *
 * @param maxevents at least 1; further ready files are reported by the next call
 * @param timeout_msecs in ms; negative: for ever; 0: do not wait
 * @returns the events, none on time-out; or -EBADF, -EINVAL (no epoll descriptor, or maxevents), -EINTR
 * @linux fs/eventpoll.c
 */
export function* do_epoll_wait(
  machine: Machine,
  epfd: number,
  maxevents: number,
  timeout_msecs: number,
): Sleeps<epoll_event[] | Errno> {
  if (maxevents <= 0 || maxevents > EP_MAX_EVENTS) return -EINVAL;
  const opened = fdget(machine.current, epfd);
  if (opened === null) return -EBADF;
  const events = is_file_epoll(opened)
    ? yield* ep_poll(machine, opened.private_data as eventpoll, maxevents, timeout_msecs)
    : -EINVAL;
  yield* fput(machine, opened);
  return events;
}

/** @linux fs/eventpoll.c */
function* ep_poll(
  machine: Machine,
  ep: eventpoll,
  maxevents: number,
  timeout_msecs: number,
): Sleeps<epoll_event[] | Errno> {
  const task = machine.current;
  const expires = timeout_msecs < 0 ? Infinity : machine.now_ns + Math.round(timeout_msecs * 1e6);
  let timed_out = timeout_msecs === 0;
  let eavail = ep_events_available(ep);
  for (;;) {
    if (eavail) {
      // A killed task takes no events away from others.
      if (task.pending_signal === SIGKILL) return -EINTR;
      const events = ep_send_events(ep, maxevents);
      if (events.length > 0) return events;
    }
    if (timed_out) return [];
    if (signal_pending(task)) return -EINTR;

    eavail = ep_events_available(ep);
    if (eavail) continue;
    const wait = DEFINE_WAIT_FUNC(machine, ep_autoremove_wake_function);
    add_wait_queue_exclusive(ep.wq, wait);
    task.__state = TASK_INTERRUPTIBLE;
    timed_out = (yield* schedule_hrtimeout(machine, expires)) === 0;
    task.__state = TASK_RUNNING;
    // A waiter that has left the queue was woken for an event, even if its time is up as well.
    eavail = wait.queue === null || !timed_out;
    remove_wait_queue(ep.wq, wait);
  }
}
/** Removes the entry even when the task was awake already, so that the next event wakes another. @linux fs/eventpoll.c */
function ep_autoremove_wake_function(entry: wait_queue_entry, mode: number): number {
  const woken = default_wake_function(entry, mode);
  remove_wait_queue(entry.queue!, entry);
  return woken;
}
