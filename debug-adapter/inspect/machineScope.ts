/** The scope "Machine": the time, and pending work. */
import { SOFTIRQS } from '../../stack/include/linux/interrupt.ts';
import { next_timer_ns } from '../../stack/kernel/time/timer.ts';
import type { Machine } from '../../stack/machine.ts';
import type { Describer } from './describe.ts';
import { duration, secondsInGroups } from './format.ts';
import { nodeOf, type Item } from './item.ts';

function untilNs(machine: Machine, at: number): string {
  if (at === Infinity) return 'nothing';
  return at <= machine.now_ns ? 'due' : `in ${duration(at - machine.now_ns)}`;
}
function softirqNames(pending: number): string {
  const names = SOFTIRQS.filter((_, nr) => (pending & (1 << nr)) !== 0);
  return names.length === 0 ? 'none' : names.join(', ');
}

export function machineItems(machine: Machine, describer: Describer): Item[] {
  const tasks = [...machine.tasks.values()];
  const plain = (name: string, text: string): Item => ({ name, text });
  return [
    plain('time', secondsInGroups(machine.time_ns)),
    plain('event', String(machine.tracer.event)),
    { ...describer.describe('current', machine.current), evaluateName: 'machine.current' },
    {
      name: 'tasks',
      text: String(tasks.length),
      node: nodeOf(() => tasks.map((task) => describer.describe(`${task.comm} [pid ${task.pid}]`, task))),
    },
    plain('run queue', String(machine.runqueue.length)),
    plain('softirqs pending', softirqNames(machine.softirq.pending)),
    plain('next timer', untilNs(machine, next_timer_ns(machine))),
    plain('next hrtimer', untilNs(machine, machine.hrtimers.next)),
    plain('next on the hardware', untilNs(machine, machine.world.events.next)),
    plain('frames sent', String(machine.world.frame_count)),
    { ...describer.describe('sockets', machine.sockets), evaluateName: 'machine.sockets' },
    { ...describer.describe('machine', machine), evaluateName: 'machine' },
  ];
}
