/** Connection requests (TCP_NEW_SYN_RECV) and a listener's two queues. @linux include/net/request_sock.h */
import type { sk_buff } from '../linux/skbuff.ts';
import type { timer_list } from '../linux/timer.ts';
import type { jiffies_t, u32 } from '../linux/types.ts';
import { sock_common, type sock } from './sock.ts';

/** The operations of a request sock. */
export interface request_sock_ops {
  family: number;
  rtx_syn_ack(sk: sock, req: request_sock): number;
  send_ack(sk: sock, skb: sk_buff, req: request_sock): void;
  send_reset(sk: sock | null, skb: sk_buff): void;
  destructor(req: request_sock): void;
  syn_ack_timeout(req: request_sock): void;
}

/** A connection request: a SYN's state at the listener until the handshake is complete. */
export class request_sock extends sock_common {
  /** Next in the accept queue. */
  dl_next: request_sock | null = null;
  /** The client's MSS, in bytes. */
  mss = 0;
  /** How often the SYN-ACK was retransmitted. */
  num_retrans = 0;
  syncookie = false;
  num_timeout = 0;
  ts_recent: u32 = 0;
  /** Retransmits the SYN-ACK, and finally gives up. */
  rsk_timer: timer_list<request_sock> | null = null;
  rsk_ops!: request_sock_ops;
  /** The child socket, once the handshake is complete. */
  sk: sock | null = null;
  /** The SYN's headers, kept for TCP_SAVED_SYN. */
  saved_syn: Uint8Array | null = null;
  /** First time-out of the SYN-ACK, in jiffies. */
  timeout: jiffies_t = 0;
  /** The request's listener. */
  rsk_listener: sock | null = null;

  get rsk_refcnt(): number {
    return this.skc_refcnt;
  }
  set rsk_refcnt(count: number) {
    this.skc_refcnt = count;
  }
  get rsk_hash(): u32 {
    return this.skc_hash;
  }
  set rsk_hash(hash: u32) {
    this.skc_hash = hash;
  }
}

/** A listener's state for TCP Fast Open. @linux struct fastopen_queue */
export class fastopen_queue {
  rskq_rst_head: request_sock | null = null;
  rskq_rst_tail: request_sock | null = null;
  qlen = 0;
  max_qlen = 0;
}

/**
 * A listener's queues. The SYN queue has no list: its request socks are in ehash, and `qlen` counts them. The
 * accept queue is the list from rskq_accept_head; the listener's sk_ack_backlog counts it.
 */
export class request_sock_queue {
  rskq_defer_accept = 0;
  synflood_warned = 0;
  /** Length of the SYN queue. */
  qlen = 0;
  /** Requests in it whose SYN-ACK was sent only once. */
  young = 0;
  rskq_accept_head: request_sock | null = null;
  rskq_accept_tail: request_sock | null = null;
  fastopenq: fastopen_queue | null = null;
}

/** Cast an entry of ehash to a request sock. @linux include/net/request_sock.h */
export function inet_reqsk(sk: sock_common): request_sock {
  return sk as request_sock;
}
/** Whether there is no connection to accept. @linux include/net/request_sock.h */
export function reqsk_queue_empty(queue: request_sock_queue): boolean {
  return queue.rskq_accept_head === null;
}
/** Remove the oldest entry of the accept queue. @linux include/net/request_sock.h */
export function reqsk_queue_remove(queue: request_sock_queue, parent: sock): request_sock | null {
  const req = queue.rskq_accept_head;
  if (req !== null) {
    parent.sk_ack_backlog--;
    queue.rskq_accept_head = req.dl_next;
    if (queue.rskq_accept_head === null) queue.rskq_accept_tail = null;
  }
  return req;
}
/** Uncount a request: its handshake has ended. @linux include/net/request_sock.h */
export function reqsk_queue_removed(queue: request_sock_queue, req: request_sock): void {
  if (req.num_timeout === 0) queue.young--;
  queue.qlen--;
}
/** Count a new request. @linux include/net/request_sock.h */
export function reqsk_queue_added(queue: request_sock_queue): void {
  queue.young++;
  queue.qlen++;
}
/** The number of requests. @linux include/net/request_sock.h */
export function reqsk_queue_len(queue: request_sock_queue): number {
  return queue.qlen;
}
/** The number of requests whose SYN-ACK was not retransmitted. @linux include/net/request_sock.h */
export function reqsk_queue_len_young(queue: request_sock_queue): number {
  return queue.young;
}
