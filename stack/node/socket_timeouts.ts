/** Time-outs of Node's sockets, in virtual time: `socket.setTimeout()`, on which those of HTTP stand. */
import type { Timeout } from './uv/timers.ts';
import type { uv_loop } from './uv/loop.ts';

interface TimedSocket {
  [key: symbol]: unknown;
  destroyed: boolean;
  timeout?: number;
  _onTimeout(): void;
  once(event: 'timeout', listener: () => void): unknown;
}
type SetTimeout = (this: TimedSocket, ms: number, callback?: () => void) => TimedSocket;
type Destroy = (this: TimedSocket, error: unknown, callback: unknown) => void;

/** Replaces net.Socket's function, which uses timers of the host's event loop. */
export function install_socket_timeouts(current: () => uv_loop | null): void {
  const { Socket } = process.getBuiltinModule('net');
  const prototype = Socket.prototype as unknown as { setTimeout: SetTimeout; _destroy: Destroy };
  const timer_key = Object.getOwnPropertySymbols(new Socket()).find(
    ({ description }) => description === 'timeout',
  );
  if (timer_key === undefined) throw new Error('net.Socket has no timer in this version of Node');
  const { setTimeout: native, _destroy: destroy } = prototype;

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
    this[timer_key] = loop.timers.set(() => this._onTimeout(), ms, false).unref();
    if (callback !== undefined) this.once('timeout', callback);
    return this;
  };
  prototype._destroy = function (error, callback) {
    const timer = this[timer_key] as { close?: () => void } | null;
    timer?.close?.();
    this[timer_key] = null;
    destroy.call(this, error, callback);
  };
}
