/**
 * One deterministic experiment: virtual time, one queue of events, one stream of random numbers, one sequence of event
 * numbers, the machines and the wires between them, and the log of what came from outside. Nothing is outside of it: two
 * worlds run side by side in one process.
 */
import type { CaptureSink } from '../capture/capture.ts';
import type { task_struct } from '../include/linux/sched.ts';
import { cpu_next_event_ns, cpu_run_due, cpu_run_next_task } from '../kernel/sched/idle.ts';
import { BOOT_NS } from '../kernel/time/timekeeping.ts';
import { RandomState } from '../lib/random.ts';
import type { Machine } from '../machine.ts';
import { Tracer } from '../trace/tracer.ts';
import type { EthernetWire } from '../wire/ethernet.ts';
import { EventQueue } from './event_queue.ts';
import { Inputs } from './inputs.ts';
import { Outside } from './outside.ts';

export class World {
  /** Virtual time, in ns of the machines' monotonic clock. It moves only while nothing can run. */
  now_ns = BOOT_NS;
  /** What happens outside the CPUs: frames on wires, DMA. */
  events = new EventQueue();
  random: RandomState;
  /** The tracepoints of all machines, and the event number: by it every moment of the world is found again. */
  tracer = new Tracer();
  machines: Machine[] = [];
  /** Between machines. A machine's loopback wire is its NIC's. */
  wires: EthernetWire[] = [];
  /** The machine whose task or interrupt has run last. */
  running: Machine | null = null;
  /** True between a turn's begin and end. */
  in_turn = false;
  /** True while a task's code runs, or the promises that it has left. */
  in_task = false;
  next_pid = 100;
  /** The pid of the task on the CPU; 0: none. A debugger may give memory that other threads see. */
  current_pid: Int32Array;
  /** Number of the last frame sent. */
  frame_count = 0;
  /** Gets each frame. No tracepoint: a frame on a wire is between machines, and is told with how it was lost. */
  capture: CaptureSink | null = null;
  /** A debugger is there: tasks remember where they went to sleep. A setting, so no tracepoint. */
  capture_stacks = false;
  /** Where console.log() of a program goes. No tracepoint: what a program prints is no event of the kernel. */
  output: ((stream: 'stdout' | 'stderr', text: string, task: task_struct | null) => void) | null = null;
  /** Called with each task that is put on a CPU. sched:sched_switch comes before that: a debugger would stop in the task before. */
  on_switch: ((task: task_struct) => void) | null = null;
  /** Called with what a process's function has thrown, before the process ends. No tracepoint: the kernel knows no exceptions. */
  on_uncaught: ((task: task_struct, error: unknown) => void) | null = null;
  /** What comes from outside, at which event. */
  inputs: Inputs = new Inputs(this);
  /** What the world waits for. */
  outside = new Outside(this);
  /** Set by a process that ends all of them. */
  exit_code: number | null = null;
  #next_machine = 0;

  constructor(seed: number, current_pid: Int32Array = new Int32Array(1)) {
    this.random = new RandomState(seed);
    this.current_pid = current_pid;
  }

  /** Number of the last event: each tracepoint passed and each turn is one. */
  get event(): number {
    return this.tracer.event;
  }
  /** ns since boot: the time that a person sees. */
  get time_ns(): number {
    return this.now_ns - BOOT_NS;
  }
  /** The task on a CPU; null: none is. */
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
  /** Tasks that there are, on all machines. */
  get task_count(): number {
    let count = 0;
    for (const machine of this.machines) count += machine.tasks.size;
    return count;
  }

  /** Called by a machine that is being built. @returns its index */
  add(machine: Machine): number {
    this.running ??= machine;
    return this.machines.push(machine) - 1;
  }

  /**
   * Do all that is due now outside the CPUs and in the kernels, then run one task.
   *
   * @returns when the world goes on, in ns: now, if a task ran; Infinity: never
   */
  turn(): number {
    this.in_turn = true;
    this.tracer.event++;
    this.inputs.enter_due();
    const { machines } = this;
    this.events.advance(this.now_ns);
    for (let i = 0; i < machines.length; i++) cpu_run_due(machines[i]!);
    const ran = this.#run_next_task();
    this.in_turn = false;
    return ran ? this.now_ns : this.#next_ns();
  }
  /** The machines come in turn: each time the one after the last that had it. */
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
  #next_ns(): number {
    let next = this.events.next;
    for (let i = 0; i < this.machines.length; i++)
      next = Math.min(next, cpu_next_event_ns(this.machines[i]!));
    return next;
  }

  /** Let time run to a moment. No task may be on a CPU. */
  advance_to(ns: number): void {
    this.now_ns = ns;
    for (const machine of this.machines) machine.set_clock(ns);
  }
}
