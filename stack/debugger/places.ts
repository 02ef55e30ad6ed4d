/**
 * How a debugger's user sees the stack's code: which files are kernel code, which only run it, and where the
 * machine stops itself. Files are named as V8 knows them: by their paths in the repository.
 */

/** Files and folders by their role in a program's path through the stack. Everything else is kernel code. */
export const CODE = {
  /** Between the user and the kernel: calls pass through it into the kernel. The first file loads the programs. */
  library: ['stack/programs.ts', 'stack/user/', 'stack/node/', 'stack/gateway/'],
  /** Switches tasks on the CPU and advances time. */
  scheduler: [
    'stack/kernel/sched/core.ts',
    'stack/kernel/sched/idle.ts',
    'stack/kernel/sched/microtasks.ts',
    'stack/kernel/sched/no_sleep.ts',
    'stack/kernel/sched/runqueue.ts',
    'stack/world/',
  ],
  tracing: ['stack/trace/'],
} as const;

/** The constants for programs: the one file of the library that could be part of the kernel. */
export const LIBRARY_CONSTANTS = 'stack/user/constants.ts';

/** Kernel code that tells a reader less than its callers do. */
export const KERNEL_CODE = {
  /** Sleeping: the caller tells what a task waits for. */
  waiting: ['stack/kernel/sched/', 'stack/kernel/time/nanosleep.ts'],
  /** Structs, and the inlines that read and write them. */
  headers: ['stack/include/'],
  /** What any part of the kernel uses: copying, checksums, random numbers. */
  lib: ['stack/lib/'],
  network: ['stack/net/'],
  /** Code for packets of any protocol: devices, queues, buffers. */
  anyProtocol: ['stack/net/core/', 'stack/net/sched/'],
  /** What a frame passes below the driver. */
  hardware: ['stack/drivers/net/vnic/hw/', 'stack/wire/'],
} as const;

export interface CodePlace {
  functionName: string;
  url: string;
}
/** The function in which the machine stops itself. */
export const MACHINE_STOP: CodePlace = { functionName: 'machine_stop', url: 'stack/trace/stop.ts' };
/** The function from which functions go on that have awaited something. */
export const RESUMES: CodePlace = {
  functionName: 'drainMicrotasks',
  url: 'stack/kernel/sched/microtasks.ts',
};
/** Functions that run a system call of the library: what they call is the kernel. */
export const SYSCALL_GATE: { url: string; functionNames: readonly string[] } = {
  url: 'stack/user/syscall.ts',
  functionNames: ['syscall', 'resume', 'syscall_now', 'syscall_sleeping'],
};
/** The function in which a packet leaves the kernel. */
export const DRIVER_TRANSMIT: CodePlace = { functionName: 'vnic_xmit', url: 'stack/drivers/net/vnic/tx.ts' };
/** The functions in which an interrupt's context begins. */
export const INTERRUPT_ENTRIES: readonly CodePlace[] = [
  { functionName: 'do_softirq', url: 'stack/kernel/softirq.ts' },
  { functionName: 'raise_irq', url: 'stack/kernel/irq.ts' },
];

const STACK = 'stack/';
export function isStack(url: string): boolean {
  return url.startsWith(STACK);
}
/** A file's name, close to Linux's: `net/socket/file.ts`; undefined for a file outside the stack. */
export function stackName(url: string): string | undefined {
  return isStack(url) ? url.slice(STACK.length) : undefined;
}
/** Whether a file is one of these, or is in one of these folders. */
export function isIn(places: readonly string[], url: string): boolean {
  return places.some((place) => url.startsWith(place));
}
