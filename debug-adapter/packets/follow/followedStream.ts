/**
 * What the two ends of a TCP connection or UDP conversation have told each other, in the order of capture. It knows
 * where the bytes are, never the bytes: they are read from the kept packets when somebody looks.
 */
import type { StreamProtocolName } from '../data.ts';
import { ACK, SYN } from '../dissectors/tcpFlags.ts';
import { FIELDS } from '../dissectors/all.ts';
import type { KeptPackets } from '../kept/keptPackets.ts';
import type { Progress } from '../list/rowList.ts';
import type { Item } from '../tree/item.ts';
import { told, type Packet } from '../tree/packet.ts';
import { Pieces } from './pieces.ts';
import { StreamOrder, type Chunk } from './streamOrder.ts';

/** Milliseconds that one answer spends on looking for the stream's packets. */
const FOLLOW_TIME = 100;
/** Rows between two looks at the clock. */
const PORTION = 64;
const UDP_HEADER = 8;

/** The numbers of one end. */
export interface End {
  /** `10.0.0.1:40312` */
  readonly name: string;
  packets: number;
  /** Bytes that the capture has. */
  bytes: number;
  /** Bytes that it does not have, between those that it has. */
  missing: number;
  /** Bytes that were sent before the first one that is kept. */
  letGo: number;
}

interface Ends {
  readonly client: End;
  readonly server: End;
}

export class FollowedStream {
  readonly protocol: StreamProtocolName;
  readonly stream: number;
  /** Both ends, once a packet was found: the one that opened the connection, and the other. */
  ends: Ends | null = null;
  /** How many streams of the protocol there are. */
  streams = 0;
  readonly both = new Pieces();
  readonly client = new Pieces();
  readonly server = new Pieces();
  private readonly order = new StreamOrder((chunk) => this.keep(chunk));
  /** The row of the oldest packet of the stream. */
  private oldest = Infinity;
  /** The next row to be looked at. */
  private next = 0;

  constructor(protocol: StreamProtocolName, stream: number) {
    this.protocol = protocol;
    this.stream = stream;
  }

  /** Whether a packet that it has was let go since: it has to be followed anew. */
  hasLost({ first }: KeptPackets): boolean {
    return this.oldest < first;
  }

  /** Bytes of an end that came and wait for others before them. */
  waiting(isServer: boolean): number {
    return this.order.waiting(isServer);
  }

  /** Looks at the new packets. @returns how many of how many are looked at, if the time was too short for all */
  update(packets: KeptPackets, milliseconds = FOLLOW_TIME): Progress | null {
    const { first, end, count } = packets;
    const deadline = performance.now() + milliseconds;
    const begin = (this.next = Math.max(this.next, first));
    for (; this.next < end; this.next++) {
      const looked = this.next - begin;
      // Each answer gets on.
      if (looked > 0 && looked % PORTION === 0 && performance.now() > deadline)
        return { done: this.next - first, of: count };
      const stream = packets.streamOf(this.next, this.protocol);
      this.streams = Math.max(this.streams, stream + 1);
      if (stream === this.stream) this.add(this.next, packets);
    }
    return null;
  }

  private add(row: number, packets: KeptPackets): void {
    const packet = packets.packet(row);
    this.oldest = Math.min(this.oldest, row);
    const [source, destination] = [told(packet.columns.source), told(packet.columns.destination)];
    const ends = (this.ends ??= endsOf(packet, source, destination, hasLostBeginning(packet, packets)));
    const isServer = source === ends.server.name && source !== destination;
    const from = isServer ? ends.server : ends.client;
    from.packets++;
    const payload = payloadOf(packet, this.protocol);
    if (!payload) return;
    const { length, captured } = payload;
    if (this.protocol === 'udp') {
      if (captured > 0) this.keep({ row, isServer, skip: 0, length: captured, missing: 0 });
      if (length > captured) this.keep({ row, isServer, skip: 0, length: 0, missing: length - captured });
      return;
    }
    const flags = valueOf(packet, 'tcp.flags');
    const seq = valueOf(packet, 'tcp.seq') + (flags & SYN ? 1 : 0);
    const ack = flags & ACK ? valueOf(packet, 'tcp.ack') : null;
    // Relative numbers begin at 1 behind the SYN, and in a capture that begins later.
    if (from.packets === 1) from.letGo = (seq - 1) >>> 0;
    this.order.add({ row, isServer, seq, ack, length, captured });
  }

  private keep(chunk: Chunk): void {
    const end = this.ends![chunk.isServer ? 'server' : 'client'];
    const placed = { ...chunk, position: end.bytes };
    end.bytes += chunk.length;
    end.missing += chunk.missing;
    this.both.add(placed);
    (chunk.isServer ? this.server : this.client).add(placed);
  }
}

/** The bytes of a chunk, which must not be a gap. */
export function bytesOf(
  packets: KeptPackets,
  { row, skip, length }: Chunk,
  protocol: StreamProtocolName,
): Uint8Array {
  const { source, at } = payloadOf(packets.packet(row), protocol)!;
  return source.subarray(at + skip, at + skip + length);
}

/** Packets that came before the stream's first one here are no longer kept. */
function hasLostBeginning({ context, frame }: Packet, packets: KeptPackets): boolean {
  const first = context.tcp?.conversation.first.number ?? frame.number;
  return first < frame.number && packets.rowOf(first) < 0;
}

/** @param isLate its beginning is unknown: the server is the one with the lower port then */
function endsOf(packet: Packet, source: string, destination: string, isLate: boolean): Ends {
  const flags = valueOf(packet, 'tcp.flags');
  const isAnswer = (flags & (SYN | ACK)) === (SYN | ACK);
  const isFromServer = isAnswer || (isLate && portOf(source) < portOf(destination));
  const [client, server] = isFromServer ? [destination, source] : [source, destination];
  return { client: end(client), server: end(server) };
}

function end(name: string): End {
  return { name, packets: 0, bytes: 0, missing: 0, letGo: 0 };
}

function portOf(name: string): number {
  return Number(name.slice(name.lastIndexOf(':') + 1));
}

interface Payload {
  /** What it lies in: the frame, or what was put together from several. */
  readonly source: Uint8Array;
  readonly at: number;
  /** Bytes on the wire, and in the capture. */
  readonly length: number;
  readonly captured: number;
}

function payloadOf(packet: Packet, protocol: StreamProtocolName): Payload | null {
  const layer = itemOf(packet, protocol);
  const whole = itemOf(packet, protocol === 'tcp' ? 'tcp.len' : 'udp.length');
  if (!layer || !whole) return null;
  const header = protocol === 'tcp' ? valueOf(packet, 'tcp.hdr_len') : UDP_HEADER;
  const length = Math.max(0, (whole.value as number) - (protocol === 'udp' ? UDP_HEADER : 0));
  const { bytes } = layer.source;
  const at = layer.offset + header;
  return { source: bytes, at, length, captured: Math.max(0, Math.min(length, bytes.length - at)) };
}

function itemOf(packet: Packet, name: string): Item | undefined {
  return packet.items(FIELDS.get(name)!)[0];
}

function valueOf(packet: Packet, name: string): number {
  return (itemOf(packet, name)?.value as number | undefined) ?? 0;
}
