/** Time-outs of Node's sockets, in virtual time: `setTimeout()` of sockets, on which those of HTTP stand, and of HTTP/2. */
import type { Http2Prototypes } from './http2.ts';
import type { Timeout } from './uv/timers.ts';
import type { uv_loop } from './uv/loop.ts';

/** A socket, or an HTTP/2 session or stream. */
interface Timed {
  [key: symbol]: unknown;
  destroyed: boolean;
  timeout?: number;
  _onTimeout(): void;
  once(event: 'timeout', listener: () => void): unknown;
}
interface TimedPrototype {
  setTimeout(this: Timed, ms: number, callback?: () => void): Timed;
}
interface SocketPrototype extends TimedPrototype {
  _destroy(this: Timed, error: unknown, callback: unknown): void;
}

/** Replaces Node's function, which uses timers of the host's event loop. */
export function install_socket_timeouts(current: () => uv_loop | null, http2: Http2Prototypes): void {
  const { Socket } = process.getBuiltinModule('net');
  const timer_key = Object.getOwnPropertySymbols(new Socket()).find(
    ({ description }) => description === 'timeout',
  );
  if (timer_key === undefined) throw new Error('net.Socket has no timer in this version of Node');
  const sockets = Socket.prototype as unknown as SocketPrototype;
  for (const prototype of [sockets, http2.session, http2.stream])
    replace(prototype as TimedPrototype, timer_key, current);
  const { _destroy: destroy } = sockets;
  sockets._destroy = function (error, callback) {
    const timer = this[timer_key] as { close?: () => void } | null;
    timer?.close?.();
    this[timer_key] = null;
    destroy.call(this, error, callback);
  };
}

function replace(prototype: TimedPrototype, timer_key: symbol, current: () => uv_loop | null): void {
  const { setTimeout: native } = prototype;
  prototype.setTimeout = function (ms, callback) {
    const loop = current();
    if (loop === null) return native.call(this, ms, callback);
    if (this.destroyed) return this;
    (this[timer_key] as Timeout | null)?.close();
    this[timer_key] = null;
    // Node's own function checks the arguments; 0 only clears.
    if (!(ms > 0)) return native.call(this, ms, callback);
    native.call(this, 0);
    this.timeout = ms;
    this[timer_key] = loop.timers.set_for_socket(() => this._onTimeout(), ms);
    if (callback !== undefined) this.once('timeout', callback);
    return this;
  };
}
