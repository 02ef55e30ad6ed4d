/** A window of a list: its rows with their times, marks and the values of chosen fields. */
import type { PacketRow, TimeFormat } from '../../protocol.ts';
import { dissect, packetRow, secondsText } from '../dissect.ts';
import type { Entry } from '../packetStore.ts';
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
export function listRow(entry: Entry, displayedBefore: Entry | undefined, view: RowView): PacketRow {
  const row = packetRow(dissect(entry.frame, entry.context));
  const { isMarked, comment, isReference } = entry.frame;
  row.time = timeText(entry, displayedBefore, view);
  if (isMarked) row.marked = true;
  if (comment !== undefined) row.comment = comment;
  if (isReference) row.isReference = true;
  if (view.fields?.length) row.values = fieldValues(view.fields, entry);
  return row;
}

function timeText(entry: Entry, before: Entry | undefined, view: RowView): string {
  const { frame, context } = entry;
  const { timeNs } = frame;
  switch (view.time ?? 'virtual') {
    case 'virtual':
      return secondsText(timeNs);
    case 'relative':
      return frame.isReference ? REFERENCE : signed(timeNs - view.referenceNs(entry));
    case 'delta':
      return signed(timeNs - (context.previousTimeNs ?? timeNs));
    case 'deltaDisplayed':
      return signed(timeNs - (before?.frame.timeNs ?? timeNs));
  }
}

/** A list that is not in the order of capture has packets that come before the one above. */
function signed(ns: number): string {
  return ns < 0 ? `-${secondsText(-ns)}` : secondsText(ns);
}
