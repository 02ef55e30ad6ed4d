/** In which state each TCP socket is, and its last transitions. */
import { sayPart, type Translate } from '../../language/message.ts';
import { inet_timewait_sock } from '../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../stack/include/net/request_sock.ts';
import { sock, type sock_common } from '../../stack/include/net/sock.ts';
import { IPPROTO_TCP } from '../../stack/include/uapi/linux/in.ts';
import { TCP_CLOSE } from '../../stack/include/uapi/linux/tcp.ts';
import type { Machine } from '../../stack/machine.ts';
import type { World } from '../../stack/world/world.ts';
import { NSEC_PER_JIFFY } from '../../stack/kernel/time/jiffies.ts';
import { seconds } from '../inspect/format.ts';
import { tcpStates } from '../inspect/names.ts';
import { roughly, shortEndpoints, shortIncoming } from '../inspect/short.ts';
import { timeWaitOf } from '../inspect/timeWait.ts';
import { filterOf, requestState } from '../inspect/trees/socketNode.ts';
import { inEhash, socketsOf } from '../inspect/trees/sockets.ts';
import type { Trees } from '../inspect/trees/trees.ts';
import type { StateChange, StatesData, StateSocket } from './data.ts';

/** Sockets that are shown. */
const MOST_SOCKETS = 400;
const KEPT_CHANGES = 60;

interface Note {
  sk: sock_common;
  ends: string;
  from: number;
  to: number;
  isTimeWait: boolean;
  event: number;
  time: number;
}

function isTcp(sk: sock_common): boolean {
  return !(sk instanceof sock) || (sk.sk_protocol === IPPROTO_TCP && !sk.sk_kern_sock);
}
function endsOf(sk: sock_common): string {
  return sk instanceof request_sock ? shortIncoming(sk) : shortEndpoints(sk);
}

export class StatesPicture {
  readonly #world: World;
  readonly #trees: Trees;
  readonly #t: Translate;
  readonly #notes: Note[] = [];
  /** The process that has it open, or that changed its state first. */
  readonly #owners = new WeakMap<sock_common, string>();

  constructor(world: World, trees: Trees, t: Translate) {
    this.#world = world;
    this.#trees = trees;
    this.#t = t;
    world.tracer.on('sock:inet_sock_set_state', (sk, from, to) => {
      if (!isTcp(sk)) return;
      const { machine } = sk.skc_net;
      const isInProcess = !machine.softirq.serving && machine.current !== machine.idle;
      if (isInProcess && !this.#owners.has(sk)) this.#owners.set(sk, machine.current.comm);
      const isTimeWait = to === TCP_CLOSE && sk.skc_dport !== 0 && timeWaitOf(sk) !== null;
      const at = { event: world.event, time: machine.time_ns };
      this.#notes.push({ sk, ends: endsOf(sk), from, to, isTimeWait, ...at });
      if (this.#notes.length > KEPT_CHANGES) this.#notes.shift();
    });
  }

  /** @param since the event number of the stop before */
  data(since: number): StatesData {
    const sockets = this.#world.machines.flatMap((machine) => this.#socketsOf(machine));
    return {
      picture: 'states',
      sockets: sockets.slice(0, MOST_SOCKETS),
      leftOut: Math.max(0, sockets.length - MOST_SOCKETS),
      changes: this.#notes.map((note) => this.#change(note, since)),
    };
  }

  #socketsOf(machine: Machine): StateSocket[] {
    for (const task of machine.tasks.values())
      for (const sk of socketsOf(task)) this.#owners.set(sk, task.comm);
    const full = [...machine.sockets].filter(isTcp);
    const requests = inEhash(machine, request_sock);
    const timewaits = inEhash(machine, inet_timewait_sock);
    return [...full, ...requests, ...timewaits].map((sk) => this.#socket(sk, machine));
  }

  #socket(sk: sock_common, { now_ns }: Machine): StateSocket {
    const filter = filterOf(sk);
    const detail = detailOf(sk, now_ns, this.#t);
    return {
      socket: this.#trees.socketKey(sk),
      name: this.#name(sk, endsOf(sk)),
      state: tcpStates.short(sk.skc_state),
      ...(detail === undefined ? {} : { detail }),
      ...(filter === undefined ? {} : { packetFilter: filter }),
    };
  }
  #name(sk: sock_common, ends: string): string {
    const owner = this.#owners.get(sk) ?? (sk instanceof request_sock && this.#ownerOf(sk.rsk_listener));
    const { hostname } = sk.skc_net.machine;
    const host = this.#world.machines.length === 1 ? '' : `${hostname}: `;
    return `${host}${owner ? `${owner} ` : ''}${ends}`;
  }
  #ownerOf(sk: sock_common | null): string | undefined {
    return sk === null ? undefined : this.#owners.get(sk);
  }

  #change({ sk, ends, from, to, isTimeWait, event, time }: Note, since: number): StateChange {
    return {
      event,
      time: seconds(time),
      socket: this.#trees.socketKey(sk),
      name: this.#name(sk, ends),
      from: tcpStates.short(from),
      to: tcpStates.short(to),
      ...(isTimeWait && { isTimeWait }),
      isNew: event > since,
    };
  }
}

/** `SYN-ACK again in 1 s`, `FIN_WAIT2, ends in 60 s` */
function detailOf(sk: sock_common, now: number, t: Translate): string | undefined {
  if (sk instanceof request_sock) return sayPart(t, requestState(sk, now, roughly));
  if (!(sk instanceof inet_timewait_sock) || sk.tw_timer === null) return undefined;
  const substate = tcpStates.short(sk.tw_substate);
  const left = sk.tw_timer.expires * NSEC_PER_JIFFY - now;
  return left > 0 ? t('{0}, ends in {1}', substate, roughly(left)) : t('{0}, ends now', substate);
}
