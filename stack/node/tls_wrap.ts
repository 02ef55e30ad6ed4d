/**
 * TLS over a machine's sockets. Node's TLS asks the native stream below it for bytes; such a stream can be
 * written in JavaScript, and this one makes system calls.
 */
import { SystemError } from '../user/errors.ts';
import { binding, type NativeHandle } from './native.ts';
import { machine_socket, type tcp_handle } from './tcp_wrap.ts';
import { uv_req } from './uv/handle.ts';
import type { uv_loop } from './uv/loop.ts';
import { UV_EOF } from './uv/stream.ts';

/** Node's native class for streams in JavaScript: it calls the methods that its owner sets. */
interface JsStream extends NativeHandle {
  readBuffer(bytes: Uint8Array): void;
  emitEOF(): void;
  finishWrite(req: object, status: number): void;
  finishShutdown(req: object, status: number): void;
}
interface TlsSocket {
  destroy(error: Error): void;
}

/** The stream below, as a property of the native TLS object. */
const BELOW = Symbol('below');

interface TlsSocketPrototype {
  _wrapHandle(this: unknown, ...args: unknown[]): unknown;
}

/**
 * @param current the loop of the process that runs; null: none does, or it has none
 * @returns whether a TLS socket is being put on its handle: then only, a handle must claim to be a native stream
 */
export function install_tls_wrap(current: () => uv_loop | null): () => boolean {
  mark_users_of_streams(current);
  let is_wrapping = false;
  const prototype = process.getBuiltinModule('tls').TLSSocket.prototype as unknown as TlsSocketPrototype;
  const { _wrapHandle: wrap_handle } = prototype;
  prototype._wrapHandle = function (...args) {
    is_wrapping = true;
    try {
      return wrap_handle.apply(this, args);
    } finally {
      is_wrapping = false;
    }
  };
  const tls = binding('tls_wrap');
  const { wrap } = tls;
  tls.wrap = (handle: unknown, ...more: unknown[]) => {
    const stream = machine_socket(handle, current());
    if (stream === undefined) return wrap(handle, ...more);
    const owner = (): TlsSocket | undefined => (handle as { owner?: TlsSocket }).owner;
    const below = stream_below(stream, owner);
    // The native TLS object refers to the stream without keeping it.
    return Object.assign(wrap(below, ...more), { [BELOW]: below });
  };
  return () => is_wrapping;
}

/**
 * TLS and HTTP/2 are native. Over a machine's socket they stand on a stream that JavaScript answers, and leave to
 * the host's event loop what they have to write.
 */
function mark_users_of_streams(current: () => uv_loop | null): void {
  const bindings = binding('js_stream');
  bindings.JSStream = class extends bindings.JSStream {
    constructor() {
      super();
      const loop = current();
      if (loop !== null) loop.uses_host = true;
    }
  };
}

function stream_below(stream: tcp_handle, owner: () => TlsSocket | undefined): JsStream {
  const { JSStream } = binding('js_stream');
  const below = new JSStream() as JsStream;
  const on_read = (result: Uint8Array | number): void => {
    if (typeof result !== 'number') {
      stream.bytes_read += result.length;
      below.readBuffer(result);
    } else if (result === UV_EOF) below.emitEOF();
    else owner()?.destroy(new SystemError(result, 'read'));
  };
  const start = () => stream.read_start((result) => stream.resource.runInAsyncScope(() => on_read(result)));
  // An accepted socket already reads; Node takes that for granted and does not start again.
  if (stream.is_reading) start();
  return Object.assign(below, {
    isClosing: () => stream.is_closing,
    onreadstart: start,
    onreadstop: () => {
      stream.read_stop();
      return 0;
    },
    onwrite: (req: object, chunks: Uint8Array[]) => {
      const bytes = Buffer.concat(chunks);
      stream.bytes_written += bytes.length;
      const written = new uv_req(stream.loop, (status) => below.finishWrite(req, status));
      const sent = stream.try_write(bytes);
      if (sent < 0 || sent === bytes.length) written.done_later(Math.min(sent, 0));
      else stream.write(bytes.subarray(sent), written);
      return 0;
    },
    onshutdown: (req: object) => {
      stream.shutdown(new uv_req(stream.loop, (status) => below.finishShutdown(req, status)));
      return 0;
    },
    close: (cb?: () => void) => stream.close(() => cb?.()),
  });
}
