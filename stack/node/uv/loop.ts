/**
 * The event loop of a Node process, as libuv has it on Linux: one thread that runs callbacks and sleeps in
 * epoll_wait().
 */
import { AsyncResource } from 'node:async_hooks';
import { do_eventfd, eventfd_ctx_fileget, eventfd_signal } from '../../fs/eventfd.ts';
import { do_epoll_ctl } from '../../fs/eventpoll/ctl.ts';
import { do_epoll_create } from '../../fs/eventpoll/file.ts';
import { do_epoll_wait } from '../../fs/eventpoll/wait.ts';
import { sys_close } from '../../fs/file.ts';
import { ksys_read } from '../../fs/read_write.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK, type eventfd_ctx } from '../../include/linux/eventfd.ts';
import type { Runtime, RuntimeTimer, Sleeps, task_struct } from '../../include/linux/sched.ts';
import { EPOLLERR, EPOLLHUP, EPOLLIN } from '../../include/linux/poll.ts';
import { hrtimer } from '../../include/linux/timer.ts';
import { EBADF, EINTR, ENOENT, type Errno, IS_ERR } from '../../include/uapi/asm-generic/errno.ts';
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
} from '../../include/uapi/linux/eventpoll.ts';
import { enqueue_task, schedule_timeout_interruptible } from '../../kernel/sched/core.ts';
import { drainMicrotasks } from '../../kernel/sched/microtasks.ts';
import { hrtimer_cancel, hrtimer_start } from '../../kernel/time/hrtimer.ts';
import type { Machine } from '../../machine.ts';
import { syscall_now, syscall_sleeping } from '../../user/syscall.ts';
import { Immediates } from './immediates.ts';
import { Timers } from './timers.ts';

/** Events that one epoll_wait() returns at most. */
const MAX_EVENTS = 1024;
/** Rounds without sleep after which a tick of the clock passes. */
const ROUNDS_A_TICK = 1024;
/** Sleep without a limit. */
const FOR_EVER = -1;

/** A file descriptor that the loop watches. libuv: uv__io_t */
export class uv_io {
  fd: number;
  /** EPOLL… flags that the owner wants, and those that the kernel knows of. */
  pevents = 0;
  events = 0;
  readonly cb: (events: number) => void;
  constructor(fd: number, cb: (events: number) => void) {
    this.fd = fd;
    this.cb = cb;
  }
}

/** A timer that keeps nothing alive is due: the loop, which sleeps without a limit for it, has a round. */
function uv_unref_timeout(loop: uv_loop): void {
  loop.post(() => {});
}

export class uv_loop implements Runtime {
  readonly machine: Machine;
  readonly task: task_struct;
  readonly timers: Timers;
  readonly immediates: Immediates;
  /** What the host keeps for the process until it is closed, and what closes it: handles of sockets, parsers of HTTP. */
  readonly natives = new Map<object, () => void>();
  /** Active handles and pending requests: while there are any, the loop goes on. */
  active = 0;
  is_loaded = false;
  #epfd = -1;
  /** An eventfd, by which the host's answers wake the loop. */
  #async: eventfd_ctx | null = null;
  #async_fd = -1;
  readonly #watchers = new Map<number, uv_io>();
  /** Watchers whose events have changed since the last epoll_wait(). */
  #changed = new Set<uv_io>();
  /** Callbacks of the next round: answers of the host, requests that have ended. */
  #pending: (() => void)[] = [];
  #closing: (() => void)[] = [];
  #is_polling = false;
  #read_buffer = new Uint8Array(0);
  /** Rounds that did not sleep. */
  #busy_rounds = 0;
  /** Wakes a loop that has no other timers than those that keep nothing alive. */
  readonly #idle_timer: hrtimer<uv_loop>;

