/** All tracepoints, by the names under which kernel code calls them. */
export * from './irq.ts';
export * from './net.ts';
export * from './sched.ts';
export * from './sock.ts';
