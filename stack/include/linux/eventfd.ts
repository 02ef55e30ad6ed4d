/** eventfd's flags and struct. The functions are in fs/eventfd.ts. @linux include/linux/eventfd.h */
import type { Machine } from '../../machine.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../uapi/linux/socket.ts';
import { wait_queue_head } from './wait.ts';

/** read() takes 1 off the count, not all of it. */
export const EFD_SEMAPHORE = 1;
export const EFD_CLOEXEC = O_CLOEXEC;
export const EFD_NONBLOCK = O_NONBLOCK;

/** Flags that open() and fcntl() know, too. */
export const EFD_SHARED_FCNTL_FLAGS = O_CLOEXEC | O_NONBLOCK;
export const EFD_FLAGS_SET = EFD_SHARED_FCNTL_FLAGS | EFD_SEMAPHORE;

/** The counter that an eventfd refers to. @linux fs/eventfd.c */
export class eventfd_ctx {
  machine: Machine;
  /** Tasks that read or write, and what polls the counter. */
  wqh = new wait_queue_head();
  /** The sum of what was written and not read, in 64 bits. */
  count: bigint;
  /** EFD_… */
  flags: number;

  constructor(machine: Machine, count: bigint, flags: number) {
    this.machine = machine;
    this.count = count;
    this.flags = flags;
  }
}
