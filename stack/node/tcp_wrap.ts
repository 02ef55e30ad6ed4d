/**
 * Node's TCP handles on a machine: what `node:net` asks of its native class is answered by system calls of
 * the process.
 */
import { AsyncResource } from 'node:async_hooks';
import type { sockaddr } from '../include/linux/socket.ts';
import { EAFNOSUPPORT, type Errno, IS_ERR } from '../include/uapi/asm-generic/errno.ts';
import { SOCKET_OPTIONS as SO, SOL_IP, SOL_SOCKET, SOL_TCP } from '../include/uapi/linux/socket.ts';
import { IP_OPTIONS } from '../include/uapi/linux/in.ts';
import { TCP_OPTIONS } from '../include/uapi/linux/tcp.ts';
import { fromSockaddr, toSockaddr } from '../user/addresses.ts';
import { binding, close_native, type NativeHandle, replaceGetters, replaceMethods } from './native.ts';
import { uv_req } from './uv/handle.ts';
import type { uv_loop } from './uv/loop.ts';
import { uv_stream } from './uv/stream.ts';

/** A process's socket, as a property of Node's handle. */
const STREAM = Symbol('stream');
/** libuv's interval and number of keepalive probes. */
const KEEPALIVE_INTERVAL_S = 1;
const KEEPALIVE_PROBES = 10;

/** A handle's socket, and what Node is told of it. */
export class tcp_handle extends uv_stream {
  /** In which async context the handle's callbacks run. */
  readonly resource: AsyncResource;
  bytes_read = 0;
  bytes_written = 0;
  /** Receive into this buffer of the program. */
  user_buffer: Uint8Array | null = null;

  constructor(loop: uv_loop, native: NativeHandle) {
    super(loop);
    loop.natives.set(native, () => close_native(native));
    this.resource = new AsyncResource('TCPWRAP');
  }
}

interface Request {
  oncomplete(status: number, ...more: unknown[]): void;
  /** Bytes that a write request holds. */
  bytes?: number;
}

/** A handle's socket, which is made when it is first asked for. */
function tcp_of(handle: NativeHandle, loop: uv_loop): tcp_handle {
  return (handle[STREAM] ??= new tcp_handle(loop, handle)) as tcp_handle;
}
/** A native handle's socket on a machine; undefined: it is no TCP handle, or the host's own. */
export function machine_socket(handle: unknown, loop: uv_loop | null): tcp_handle | undefined {
  const { TCP } = binding('tcp_wrap');
  if (!(handle instanceof TCP)) return undefined;
  return loop === null ? (handle[STREAM] as tcp_handle | undefined) : tcp_of(handle, loop);
}

/**
 * @param current the loop of the process that runs; null: none does, or it has none
 * @param is_wrapped_now whether a TLS socket is being put on the handle
 */
