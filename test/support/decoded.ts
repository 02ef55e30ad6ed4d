/** Packets decoded as a session does it. */
import { dissectFirst, dissectPacket } from '../../debug-adapter/packets/dissectors/all.ts';
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { Trackers } from '../../debug-adapter/packets/tracking/trackers.ts';
import { told, type Packet } from '../../debug-adapter/packets/tree/packet.ts';

/** First in the order of capture, then again when all are known: a packet's last lines depend on those after it. */
export function decoded(frames: readonly CapturedFrame[]): Packet[] {
  const kept = new Map(frames.map(({ number, bytes }) => [number, bytes]));
  const trackers = new Trackers({ bytesOf: (number) => kept.get(number) ?? null });
  const contexts = frames.map((frame) => dissectFirst(frame, trackers).context);
  return frames.map((frame, at) => dissectPacket(frame, contexts[at]));
}

/** `HTTP  GET / HTTP/1.1 ` */
export function columnsOf({ columns }: Packet): string {
  return `${told(columns.protocol)}  ${told(columns.info)}`;
}
