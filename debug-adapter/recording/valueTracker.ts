/**
 * Notes why the values of connections change (windows, cwnd, states), in the machine's thread: for each value its
 * newest changes, in objects that are used again.
 */
import { TOLD_VALUES, type ToldValue, type ValueReason } from '../../stack/capture/value_reason.ts';
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import { inet_timewait_sock } from '../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../stack/include/net/request_sock.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import { TCP_INFINITE_SSTHRESH } from '../../stack/include/net/tcp.ts';
import { TCP_CLOSE } from '../../stack/include/uapi/linux/tcp.ts';
import type { World } from '../../stack/world/world.ts';
import type { Cause } from '../packets/cause/cause.ts';
import type { ChangeReason, ValueChange, ValueName } from '../packets/cause/valueChange.ts';
import { argumentOf } from './callArguments.ts';
import { argumentsText, type CallArgument } from './callText.ts';
import { holderOf } from './holder.ts';
import { Handling, NO_ARGUMENTS } from './handling.ts';

/** Of each value so many changes are kept, of all sockets together. */
const KEPT = 4096;

/**
 * A socket as it is found in another run, too: the number that it got when it was created. Its ends would not do: the
 * port is chosen after the state has changed and given back before, and another socket may get both ends.
 */
export interface SocketKey {
  machine: number;
  /** A request, its child and the sock that waits in TIME_WAIT share a cookie. */
  cookie: number;
  kind: SocketKind;
}
export type SocketKind = 'sock' | 'request' | 'time_wait';

/** What the values of a socket were last. */
class Known {
  readonly values = new Int32Array(TOLD_VALUES.length);

  constructor() {
    // A socket is created with it.
    this.values[TOLD_VALUES.indexOf('snd_ssthresh')] = TCP_INFINITE_SSTHRESH;
  }
}
class Change implements SocketKey {
  machine = 0;
  cookie = 0;
  kind: SocketKind = 'sock';
  why: ChangeReason = 'connect';
  from = 0;
  to = 0;
  timeNs = 0;
  /** Bytes in the receive queue, of a window. */
  unread = 0;
  readonly handling = new Handling('nothing');
  /** The arguments of its system call, without the bytes. */
  args: readonly CallArgument[] = [];
}

export class ValueTracker {
  readonly #world: World;
  readonly #handling: () => Handling;
  readonly #known = new WeakMap<sock_common, Known>();
  readonly #changes = new Map<ValueName, Change[]>();
  #lastArgs = NO_ARGUMENTS;
  #lastTold: readonly CallArgument[] = [];
  /** How many changes of each value there were. */
  readonly #counts = new Map<ValueName, number>();