export function install_tcp_wrap(current: () => uv_loop | null, is_wrapped_now: () => boolean): void {
  const { TCP, constants } = binding('tcp_wrap');
  const { streamBaseState, kReadBytesOrError, kArrayBufferOffset, kBytesWritten, kLastWriteWasAsync } =
    binding('stream_wrap');

  const isOurs = (handle: NativeHandle): boolean => handle[STREAM] !== undefined || current() !== null;
  const tcp = (handle: NativeHandle): tcp_handle =>
    (handle[STREAM] as tcp_handle | undefined) ?? tcp_of(handle, current()!);

  const on_connection = (listener: NativeHandle, result: number): void => {
    const { resource, loop } = tcp(listener);
    resource.runInAsyncScope(() => {
      const onconnection = listener['onconnection'] as (status: number, client?: NativeHandle) => void;
      if (result < 0) return onconnection.call(listener, result);
      const client = new TCP(constants.SOCKET);
      const stream = new tcp_handle(loop, client);
      stream.open(result);
      client[STREAM] = stream;
      onconnection.call(listener, 0, client);
    });
  };
  const on_read = (handle: NativeHandle, result: Uint8Array | number): void => {
    const stream = tcp(handle);
    let buffer: ArrayBufferLike | undefined;
    if (typeof result === 'number') streamBaseState[kReadBytesOrError] = result;
    else {
      stream.bytes_read += result.length;
      streamBaseState[kReadBytesOrError] = result.length;
      if (stream.user_buffer === null) buffer = result.buffer;
      else stream.user_buffer.set(result);
    }
    streamBaseState[kArrayBufferOffset] = 0;
    const onread = handle['onread'] as (buffer: ArrayBufferLike | undefined) => void;
    stream.resource.runInAsyncScope(onread, handle, buffer);
  };
  const write = (handle: NativeHandle, req: Request, bytes: Uint8Array): Errno => {
    const stream = tcp(handle);
    stream.bytes_written += bytes.length;
    streamBaseState[kBytesWritten] = bytes.length;
    const sent = stream.try_write(bytes);
    const is_done = sent < 0 || sent === bytes.length;
    streamBaseState[kLastWriteWasAsync] = Number(!is_done);
    if (is_done) return Math.min(sent, 0);
    const ended = (status: number) =>
      stream.resource.runInAsyncScope(() => req.oncomplete(status, handle, undefined));
    // Node may reuse the memory: what waits is copied.
    stream.write(bytes.slice(sent), new uv_req(stream.loop, ended));
    return 0;
  };
  const write_string = (encoding: BufferEncoding) =>
    function (this: NativeHandle, req: Request, text: string): Errno {
      return write(this, req, Buffer.from(text, encoding));
    };
  const name_into = (handle: NativeHandle, peer: boolean, into: object): Errno => {
    const name: sockaddr | Errno = tcp(handle).getname(peer);
    if (IS_ERR(name)) return name;
    Object.assign(into, fromSockaddr(name));
    return 0;
  };

  replaceMethods(TCP.prototype, isOurs, {
    open(fd: number) {
      tcp(this).open(fd);
      return 0;
    },
    bind(address: string, port = 0) {
      return tcp(this).bind(toSockaddr({ address, port }, 'bind'));
    },
    // The machine has no IPv6. Node then tries IPv4, if the program has not asked for an IPv6 address.
    bind6: () => -EAFNOSUPPORT,
    connect6: () => -EAFNOSUPPORT,
    listen(backlog: number) {
      return tcp(this).listen(backlog, (result) => on_connection(this, result));
    },
    connect(req: Request, address: string, port: number) {
      const stream = tcp(this);
      return stream.connect(toSockaddr({ address, port }, 'connect'), (status) =>
        stream.resource.runInAsyncScope(() => req.oncomplete(status, this, req, status === 0, status === 0)),
      );
    },
    getsockname(into: object) {
      return name_into(this, false, into);
    },
    getpeername(into: object) {
      return name_into(this, true, into);
    },
    setNoDelay(on: boolean) {
      return tcp(this).setsockopt(SOL_TCP, TCP_OPTIONS.TCP_NODELAY, Number(on));
    },
    setKeepAlive(on: boolean, delay_s: number) {
      const stream = tcp(this);
      const err = stream.setsockopt(SOL_SOCKET, SO.SO_KEEPALIVE, Number(on));
      if (err !== 0 || !on || delay_s < 1) return err;
      stream.setsockopt(SOL_TCP, TCP_OPTIONS.TCP_KEEPIDLE, delay_s);
      stream.setsockopt(SOL_TCP, TCP_OPTIONS.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
      return stream.setsockopt(SOL_TCP, TCP_OPTIONS.TCP_KEEPCNT, KEEPALIVE_PROBES);
    },
    setTypeOfService(tos: number) {
      return tcp(this).setsockopt(SOL_IP, IP_OPTIONS.IP_TOS, tos);
    },
    setBlocking: () => 0,
    useUserBuffer(buffer: Uint8Array) {
      tcp(this).user_buffer = buffer;
    },
    readStart() {
      return tcp(this).read_start((result) => on_read(this, result));
    },
    readStop() {
      tcp(this).read_stop();
      return 0;
    },
    writeBuffer(req: Request, bytes: Uint8Array) {
      return write(this, req, bytes);
    },
    writev(req: Request, chunks: unknown[], allBuffers: boolean) {
      return write(this, req, Buffer.concat(allBuffers ? (chunks as Buffer[]) : decoded(chunks)));
    },
    writeUtf8String: write_string('utf8'),
    writeLatin1String: write_string('latin1'),
    writeAsciiString: write_string('latin1'),
    writeUcs2String: write_string('utf16le'),
    shutdown(req: Request) {
      const stream = tcp(this);
      const ended = (status: number) => stream.resource.runInAsyncScope(() => req.oncomplete(status));
      stream.shutdown(new uv_req(stream.loop, ended));
      return 0;
    },
    close(cb?: () => void) {
      close_stream(this, cb);
    },
    /** Close with a reset instead of a FIN. */
    reset(cb?: () => void) {
      const err = tcp(this).setsockopt(SOL_SOCKET, SO.SO_LINGER, { l_onoff: 1, l_linger: 0 });
      if (err === 0) close_stream(this, cb);
      return err;
    },
    ref() {
      tcp(this).set_ref(true);
    },
    unref() {
      tcp(this).set_ref(false);
    },
    hasRef() {
      return tcp(this).is_ref;
    },
  });
  const close_stream = (handle: NativeHandle, cb?: () => void): void => {
    const stream = tcp(handle);
    stream.close(() => stream.resource.runInAsyncScope(() => cb?.call(handle)));
    stream.loop.natives.delete(handle);
    close_native(handle);
  };

  replaceGetters(TCP.prototype, isOurs, {
    // Otherwise Node's HTTP parser takes the bytes from the native object without asking JavaScript.
    isStreamBase: () => is_wrapped_now(),
    fd: (handle) => tcp(handle).fd,
    bytesRead: (handle) => tcp(handle).bytes_read,
    bytesWritten: (handle) => tcp(handle).bytes_written,
    writeQueueSize: (handle) => tcp(handle).write_queue_size,
  });
}

/** The chunks of a writev() of which some are strings: chunk, encoding, chunk, encoding … */
function decoded(chunks: readonly unknown[]): Buffer[] {
  const buffers: Buffer[] = [];
  for (let i = 0; i < chunks.length; i += 2) {
    const chunk = chunks[i] as string | Buffer;
    buffers.push(typeof chunk === 'string' ? Buffer.from(chunk, chunks[i + 1] as BufferEncoding) : chunk);
  }
  return buffers;
}
