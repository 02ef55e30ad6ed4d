/** What is asked and answered about two captures that are compared. Types only. */
import type { PacketRow } from '../data.ts';

/** What differs between captures of the same traffic, and can be left out of the comparison. */
export type Aspect =
  /** When packets were captured, and TCP's timestamps. */
  | 'times'
  /** Numbers that only tell datagrams or queries apart: IP's identification, DNS's transaction. */
  | 'ids'
  /** The ports of those who began the conversations. */
  | 'ports'
  /** Where TCP's sequence numbers begin: relative ones are always compared. */
  | 'sequence'
  | 'checksums'
  /** The link layer with its addresses. */
  | 'link'
  /** IP addresses. */
  | 'addresses';

/** A packet as a line of the comparison. */
export type ComparedPacket = Pick<
  PacketRow,
  'number' | 'time' | 'source' | 'destination' | 'protocol' | 'info'
>;

/** `left` and `right`: a packet that only one side has. */
export type RowState = 'same' | 'changed' | 'left' | 'right';

export interface ComparedRow {
  /** Among all rows. */
  index: number;
  state: RowState;
  left?: ComparedPacket;
  right?: ComparedPacket;
}

/** How far one side is read. */
export interface ComparedSide {
  packets: number;
  /** Bytes read, of so many. */
  read: number;
  size: number;
  /** Where and why its file cannot be read on. */
  problem?: string;
}

export interface CompareSummary {
  rows: number;
  changed: number;
  /** Packets that only one side has. */
  left: number;
  right: number;
  /** The index of the first row whose packets are not the same. */
  first?: number;
}

export interface CompareProgress {
  left: ComparedSide;
  right: ComparedSide;
  /** How many of the packets have been looked at, 0 to 1. */
  compared: number;
  isOver: boolean;
  /** Why nothing is compared. */
  problem?: string;
  /** There as soon as everything is compared. */
  summary?: CompareSummary;
  /** So many packets of each side are compared: one of them has more. */
  most?: number;
  /** So many bytes of each packet are compared: a capture has no more of some. */
  cutAt?: number;
}

/** What the process that compares is asked. */
export interface CompareRequests {
  /** Rows from an index on, among all or those that are not the same. */
  rows: {
    arguments: { from: number; count: number; onlyDifferences?: boolean };
    response: { rows: ComparedRow[]; total: number };
  };
  /** What differs in a row, and its place among those that are not the same. */
  row: {
    arguments: { index: number };
    response: { row: ComparedRow; fields: FieldDifference[]; place?: number };
  };
  /** The next row that is not the same, from an index on, which does not count; it goes on at the other end. */
  next: { arguments: { from: number; backwards?: boolean }; response: { index?: number } };
  /** Compare again, leaving this out. */
  ignore: { arguments: { ignored: Aspect[] }; response: CompareSummary };
}

/** A field whose values differ; a side that does not have it has no value. */
export interface FieldDifference {
  /** Its filter name: `tcp.window_size_value`. */
  field: string;
  title: string;
  left?: string;
  right?: string;
}