  /** @param handling what the code that runs now handles */
  constructor(world: World, handling: () => Handling) {
    this.#world = world;
    this.#handling = handling;
    const { tracer } = world;
    tracer.on('sockscope:value_set', (sk, value, why) => this.#set(sk, value, why));
    tracer.on('tcp:tcp_cong_state_set', (sk, state, why) => {
      const { icsk_ca_state: from } = sk as tcp_sock;
      if (from !== state && why !== null) this.#note(sk, 'icsk_ca_state', why, from, state);
    });
    tracer.on('sock:inet_sock_set_state', (sk, from, to, why) => {
      if (sk instanceof tcp_sock && from !== to) this.#note(sk, 'skc_state', why, from, to);
    });
    tracer.on('sockscope:listen_request', (_sk, what, req) => {
      if (what === 'queued') this.#note(req, 'skc_state', 'syn', TCP_CLOSE, req.skc_state);
    });
    tracer.on('sockscope:time_wait', (tw, from, to, why) => {
      // Linux shows every time-wait sock as TIME_WAIT, whatever it stands for.
      if (!this.#known.has(tw)) this.#note(tw, 'skc_state', why, from, tw.skc_state);
      else if (to === TCP_CLOSE) this.#note(tw, 'skc_state', why, tw.skc_state, to);
      this.#knownOf(tw);
      this.#note(tw, 'tw_substate', why, from, to);
    });
  }

  /** The newest change of a value up to an event; null: none is known. */
  newest(key: SocketKey, value: ValueName, event: number): ValueChange | null {
    const changes = this.#changes.get(value) ?? [];
    const count = this.#counts.get(value) ?? 0;
    for (let i = count - 1; i >= Math.max(0, count - KEPT); i--) {
      const change = changes[i % KEPT]!;
      if (change.handling.event <= event && isSame(change, key)) return toldOf(value, change);
    }
    return null;
  }

  #set(sk: tcp_sock, value: ToldValue, why: ValueReason): void {
    const { values } = this.#knownOf(sk);
    const at = TOLD_VALUES.indexOf(value);
    const from = values[at]!;
    const to = sk[value] | 0;
    if (from === to) return;
    values[at] = to;
    const change = this.#note(sk, value, why, from, to);
    if (value !== 'rcv_wnd') return;
    change.unread = (sk.rcv_nxt - sk.copied_seq) >>> 0;
    if (to === 0) change.handling.reader = holderOf(sk);
  }
  #note(sk: sock_common, value: ValueName, why: ChangeReason, from: number, to: number): Change {
    const change = this.#next(value);
    change.machine = sk.skc_net.machine.index;
    change.cookie = sk.skc_cookie;
    change.kind = kindOf(sk);
    change.why = why;
    change.from = from;
    change.to = to;
    change.timeNs = this.#world.time_ns;
    change.unread = 0;
    const { handling } = change;
    handling.become(this.#handling());
    change.args = this.#argumentsOf(handling.args);
    handling.args = NO_ARGUMENTS;
    handling.event = this.#world.event;
    handling.unread = -1;
    handling.reader = null;
    return change;
  }
  /** One system call may change many values. */
  #argumentsOf(args: readonly unknown[]): readonly CallArgument[] {
    if (args !== this.#lastArgs) {
      this.#lastArgs = args;
      this.#lastTold = args.map(argumentOf);
    }
    return this.#lastTold;
  }
  #next(value: ValueName): Change {
    let changes = this.#changes.get(value);
    if (changes === undefined) this.#changes.set(value, (changes = []));
    const count = this.#counts.get(value) ?? 0;
    this.#counts.set(value, count + 1);
    if (count < KEPT) changes.push(new Change());
    return changes[count % KEPT]!;
  }
  #knownOf(sk: sock_common): Known {
    let known = this.#known.get(sk);
    if (known === undefined) this.#known.set(sk, (known = new Known()));
    return known;
  }
}

/** How a socket is found in the run that this one repeats, and in this one. */
export const socketKey = (sk: sock_common): SocketKey => ({
  machine: sk.skc_net.machine.index,
  cookie: sk.skc_cookie,
  kind: kindOf(sk),
});
function kindOf(sk: sock_common): SocketKind {
  if (sk instanceof request_sock) return 'request';
  return sk instanceof inet_timewait_sock ? 'time_wait' : 'sock';
}
const isSame = (one: SocketKey, other: SocketKey): boolean =>
  one.cookie === other.cookie && one.machine === other.machine && one.kind === other.kind;

function toldOf(value: ValueName, { why, from, to, timeNs, unread, handling, args }: Change): ValueChange {
  const { reader, handled, event, packet, lastPacket, isFromBacklog, call, task, timer } = handling;
  const cause: Cause = {
    handled,
    event,
    ...(handled === 'packet' && { packet, lastPacket }),
    ...(isFromBacklog && { isFromBacklog }),
    ...(timer !== null && handled === 'timer' && { timer: timer.name.replace('bound ', '') }),
    ...(task !== null && { process: task.comm, pid: task.pid }),
    ...(call !== '' && { call, arguments: argumentsText(call, args) }),
  };
  return {
    value,
    why,
    from,
    to,
    timeNs,
    unread,
    ...(reader !== null && { reader: { process: reader.comm, pid: reader.pid } }),
    cause,
  };
}
