/**
 * Compression of Node programs. Node's streams compress in threads of the host, about which the world knows
 * nothing: here it is done at once, and the stream is told in the next round of the loop.
 */
import { AsyncResource } from 'node:async_hooks';
import { binding, type NativeClass, type NativeHandle } from './native.ts';
import { uv_req } from './uv/handle.ts';
import type { uv_loop } from './uv/loop.ts';

/** What Node has given a native stream to call after a write, and where its async context is kept. */
const WRITTEN = Symbol('written');

type Callback = (this: NativeHandle) => void;
type Native = (this: NativeHandle, ...args: unknown[]) => unknown;
interface Written {
  callback: Callback;
  resource: AsyncResource;
}

/** @param current the loop of the process that runs; null: none does, or it has none */
export function install_zlib(current: () => uv_loop | null): void {
  for (const native of Object.values(binding('zlib')))
    if (typeof native === 'function' && 'writeSync' in (native.prototype ?? {}))
      install_class((native as NativeClass).prototype, current);
}

function install_class(prototype: NativeHandle, current: () => uv_loop | null): void {
  const { init, write, writeSync } = prototype as Record<string, Native>;
  prototype['init'] = function (this: NativeHandle, ...args: unknown[]) {
    const callback = args.find((arg) => typeof arg === 'function') as Callback;
    this[WRITTEN] = { callback, resource: new AsyncResource('ZLIB') } satisfies Written;
    return init!.apply(this, args);
  };
  prototype['write'] = function (this: NativeHandle, ...args: unknown[]) {
    const loop = current();
    if (loop === null) return write!.apply(this, args);
    const { callback, resource } = this[WRITTEN] as Written;
    const error = error_of(this, () => writeSync!.apply(this, args));
    const ended = () =>
      error === null
        ? resource.runInAsyncScope(callback, this)
        : resource.runInAsyncScope(this['onerror'] as Native, this, ...error);
    new uv_req(loop, ended).done_later(0);
    return undefined;
  };
}

/** What a write reports to `onerror`, which Node expects later; null: it succeeds. */
function error_of(handle: NativeHandle, write: () => void): unknown[] | null {
  const { onerror } = handle;
  let error: unknown[] | null = null;
  handle['onerror'] = (...args: unknown[]) => (error = args);
  write();
  handle['onerror'] = onerror;
  return error;
}
