/**
 * Where the machine stops itself: armed filters, watched sockets, a task that returns to the CPU, an uncaught
 * error.
 */
import { english, sayPart, type Message, type Translate } from '../../language/message.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import { IS_ERR } from '../../stack/include/uapi/asm-generic/errno.ts';
import type { World } from '../../stack/world/world.ts';
import { machine_stop, type StopReason } from '../../stack/trace/stop.ts';
import type { OwnStop } from '../control/moment.ts';
import { filterById, UNCAUGHT_FILTER } from '../filters/all.ts';
import type { Sentence } from '../filters/filter.ts';
import { describeTransition } from '../filters/transition.ts';
import { isScenario } from './codeKinds.ts';
import type { StopAt } from './nextStop.ts';
import { parseStack, type TextFrame } from './stackText.ts';

/** An enabled exception filter. */
export interface ArmedFilter {
  id: string;
  condition: string;
}
/** The reason of a stop that only a step requested. */
export const SWITCH_REASON = 'switch';
/** The reason of a stop at a moment that the debugger has looked for. */
export const FOUND_REASON = 'found';
/** The reason of a stop at a data breakpoint. */
export const DATA_REASON = 'data breakpoint';
/** The reason of a stop that the user has asked for while the machine ran. */
export const PAUSE_REASON = 'pause';
/** The reason of a stop at which something is changed again. */
export const CHANGE_REASON = 'change';
/** The reason of a stop at a transition of one socket: the filter's that stops at those of all. */
const TRANSITION = 'transition';
const FOUND: StopReason = { filter: FOUND_REASON, label: '', description: '' };
const CHANGE: StopReason = { filter: CHANGE_REASON, label: '', description: '' };
const SWITCH: StopReason = { filter: SWITCH_REASON, label: '', description: '', at: 'switch' };

/** Where the machine stops itself that is no tracepoint. */
type ChangeStop = Exclude<OwnStop, 'tracepoint'>;

export class Stops {
  readonly #world: World;
  readonly #t: Translate;
  #disarm: (() => void)[] = [];
  #uncaught = false;
  #passesUncaught: (() => void) | undefined;
  /** The event at which an error is looked for; -1: none. */
  #uncaughtAt = -1;
  /** Whether a socket's transitions stop the machine; undefined: none's do. */
  #isWatched: ((sk: sock_common) => boolean) | undefined;
  #unwatch: (() => void) | undefined;
  /** The event of the last transition at which the machine has stopped; -1: none. */
  #transition = -1;
  /** Told instead of a stop. */
  #passes: ((filter: string) => void) | undefined;
  /** Somebody waits for a task to be put on the CPU, or for the moment at which nothing can run. */
  #onSwitch: ((task: task_struct) => void) | undefined;
  #onIdle: (() => void) | undefined;
  /** Where something is still to be changed. */
  #changes: { how: ChangeStop; event: number }[] = [];
  #changeStops = 0;
  #endWait: (() => void) | undefined;
  /** Why the machine is stopped; null while it runs, or if V8 alone stopped it. */
  reason: StopReason | null = null;
  /** The packet that the stop is about. */
  packet: sk_buff | null = null;
  /** The uncaught error, and the task that it ended. */
  error: { error: unknown } | null = null;

  /**
   * The user's stack of the last failed system call, which the error passed to the scenario does not contain.
   */
  #failedCall: Error | null = null;

  constructor(world: World, t: Translate = english) {
    this.#t = t;
    this.#world = world;
    world.tracer.on('syscalls:sys_exit', (task, _name, result) => {
      if (IS_ERR(result)) this.#failedCall = task.entry_stack;
    });
  }

  /** Where in the scenario an error originates. */
  placesOf(error: unknown): TextFrame[] {
    const scenarioFrames = (stack: string | undefined) =>
      parseStack(stack ?? '').filter(({ url }) => isScenario(url));
    if (!(error instanceof Error)) return [];
    const own = scenarioFrames(error.stack);
    return own.length > 0 || !('syscall' in error) ? own : scenarioFrames(this.#failedCall?.stack);
  }

  /** Replace the armed filters. Their conditions were already validated. */
  arm(filters: readonly ArmedFilter[]): void {
    this.#arm(filters, (id, sentence) => this.#stopWith(id, sentence));
    this.#passes = undefined;
    this.#passesUncaught = undefined;
    this.#uncaught = filters.some(({ id }) => id === UNCAUGHT_FILTER);
  }
  /** Only say where they would stop. */
  watchFor(filters: readonly ArmedFilter[], passes: (filter: string) => void): void {
    this.#arm(filters, passes);
    this.#passes = passes;
    this.#uncaught = false;
    const isWanted = filters.some(({ id }) => id === UNCAUGHT_FILTER);
    this.#passesUncaught = isWanted ? () => passes(UNCAUGHT_FILTER) : undefined;
  }
  #arm(filters: readonly ArmedFilter[], stop: (filter: string, sentence: Sentence) => void): void {
    for (const disarm of this.#disarm) disarm();
    this.#disarm = [];
    for (const { id, condition } of filters) {
      const watch = filterById(id)?.compile(condition);
      if (watch === undefined) continue;
      this.#disarm.push(
        watch(this.#world.tracer, (sentence) => {
          if (id !== TRANSITION || this.#isNewTransition()) stop(id, sentence);
        }),
      );
    }
  }

