/** Bytes per second, from samples: the differences over slices of equal length. */
import { message, say, type Translate } from '../../language/message.ts';
import type { Moment } from '../protocol.ts';
import type { GraphLine } from './data.ts';
import type { SocketPoint } from './lines.ts';

/** Into how many slices the shown time is cut. */
const SLICES = 120;

export interface Timed {
  at: Moment;
  point: SocketPoint;
}

const LINES = [
  {
    id: 'sent',
    label: message('sent'),
    about: message('Bytes sent for the first time, per second (snd_nxt).'),
    value: (point: SocketPoint) => afterSyn(point.sent('snd_nxt')),
  },
  {
    id: 'acknowledged',
    label: message('acknowledged'),
    about: message('Bytes that the peer has acknowledged, per second (snd_una).'),
    value: (point: SocketPoint) => afterSyn(point.sent('snd_una')),
  },
  {
    id: 'received',
    label: message('received'),
    about: message('Bytes received in order, per second (rcv_nxt).'),
    value: (point: SocketPoint) => afterSyn(point.received('rcv_nxt') ?? 0),
  },
];

/** A SYN has a sequence number, but is no byte. */
function afterSyn(number: number): number {
  return Math.max(1, number);
}

/** @param samples in order, the first of which is where the differences begin */
export function throughput(
  samples: readonly Timed[],
  t: Translate,
): { moments: Moment[]; lines: GraphLine[] } {
  const lines: GraphLine[] = LINES.map(({ id, label, about }) => ({
    id,
    label: say(t, label),
    about: say(t, about),
    values: [],
  }));
  const moments: Moment[] = [];
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at.timeNs === first.at.timeNs)
    return { moments, lines };
  const width = (last.at.timeNs - first.at.timeNs) / SLICES;
  let next = 0;
  let before = LINES.map(({ value }) => value(first.point));
  let { event } = first.at;
  for (let slice = 0; slice < SLICES; slice++) {
    const begin = { event, timeNs: Math.round(first.at.timeNs + slice * width) };
    const end = slice === SLICES - 1 ? Infinity : first.at.timeNs + (slice + 1) * width;
    let { point } = samples[Math.max(0, next - 1)]!;
    for (; next < samples.length && samples[next]!.at.timeNs < end; next++) {
      ({ point } = samples[next]!);
      ({ event } = samples[next]!.at);
    }
    const now = LINES.map(({ value }) => value(point));
    moments.push(begin);
    for (const [index, line] of lines.entries())
      line.values.push(Math.max(0, Math.round(((now[index]! - before[index]!) * 1e9) / width)));
    before = now;
  }
  // The last slice's value holds until its end.
  moments.push(last.at);
  for (const line of lines) line.values.push(line.values.at(-1)!);
  return { moments, lines };
}
