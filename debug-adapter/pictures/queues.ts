/** The two queues of each listener. */
import { say, sayPart, type Translate } from '../../language/message.ts';
import { inet_connection_sock } from '../../stack/include/net/inet_connection_sock.ts';
import type { request_sock } from '../../stack/include/net/request_sock.ts';
import { sock, type sock_common } from '../../stack/include/net/sock.ts';
import type { Machine } from '../../stack/machine.ts';
import type { World } from '../../stack/world/world.ts';
import { endpoint, seconds } from '../inspect/format.ts';
import { stateOf } from '../inspect/presenters/sock.ts';
import { roughly, shortEndpoint } from '../inspect/short.ts';
import { filterOf, requestState } from '../inspect/trees/socketNode.ts';
import { requestsOf, socketsOf } from '../inspect/trees/sockets.ts';
import type { Trees } from '../inspect/trees/trees.ts';
import type { ListenerChange, ListenerData, QueueData, QueueEntry, QueuesData } from './data.ts';
import { ListenerLog, type ListenerHistory, type Note } from './listenerLog.ts';
import { listenerSentence } from './listenerSentence.ts';
import type { Peers } from './peers.ts';

/** Entries of a queue that are listed. */
const MOST_ENTRIES = 200;

export class QueuesPicture {
  readonly #world: World;
  readonly #trees: Trees;
  readonly #peers: Peers;
  readonly #log: ListenerLog;
  readonly #t: Translate;

  constructor(world: World, trees: Trees, peers: Peers, t: Translate) {
    this.#t = t;
    this.#world = world;
    this.#trees = trees;
    this.#peers = peers;
    this.#log = new ListenerLog(world, peers);
  }

  /** @param since the event number of the stop before */
  data(since: number): QueuesData {
    const listeners = [...this.#log.listeners]
      .filter(([sk]) => sk instanceof sock && !sk.sk_kern_sock)
      .sort(([, a], [, b]) => Number(b.listens) - Number(a.listens));
    return {
      picture: 'queues',
      listeners: listeners.map(([sk, history]) => this.#listener(sk as inet_connection_sock, history, since)),
    };
  }

  #listener(sk: inet_connection_sock, history: ListenerHistory, since: number): ListenerData {
    const { machine } = sk.skc_net;
    const filter = filterOf(sk);
    const cookies = sk.skc_net.ipv4.sysctl_tcp_syncookies !== 0;
    const room = sk.sk_max_ack_backlog + 1;
    return {
      socket: this.#trees.socketKey(sk),
      name: this.#name(sk, machine, history),
      listens: history.listens,
      ...(filter === undefined ? {} : { packetFilter: filter }),
      backlog: sk.sk_max_ack_backlog,
      cookies,
      synQueue: this.#synQueue(sk, machine, room),
      acceptQueue: this.#acceptQueue(sk, machine, room),
      counts: history.counts,
      changes: history.notes.map((note) => this.#change(note, cookies, since)),
    };
  }

  /** The process that has it open, or that opened it; and its port. */
  #name(sk: sock_common, machine: Machine, { notes }: ListenerHistory): string {
    const owner = [...machine.tasks.values()].find((task) => socketsOf(task).some((one) => one === sk));
    const host = this.#world.machines.length === 1 ? '' : `${machine.hostname}: `;
    const port = (sk as { inet_sport?: number }).inet_sport ?? sk.skc_num;
    return `${host}${owner?.comm ?? notes[0]?.process ?? ''} ${shortEndpoint(sk.skc_rcv_saddr, port)}`;
  }

  #synQueue(sk: inet_connection_sock, machine: Machine, room: number): QueueData {
    const requests = requestsOf(machine, sk);
    const arrived = (req: request_sock) => this.#log.arrivalOf(req)?.queued ?? 0;
    requests.sort((a, b) => arrived(a) - arrived(b));
    return {
      length: requests.length,
      room,
      entries: requests
        .slice(0, MOST_ENTRIES)
        .map((req) =>
          this.#entry(
            req,
            machine.now_ns - arrived(req),
            sayPart(this.#t, requestState(req, machine.now_ns, roughly)),
          ),
        ),
    };
  }
  #acceptQueue(sk: inet_connection_sock, { now_ns }: Machine, room: number): QueueData {
    const entries: QueueEntry[] = [];
    let req = sk.icsk_accept_queue?.rskq_accept_head ?? null;
    for (; req !== null && entries.length < MOST_ENTRIES; req = req.dl_next) {
      const child = req.sk ?? req;
      const since = this.#log.arrivalOf(req)?.established ?? now_ns;
      entries.push(this.#entry(child, now_ns - since, stateOf(child)));
    }
    return { length: sk.sk_ack_backlog, room, entries };
  }
  #entry(sk: sock_common, age: number, state: string): QueueEntry {
    const filter = filterOf(sk);
    return {
      peer: endpoint(sk.skc_daddr, sk.skc_dport),
      name: this.#peers.name(sk.skc_daddr, sk.skc_dport),
      socket: this.#trees.socketKey(sk),
      ...(filter === undefined ? {} : { packetFilter: filter }),
      age: roughly(age),
      state,
    };
  }

  #change(note: Note, cookies: boolean, since: number): ListenerChange {
    const { kind, event, time, peer } = note;
    const name = peer === null ? '' : this.#peers.name(peer.address, peer.port);
    return {
      kind,
      event,
      time: seconds(time),
      ...(peer === null ? {} : { peer: endpoint(peer.address, peer.port) }),
      text: say(this.#t, listenerSentence(note, name, cookies)),
      isNew: event > since,
    };
  }
}
