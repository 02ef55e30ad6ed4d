/** Counts together what is too small, or too close, to be told apart: the effort of a view depends on its width only. */
import type { Moment, SequenceCall, SequencePacket } from '../protocol.ts';
import type { Happening } from '../sequence/happening.ts';
import type { TimelineBar, TimelineOutput, TimelinePacket } from './data.ts';
import type { Lanes } from './lanes.ts';

/** A window, and the width of what can be told apart in it. */
export interface Column {
  positionOf(moment: Moment): number;
  begin: number;
  end: number;
  width: number;
}

/** So many packets are drawn at most. */
const MOST_PACKETS = 3000;

/** The system calls in a window, and the sleeps in them. */
export function barsIn(calls: readonly SequenceCall[], lanes: Lanes, column: Column): TimelineBar[] {
  const bars = new Bars(column);
  for (const call of calls) {
    const lane = lanes.of(call.lifeline);
    if (lane === undefined || !bars.isIn(call.from, call.to)) continue;
    const { name, result, from, to, sleeps } = call;
    const more = { arguments: call.arguments, ...(result !== undefined && { result }) };
    bars.add({ lane, kind: 'call', from, ...(to !== undefined && { to }), name, ...more, count: 1 });
    for (const sleep of sleeps)
      if (bars.isIn(sleep.from, sleep.to)) bars.add({ lane, kind: 'sleep', ...sleep, name, count: 1 });
  }
  return bars.all;
}

class Bars {
  readonly all: TimelineBar[] = [];
  readonly #column: Column;
  /** The last bar of each kind, by lane. */
  readonly #last = new Map<string, TimelineBar>();

  constructor(column: Column) {
    this.#column = column;
  }

  isIn(from: Moment, to: Moment | undefined): boolean {
    const { positionOf, begin, end } = this.#column;
    return positionOf(from) <= end && (to === undefined || positionOf(to) >= begin);
  }
  add(bar: TimelineBar): void {
    const key = `${bar.lane} ${bar.kind}`;
    const last = this.#last.get(key);
    if (last !== undefined && this.#isOne(last, bar)) return join(last, bar);
    this.#last.set(key, bar);
    this.all.push(bar);
  }
  /** Neither can be seen by itself. */
  #isOne(last: TimelineBar, { from, to }: TimelineBar): boolean {
    const { positionOf, width } = this.#column;
    if (last.to === undefined || to === undefined || width === 0) return false;
    const gap = positionOf(from) - positionOf(last.to);
    const isSmall = positionOf(to) - positionOf(from) < width;
    const wasSmall = last.count > 1 || positionOf(last.to) - positionOf(last.from) < width;
    return gap < width && isSmall && wasSmall;
  }
}
function join(last: TimelineBar, { to, name, count }: TimelineBar): void {
  if (to !== undefined) last.to = to;
  last.count += count;
  if (last.name !== name) last.name = '';
  delete last.arguments;
  delete last.result;
}

/** The packets in a window. */
export function packetsIn(
  packets: readonly SequencePacket[],
  lanes: Lanes,
  { positionOf, begin, end, width }: Column,
): TimelinePacket[] {
  const shown = packets.flatMap((packet): TimelinePacket[] => {
    const [from, to] = [lanes.of(packet.from), lanes.of(packet.to)];
    const { number, protocol, label, sent, arrived, fate, payload } = packet;
    const isIn = positionOf(sent) <= end && positionOf(arrived ?? sent) >= begin;
    if (from === undefined || to === undefined || !isIn) return [];
    const ended = arrived === undefined ? {} : { arrived };
    return [{ from, to, number, protocol, label, sent, ...ended, fate, payload, count: 1 }];
  });
  let merged = shown;
  for (let size = width; size > 0; size *= 2) {
    merged = together(shown, (packet) => Math.floor(positionOf(packet.sent) / size));
    // What is still apart in one column for all is of different lanes.
    if (merged.length <= MOST_PACKETS || size > end - begin) break;
  }
  return merged;
}

/** What processes with a lane have written in a window. */
export function outputsIn(
  happenings: readonly Happening[],
  lanes: Lanes,
  { positionOf, begin, end, width }: Column,
): TimelineOutput[] {
  const byPlace = new Map<string, TimelineOutput>();
  for (const happening of happenings) {
    if (happening.kind !== 'output') continue;
    const { event, timeNs, pid, stream, text } = happening;
    const position = positionOf(happening);
    const lane = lanes.ofProcess(pid);
    if (lane === undefined || position < begin || position > end) continue;
    const key = `${lane} ${stream} ${width === 0 ? event : Math.floor(position / width)}`;
    const before = byPlace.get(key);
    if (before === undefined) byPlace.set(key, { lane, at: { event, timeNs }, stream, text, count: 1 });
    else before.count++;
  }
  return [...byPlace.values()];
}

function together(
  packets: readonly TimelinePacket[],
  columnOf: (packet: TimelinePacket) => number,
): TimelinePacket[] {
  const byPlace = new Map<string, TimelinePacket>();
  for (const packet of packets) {
    const { from, to, fate } = packet;
    const key = `${from} ${to} ${fate} ${columnOf(packet)}`;
    const before = byPlace.get(key);
    if (before === undefined) byPlace.set(key, { ...packet });
    else {
      before.count++;
      before.payload += packet.payload;
      if (packet.arrived !== undefined) before.arrived = packet.arrived;
      if (before.label !== packet.label) before.label = '';
      if (before.protocol !== packet.protocol) before.protocol = '';
    }
  }
  return [...byPlace.values()];
}
