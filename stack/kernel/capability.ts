/** Checks of a process's capabilities. @linux kernel/capability.c */
import type { task_struct } from '../include/linux/sched.ts';

export function ns_capable(task: task_struct, cap: number): boolean {
  return task.cred.cap_effective.has(cap);
}
export function capable(task: task_struct, cap: number): boolean {
  return task.cred.cap_effective.has(cap);
}
