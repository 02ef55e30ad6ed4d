/** The messages between the extension and the page that compares captures; both sides parse what they receive. */
import type {
  Aspect,
  ComparedPacket,
  ComparedRow,
  CompareSummary,
  FieldDifference,
} from '../../debug-adapter/protocol.ts';
import {
  array,
  boolean,
  count,
  number,
  object,
  oneOf,
  optional,
  string,
  union,
  type Shape,
} from '../shape.ts';

export type {
  Aspect,
  ComparedPacket,
  ComparedRow,
  CompareSummary,
  FieldDifference,
  RowState,
} from '../../debug-adapter/protocol.ts';

export type Side = 'left' | 'right';

export interface SideState {
  name: string;
  packets: number;
  /** Where and why it cannot be read on. */
  problem?: string;
}

/** What the extension sends. */
export type ToCompare =
  /** How far it is. Sent after `ready`, and until the comparison is over. */
  | {
      type: 'changed';
      left: SideState;
      right: SideState;
      /** What is done, 0 to 1. */
      done: number;
      isOver: boolean;
      /** Why nothing is compared. */
      problem?: string;
      /** There when everything is compared. */
      summary?: CompareSummary;
      /** Packets of each side that are compared, if one has more. */
      most?: number;
      /** Bytes of each packet that are compared, if some were captured in part only. */
      cutAt?: number;
      /** What is left out at first. */
      ignored: Aspect[];
    }
  /** The answer to `getRows`; `total` counts those that are not the same if only those were asked for. */
  | { type: 'rows'; id: number; rows: ComparedRow[]; total: number }
  /** The answer to `getRow`; `place` counts those that are not the same. */
  | { type: 'row'; id: number; row: ComparedRow; fields: FieldDifference[]; place?: number }
  /** The answer to `next`; without an index there is no difference. */
  | { type: 'difference'; id: number; index?: number }
  /** The answer to `ignore`. */
  | { type: 'summary'; id: number; summary: CompareSummary }
  | { type: 'failed'; id: number; message: string }
  /** A command: go to the next difference, or to the previous one. */
  | { type: 'step'; backwards: boolean };

/** What the page sends. */
export type FromCompare =
  | { type: 'ready' }
  | { type: 'getRows'; id: number; from: number; count: number; onlyDifferences: boolean }
  | { type: 'getRow'; id: number; index: number }
  | { type: 'next'; id: number; from: number; backwards: boolean }
  /** Compare again without these. */
  | { type: 'ignore'; id: number; ignored: Aspect[] }
  /** Show a packet in its own list. */
  | { type: 'goTo'; side: Side; number: number }
  | { type: 'copy'; text: string; what: string }
  | { type: 'problem'; message: string };

export type ToCompareOf<T extends ToCompare['type']> = Extract<ToCompare, { type: T }>;
export type FromCompareOf<T extends FromCompare['type']> = Extract<FromCompare, { type: T }>;

const aspect = oneOf('times', 'ids', 'ports', 'sequence', 'checksums', 'link', 'addresses');
const side: Shape<SideState> = object<SideState>({ name: string, packets: count, problem: optional(string) });
const summary: Shape<CompareSummary> = object<CompareSummary>({
  rows: count,
  changed: count,
  left: count,
  right: count,
  first: optional(count),
});
const packet: Shape<ComparedPacket> = object<ComparedPacket>({
  number: count,
  time: string,
  source: string,
  destination: string,
  protocol: string,
  info: string,
});
const row: Shape<ComparedRow> = object<ComparedRow>({
  index: count,
  state: oneOf('same', 'changed', 'left', 'right'),
  left: optional(packet),
  right: optional(packet),
});

/** @throws ShapeError naming what is wrong with a message that the page received */
export const parseToCompare = union<ToCompare>('a message to the comparison', {
  changed: object<ToCompareOf<'changed'>>({
    type: oneOf('changed'),
    left: side,
    right: side,
    done: number,
    isOver: boolean,
    problem: optional(string),
    summary: optional(summary),
    most: optional(count),
    cutAt: optional(count),
    ignored: array(aspect),
  }),
  rows: object<ToCompareOf<'rows'>>({ type: oneOf('rows'), id: count, rows: array(row), total: count }),
  row: object<ToCompareOf<'row'>>({
    type: oneOf('row'),
    id: count,
    row,
    fields: array(
      object<FieldDifference>({
        field: string,
        title: string,
        left: optional(string),
        right: optional(string),
      }),
    ),
    place: optional(count),
  }),
  difference: object<ToCompareOf<'difference'>>({
    type: oneOf('difference'),
    id: count,
    index: optional(count),
  }),
  summary: object<ToCompareOf<'summary'>>({ type: oneOf('summary'), id: count, summary }),
  failed: object<ToCompareOf<'failed'>>({ type: oneOf('failed'), id: count, message: string }),
  step: object<ToCompareOf<'step'>>({ type: oneOf('step'), backwards: boolean }),
});

/** @throws ShapeError naming what is wrong with a message that the extension received */
export const parseFromCompare = union<FromCompare>('a message from the comparison', {
  ready: object<FromCompareOf<'ready'>>({ type: oneOf('ready') }),
  getRows: object<FromCompareOf<'getRows'>>({
    type: oneOf('getRows'),
    id: count,
    from: count,
    count,
    onlyDifferences: boolean,
  }),
  getRow: object<FromCompareOf<'getRow'>>({ type: oneOf('getRow'), id: count, index: count }),
  next: object<FromCompareOf<'next'>>({ type: oneOf('next'), id: count, from: number, backwards: boolean }),
  ignore: object<FromCompareOf<'ignore'>>({ type: oneOf('ignore'), id: count, ignored: array(aspect) }),
  goTo: object<FromCompareOf<'goTo'>>({ type: oneOf('goTo'), side: oneOf('left', 'right'), number: count }),
  copy: object<FromCompareOf<'copy'>>({ type: oneOf('copy'), text: string, what: string }),
  problem: object<FromCompareOf<'problem'>>({ type: oneOf('problem'), message: string }),
});
