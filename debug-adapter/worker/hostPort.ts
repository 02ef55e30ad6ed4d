/** The machine's side of the host's sockets: each call is a message to the thread that has them. */
import type { MessagePort } from 'node:worker_threads';
import type { ForwardedPort, HostConnection, HostEvent, HostSide } from '../../stack/gateway/host_side.ts';
import type { FromHost, ToHost } from './hostChannel.ts';

export class HostPort implements HostSide {
  readonly #port: MessagePort;
  readonly #questions = new Map<number, (address: string | null) => void>();
  #asked = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  listen(
    ports: readonly ForwardedPort[],
    arrive: (connection: number, event: HostEvent) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.on('message', (message: FromHost) => {
        if (message.type === 'event') return arrive(message.connection, message.event);
        if (message.type === 'address') return this.#answered(message.question, message.address);
        // The world keeps the thread alive, not its port.
        this.#port.unref();
        if (message.error === undefined) resolve();
        else reject(new Error(message.error));
      });
      this.#send({ type: 'listen', ports });
    });
  }
  connection(connection: number): HostConnection {
    return {
      write: (bytes) => this.#send({ type: 'write', connection, bytes }),
      end: () => this.#send({ type: 'end', connection }),
      destroy: () => this.#send({ type: 'destroy', connection }),
      resume: () => this.#send({ type: 'resume', connection }),
    };
  }
  connect(connection: number, address: string, port: number): void {
    this.#send({ type: 'connect', connection, address, port });
  }
  lookup(name: string): Promise<string | null> {
    return new Promise((resolve) => {
      this.#questions.set(++this.#asked, resolve);
      this.#send({ type: 'lookup', question: this.#asked, name });
    });
  }
  #answered(question: number, address: string | null): void {
    this.#questions.get(question)?.(address);
    this.#questions.delete(question);
  }
  close(): void {
    this.#send({ type: 'close' });
    this.#port.close();
  }

  #send(message: ToHost): void {
    this.#port.postMessage(message);
  }
}
