/** Softirqs and tasklets: work that interrupt handlers defer. @linux kernel/softirq.c */
import type { Machine } from '../machine.ts';
import { SOFTIRQS } from '../include/linux/interrupt.ts';
import { trace } from '../trace/events.ts';

export const HI_SOFTIRQ = 0;
export const TIMER_SOFTIRQ = 1;
export const NET_TX_SOFTIRQ = 2;
export const NET_RX_SOFTIRQ = 3;
export const TASKLET_SOFTIRQ = 6;
export const HRTIMER_SOFTIRQ = 8;

/** A function to run soon and once, in softirq context. */
export class tasklet_struct<Owner = unknown> {
  func: (owner: Owner) => void;
  owner: Owner;
  scheduled = false;
  constructor(func: (owner: Owner) => void, owner: Owner) {
    this.func = func;
    this.owner = owner;
  }
}

/** The softirq state of one CPU. */
export class softirq_state {
  /** Bit n: softirq n is pending. */
  pending = 0;
  action: ((machine: Machine) => void)[] = [];
  /** Nesting depth of local_bh_disable(). */
  bh_disabled = 0;
  /** Nesting depth of hardware interrupts. */
  hardirq = 0;
  /** True while softirqs run. */
  serving = false;
  /** The softirq that is running, by number; -1: none. */
  current = -1;
  tasklets: tasklet_struct[] = [];
}

/** Set the handler of softirq `nr`. @linux kernel/softirq.c */
export function open_softirq(machine: Machine, nr: number, action: (machine: Machine) => void): void {
  machine.softirq.action[nr] = action;
}

/** Whether softirqs are running or disabled. @linux include/linux/preempt.h */
export function in_softirq(machine: Machine): boolean {
  return machine.softirq.serving || machine.softirq.bh_disabled > 0;
}
export function in_serving_softirq(machine: Machine): boolean {
  return machine.softirq.serving;
}
export function in_interrupt(machine: Machine): boolean {
  return machine.softirq.hardirq > 0 || in_softirq(machine);
}

/** Run softirq `nr` as soon as possible. @linux kernel/softirq.c */
export function raise_softirq(machine: Machine, nr: number): void {
  raise_softirq_irqoff(machine, nr);
}
/** Mark a softirq as pending. It runs when the interrupt ends. @linux kernel/softirq.c */
export function raise_softirq_irqoff(machine: Machine, nr: number): void {
  trace.softirq_raise(machine, nr);
  machine.softirq.pending |= 1 << nr;
}

/** Disable softirqs. @linux kernel/softirq.c */
export function local_bh_disable(machine: Machine): void {
  machine.softirq.bh_disabled++;
}
/** Enable softirqs again and run the pending ones. @linux kernel/softirq.c */
export function local_bh_enable(machine: Machine): void {
  const softirq = machine.softirq;
  softirq.bh_disabled--;
  if (softirq.pending !== 0 && softirq.bh_disabled === 0 && softirq.hardirq === 0 && !softirq.serving) {
    do_softirq(machine);
  }
}

/** A hardware interrupt begins. @linux kernel/softirq.c */
export function irq_enter(machine: Machine): void {
  machine.softirq.hardirq++;
}
/**
 * Leave an interrupt: run the softirqs that it raised, unless it interrupted a softirq.
 *
 * @linux kernel/softirq.c
 */
export function irq_exit(machine: Machine): void {
  const softirq = machine.softirq;
  softirq.hardirq--;
  if (softirq.pending !== 0 && !in_interrupt(machine)) do_softirq(machine);
}

/** Run all pending softirqs, lowest number first, until none is left. @linux kernel/softirq.c */
export function do_softirq(machine: Machine): void {
  const softirq = machine.softirq;
  if (softirq.serving) return;
  softirq.serving = true;
  while (softirq.pending !== 0) {
    const pending = softirq.pending;
    softirq.pending = 0;
    for (let nr = 0; pending >>> nr !== 0; nr++) {
      if ((pending & (1 << nr)) === 0) continue;
      const action = softirq.action[nr];
      if (action === undefined)
        throw new Error(`softirq ${SOFTIRQS[nr] ?? nr} has no action: open_softirq() was not called`);
      softirq.current = nr;
      trace.softirq_entry(machine, nr);
      action(machine);
      trace.softirq_exit(machine, nr);
    }
  }
  softirq.current = -1;
  softirq.serving = false;
}

/** Schedule a tasklet; does nothing if it is already scheduled. @linux include/linux/interrupt.h */
export function tasklet_schedule<Owner>(machine: Machine, tasklet: tasklet_struct<Owner>): void {
  if (tasklet.scheduled) return;
  tasklet.scheduled = true;
  machine.softirq.tasklets.push(tasklet as unknown as tasklet_struct);
  raise_softirq(machine, TASKLET_SOFTIRQ);
}

/** TASKLET_SOFTIRQ. @linux kernel/softirq.c */
export function tasklet_action(machine: Machine): void {
  const list = machine.softirq.tasklets;
  machine.softirq.tasklets = [];
  for (const tasklet of list) {
    tasklet.scheduled = false;
    trace.tasklet_entry(machine, tasklet);
    tasklet.func(tasklet.owner);
    trace.tasklet_exit(machine, tasklet);
  }
}
