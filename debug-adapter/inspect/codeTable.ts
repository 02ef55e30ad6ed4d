/** The code of packets and of other events in one answer, for the record of a run. */
import type { EventStacks, StackOfEvent } from './eventStacks.ts';
import type { PacketStacks, StacksOfPacket } from './packetStacks.ts';
import { StackTable } from './stackTable.ts';
import type { TextFrame } from './stackText.ts';

export interface CodeTable {
  frames: TextFrame[];
  /** Each a list of indices into `frames`, innermost first. */
  stacks: number[][];
  packets: StacksOfPacket[];
  events: StackOfEvent[];
}

/** The packets from `from` up to `to`, and the newest events. */
export function codeTable(
  packets: PacketStacks,
  events: EventStacks,
  from: number,
  to: number,
  newestEvents: number,
): CodeTable {
  const table = new StackTable();
  return {
    packets: packets.table(from, to, table),
    events: events.newest(newestEvents, table),
    frames: table.frames,
    stacks: table.stacks,
  };
}
