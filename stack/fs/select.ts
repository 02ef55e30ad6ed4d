/** poll(): wait for events on several descriptors. @linux fs/select.c */
import type { Machine } from '../machine.ts';
import type { file } from '../include/linux/fs.ts';
import { signal_pending, TASK_INTERRUPTIBLE, TASK_RUNNING, type Sleeps } from '../include/linux/sched.ts';
import { POLLERR, POLLHUP, POLLNVAL, type poll_table, vfs_poll } from '../include/linux/poll.ts';
import type { wait_queue_entry, wait_queue_head } from '../include/linux/wait.ts';
import { EINTR, EINVAL, type Errno } from '../include/uapi/asm-generic/errno.ts';
import {
  add_wait_queue,
  default_wake_function,
  DEFINE_WAIT_FUNC,
  remove_wait_queue,
} from '../kernel/sched/wait.ts';
import { schedule_hrtimeout } from '../kernel/time/nanosleep.ts';
import { fput } from './file.ts';

export interface pollfd {
  fd: number;
  /** Requested events: POLLIN, POLLOUT … */
  events: number;
  /** Returned events. */
  revents: number;
}

/** The wait queues that one poll() has joined. @linux struct poll_wqueues */
class poll_wqueues implements poll_table {
  _key = 0;
  triggered = false;
  #entries: { file: file; queue: wait_queue_head; entry: wait_queue_entry }[] = [];
  #machine: Machine;
  constructor(machine: Machine) {
    this.#machine = machine;
  }
  /** @linux __pollwait */
  _qproc(file: file, queue: wait_queue_head): void {
    const asked = this._key;
    const entry = DEFINE_WAIT_FUNC(this.#machine, (woken, mode, key) => {
      if (key !== 0 && (key & asked) === 0) return 0;
      this.triggered = true;
      return default_wake_function(woken, mode);
    });
    // The queue belongs to the file: hold the file while waiting on it.
    file.f_count++;
    this.#entries.push({ file, queue, entry });
    add_wait_queue(queue, entry);
  }
  /** @linux poll_freewait */
  *free(): Sleeps<void> {
    for (const { file, queue, entry } of this.#entries) {
      remove_wait_queue(queue, entry);
      yield* fput(this.#machine, file);
    }
  }
}

/** Poll one descriptor. @linux fs/select.c */
function do_pollfd(machine: Machine, pollfd: pollfd, wait: poll_wqueues | null): number {
  if (pollfd.fd < 0) return 0;
  const opened = machine.current.files.fd[pollfd.fd] ?? null;
  if (opened === null) return POLLNVAL;
  const filter = pollfd.events | POLLERR | POLLHUP;
  if (wait !== null) wait._key = filter;
  return vfs_poll(opened, wait) & filter;
}

/**
 * Wait for events.
 *
 * @param timeout_msecs in ms; negative: for ever; 0: do not wait
 * @returns how many descriptors have events (in their revents), 0 on time-out, -EINTR, -EINVAL
 * @linux fs/select.c
 */
export function* do_sys_poll(
  machine: Machine,
  list: pollfd[],
  timeout_msecs: number,
): Sleeps<number | Errno> {
  if (list.length > machine.current.files.rlimit_nofile) return -EINVAL;
  const table = new poll_wqueues(machine);
  const count = yield* do_poll(machine, list, table, timeout_msecs);
  yield* table.free();
  return count;
}
function* do_poll(
  machine: Machine,
  list: pollfd[],
  table: poll_wqueues,
  timeout_msecs: number,
): Sleeps<number | Errno> {
  const expires = timeout_msecs < 0 ? Infinity : machine.now_ns + Math.round(timeout_msecs * 1e6);
  let timed_out = timeout_msecs === 0;
  // The wait queues are joined only in the first round.
  let wait: poll_wqueues | null = timed_out ? null : table;
  for (;;) {
    let count = 0;
    for (const pollfd of list) {
      pollfd.revents = do_pollfd(machine, pollfd, wait);
      if (pollfd.revents !== 0) {
        count++;
        wait = null;
      }
    }
    wait = null;
    if (count > 0 || timed_out) return count;
    if (signal_pending(machine.current)) return -EINTR;
    if (!table.triggered) {
      machine.current.__state = TASK_INTERRUPTIBLE;
      timed_out = (yield* schedule_hrtimeout(machine, expires)) === 0;
      machine.current.__state = TASK_RUNNING;
    }
    table.triggered = false;
  }
}
