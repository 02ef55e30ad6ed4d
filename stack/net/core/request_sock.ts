/** Connection requests and the listener's queues for them. @linux net/core/request_sock.c, include/net/request_sock.h */
import { type request_sock, request_sock_queue } from '../../include/net/request_sock.ts';
import { WARN_ON_ONCE } from '../../kernel/printk.ts';
import { sock_put } from './sock/alloc.ts';

/** Allocate empty queues for a new listener. @linux net/core/request_sock.c */
export function reqsk_queue_alloc(): request_sock_queue {
  return new request_sock_queue();
}

/**
 * Free a request regardless of its reference count: it was never in a table.
 *
 * @linux include/net/request_sock.h
 */
export function __reqsk_free(req: request_sock): void {
  req.rsk_ops.destructor(req);
  if (req.rsk_listener !== null) sock_put(req.rsk_listener);
  req.saved_syn = null;
}

/** Free a request without references. @linux include/net/request_sock.h */
export function reqsk_free(req: request_sock): void {
  WARN_ON_ONCE(req.skc_net.machine, req.rsk_refcnt !== 0, 'reqsk_free: the request has references');
  __reqsk_free(req);
}

/** Drop a reference. @linux include/net/request_sock.h */
export function reqsk_put(req: request_sock): void {
  if (--req.rsk_refcnt === 0) reqsk_free(req);
}
