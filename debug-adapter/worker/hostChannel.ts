/** Messages between the machine's thread and the sockets of the host, which another thread has. */
import type { ForwardedPort, HostEvent } from '../../stack/gateway/host_side.ts';

export type ToHost =
  | { type: 'listen'; ports: readonly ForwardedPort[] }
  | { type: 'write'; connection: number; bytes: Uint8Array }
  | { type: 'end' | 'destroy' | 'resume'; connection: number }
  | { type: 'connect'; connection: number; address: string; port: number }
  | { type: 'lookup'; question: number; name: string }
  | { type: 'close' };

export type FromHost =
  /** All ports are open; or one is not, and the message tells why. */
  | { type: 'listening'; error?: string }
  | { type: 'address'; question: number; address: string | null }
  | { type: 'event'; connection: number; event: HostEvent };