  /** A transition that both the filter and its watched socket would stop at stops once. */
  #isNewTransition(): boolean {
    const { event } = this.#world;
    const isNew = event !== this.#transition;
    this.#transition = event;
    return isNew;
  }

  /** Stop where a field is accessed. */
  data(field: string, sentence: Message): void {
    this.#stopWith(DATA_REASON, { label: field, description: sentence });
  }
  #stopWith(filter: string, { packet = null, label, description }: Sentence, at?: StopReason['at']): void {
    const reason = {
      filter,
      label: sayPart(this.#t, label),
      description: sayPart(this.#t, description),
      ...(at !== undefined && { at }),
    };
    this.#stop(reason, packet);
  }

  #stop(reason: StopReason, packet: sk_buff | null = null): void {
    this.reason = reason;
    this.packet = packet;
    machine_stop(reason);
    this.reason = null;
    this.packet = null;
  }

  /** Stop at each transition of these sockets, besides the armed filters. @param isWatched undefined: of none */
  watchSockets(isWatched: ((sk: sock_common) => boolean) | undefined): void {
    this.#isWatched = isWatched;
    this.#unwatch?.();
    this.#unwatch = undefined;
    if (isWatched === undefined) return;
    this.#unwatch = this.#world.tracer.on('sock:inet_sock_set_state', (changed, from, to) => {
      if (!isWatched(changed) || !this.#isNewTransition()) return;
      if (this.#passes !== undefined) this.#passes(TRANSITION);
      else this.#stopWith(TRANSITION, describeTransition(changed, from, to));
    });
  }
  isWatched(sk: sock_common): boolean {
    return this.#isWatched?.(sk) === true;
  }

  /** Stop without a reason of the user's, as when a debugger looks for a moment. */
  stand(): void {
    this.#stop(FOUND);
  }

  /** The number of the stop for a change at which it stands; 0: it stands at none. */
  get changeStop(): number {
    return this.reason === CHANGE ? this.#changeStops : 0;
  }
  /** Stop because something is changed here, as it was when the run came here first. */
  change(): void {
    this.#changeStops++;
    this.#stop(CHANGE);
  }
  /** Something is changed where a task is put on the CPU, nothing can run, or a process has thrown, at this event. */
  changeAt(how: ChangeStop, event: number): void {
    this.#changes.push({ how, event });
    this.#listen();
  }
  endChanges(): void {
    this.#changes = [];
    this.#listen();
  }
  /** The user's own stop comes first, as it did in the first run. */
  #stopForChange(how: ChangeStop): void {
    const due = this.#changes.find((one) => one.how === how && one.event === this.#world.event);
    if (due === undefined) return;
    this.#changes = this.#changes.filter((one) => one !== due);
    this.#listen();
    this.change();
  }

  /** Call this listener when a task is put on the CPU. */
  onSwitch(listener: ((task: task_struct) => void) | undefined): void {
    this.#onSwitch = listener;
    this.#listen();
  }
  /** The same when nothing can run. */
  onIdle(listener: (() => void) | undefined): void {
    this.#onIdle = listener;
    this.#listen();
  }
  #listen(): void {
    const world = this.#world;
    const isChanged = (how: ChangeStop): boolean => this.#changes.some((one) => one.how === how);
    world.on_switch =
      this.#onSwitch === undefined && !isChanged('switch')
        ? null
        : (task) => {
            this.#onSwitch?.(task);
            this.#stopForChange('switch');
          };
    world.on_idle =
      this.#onIdle === undefined && !isChanged('idle')
        ? null
        : () => {
            this.#onIdle?.();
            this.#stopForChange('idle');
          };
  }

  /** Stop when this task is put on the CPU again. */
  waitForTask(pid: number): void {
    this.onSwitch((task) => {
      if (task.pid !== pid) return;
      this.onSwitch(undefined);
      this.#stop(SWITCH);
    });
  }
  /** Stop when a softirq begins. */
  waitForSoftirq(): void {
    this.#endWait?.();
    this.#endWait = this.#world.tracer.on('irq:softirq_entry', () => {
      this.stopWaiting();
      this.#stop(SWITCH);
    });
  }
  /** Stop when a task is put on the CPU at this event. */
  waitForSwitch(event: number): void {
    this.onSwitch(() => {
      if (this.#world.event !== event) return;
      this.onSwitch(undefined);
      this.stand();
    });
  }
  /** Stop when nothing can run at this event. */
  waitForIdle(event: number): void {
    this.onIdle(() => {
      if (this.#world.event !== event) return;
      this.onIdle(undefined);
      this.stand();
    });
  }
  /** Stop when a process has thrown at this event. */
  waitForUncaught(event: number): void {
    this.#uncaughtAt = event;
  }
  /** Stop once. @param begin begins to look for it, and returns what ends that */
  waitFor(begin: (stop: StopAt) => () => void, reason = 'goto'): void {
    this.stopWaiting();
    this.#endWait = begin((sentence, at) => {
      this.stopWaiting();
      this.#stopWith(reason, sentence, at);
    });
  }
  stopWaiting(): void {
    this.onSwitch(undefined);
    this.onIdle(undefined);
    this.#endWait?.();
    this.#endWait = undefined;
  }

  /** A process has thrown; the error is about to end it. */
  uncaught(task: task_struct, error: unknown): void {
    this.#passesUncaught?.();
    if (this.#uncaught || this.#uncaughtAt === this.#world.event) this.#stopUncaught(task, error);
    this.#stopForChange('uncaught');
  }
  #stopUncaught(task: task_struct, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.error = { error };
    this.#stop({
      filter: UNCAUGHT_FILTER,
      label: this.#t('uncaught error'),
      description: this.#t('uncaught error in {0}: {1}', `${task.comm} [pid ${task.pid}]`, message),
    });
    this.error = null;
  }
}
