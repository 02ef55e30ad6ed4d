/**
 * Finds what becomes of frames that have arrived, in the machine's thread: which one is dropped, where and why, and
 * what an ACK takes out of the retransmit queue.
 */
import type { FullRing } from '../../stack/capture/capture.ts';
import type { DropDetail } from '../../stack/capture/drop_detail.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import {
  DROP_REASONS,
  SKB_DROP_REASON_OTHERHOST,
  SKB_DROP_REASON_TCP_RESET,
} from '../../stack/include/net/dropreason.ts';
import { inet_csk } from '../../stack/include/net/inet_connection_sock.ts';
import type { request_sock } from '../../stack/include/net/request_sock.ts';
import type { sock } from '../../stack/include/net/sock.ts';
import type { Machine } from '../../stack/machine.ts';
import type { World } from '../../stack/world/world.ts';
import type { Drop, DropQueue } from '../packets/truth/drop.ts';
import type { Handling } from './handling.ts';
import { passesBy } from './passing.ts';
import { isProcessed } from './processed.ts';
import { refusalOf } from './refusal.ts';

export interface FateSink {
  /** All frames from the first to the last that one buffer has brought. */
  dropped(first: number, last: number, drop: Drop): void;
  /** A frame has moved the snd_una of its receiver. */
  acked(frame: number, from: number, to: number): void;
}

interface Full {
  readonly skb: sk_buff;
  readonly queue: DropQueue;
  readonly length: number;
  readonly limit: number;
}

export class FateTracker {
  readonly #world: World;
  readonly #sink: FateSink;
  readonly #handling: () => Handling;
  /** The queue that was full; what it has no room for is freed next. */
  #full: Full | null = null;

  /** @param handling what the code that runs now handles */
  constructor(world: World, handling: () => Handling, sink: FateSink) {
    this.#world = world;
    this.#handling = handling;
    this.#sink = sink;
    const { tracer } = world;
    tracer.on('sockscope:queue_full', (skb, queue, length, limit) => {
      this.#full = { skb, queue, length, limit };
    });
    tracer.on('skb:kfree_skb', (skb, reason, detail) => this.#freed(skb, reason, detail));
    tracer.on('sockscope:queue_overflow', (sk, which, skb, req) => this.#overflow(sk, which, skb, req));
    tracer.on('sockscope:listen_request', (sk, what) => {
      if (what === 'reserved') this.#refused(sk.skc_net.machine, 'TCPReqQFullDrop');
      else if (what === 'deferred') this.#refused(sk.skc_net.machine, 'TCPDeferAcceptDrop');
    });
    tracer.on('sockscope:acked', (_sk, from, to) => {
      const { packet } = this.#handling();
      if (packet > 0) this.#sink.acked(packet, from, to);
    });
  }

  /** Why a frame was lost before it arrived. */
  lost(reason: string, ring: FullRing | undefined): Drop {
    const { event } = this.#world;
    if (ring === undefined) return { reason, event };
    const { port, length, limit } = ring;
    const host = port.machine.hostname;
    return { reason, host, queue: 'rx_ring', length, limit, interface: port.name, event };
  }

  #freed(skb: sk_buff, reason: number, detail: DropDetail | null): void {
    const full = this.#full?.skb === skb ? this.#full : null;
    this.#full = null;
    // A reset has done its work.
    const isDone = isProcessed(reason, detail) || reason === SKB_DROP_REASON_TCP_RESET;
    if (isDone || skb.frame_number <= 0) return;
    if (reason === SKB_DROP_REASON_OTHERHOST && passesBy(this.#world, skb)) return;
    const drop = this.#drop(skb.machine, DROP_REASONS[reason] ?? String(reason));
    if (detail !== null) drop.detail = detail;
    if (full !== null) Object.assign(drop, { queue: full.queue, length: full.length, limit: full.limit });
    this.#sink.dropped(skb.frame_number, skb.last_frame_number, drop);
  }

  /** @param req the request that the ACK belongs to */
  #overflow(sk: sock, which: 'accept' | 'syn', skb: sk_buff, req: request_sock | null): void {
    const refusal = refusalOf(sk, which, req);
    if (refusal === null) return;
    const drop = this.#drop(sk.skc_net.machine, refusal);
    drop.queue = which;
    drop.length = which === 'accept' ? sk.sk_ack_backlog : (inet_csk(sk).icsk_accept_queue?.qlen ?? 0);
    drop.limit = sk.sk_max_ack_backlog;
    this.#sink.dropped(skb.frame_number, skb.last_frame_number, drop);
  }

  /** The packet that is being handled. */
  #refused(machine: Machine, reason: string): void {
    const { packet, lastPacket } = this.#handling();
    if (packet > 0) this.#sink.dropped(packet, lastPacket, this.#drop(machine, reason));
  }

  #drop({ hostname }: Machine, reason: string): Drop {
    return { reason, host: hostname, event: this.#world.event };
  }
}
