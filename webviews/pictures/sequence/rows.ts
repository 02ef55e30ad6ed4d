/**
 * What happened, as rows from top to bottom. What one lifeline does at one instant of virtual time shares a row, as
 * far as the row has room for it: `connect() · SYN_SENT · SYN` is one.
 */
import type {
  Moment,
  SequenceCall,
  SequencePacket,
  SequenceQueues,
  SequenceResponse,
  SequenceState,
} from '../../../debug-adapter/protocol.ts';

/** While a task sleeps in a call. */
export type Sleep = SequenceCall['sleeps'][number];

export type Item =
  | { kind: 'call'; at: Moment; lifeline: string; call: SequenceCall }
  | { kind: 'return'; at: Moment; lifeline: string; call: SequenceCall }
  /** A part of its call's bar: it has no place in a row. */
  | { kind: 'sleep'; at: Moment; lifeline: string; call: SequenceCall; sleep: Sleep }
  | { kind: 'state'; at: Moment; lifeline: string; state: SequenceState }
  | { kind: 'queues'; at: Moment; lifeline: string; queues: SequenceQueues }
  | { kind: 'sent'; at: Moment; lifeline: string; packet: SequencePacket }
  /** A NIC has stored it; only where NICs are shown. */
  | { kind: 'stored'; at: Moment; lifeline: string; packet: SequencePacket }
  | { kind: 'arrived'; at: Moment; lifeline: string; packet: SequencePacket };

export interface Row {
  timeNs: number;
  lifeline: string;
  items: Item[];
}

/** Everything that has a place in a row, in the order in which it happened. */
export function itemsOf({ calls, packets, states, queues }: SequenceResponse, withNics = false): Item[] {
  const items: Item[] = [];
  for (const call of calls) {
    const { lifeline } = call;
    items.push({ kind: 'call', at: call.from, lifeline, call });
    if (call.to !== undefined && !isShort(call)) items.push({ kind: 'return', at: call.to, lifeline, call });
  }
  for (const state of states) items.push({ kind: 'state', at: state.at, lifeline: state.lifeline, state });
  for (const one of queues) items.push({ kind: 'queues', at: one.at, lifeline: one.lifeline, queues: one });
  for (const packet of packets) {
    items.push({ kind: 'sent', at: packet.sent, lifeline: packet.from, packet });
    if (withNics && packet.stored !== undefined)
      items.push({ kind: 'stored', at: packet.stored, lifeline: nicOf(packet.receiver ?? ''), packet });
    if (packet.arrived !== undefined)
      items.push({ kind: 'arrived', at: packet.arrived, lifeline: packet.to, packet });
  }
  // Array.sort() keeps the order of what happens at the same event.
  return items.sort((a, b) => a.at.event - b.at.event);
}

/** The sleeps in calls. */
export function sleepsOf(calls: readonly SequenceCall[]): Item[] {
  return calls.flatMap((call) => call.sleeps.map((sleep) => sleepItem(call, sleep)));
}
export function sleepItem(call: SequenceCall, sleep: Sleep): Item {
  return { kind: 'sleep', at: sleep.from, lifeline: call.lifeline, call, sleep };
}

/** The id of a NIC's lifeline. */
export function nicOf(nic: string): string {
  return `nic ${nic}`;
}

/** A call that returns at the instant at which it was made, without a sleep: its result stands beside it. */
export function isShort({ from, to, sleeps }: SequenceCall): boolean {
  return to !== undefined && to.timeNs === from.timeNs && sleeps.length === 0;
}

export function rowsOf(items: readonly Item[]): Row[] {
  const rows: Row[] = [];
  for (const item of items) {
    const last = rows.at(-1);
    const { timeNs } = item.at;
    if (last?.timeNs === timeNs && last.lifeline === item.lifeline && hasRoom(last, item))
      last.items.push(item);
    else rows.push({ timeNs, lifeline: item.lifeline, items: [item] });
  }
  return rows;
}

/** A packet arrives before anything is done about it, and a row holds one call, one packet in and one out. */
function hasRoom({ items }: Row, { kind }: Item): boolean {
  const has = (...kinds: Item['kind'][]) => items.some((item) => kinds.includes(item.kind));
  switch (kind) {
    case 'arrived':
      return false;
    case 'call':
    case 'return':
      return !has('call', 'return', 'queues');
    case 'sent':
      return !has('sent');
    case 'queues':
      return !has('queues', 'state', 'call', 'return');
    case 'sleep':
    case 'state':
    case 'stored':
      return true;
  }
}
