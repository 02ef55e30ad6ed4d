/** The host's end of the gateway: Node's own sockets on the loopback, beside the machine's thread. */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ForwardedPort } from '../stack/gateway/host_side.ts';
import type { FromHost, ToHost } from './worker/hostChannel.ts';

/** Serves one world. @returns the port for its thread */
export function hostSockets(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  new HostSockets(port1);
  return port2;
}

class HostSockets {
  readonly #port: MessagePort;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<number, Socket>();
  #numbers = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (message: ToHost) => this.#obey(message));
    port.on('close', () => this.#close());
    // The session keeps the process alive, not this.
    port.unref();
  }

  #obey(message: ToHost): void {
    switch (message.type) {
      case 'listen':
        return void this.#listen(message.ports);
      case 'connect':
        return this.#connect(message.connection, message.address, message.port);
      case 'lookup':
        return void this.#lookup(message.question, message.name);
      case 'write':
        return this.#write(message.connection, message.bytes);
      case 'end':
        return void this.#connections.get(message.connection)?.end();
      case 'destroy':
        return void this.#connections.get(message.connection)?.resetAndDestroy();
      case 'resume':
        return void this.#connections.get(message.connection)?.resume();
      case 'close':
        return this.#close();
    }
  }
  #send(message: FromHost): void {
    this.#port.postMessage(message);
  }

  async #listen(ports: readonly ForwardedPort[]): Promise<void> {
    try {
      for (const { address, port, to } of ports) {
        const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
          this.#connected(socket, to),
        );
        this.#servers.push(server);
        server.listen(port, address);
        await once(server, 'listening');
      }
      this.#send({ type: 'listening' });
    } catch (error) {
      this.#close();
      this.#send({ type: 'listening', error: whyNot(error as NodeJS.ErrnoException & { port?: number }) });
    }
  }
  #connected(socket: Socket, to: number): void {
    const connection = ++this.#numbers;
    this.#carry(connection, socket);
    const from = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#send({ type: 'event', connection, event: { what: 'open', port: to, from } });
    socket.resume();
  }
  /** Connect for a program; what comes is read when the program's side is there as well. */
  #connect(connection: number, address: string, port: number): void {
    const socket = connect({ host: address, port, allowHalfOpen: true });
    // Known from now on: a world that ends ends this as well.
    this.#connections.set(connection, socket);
    const failed = ({ code }: NodeJS.ErrnoException) => {
      this.#connections.delete(connection);
      const what = code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
      this.#send({ type: 'event', connection, event: { what } });
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      this.#carry(connection, socket);
      socket.pause();
      this.#send({ type: 'event', connection, event: { what: 'connected' } });
    });
  }
  async #lookup(question: number, name: string): Promise<void> {
    const found = await lookup(name, { family: 4 }).catch(() => null);
    this.#send({ type: 'address', question, address: found?.address ?? null });
  }
  /** Tell what happens to a connected socket. */
  #carry(connection: number, socket: Socket): void {
    this.#connections.set(connection, socket);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      // One piece at a time: the next one when the machine has taken this one.
      socket.pause();
      this.#send({ type: 'event', connection, event: { what: 'data', bytes } });
    });
    socket.on('end', () => this.#send({ type: 'event', connection, event: { what: 'end' } }));
    // A reset is told by the event that follows it.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#send({ type: 'event', connection, event: { what: 'gone' } });
    });
  }
  #write(connection: number, bytes: Uint8Array): void {
    const socket = this.#connections.get(connection);
    socket?.write(bytes, () => this.#send({ type: 'event', connection, event: { what: 'written' } }));
  }
  #close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#connections.values()) socket.destroy();
    this.#connections.clear();
  }
}

function whyNot({ code, message, port }: NodeJS.ErrnoException & { port?: number }): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} of this computer is taken by another program, perhaps another session of this one: forward another one`;
    case 'EACCES':
      return `port ${port} of this computer needs privileges: forward one from 1024 on`;
    default:
      return message;
  }
}
