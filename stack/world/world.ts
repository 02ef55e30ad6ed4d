/**
 * A deterministic experiment: virtual time, one queue of events, one stream of random numbers, one sequence
 * of event numbers, the machines, the wires between them, and the log of inputs from outside. No state exists
 * outside it: two worlds can run side by side in one process.
 */
import type { CaptureSink } from '../capture/capture.ts';
import type { Fault } from '../fault_config.ts';
import type { CapturedStack, task_struct } from '../include/linux/sched.ts';
import { cpu_next_event_ns, cpu_run_due, cpu_run_next_task } from '../kernel/sched/idle.ts';
import { BOOT_NS } from '../kernel/time/timekeeping.ts';
import { RandomState } from '../lib/random.ts';
import type { Machine } from '../machine.ts';
import { Tracer } from '../trace/tracer.ts';
import type { EthernetWire } from '../wire/ethernet.ts';
import { EventQueue } from './event_queue.ts';
import { Inputs } from './inputs.ts';
import { Outside } from './outside.ts';
import { ProgramFiles } from './program_files.ts';

export class World {
  /** Virtual time, in ns of the machines' monotonic clock. It advances only while nothing can run. */
  now_ns = BOOT_NS;
  /** Events outside the CPUs: frames on wires, DMA. */
  events = new EventQueue();
  random: RandomState;
  /** The tracepoints of all machines, and the event number, which identifies every moment of the world. */
  tracer = new Tracer();
  machines: Machine[] = [];
  /** The wires between machines. A machine's loopback wire belongs to its NIC. */
  wires: EthernetWire[] = [];
  /** The machine whose task or interrupt ran last. */
  running: Machine | null = null;
  /** True during a turn. */
  in_turn = false;
  /** True while a task's code or its pending promise callbacks run. */
  in_task = false;
  /** A task that ran, and whose process may have left something to the host's event loop. */
  host_turn: task_struct | null = null;
  /** The event since which that is so. */
  host_turn_since = 0;
  next_pid = 100;
  /**
   * The pid of the task on the CPU; 0: none. A debugger may supply shared memory, which other threads can
   * read.
   */
  current_pid: Int32Array;
  /** Number of the last frame sent. */
  frame_count = 0;
  /**
   * Receives each frame. Not a tracepoint: a frame on a wire belongs to no machine, and its loss is reported
   * here too.
   */
  capture: CaptureSink | null = null;
  /**
   * A debugger is attached: whether a task that makes a system call, or goes to sleep, captures its stack. Not a
   * tracepoint: it decides.
   */
  captures_stack: ((task: task_struct, what: CapturedStack) => boolean) | null = null;
  /** Receives a program's console output. Not a tracepoint: program output is not a kernel event. */
  output: ((stream: 'stdout' | 'stderr', text: string, task: task_struct | null) => void) | null = null;
  /**
   * Called when a task is put on a CPU. The tracepoint sched:sched_switch comes before that: a debugger would
   * stop in the previous task.
   */
  on_switch: ((task: task_struct) => void) | null = null;
  /** Called when nothing can run: every task sleeps, and what is due next, if anything is, is due later. */
  on_idle: (() => void) | null = null;
  /**
   * Called with an error that a process's function threw, before the process ends. Not a tracepoint: the
   * kernel has no exceptions.
   */
  on_uncaught: ((task: task_struct, error: unknown) => void) | null = null;
  /** Inputs from outside, and the events at which they enter. */
  inputs: Inputs = new Inputs(this);
  /** What the world waits for outside. */
  outside = new Outside(this);
  /** What happens to frames and processes, and when: part of the configuration. */
  faults: readonly Fault[] = [];
  /** What is to happen between two turns, by event, the first one first. */
  readonly #at_events: { event: number; happen: () => void }[] = [];
  readonly program_files = new ProgramFiles();
  /**
   * Its programs have, or may have, changed Node's own modules, which nothing undoes: no other world can begin in this
   * JavaScript realm (a worker, a process).
   */
  realm_is_spent = false;
  /** Called when the world is over, before another one begins in this realm: what lasts longer leads to it no more. */
  readonly at_end: (() => void)[] = [];
  has_node_programs = false;
  /** Set by a process that ends all processes. */
  exit_code: number | null = null;
  #next_machine = 0;

  constructor(seed: number, current_pid: Int32Array = new Int32Array(1)) {
    this.random = new RandomState(seed);
    this.current_pid = current_pid;
  }

  /** The last event number: each tracepoint and each turn is one event. */
  get event(): number {
    return this.tracer.event;
  }
  /** ns since boot: the time displayed to the user. */
  get time_ns(): number {
    return this.now_ns - BOOT_NS;
  }
  /** The task on a CPU; null: none. */
  get current(): task_struct | null {
    const machine = this.running;
    return machine === null || machine.current === machine.idle ? null : machine.current;
  }
  task(pid: number): task_struct | undefined {
    for (const machine of this.machines) {
      const task = machine.tasks.get(pid);
      if (task !== undefined) return task;
    }
    return undefined;
  }
  /** The number of tasks on all machines. */
  get task_count(): number {
    let count = 0;
    for (const machine of this.machines) count += machine.tasks.size;
    return count;
  }

  /** A task whose process has an event loop has run. */
  owe_host_turn(task: task_struct): void {
    if (this.host_turn === null) this.host_turn_since = this.event;
    this.host_turn = task;
  }

  /** Have something happen before the first turn that follows an event. */
  at_event(event: number, happen: () => void): void {
    this.#at_events.push({ event, happen });
    this.#at_events.sort((a, b) => a.event - b.event);
  }

  /** Called while a machine is built. @returns its index */
  add(machine: Machine): number {
    this.running ??= machine;
    return this.machines.push(machine) - 1;
  }

  /**
   * Run everything that is due outside the CPUs and in the kernels, then one task.
   *
   * @returns when the next turn is due, in ns: now if a task ran; Infinity: never
   */
  turn(): number {
    this.in_turn = true;
    this.tracer.event++;
    this.inputs.enter_due();
    while (this.#at_events.length > 0 && this.#at_events[0]!.event < this.event)
      this.#at_events.shift()!.happen();
    const { machines } = this;
    this.events.advance(this.now_ns);
    for (let i = 0; i < machines.length; i++) cpu_run_due(machines[i]!);
    const ran = this.#run_next_task();
    this.in_turn = false;
    return ran ? this.now_ns : this.#next_ns();
  }
  /** The machines take turns: the next one is the one after the last that ran a task. */
  #run_next_task(): boolean {
    const { machines } = this;
    for (let i = 0; i < machines.length; i++) {
      const at = (this.#next_machine + i) % machines.length;
      if (!cpu_run_next_task(machines[at]!)) continue;
      this.#next_machine = (at + 1) % machines.length;
      return true;
    }
    return false;
  }
  /** Nothing is due, now or later, but timers of sleepers that need not wake. */
  get is_quiet(): boolean {
    return (
      this.events.next === Infinity && this.machines.every((machine) => machine.has_only_background_timers)
    );
  }
  #next_ns(): number {
    let next = this.events.next;
    for (let i = 0; i < this.machines.length; i++)
      next = Math.min(next, cpu_next_event_ns(this.machines[i]!));
    return next;
  }

  /** Advance time to a moment. No task may be on a CPU. */
  advance_to(ns: number): void {
    this.now_ns = ns;
    for (const machine of this.machines) machine.set_clock(ns);
  }
}
