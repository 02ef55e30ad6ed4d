/** A window of a list: its rows with their times, marks and the values of chosen fields. */
import type { PacketRow, TimeFormat } from '../../protocol.ts';
import { dissectPacket } from '../dissectors/all.ts';
import type { CapturedFrame } from '../frame.ts';
import type { Entry } from '../kept/keptPackets.ts';
import { told, type Packet } from '../tree/packet.ts';
import { secondsText } from '../tree/text.ts';
import { colourOf } from './colourRules.ts';
import { fieldValues } from './columnValues.ts';

/** What stands in the column "Time" of a packet from which relative times count. */
const REFERENCE = '*REF*';

/** What a row says besides what is in its packet. */
export interface RowView {
  time?: TimeFormat | undefined;
  fields?: readonly string[] | undefined;
  /** The time from which a packet's relative time counts. */
  referenceNs: (entry: Entry) => number;
}

/** @param displayedBefore the packet that is listed before this one */
export function listRow(entry: Entry, displayedBefore: CapturedFrame | undefined, view: RowView): PacketRow {
  const packet = dissectPacket(entry.frame, entry.context);
  const row = packetRow(packet);
  row.time = timeText(entry, displayedBefore, view);
  if (view.fields?.length) row.values = fieldValues(view.fields, packet);
  return row;
}

/** The packet's line, with its virtual time. */
function packetRow(packet: Packet): PacketRow {
  const { frame, columns } = packet;
  const { fate, reason, isMarked, comment, isReference } = frame;
  const colour = colourOf(packet);
  return {
    number: frame.number,
    time: secondsText(frame.timeNs),
    source: told(columns.source),
    destination: told(columns.destination),
    protocol: told(columns.protocol),
    info: told(columns.info),
    length: frame.length,
    ...(frame.direction && { direction: frame.direction }),
    ...(colour && { colour }),
    ...(fate && { fate }),
    ...(reason && { reason }),
    ...(isMarked && { marked: true }),
    ...(comment !== undefined && { comment }),
    ...(isReference && { isReference: true }),
  };
}

function timeText(entry: Entry, before: CapturedFrame | undefined, view: RowView): string {
  const { frame, context } = entry;
  const { timeNs } = frame;
  switch (view.time ?? 'virtual') {
    case 'virtual':
      return secondsText(timeNs);
    case 'relative':
      return frame.isReference ? REFERENCE : secondsText(timeNs - view.referenceNs(entry));
    case 'delta':
      return secondsText(timeNs - (context.previousTimeNs ?? timeNs));
    case 'deltaDisplayed':
      // A list that is not in the order of capture has packets that come before the one above.
      return secondsText(timeNs - (before?.timeNs ?? timeNs));
  }
}
