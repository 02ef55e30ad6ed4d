/** What has happened at each listener: noted at the tracepoints of the code paths that decide it. */
import { ip_hdr } from '../../stack/include/net/ip.ts';
import type { request_sock } from '../../stack/include/net/request_sock.ts';
import type { sock, sock_common } from '../../stack/include/net/sock.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { tcp_hdr } from '../../stack/include/linux/tcp.ts';
import { TCP_LISTEN } from '../../stack/include/uapi/linux/tcp.ts';
import type { ListenRequestEvent } from '../../stack/trace/table.ts';
import type { World } from '../../stack/world/world.ts';
import type { ListenerChangeKind } from './data.ts';
import type { Peers } from './peers.ts';

/** How many of the newest changes a listener keeps. */
const KEPT_CHANGES = 100;
/** How many closed listeners are kept. */
const KEPT_CLOSED = 4;

/** What a SYN can bring about. */
const OF_A_SYN = new Set<ListenerChangeKind>(['queued', 'cookie', 'synQueueFull', 'synDropped', 'reserved']);

/** One change, with what its sentence needs of that moment. */
export interface Note {
  kind: ListenerChangeKind;
  event: number;
  /** Virtual nanoseconds. */
  time: number;
  /** The peer; null: the change is about no connection. */
  peer: { address: number; port: number } | null;
  /** Entries of both queues, after the change. */
  synQueue: number;
  acceptQueue: number;
  /** How many fit into each. */
  room: number;
  /** The process that ran. */
  process: string;
  /** How often the request's timer has fired before. */
  timeouts: number;
  /** The request's ACK came before and was dropped. */
  acked: boolean;
  /** The connection was never a request in the SYN queue: a SYN cookie was sent instead. */
  byCookie: boolean;
  /** The handler of the request's timer ran. */
  byTimer: boolean;
}

/** The history of one listener. */
export interface ListenerHistory {
  listens: boolean;
  notes: Note[];
  counts: Partial<Record<ListenerChangeKind, number>>;
}
/** Since when a connection is in the SYN queue, and in the accept queue; virtual nanoseconds. */
export interface Arrival {
  queued: number;
  established?: number;
}

export class ListenerLog {
  readonly #world: World;
  readonly #peers: Peers;
  /** In the order in which they began. */
  readonly listeners = new Map<sock_common, ListenerHistory>();
  readonly #arrivals = new WeakMap<request_sock, Arrival>();

  constructor(world: World, peers: Peers) {
    this.#world = world;
    this.#peers = peers;
    const { tracer } = world;
    tracer.on('sock:inet_sock_set_state', (sk, from, to) => {
      if (to === TCP_LISTEN) this.#begins(sk as sock);
      else if (from === TCP_LISTEN) this.#ends(sk as sock);
    });
    tracer.on('sockscope:listen_request', (sk, what, req) => this.#request(sk, what, req));
    tracer.on('sockscope:queue_overflow', (sk, which, skb, req) => this.#overflow(sk, which, skb, req));
    tracer.on('tcp:tcp_retransmit_synack', (sk, req) => this.#note(sk, 'synAckAgain', peerOf(req), req));
  }

  arrivalOf(req: request_sock): Arrival | undefined {
    return this.#arrivals.get(req);
  }

  #begins(sk: sock): void {
    this.listeners.set(sk, { listens: true, notes: [], counts: {} });
    this.#note(sk, 'listens', null);
  }
  /** A child leaves LISTEN, too: it is a copy of the listener. */
  #ends(sk: sock): void {
    const history = this.listeners.get(sk);
    if (history === undefined) return;
    this.#note(sk, 'closed', null);
    history.listens = false;
    const closed = [...this.listeners].filter(([, { listens }]) => !listens);
    for (const [old] of closed.slice(0, -KEPT_CLOSED)) this.listeners.delete(old);
  }

  #request(sk: sock, what: ListenRequestEvent, req: request_sock): void {
    const now = sk.skc_net.machine.now_ns;
    if (what === 'queued') this.#arrivals.set(req, { queued: now });
    if (what === 'established')
      this.#arrivals.set(req, { queued: now, ...this.#arrivals.get(req), established: now });
    this.#note(sk, what, peerOf(req), req);
  }

  #overflow(sk: sock, which: 'accept' | 'syn', skb: sk_buff, req: request_sock | null): void {
    const th = tcp_hdr(skb);
    const peer = { address: ip_hdr(skb).saddr, port: th.source };
    if (which === 'syn') this.#note(sk, 'synQueueFull', peer);
    else if (!th.ack) this.#note(sk, 'synDropped', peer);
    // The ACK of a SYN cookie has no request that could be reset.
    else if (req !== null && sk.skc_net.ipv4.sysctl_tcp_abort_on_overflow !== 0)
      this.#note(sk, 'aborted', peer, req);
    else this.#note(sk, 'ackDropped', peer, req ?? undefined);
  }

  #note(sk: sock, kind: ListenerChangeKind, peer: Note['peer'], req?: request_sock): void {
    const history = this.listeners.get(sk);
    if (history === undefined) return;
    if (peer !== null && OF_A_SYN.has(kind)) this.#peers.met(peer.address, peer.port);
    const { machine } = sk.skc_net;
    const { notes, counts } = history;
    counts[kind] = (counts[kind] ?? 0) + 1;
    const queue = (sk as { icsk_accept_queue?: { qlen: number } | null }).icsk_accept_queue;
    const timer = req?.rsk_timer ?? null;
    notes.push({
      kind,
      event: this.#world.event,
      time: machine.time_ns,
      peer,
      synQueue: queue?.qlen ?? 0,
      acceptQueue: sk.sk_ack_backlog,
      room: sk.sk_max_ack_backlog + 1,
      process: machine.current.comm,
      timeouts: req?.num_timeout ?? 0,
      acked: req !== undefined && 'acked' in req && req.acked === true,
      // A SYN cookie's request does not hold its listener.
      byCookie: req === undefined || req.rsk_listener === null,
      // The timer is not armed while its handler runs.
      byTimer: timer !== null && timer.entry < 0,
    });
    if (notes.length > KEPT_CHANGES) notes.shift();
  }
}

function peerOf(req: request_sock): { address: number; port: number } {
  return { address: req.skc_daddr, port: req.skc_dport };
}
