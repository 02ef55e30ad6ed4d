/** Captures of one TCP connection, told by what each end sends. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { capture, synOptions, tcp, text, type Bytes } from './packetBuilder.ts';

/** What an end sends: `C` the client, `S` the server; `!` behind it closes that direction with these bytes. */
export type Sent = readonly ['C' | 'S' | 'C!' | 'S!', string | Bytes];

export interface Ends {
  client: string;
  server: string;
}
const ENDS: Ends = { client: '10.0.0.1:40312', server: '10.0.0.2:8080' };
const [C0, S0] = [1_000_000, 4_200_000_000];

/** A handshake, then one segment for each text, each acknowledged by the next of the other end. */
export function conversation(sent: readonly Sent[], ends: Partial<Ends> = {}): CapturedFrame[] {
  return capture(segments(sent, ends));
}

export function segments(sent: readonly Sent[], ends: Partial<Ends> = {}): Bytes[] {
  const { client, server } = { ...ENDS, ...ends };
  let [c, s] = [1, 1];
  const packets = [
    tcp({ from: client, to: server, flags: 'SYN', seq: C0, tcpOptions: synOptions() }),
    tcp({ from: server, to: client, flags: 'SYN ACK', seq: S0, ack: C0 + 1, tcpOptions: synOptions() }),
    tcp({ from: client, to: server, flags: 'ACK', seq: C0 + 1, ack: S0 + 1, window: 512 }),
  ];
  for (const [from, what] of sent) {
    const payload = typeof what === 'string' ? text(what) : what;
    const flags = from.endsWith('!') ? 'FIN PSH ACK' : 'PSH ACK';
    const isClient = from.startsWith('C');
    packets.push(
      isClient
        ? tcp({ from: client, to: server, flags, seq: C0 + c, ack: S0 + s, window: 512, payload })
        : tcp({ from: server, to: client, flags, seq: S0 + s, ack: C0 + c, window: 512, payload }),
    );
    const used = payload.length + (from.endsWith('!') ? 1 : 0);
    if (isClient) c += used;
    else s += used;
  }
  return packets;
}