  constructor(machine: Machine, task: task_struct) {
    this.machine = machine;
    this.task = task;
    this.timers = new Timers(this);
    this.immediates = new Immediates(this);
    this.#idle_timer = new hrtimer<uv_loop>(uv_unref_timeout, this);
    machine.background_timers.add(this.#idle_timer as unknown as hrtimer);
  }

  /** The loop's time, in ms since the machine's start. */
  get now_ms(): number {
    return Math.floor(this.machine.now_ns / 1e6);
  }
  /** Nothing keeps the loop running. */
  get is_idle(): boolean {
    return (
      this.active === 0 &&
      this.timers.refs === 0 &&
      this.immediates.refs === 0 &&
      this.#pending.length === 0 &&
      this.#closing.length === 0
    );
  }

  /** Handles that accept connections, of those that are active. */
  listening = 0;
  get is_waiting_for_clients(): boolean {
    return this.listening > 0 && this.timers.refs === 0;
  }
  uses_host = false;

  /** Create the loop's descriptors. libuv: uv_loop_init */
  init(): void {
    const { machine } = this;
    const epfd = syscall_now(
      machine,
      'epoll_create1',
      [EPOLL_CLOEXEC],
      atomic(do_epoll_create(machine, EPOLL_CLOEXEC)),
    );
    const flags = EFD_CLOEXEC | EFD_NONBLOCK;
    const async_fd = syscall_now(machine, 'eventfd2', [0, flags], atomic(do_eventfd(machine, 0, flags)));
    if (IS_ERR(epfd) || IS_ERR(async_fd))
      throw new Error('the process has no descriptors for its event loop');
    this.#epfd = epfd;
    this.#async_fd = async_fd;
    this.#async = eventfd_ctx_fileget(this.task.files.fd[async_fd]!) as eventfd_ctx;
    this.start_io(new uv_io(async_fd, () => this.#drain_async_fd()), EPOLLIN);
  }

  /** Run until nothing keeps the loop running, or the process has ended. libuv: uv_run */
  *run(): Sleeps<void> {
    this.timers.run();
    while (!this.is_idle && !this.task.exited) {
      this.#run_pending();
      yield* this.#poll();
      this.immediates.run();
      this.#run_closing();
      this.timers.run();
    }
  }

  /** Call a function of the program, and then what it has left to be called: ticks and promise callbacks. */
  call(callback: () => void): void {
    if (this.task.exited) return;
    try {
      callback();
    } catch (error) {
      this.task.signal.uncaught(error);
    }
    drainMicrotasks();
  }
  /** The world is over. */
  close_natives(): void {
    for (const close of this.natives.values()) close();
    this.natives.clear();
  }
  hold(): void {
    this.active++;
  }
  release(): void {
    this.active--;
  }
  bind<T extends (...args: never[]) => void>(callback: T): T {
    return AsyncResource.bind(callback as never) as T;
  }
  post(callback: () => void): void {
    this.#pending.push(callback);
    this.wake();
  }
  /**
   * There is something new to do, in a round that comes: a loop that sleeps is woken. Native parts of Node call the
   * program from the host's event loop while its own one sleeps.
   */
  wake(): void {
    if (!this.#is_polling) return;
    this.#is_polling = false;
    eventfd_signal(this.#async!, 1n);
  }
  set_timer(callback: () => void, ms: number, repeat: boolean): RuntimeTimer {
    return this.timers.set(callback, ms, repeat);
  }
  set_immediate(callback: () => void): RuntimeTimer {
    return this.immediates.set(callback);
  }
  timer_of(number: unknown): RuntimeTimer | undefined {
    return this.timers.by_number(Number(number));
  }
  /** A handle's close callback runs at the end of the round. */
  closing(callback: () => void): void {
    this.#closing.push(callback);
    this.wake();
  }

  #run_pending(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const callback of pending) this.call(callback);
  }
  #run_closing(): void {
    const closing = this.#closing;
    this.#closing = [];
    for (const callback of closing) this.call(callback);
  }

  /** Watch for more events of a descriptor. libuv: uv__io_start */
  start_io(io: uv_io, events: number): void {
    io.pevents |= events;
    this.#watchers.set(io.fd, io);
    this.#change(io);
  }
  /** libuv: uv__io_stop */
  stop_io(io: uv_io, events: number): void {
    io.pevents &= ~events;
    this.#change(io);
  }
  #change(io: uv_io): void {
    if (io.pevents === io.events) return;
    this.#changed.add(io);
    this.wake();
  }
  /** The descriptor is about to be closed. libuv: uv__io_close */
  close_io(io: uv_io): void {
    this.#watchers.delete(io.fd);
    this.#changed.delete(io);
    if (io.events !== 0) this.#epoll_ctl(EPOLL_CTL_DEL, io);
    io.events = 0;
    io.pevents = 0;
  }
  #epoll_ctl(op: number, io: uv_io): Errno {
    const { machine } = this;
    const event = { events: io.pevents, data: io.fd };
    const args = [this.#epfd, op, io.fd, event] as const;
    return syscall_now(machine, 'epoll_ctl', args, atomic(do_epoll_ctl(machine, ...args)));
  }
  #update_watchers(): void {
    for (const io of this.#changed) {
      if (io.pevents === io.events) continue;
      const op = io.events === 0 ? EPOLL_CTL_ADD : io.pevents === 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
      const err = this.#epoll_ctl(op, io);
      if (err < 0 && err !== -EBADF && err !== -ENOENT) throw new Error(`epoll_ctl fails with ${err}`);
      io.events = io.pevents;
    }
    this.#changed.clear();
  }

  /** Sleep until a descriptor is ready or a timer due, and call the watchers. libuv: uv__io_poll */
  *#poll(): Sleeps<void> {
    this.#update_watchers();
    const { machine } = this;
    const timeout = this.#timeout();
    if (timeout === 0) yield* this.#let_others_run();
    if (this.task.exited) return;
    const args = [this.#epfd, MAX_EVENTS, timeout] as const;
    this.#is_polling = true;
    const ready = yield* syscall_sleeping(machine, 'epoll_wait', args, do_epoll_wait(machine, ...args));
    this.#is_polling = false;
    hrtimer_cancel(machine, this.#idle_timer);
    if (this.task.exited || ready === -EINTR) return;
    if (IS_ERR(ready)) throw new Error(`epoll_wait fails with ${ready}`);
    for (const { events, data } of ready) {
      const io = this.#watchers.get(data as number);
      // A callback before this one may have closed the descriptor, or wants less of it now.
      const wanted = io === undefined ? 0 : events & (io.pevents | EPOLLERR | EPOLLHUP);
      if (io !== undefined && wanted !== 0 && io.pevents !== 0) io.cb(wanted);
    }
  }
  /** How long to sleep, in ms. libuv: uv__backend_timeout */
  #timeout(): number {
    if (this.#pending.length > 0 || this.#closing.length > 0 || this.immediates.refs > 0 || this.is_idle)
      return 0;
    const { next_ms, refs, of_sockets } = this.timers;
    if (next_ms === Infinity) return FOR_EVER;
    const left = Math.max(next_ms - this.now_ms, 0);
    // A timer that keeps nothing alive must not keep the world running either.
    if (refs > 0 || of_sockets > 0 || left === 0) return left;
    hrtimer_start(this.machine, this.#idle_timer, next_ms * 1e6);
    return FOR_EVER;
  }

  /**
   * A round that does not sleep: other tasks and softirqs have their turn. A program that goes on and on with
   * setImmediate() may wait for a timer, so time passes for it as well.
   */
  *#let_others_run(): Sleeps<void> {
    const { machine, task } = this;
    if (++this.#busy_rounds % ROUNDS_A_TICK === 0) {
      yield* schedule_timeout_interruptible(machine, 1);
      return;
    }
    enqueue_task(task);
    yield;
  }

  #drain_async_fd(): void {
    const { machine } = this;
    const buffer = new Uint8Array(8);
    syscall_now(machine, 'read', [this.#async_fd, 8], ksys_read(machine, this.#async_fd, buffer));
  }

  /** A buffer for one read, whose bytes the caller copies before the next. */
  read_buffer(size: number): Uint8Array {
    if (this.#read_buffer.length !== size) this.#read_buffer = new Uint8Array(size);
    return this.#read_buffer;
  }
  /** Close a descriptor of the process. */
  close_fd(fd: number): void {
    syscall_now(this.machine, 'close', [fd], sys_close(this.machine, fd));
  }
}

function* atomic<T>(value: T): Sleeps<T> {
  return value;
}
