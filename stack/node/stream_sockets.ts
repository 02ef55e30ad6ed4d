/**
 * Sockets over streams: where Node's HTTP/2 finds no native stream it puts such a socket around the connection,
 * as it does here around a machine's. What it then asks of the socket is meant for the connection.
 */

/** Node's JSStreamSocket. */
interface StreamSocket {
  stream?: object;
}
type Setter = (this: StreamSocket, ...args: unknown[]) => unknown;

export function install_stream_sockets(): void {
  const { Socket } = process.getBuiltinModule('net');
  const prototype = Socket.prototype as unknown as Record<string, Setter>;
  for (const name of ['setNoDelay', 'setKeepAlive', 'ref', 'unref']) {
    const original = prototype[name]!;
    prototype[name] = function (...args) {
      const { stream } = this;
      if (stream instanceof Socket) original.apply(stream as object, args);
      return original.apply(this, args);
    };
  }
}
