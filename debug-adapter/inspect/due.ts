/** What is due later in a world, and stops when its time has come: in the machine's thread. */
import { message, type Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { hrtimer, timer_list } from '../../stack/include/linux/timer.ts';
import { sock_common } from '../../stack/include/net/sock.ts';
import { NSEC_PER_JIFFY } from '../../stack/kernel/time/jiffies.ts';
import type { Machine } from '../../stack/machine.ts';
import { TRACEPOINT_NAMES } from '../../stack/trace/table.ts';
import type { WorldEvent } from '../../stack/world/event_queue.ts';
import { frames_in_transit, type FrameInTransit } from '../../stack/world/frames.ts';
import type { World } from '../../stack/world/world.ts';
import type { DueResponse, DueThing } from '../protocol.ts';
import type { Describer } from './describe.ts';
import type { StopAt } from './nextStop.ts';
import { isInBackground } from './presenters/device.ts';
import { roughly, shortEndpoints } from './short.ts';

type Timer = timer_list | hrtimer;
/** A timer of a machine, frames that arrive, or another event outside the CPUs. */
type Pending = { atNs: number } & (
  { timer: Timer; machine: Machine } | { frames: FrameInTransit[] } | { event: WorldEvent }
);

/** The event by which a wire delivers: it is set for the first of the frames on it, at the latest. */
const DELIVERY = 'arrive';

/** More than these nobody chooses from. */
const MOST_TOLD = 50;

export class Due {
  readonly #world: World;
  readonly #describer: Describer;
  readonly #t: Translate;

  constructor(world: World, describer: Describer, t: Translate) {
    this.#world = world;
    this.#describer = describer;
    this.#t = t;
  }

  list(): DueResponse {
    return {
      isAsleep: this.#isAsleep,
      due: this.#pending()
        .slice(0, MOST_TOLD)
        .map((pending) => this.#told(pending)),
    };
  }

  /**
   * Call `stop` when one of the list has its time.
   *
   * @returns a function that ends it
   * @throws UserError if the list is shorter
   */
  whenDue(index: number, stop: StopAt): () => void {
    const pending = this.#pending()[index];
    if (pending === undefined)
      throw new UserError('nothing is due: no timer is armed, and no frame is on its way');
    return 'timer' in pending ? this.#whenExpired(pending.timer, stop) : this.#whenPassed(pending.atNs, stop);
  }

  /** A timer that is set anew is waited for; one that is cancelled has no time any more. */
  #whenExpired(timer: Timer, stop: StopAt): () => void {
    const { name } = timer.function;
    return this.#world.tracer.onHit(
      [
        ...(['timer:timer_expire_entry', 'timer:hrtimer_expire_entry'] as const),
        ...(['timer:timer_cancel', 'timer:hrtimer_cancel'] as const),
      ],
      ({ name: what, args: [one] }) => {
        if (one !== timer) return;
        const isCancelled = what.endsWith('_cancel');
        stop({
          label: name,
          description: isCancelled
            ? message('the timer {0} is cancelled before it is due', name)
            : message('the timer {0} expires', name),
        });
      },
    );
  }
  #whenPassed(atNs: number, stop: StopAt): () => void {
    const world = this.#world;
    const begun = world.now_ns;
    return world.tracer.onHit(TRACEPOINT_NAMES, () => {
      if (world.now_ns < atNs) return;
      const passed = roughly(world.now_ns - begun);
      stop({ label: message('{0} later', passed), description: message('{0} have passed', passed) });
    });
  }

  get #isAsleep(): boolean {
    const { machines, events, now_ns, host_turn, inputs } = this.#world;
    return (
      host_turn === null &&
      !inputs.pending &&
      events.next > now_ns &&
      machines.every(
        ({ current, idle, runqueue, softirq }) =>
          current === idle && runqueue.length === 0 && softirq.pending === 0 && !softirq.serving,
      )
    );
  }

  #pending(): Pending[] {
    const { machines, events } = this.#world;
    const all: Pending[] = [
      ...this.#arrivals(),
      ...events.pending
        .filter(({ run }) => run.name !== DELIVERY)
        .map((event) => ({ atNs: event.expires, event })),
    ];
    for (const machine of machines) {
      for (const first of machine.timers.vectors)
        for (let timer = first; timer !== null; timer = timer.next)
          all.push({ atNs: timer.expires * NSEC_PER_JIFFY, timer, machine });
      for (const timer of machine.hrtimers.values()) all.push({ atNs: timer.expires, timer, machine });
    }
    // Time passes for what keeps the run going; that comes first.
    return all.sort((a, b) => Number(isLast(a)) - Number(isLast(b)) || a.atNs - b.atNs);
  }

  #told(pending: Pending): DueThing {
    const inNs = Math.max(0, pending.atNs - this.#world.now_ns);
    const left = roughly(inNs);
    if ('frames' in pending) return { ...this.#arriving(pending.frames), inNs, left };
    if ('event' in pending) {
      const { name } = pending.event.run;
      return { what: this.#outside(name), of: `${name}()`, inNs, left };
    }
    const { timer, machine } = pending;
    const owner =
      timer.owner instanceof sock_common ? shortEndpoints(timer.owner) : this.#describer.text(timer.owner);
    return {
      what: timer.function.name,
      of: isInBackground(machine, timer)
        ? this.#t('{0}, in the background: the run does not wait for it', owner)
        : owner,
      inNs,
      left,
      ...(this.#world.machines.length > 1 && { host: machine.hostname }),
    };
  }
  #arrivals(): Pending[] {
    const byTime = new Map<number, FrameInTransit[]>();
    for (const frame of frames_in_transit(this.#world)) {
      const { arrives_at } = frame;
      if (arrives_at !== null) byTime.set(arrives_at, [...(byTime.get(arrives_at) ?? []), frame]);
    }
    return [...byTime].map(([atNs, frames]) => ({ atNs, frames }));
  }
  #arriving(frames: readonly FrameInTransit[]): Pick<DueThing, 'what' | 'of'> {
    const [first] = frames;
    return {
      what:
        frames.length === 1
          ? this.#t('packet {0} arrives', first!.number)
          : this.#t('{0} packets arrive', frames.length),
      of: [...new Set(frames.map(({ link }) => link))].join(', '),
    };
  }
  #outside(name: string): string {
    switch (name) {
      case 'frame_is_out':
      case 'last_bit':
        return this.#t('the last bit of a frame is sent');
      case 'let_go':
      case 'pass':
        return this.#t('a frame that was held back goes on');
      default:
        return this.#t('an event outside the CPUs');
    }
  }
}

function isLast(pending: Pending): boolean {
  return 'timer' in pending && isInBackground(pending.machine, pending.timer);
}
