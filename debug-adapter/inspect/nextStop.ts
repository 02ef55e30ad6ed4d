/** What a user may run to next, whatever else is armed: each by what the machine traces of it. */
import { message } from '../../language/message.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import { TRACEPOINT_NAMES } from '../../stack/trace/table.ts';
import type { StopReason } from '../../stack/trace/stop.ts';
import type { World } from '../../stack/world/world.ts';
import type { Sentence } from '../filters/filter.ts';
import { packetReceivedFilter, packetSentFilter } from '../filters/packets.ts';
import { syscallEnterFilter } from '../filters/syscalls.ts';
import { transitionFilter } from '../filters/transition.ts';
import type { RunToNext } from '../protocol.ts';
import { packetText } from './packetText.ts';

/** @param at where the machine stands, if not at a tracepoint */
export type StopAt = (sentence: Sentence, at?: StopReason['at']) => void;
/** Calls the listener until it is undefined. */
interface Scheduler {
  onSwitch(listener: ((task: task_struct) => void) | undefined): void;
  onIdle(listener: (() => void) | undefined): void;
}
/** @returns a function that ends it */
type Watch = (world: World, stop: StopAt, scheduler: Scheduler) => () => void;

const sent = packetSentFilter.compile('');
const received = packetReceivedFilter.compile('');
const syscall = syscallEnterFilter.compile('');
const transition = transitionFilter.compile('');

const WATCHES: Record<RunToNext | 'anything', Watch> = {
  /** A moment that numbers tell, which is found again; where tasks, softirqs and system calls end there is little to see. */
  anything: (world, stop, scheduler) => {
    const names = TRACEPOINT_NAMES.filter((name) => !/^(?:sched|irq|timer):|^syscalls:sys_exit$/.test(name));
    const ends = names.map((name) => world.tracer.on(name, () => stop({ label: '', description: '' })));
    const endIdle = WATCHES.idle(world, stop, scheduler);
    if (world.outside.is_standing) world.outside.tell_again();
    return () => {
      for (const end of ends) end();
      endIdle();
    };
  },
  packet: ({ tracer }, stop) => {
    const ends = [sent(tracer, stop), received(tracer, stop)];
    return () => {
      for (const end of ends) end();
    };
  },
  arrival: ({ tracer }, stop) => received(tracer, stop),
  syscall: ({ tracer }, stop) => syscall(tracer, stop),
  transition: ({ tracer }, stop) => transition(tracer, stop),
  timer: ({ tracer }, stop) =>
    tracer.onHit(['timer:timer_expire_entry', 'timer:hrtimer_expire_entry'], ({ args: [expired] }) => {
      const { name } = expired.function;
      stop({ label: name, description: message('the timer {0} expires', name) });
    }),
  switch: (_world, stop, scheduler) => {
    scheduler.onSwitch(({ comm, pid }) => {
      const task = `${comm} [pid ${pid}]`;
      stop(
        {
          label: message('context switch to {0}', task),
          description: message('{0} is put on the CPU', task),
        },
        'switch',
      );
    });
    return () => scheduler.onSwitch(undefined);
  },
  idle: (_world, stop, scheduler) => {
    scheduler.onIdle(() =>
      stop(
        {
          label: message('idle'),
          description: message('nothing can run: every process sleeps, and time passes to what is due next'),
        },
        'idle',
      ),
    );
    return () => scheduler.onIdle(undefined);
  },
};

/** Call `stop` at the next of its kind. @returns a function that ends it */
export function atNext(
  world: World,
  next: RunToNext | 'anything',
  stop: StopAt,
  scheduler: Scheduler,
): () => void {
  return WATCHES[next](world, stop, scheduler);
}

/** Call `stop` when the stack takes this frame, alone or joined with others, from a network card. */
export function atArrival({ tracer }: World, frame: number, stop: StopAt): () => void {
  return tracer.on('net:netif_receive_skb', (skb) => {
    if (skb.frame_number > frame || skb.last_frame_number < frame) return;
    const label = message('arrival of packet {0}', frame);
    stop({ label, description: message('{0}: {1}', label, packetText(skb)), packet: skb });
  });
}
