/** The records of what becomes of a frame: written in the machine's thread, read in the adapter's. */
import { DROP_DETAILS } from '../../stack/capture/drop_detail.ts';
import type { RingWriter } from '../../stack/trace/ring.ts';
import type { Drop, DropQueue } from '../packets/truth/drop.ts';
import type { Acked, Dropped } from '../packets/truth/events.ts';
import type { NameReader, NameWriter } from './nameTable.ts';

/**
 * Numbers of the first and the last frame (u32 each); the reason's, the host's and the interface's name (u16 each); the
 * queue plus one (u16); length, limit and event (f64 each); the detail plus one (u16).
 */
const DROP_BYTES = 42;
/** Number of the frame, the old and the new snd_una (u32 each). */
const ACKED_BYTES = 12;

const QUEUES: readonly DropQueue[] = [
  'accept',
  'syn',
  'backlog',
  'receive',
  'qdisc',
  'cpu',
  'neighbour',
  'rx_ring',
];

export function writeDropped(
  ring: RingWriter,
  names: NameWriter,
  kind: number,
  { first, last, drop }: Dropped,
): void {
  const { reason, detail, host = '', queue, length = 0, limit = 0, event } = drop;
  const at = ring.reserve(kind, DROP_BYTES);
  const { view } = ring;
  const nameOf = (text: string): number => (text === '' ? 0 : names.numberOf(text));
  view.setUint32(at, first, true);
  view.setUint32(at + 4, last, true);
  view.setUint16(at + 8, names.numberOf(reason), true);
  view.setUint16(at + 10, nameOf(host), true);
  view.setUint16(at + 12, nameOf(drop.interface ?? ''), true);
  view.setUint16(at + 14, queue === undefined ? 0 : QUEUES.indexOf(queue) + 1, true);
  view.setFloat64(at + 16, length, true);
  view.setFloat64(at + 24, limit, true);
  view.setFloat64(at + 32, event, true);
  view.setUint16(at + 40, detail === undefined ? 0 : DROP_DETAILS.indexOf(detail) + 1, true);
  ring.commit();
}

export function readDropped(content: Uint8Array, names: NameReader): Dropped {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const host = names.name(view.getUint16(10, true));
  const port = names.name(view.getUint16(12, true));
  const queue = QUEUES[view.getUint16(14, true) - 1];
  const detail = DROP_DETAILS[view.getUint16(40, true) - 1];
  const drop: Drop = {
    reason: names.name(view.getUint16(8, true)),
    event: view.getFloat64(32, true),
    ...(detail !== undefined && { detail }),
    ...(host !== '' && { host }),
    ...(port !== '' && { interface: port }),
    ...(queue !== undefined && {
      queue,
      length: view.getFloat64(16, true),
      limit: view.getFloat64(24, true),
    }),
  };
  return { first: view.getUint32(0, true), last: view.getUint32(4, true), drop };
}

export function writeAcked(ring: RingWriter, kind: number, { number, from, to }: Acked): void {
  const at = ring.reserve(kind, ACKED_BYTES);
  ring.view.setUint32(at, number, true);
  ring.view.setUint32(at + 4, from >>> 0, true);
  ring.view.setUint32(at + 8, to >>> 0, true);
  ring.commit();
}

export function readAcked(content: Uint8Array): Acked {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return {
    number: view.getUint32(0, true),
    from: view.getUint32(4, true),
    to: view.getUint32(8, true),
  };
}
