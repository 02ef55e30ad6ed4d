/** The far side of the gateway: sockets of the host, which whoever creates the world supplies. */

/** What happens on the host's side of a connection. Each enters the world through its input log. */
export type HostEvent =
  /** A client of the host has connected to a forwarded port. */
  | { what: 'open'; port: number; from: string }
  | { what: 'data'; bytes: Uint8Array }
  /** The host's peer sends no more. */
  | { what: 'end' }
  /** The connection is gone: reset, or closed. */
  | { what: 'gone' }
  /** The bytes written last have left; more may follow. */
  | { what: 'written' }
  /** A connection that a program wanted is there. */
  | { what: 'connected' }
  /** It is not: refused by its peer, or because nothing answers. */
  | { what: 'refused' }
  | { what: 'unreachable' };

/** One connection's socket on the host. */
export interface HostConnection {
  /** Deliver bytes to the host's peer; 'written' follows. */
  write(bytes: Uint8Array): void;
  /** Nothing more will be written. */
  end(): void;
  /** Reset it. */
  destroy(): void;
  /** The world has taken what has come: more may come. */
  resume(): void;
}

/** A forwarded port: a port of the host's loopback leads to one of the machine. */
export interface ForwardedPort {
  /** The host's address and port. */
  address: string;
  port: number;
  /** The machine's port. */
  to: number;
}

export interface HostSide {
  /**
   * Listen at forwarded ports, and tell from now on what happens to connections.
   *
   * @param arrive called with the number of a connection and what happens to it
   * @throws an Error whose message says what the user can do
   */
  listen(
    ports: readonly ForwardedPort[],
    arrive: (connection: number, event: HostEvent) => void,
  ): Promise<void>;
  connection(number: number): HostConnection;
  /** Connect for a program: 'connected', 'refused' or 'unreachable' follows. */
  connect(number: number, address: string, port: number): void;
  /** The IPv4 address of a name; null: there is none. */
  lookup(name: string): Promise<string | null>;
  /** Stop listening; connections stay. */
  close(): void;
}
