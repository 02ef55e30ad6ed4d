/** Tracepoints of syscalls, tasks, modules and the log. With nobody listening, each is one branch. */
import type { Machine } from '../../machine.ts';
import type { task_struct } from '../../include/linux/sched.ts';
import { tracepoint_id } from '../table.ts';

const SYS_ENTER = tracepoint_id('syscalls:sys_enter');
const SYS_EXIT = tracepoint_id('syscalls:sys_exit');
const SCHED_SWITCH = tracepoint_id('sched:sched_switch');
const SCHED_WAKEUP = tracepoint_id('sched:sched_wakeup');
const SCHED_PROCESS_FORK = tracepoint_id('sched:sched_process_fork');
const SCHED_PROCESS_EXIT = tracepoint_id('sched:sched_process_exit');
const MODULE_REQUEST = tracepoint_id('module:module_request');
const CONSOLE = tracepoint_id('printk:console');

export function sys_enter(machine: Machine, task: task_struct, name: string, args: readonly unknown[]): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SYS_ENTER] !== 0) tracer.emit(SYS_ENTER, task, name, args);
}
export function sys_exit(machine: Machine, task: task_struct, name: string, ret: unknown): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SYS_EXIT] !== 0) tracer.emit(SYS_EXIT, task, name, ret);
}
export function sched_switch(machine: Machine, prev: task_struct, next: task_struct): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SCHED_SWITCH] !== 0) tracer.emit(SCHED_SWITCH, prev, next);
}
export function sched_wakeup(machine: Machine, task: task_struct): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SCHED_WAKEUP] !== 0) tracer.emit(SCHED_WAKEUP, task);
}
export function sched_process_fork(machine: Machine, parent: task_struct, child: task_struct): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SCHED_PROCESS_FORK] !== 0) tracer.emit(SCHED_PROCESS_FORK, parent, child);
}
export function sched_process_exit(machine: Machine, task: task_struct): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[SCHED_PROCESS_EXIT] !== 0) tracer.emit(SCHED_PROCESS_EXIT, task);
}
export function module_request(machine: Machine, name: string): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[MODULE_REQUEST] !== 0) tracer.emit(MODULE_REQUEST, name);
}
export function console(machine: Machine, level: number, text: string): void {
  const { tracer } = machine;
  tracer.event++;
  if (tracer.armed[CONSOLE] !== 0) tracer.emit(CONSOLE, level, text);
}
