/** Interrupts: from the hardware to its driver. @linux kernel/irq/ */
import type { Machine } from '../machine.ts';
import { trace } from '../trace/events.ts';
import { irq_enter, irq_exit } from './softirq.ts';

export interface irqaction {
  irq: number;
  name: string;
  handler: (irq: number, dev_id: never) => void;
  dev_id: unknown;
  /** How often the interrupt was raised. */
  count: number;
}

/** Allocate an unused interrupt line. @linux include/linux/irq.h (irq_alloc_desc) */
export function irq_alloc_desc(machine: Machine): number {
  return machine.next_irq++;
}

/** Install a handler. @linux kernel/irq/manage.c */
export function request_irq<Device>(
  machine: Machine,
  irq: number,
  handler: (irq: number, dev_id: Device) => void,
  name: string,
  dev_id: Device,
): void {
  machine.irqs.set(irq, { irq, name, handler: handler as irqaction['handler'], dev_id, count: 0 });
}

/** Called by the hardware: interrupts the CPU, runs the handler, then the softirqs that it raised. */
export function raise_irq(machine: Machine, irq: number): void {
  const action = machine.irqs.get(irq);
  if (action === undefined) throw new Error(`interrupt ${irq} has no handler: request_irq() was not called`);
  const { world } = machine;
  // A frame may interrupt another machine while a task of this one is running.
  const interrupted = world.running;
  world.running = machine;
  irq_enter(machine);
  action.count++;
  trace.irq_handler_entry(machine, action);
  action.handler(irq, action.dev_id as never);
  trace.irq_handler_exit(machine, action);
  irq_exit(machine);
  world.running = interrupted;
}
