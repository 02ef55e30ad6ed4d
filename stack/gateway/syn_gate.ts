/**
 * The gateway's end of its wire. A connection request to the outside is held back until the host is connected,
 * so that the gateway's own TCP answers it as the peer did: with a SYN-ACK, a reset, or not at all.
 */
import { IPPROTO_TCP } from '../include/uapi/linux/in.ts';
import { frame_release, type wire_frame } from '../wire/frame.ts';
import type { Receiver, Wire } from '../wire/wire.ts';

const ETH_HLEN = 14;
const ETH_P_IP = 0x0800;
const TCP_FLAGS = 13;
const SYN = 0x02;
const ACK = 0x10;

/** A connection request: addresses in host order. */
export interface ConnectionRequest {
  readonly frame: wire_frame;
  readonly source: number;
  readonly source_port: number;
  readonly destination: number;
  readonly destination_port: number;
}

export class SynGate implements Wire {
  readonly #end: Wire;
  readonly #ask: (request: ConnectionRequest) => void;
  /** Requests that are held back, or whose handshake is under way, by their four-tuples. */
  readonly #held = new Map<string, 'asked' | 'let in'>();
  #receive: Receiver | null = null;

  /** @param ask called with each new request; let_in(), forget() or refuse() answers it */
  constructor(end: Wire, ask: (request: ConnectionRequest) => void) {
    this.#end = end;
    this.#ask = ask;
  }

  transmit(frame: wire_frame): number {
    return this.#end.transmit(frame);
  }
  attach(receive: Receiver): void {
    this.#receive = receive;
    this.#end.attach((frame, more) => this.#arrive(frame, more));
  }

  #arrive(frame: wire_frame, more: boolean): void {
    const request = connection_request(frame);
    const state = request === null ? 'let in' : this.#held.get(key_of(request));
    if (state === 'let in') return this.#receive!(frame, more);
    // A copy of a request that is held back.
    if (state === 'asked') return frame_release(frame);
    this.#held.set(key_of(request!), 'asked');
    this.#ask(request!);
  }

  /** Let a request and its copies pass: a listener waits for it, or nobody does, which refuses it. */
  let_in(request: ConnectionRequest): void {
    this.#held.set(key_of(request), 'let in');
    this.#receive!(request.frame, false);
  }
  /** Drop a request: its sender asks again. */
  drop(request: ConnectionRequest): void {
    frame_release(request.frame);
    this.forget(request);
  }
  /** The request has its answer: a later one with the same addresses is a new one. */
  forget(request: ConnectionRequest): void {
    this.#held.delete(key_of(request));
  }
}

function key_of({ source, source_port, destination, destination_port }: ConnectionRequest): string {
  return `${source}:${source_port} ${destination}:${destination_port}`;
}

/** The addresses of a TCP segment with SYN and without ACK; null: it is something else. */
function connection_request(frame: wire_frame): ConnectionRequest | null {
  const { head } = frame;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < ETH_HLEN + 20 || view.getUint16(12) !== ETH_P_IP) return null;
  const tcp = ETH_HLEN + (view.getUint8(ETH_HLEN) & 0x0f) * 4;
  if (view.getUint8(ETH_HLEN + 9) !== IPPROTO_TCP || head.length < tcp + 20) return null;
  if ((view.getUint8(tcp + TCP_FLAGS) & (SYN | ACK)) !== SYN) return null;
  return {
    frame,
    source: view.getInt32(ETH_HLEN + 12),
    source_port: view.getUint16(tcp),
    destination: view.getInt32(ETH_HLEN + 16),
    destination_port: view.getUint16(tcp + 2),
  };
}
