/** Tracepoints of interrupts, softirqs and timers. With nobody listening, each is one branch. */
import type { Machine } from '../../machine.ts';
import type { irqaction } from '../../kernel/irq.ts';
import type { tasklet_struct } from '../../kernel/softirq.ts';
import type { hrtimer, timer_list } from '../../include/linux/timer.ts';
import { tracepoint_id } from '../table.ts';

const IRQ_HANDLER_ENTRY = tracepoint_id('irq:irq_handler_entry');
const IRQ_HANDLER_EXIT = tracepoint_id('irq:irq_handler_exit');
const SOFTIRQ_RAISE = tracepoint_id('irq:softirq_raise');
const SOFTIRQ_ENTRY = tracepoint_id('irq:softirq_entry');
const SOFTIRQ_EXIT = tracepoint_id('irq:softirq_exit');
const TASKLET_ENTRY = tracepoint_id('irq:tasklet_entry');
const TASKLET_EXIT = tracepoint_id('irq:tasklet_exit');
const TIMER_START = tracepoint_id('timer:timer_start');
const TIMER_CANCEL = tracepoint_id('timer:timer_cancel');
const TIMER_EXPIRE_ENTRY = tracepoint_id('timer:timer_expire_entry');
const TIMER_EXPIRE_EXIT = tracepoint_id('timer:timer_expire_exit');
const HRTIMER_START = tracepoint_id('timer:hrtimer_start');
const HRTIMER_CANCEL = tracepoint_id('timer:hrtimer_cancel');
const HRTIMER_EXPIRE_ENTRY = tracepoint_id('timer:hrtimer_expire_entry');
const HRTIMER_EXPIRE_EXIT = tracepoint_id('timer:hrtimer_expire_exit');

export function irq_handler_entry(machine: Machine, action: irqaction): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[IRQ_HANDLER_ENTRY] !== 0) tracer.emit(IRQ_HANDLER_ENTRY, action);
}
export function irq_handler_exit(machine: Machine, action: irqaction): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[IRQ_HANDLER_EXIT] !== 0) tracer.emit(IRQ_HANDLER_EXIT, action);
}
export function softirq_raise(machine: Machine, nr: number): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SOFTIRQ_RAISE] !== 0) tracer.emit(SOFTIRQ_RAISE, nr);
}
export function softirq_entry(machine: Machine, nr: number): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SOFTIRQ_ENTRY] !== 0) tracer.emit(SOFTIRQ_ENTRY, nr);
}
export function softirq_exit(machine: Machine, nr: number): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SOFTIRQ_EXIT] !== 0) tracer.emit(SOFTIRQ_EXIT, nr);
}
export function tasklet_entry(machine: Machine, tasklet: tasklet_struct): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[TASKLET_ENTRY] !== 0) tracer.emit(TASKLET_ENTRY, tasklet);
}
export function tasklet_exit(machine: Machine, tasklet: tasklet_struct): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[TASKLET_EXIT] !== 0) tracer.emit(TASKLET_EXIT, tasklet);
}
export function timer_start(machine: Machine, timer: timer_list): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[TIMER_START] !== 0) tracer.emit(TIMER_START, timer);
}
export function timer_cancel(machine: Machine, timer: timer_list): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[TIMER_CANCEL] !== 0) tracer.emit(TIMER_CANCEL, timer);
}
export function timer_expire_entry(machine: Machine, timer: timer_list): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[TIMER_EXPIRE_ENTRY] !== 0) tracer.emit(TIMER_EXPIRE_ENTRY, timer);
}
export function timer_expire_exit(machine: Machine, timer: timer_list): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[TIMER_EXPIRE_EXIT] !== 0) tracer.emit(TIMER_EXPIRE_EXIT, timer);
}
export function hrtimer_start(machine: Machine, timer: hrtimer): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[HRTIMER_START] !== 0) tracer.emit(HRTIMER_START, timer);
}
export function hrtimer_cancel(machine: Machine, timer: hrtimer): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[HRTIMER_CANCEL] !== 0) tracer.emit(HRTIMER_CANCEL, timer);
}
export function hrtimer_expire_entry(machine: Machine, timer: hrtimer): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[HRTIMER_EXPIRE_ENTRY] !== 0) tracer.emit(HRTIMER_EXPIRE_ENTRY, timer);
}
export function hrtimer_expire_exit(machine: Machine, timer: hrtimer): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[HRTIMER_EXPIRE_EXIT] !== 0) tracer.emit(HRTIMER_EXPIRE_EXIT, timer);
}
