/**
 * The stack's code as a debugger's user sees it: what is the kernel's, what only makes it run, and where it
 * stops itself. Files are named as V8 knows them: by their paths in the repository.
 */

/** Files and folders, by their part in a program's way through the stack. What is in none of them is the kernel's. */
export const CODE = {
  /** Between the user and the kernel: a call goes through it into the kernel. */
  library: ['stack/user/'],
  /** Puts tasks on the CPU and takes them off it, moves time on. */
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

/** A program's constants: the one file of the library that the kernel could have. */
export const LIBRARY_CONSTANTS = 'stack/user/constants.ts';

/** Parts of the kernel that say less than what calls them. */
export const KERNEL_CODE = {
  /** Sleeping itself: who calls it says what a task waits for. */
  waiting: ['stack/kernel/sched/'],
  network: ['stack/net/'],
  /** What any protocol's packets pass: devices, queues, buffers. */
  anyProtocol: ['stack/net/core/', 'stack/net/sched/'],
  /** What a frame goes through below the driver. */
  hardware: ['stack/drivers/net/vnic/hw/', 'stack/wire/'],
} as const;

export interface CodePlace {
  functionName: string;
  url: string;
}
/** Where the machine stops itself. */
export const MACHINE_STOP: CodePlace = { functionName: 'machine_stop', url: 'stack/trace/stop.ts' };
/** Where a packet leaves the kernel. */
export const DRIVER_TRANSMIT: CodePlace = { functionName: 'vnic_xmit', url: 'stack/drivers/net/vnic/tx.ts' };
/** With these an interrupt's context begins. */
export const INTERRUPT_ENTRIES: readonly CodePlace[] = [
  { functionName: 'do_softirq', url: 'stack/kernel/softirq.ts' },
  { functionName: 'raise_irq', url: 'stack/kernel/irq.ts' },
];

const STACK = 'stack/';
export function isStack(url: string): boolean {
  return url.startsWith(STACK);
}
/** A file's name as Linux has it, nearly: `net/socket/file.ts`; undefined for a file that is not the stack's. */
export function stackName(url: string): string | undefined {
  return isStack(url) ? url.slice(STACK.length) : undefined;
}
/** Is a file one of these, or in one of these folders? */
export function isIn(places: readonly string[], url: string): boolean {
  return places.some((place) => url.startsWith(place));
}
