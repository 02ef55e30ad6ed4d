/**
 * The messages between the extension and its webviews. Both sides import this file and parse received
 * messages with `parseToPanel` / `parseFromPanel`, which reject anything not listed here with a `ShapeError`.
 */
import type {
  ApplyAs,
  FilterCompletion,
  PacketBytes,
  PacketField,
  PacketRow,
  PacketStory,
  RowColour,
  SortOrder,
  TimeFormat,
} from '../debug-adapter/protocol.ts';
import {
  array,
  boolean,
  count,
  number,
  object,
  oneOf,
  optional,
  record,
  string,
  union,
  type Shape,
} from './shape.ts';

export type {
  ApplyAs,
  FilterCompletion,
  PacketFate,
  PacketBytes,
  PacketField,
  PacketRow,
  PacketStory,
  RowColour,
  SortOrder,
  TimeFormat,
} from '../debug-adapter/protocol.ts';

/** Commands of the panel that have a key in VS Code. */
export const PANEL_COMMANDS = [
  'toggleMark',
  'nextMark',
  'previousMark',
  'comment',
  'toggleReference',
  'find',
  'findNext',
  'findPrevious',
  'goToPacket',
  'followStream',
  'goToCause',
  'showCauses',
  'openInWireshark',
] as const;
export type PanelCommand = (typeof PANEL_COMMANDS)[number];

export interface CaptureFileState {
  /** How much of it is read, 0 to 1. */
  read: number;
  /** Where and why it cannot be read on. */
  problem?: string;
}

/** What the extension sends to the Packets panel. */
export type ToPanel =
  /**
   * New packets, a new stop, a new session, or the end of the session. Sent once after `ready`, then at each
   * stop, and at most 5 times a second while running. The panel then fetches its visible rows again; a
   * different `session` makes it discard everything.
   */
  | {
      type: 'changed';
      /** A string that identifies the debug session; omitted when there is none. */
      session?: string;
      /** Packets seen so far in the whole session. */
      total: number;
      running: boolean;
      /** Number of the packet that the machine is processing at this stop. */
      current?: number;
      /** The machine is gone; the moment of the packets: `ended at t = 0.000130000 s`. */
      ended?: string;
      /** The packets are those of a capture file: there is no machine. */
      file?: CaptureFileState;
      /** Wireshark is installed. */
      hasWireshark?: boolean;
    }
  /** The answer to `getRows`. */
  | {
      type: 'rows';
      id: number;
      /**
       * The number of packets captured; without a filter it exceeds `matching` when old ones were discarded, or the newest
       * are not decoded yet.
       */
      total: number;
      matching: number;
      rows: PacketRow[];
      /** The list is not sorted yet: ask again. Then there are no rows. */
      sorting?: { done: number; of: number };
      /** Not all packets are decoded, or the filter has not seen all: ask again. */
      filtering?: { done: number; of: number };
      /** Where the packet is that was asked for; omitted if it is not in the list. */
      located?: number;
      /** Number of the packet that is being processed at this stop. */
      current?: number;
    }
  /** The answer to `getPacket`. */
  | {
      type: 'packet';
      id: number;
      number: number;
      sources: PacketBytes[];
      layers: PacketField[];
      story?: PacketStory;
    }
  /** The answer to `find`. Nothing was found if neither is there. */
  | {
      type: 'found';
      id: number;
      found?: { number: number; index: number };
      /** Not everything was looked at: ask again from this index. */
      goOnFrom?: number;
    }
  /** The answer to `makeFilter`. */
  | { type: 'filter'; id: number; filter: string }
  /** The answer to `complete`. */
  | { type: 'completions'; id: number; start: number; end: number; items: FilterCompletion[] }
  /** The failure of a request. `position` tells where in the filter the error is. */
  | { type: 'failed'; id: number; message: string; position?: { start: number; end: number } }
  /** Show this packet: select it and scroll to it (removing a filter that hides it). */
  | { type: 'reveal'; number: number }
  /** Put this text into the filter box and apply it ("show this socket's packets"). */
  | { type: 'setFilter'; filter: string }
  /** Make a field a column. */
  | { type: 'addColumn'; field: string; title: string }
  /** Marks, comments or references have changed. */
  | { type: 'annotated' }
  /** A command was run by its key or from the command palette. */
  | { type: 'command'; command: PanelCommand };

/** Which packets the list shows, in which order. */
export interface ListMessage {
  filter?: string;
  sort?: SortOrder;
  /** Packets after this one are not in the sorted list. */
  upTo?: number;
}

export const FIND_WHAT = ['filter', 'row', 'text', 'hex'] as const;
export type FindWhat = (typeof FIND_WHAT)[number];

/** What the empty panel offers. */
export const START_COMMANDS = ['startDebugging', 'newScenario', 'debugNode', 'openSample'] as const;
export type StartCommand = (typeof START_COMMANDS)[number];

/** What can be done to a packet that is on its way. */
export const PACKET_CHANGES = ['drop', 'duplicate', 'delay', 'reorder', 'corrupt'] as const;
export type PacketChange = (typeof PACKET_CHANGES)[number];

/** What the Packets panel sends to the extension. */
export type FromPanel =
  /** The panel has loaded and expects a `changed`. */
  | { type: 'ready' }
  /** Rows `from` to `from + count - 1`, counted from 0 among those that match the filter. */
  | ({
      type: 'getRows';
      id: number;
      from: number;
      count: number;
      /** The fields that are columns. */
      fields?: string[];
      time?: TimeFormat;
      /** Number of a packet whose place in the list is asked for. */
      locate?: number;
    } & ListMessage)
  | { type: 'getPacket'; id: number; number: number }
  /** Find the next packet, looking from an index of the list on. */
  | ({
      type: 'find';
      id: number;
      what: FindWhat;
      text: string;
      from: number;
      backwards: boolean;
    } & ListMessage)
  /** A filter for a field, the stream or the conversation of a packet, joined with the one that is there. */
  | {
      type: 'makeFilter';
      id: number;
      number: number;
      what: 'field' | 'stream' | 'conversation';
      field?: string;
      occurrence?: number;
      how: ApplyAs;
      filter: string;
    }
  | { type: 'complete'; id: number; filter: string; cursor: number }
  /** What is omitted stays; a comment is asked for by `comment`. */
  | { type: 'annotate'; number: number; marked?: boolean; isReference?: boolean }
  /** Ask for a packet's comment. */
  | { type: 'comment'; number: number; comment: string }
  /** Ask for a field, and answer with `addColumn`. */
  | { type: 'askColumn' }
  /** Ask for the number of a packet, and answer with `reveal`. */
  | { type: 'askNumber' }
  /** Show the socket of a packet in the tree. */
  | { type: 'showSocket'; number: number }
  /** Show the packet's way in the Pictures view. */
  | { type: 'showWay'; number: number }
  /** Show the kernel functions on the packet's way. */
  | { type: 'showFunctionGraph'; number: number }
  /** Name the moment at which it was sent; the extension asks for the name. */
  | { type: 'bookmark'; number: number }
  /** Change a packet that is still on its way; of a delay the extension asks how long it is. */
  | { type: 'changeFrame'; number: number; how: PacketChange }
  /** Open the bytes of a packet that is still on its way. */
  | { type: 'editFrame'; number: number }
  /** Let the user edit a copy of a packet, and send that. */
  | { type: 'injectCopy'; number: number }
  /** Begin another run, in which something else happens to the packet. */
  | { type: 'whatIf'; number: number }
  /** Let the user choose what must be alike, and stop at the next such packet. */
  | { type: 'breakOnLike'; number: number }
  /** Follow the stream of a packet, in an editor. */
  | { type: 'followStream'; number: number }
  /** Keep the panel's settings (JSON) for the next time. */
  | { type: 'remember'; settings: string }
  /** The panel has or loses the keyboard. */
  | { type: 'focus'; focused: boolean }
  /** Open the code that sent or received the packet. */
  | { type: 'goToCode'; number: number; which: 'sent' | 'received' }
  /** Go to the moment at which it was sent. */
  | { type: 'goToSending'; number: number }
  /** Run, or go back, to where the stack takes it. */
  | { type: 'runToArrival'; number: number }
  /** Go to the packet that has caused this one, or to the code that has. */
  | { type: 'goToCause'; number: number }
  /** List what led to a packet, back to its beginning. */
  | { type: 'showCauses'; number: number }
  /** Save all packets as pcapng; the extension asks for the file. */
  | { type: 'export' }
  /** Open the packets in Wireshark, at a packet and with the filter. */
  | { type: 'openInWireshark'; number?: number; filter: string }
  /** Put this text on the clipboard; `what` names it for the status bar: `packet 12`. */
  | { type: 'copy'; text: string; what: string }
  /** A command offered by the empty panel. */
  | { type: 'run'; command: StartCommand }
  /** An error inside the panel, for the extension's log. */
  | { type: 'problem'; message: string };

/** The messages of one kind: `ToPanelOf<'rows'>`. */
export type ToPanelOf<T extends ToPanel['type']> = Extract<ToPanel, { type: T }>;
export type FromPanelOf<T extends FromPanel['type']> = Extract<FromPanel, { type: T }>;

const ROW_COLOURS = [
  'lost',
  'dropped',
  'malformed',
  'unreachable',
  'reset',
  'retransmission',
  'note',
  'syn',
  'fin',
] as const satisfies readonly RowColour[];

const packetRow: Shape<PacketRow> = object<PacketRow>({
  number: count,
  time: string,
  direction: optional(oneOf('out', 'in')),
  source: string,
  destination: string,
  protocol: string,
  length: count,
  info: string,
  colour: optional(oneOf(...ROW_COLOURS)),
  fate: optional(oneOf('lost', 'dropped', 'delivered', 'in flight')),
  reason: optional(string),
  drop: optional(string),
  marked: optional(boolean),
  comment: optional(string),
  isReference: optional(boolean),
  values: optional(record(string)),
});
const sortOrder: Shape<SortOrder> = object<SortOrder>({ by: string, descending: boolean });
const listMessage = { filter: optional(string), sort: optional(sortOrder), upTo: optional(count) };
const APPLY_AS = [
  'selected',
  'not selected',
  'and selected',
  'or selected',
  'and not selected',
  'or not selected',
] as const satisfies readonly ApplyAs[];

const packetField: Shape<PacketField> = object<PacketField>({
  text: string,
  title: string,
  value: optional(string),
  field: optional(string),
  occurrence: optional(count),
  frame: optional(count),
  source: optional(count),
  offset: count,
  length: count,
  children: optional(array<PacketField>((value, path) => packetField(value, path))),
});

const progress = object<{ done: number; of: number }>({ done: count, of: count });
const packetStory: Shape<PacketStory> = object<PacketStory>({
  cause: optional(string),
  causedBy: optional(count),
  drop: optional(string),
  truth: array(string),
  wrong: array(string),
});
const packetBytes: Shape<PacketBytes> = object<PacketBytes>({ name: string, base64: string });

/** @throws ShapeError naming what is wrong with a message that the panel received */
export const parseToPanel = union<ToPanel>('a message to the Packets panel', {
  changed: object<ToPanelOf<'changed'>>({
    type: oneOf('changed'),
    session: optional(string),
    total: count,
    running: boolean,
    current: optional(count),
    ended: optional(string),
    file: optional(object<CaptureFileState>({ read: number, problem: optional(string) })),
    hasWireshark: optional(boolean),
  }),
  rows: object<ToPanelOf<'rows'>>({
    type: oneOf('rows'),
    id: count,
    total: count,
    matching: count,
    rows: array(packetRow),
    sorting: optional(progress),
    filtering: optional(progress),
    located: optional(count),
    current: optional(count),
  }),
  packet: object<ToPanelOf<'packet'>>({
    type: oneOf('packet'),
    id: count,
    number: count,
    sources: array(packetBytes),
    layers: array(packetField),
    story: optional(packetStory),
  }),
  found: object<ToPanelOf<'found'>>({
    type: oneOf('found'),
    id: count,
    found: optional(object<{ number: number; index: number }>({ number: count, index: count })),
    goOnFrom: optional(count),
  }),
  filter: object<ToPanelOf<'filter'>>({ type: oneOf('filter'), id: count, filter: string }),
  completions: object<ToPanelOf<'completions'>>({
    type: oneOf('completions'),
    id: count,
    start: count,
    end: count,
    items: array(
      object<FilterCompletion>({
        text: string,
        kind: oneOf('field', 'protocol', 'operator', 'value', 'function'),
        title: string,
      }),
    ),
  }),
  failed: object<ToPanelOf<'failed'>>({
    type: oneOf('failed'),
    id: count,
    message: string,
    position: optional(object<{ start: number; end: number }>({ start: count, end: count })),
  }),
  reveal: object<ToPanelOf<'reveal'>>({ type: oneOf('reveal'), number: count }),
  setFilter: object<ToPanelOf<'setFilter'>>({ type: oneOf('setFilter'), filter: string }),
  addColumn: object<ToPanelOf<'addColumn'>>({ type: oneOf('addColumn'), field: string, title: string }),
  annotated: object<ToPanelOf<'annotated'>>({ type: oneOf('annotated') }),
  command: object<ToPanelOf<'command'>>({ type: oneOf('command'), command: oneOf(...PANEL_COMMANDS) }),
});

/** @throws ShapeError naming what is wrong with a message that the extension received */
export const parseFromPanel = union<FromPanel>('a message from the Packets panel', {
  ready: object<FromPanelOf<'ready'>>({ type: oneOf('ready') }),
  getRows: object<FromPanelOf<'getRows'>>({
    type: oneOf('getRows'),
    id: count,
    from: count,
    count,
    fields: optional(array(string)),
    time: optional(oneOf('virtual', 'relative', 'delta', 'deltaDisplayed')),
    locate: optional(count),
    ...listMessage,
  }),
  find: object<FromPanelOf<'find'>>({
    type: oneOf('find'),
    id: count,
    what: oneOf(...FIND_WHAT),
    text: string,
    from: count,
    backwards: boolean,
    ...listMessage,
  }),
  makeFilter: object<FromPanelOf<'makeFilter'>>({
    type: oneOf('makeFilter'),
    id: count,
    number: count,
    what: oneOf('field', 'stream', 'conversation'),
    field: optional(string),
    occurrence: optional(count),
    how: oneOf(...APPLY_AS),
    filter: string,
  }),
  complete: object<FromPanelOf<'complete'>>({
    type: oneOf('complete'),
    id: count,
    filter: string,
    cursor: count,
  }),
  annotate: object<FromPanelOf<'annotate'>>({
    type: oneOf('annotate'),
    number: count,
    marked: optional(boolean),
    isReference: optional(boolean),
  }),
  comment: object<FromPanelOf<'comment'>>({ type: oneOf('comment'), number: count, comment: string }),
  askColumn: object<FromPanelOf<'askColumn'>>({ type: oneOf('askColumn') }),
  askNumber: object<FromPanelOf<'askNumber'>>({ type: oneOf('askNumber') }),
  showSocket: object<FromPanelOf<'showSocket'>>({ type: oneOf('showSocket'), number: count }),
  showWay: object<FromPanelOf<'showWay'>>({ type: oneOf('showWay'), number: count }),
  showFunctionGraph: object<FromPanelOf<'showFunctionGraph'>>({
    type: oneOf('showFunctionGraph'),
    number: count,
  }),
  bookmark: object<FromPanelOf<'bookmark'>>({ type: oneOf('bookmark'), number: count }),
  whatIf: object<FromPanelOf<'whatIf'>>({ type: oneOf('whatIf'), number: count }),
  followStream: object<FromPanelOf<'followStream'>>({ type: oneOf('followStream'), number: count }),
  changeFrame: object<FromPanelOf<'changeFrame'>>({
    type: oneOf('changeFrame'),
    number: count,
    how: oneOf(...PACKET_CHANGES),
  }),
  editFrame: object<FromPanelOf<'editFrame'>>({ type: oneOf('editFrame'), number: count }),
  injectCopy: object<FromPanelOf<'injectCopy'>>({ type: oneOf('injectCopy'), number: count }),
  breakOnLike: object<FromPanelOf<'breakOnLike'>>({ type: oneOf('breakOnLike'), number: count }),
  remember: object<FromPanelOf<'remember'>>({ type: oneOf('remember'), settings: string }),
  focus: object<FromPanelOf<'focus'>>({ type: oneOf('focus'), focused: boolean }),
  getPacket: object<FromPanelOf<'getPacket'>>({ type: oneOf('getPacket'), id: count, number: count }),
  goToCode: object<FromPanelOf<'goToCode'>>({
    type: oneOf('goToCode'),
    number: count,
    which: oneOf('sent', 'received'),
  }),
  goToSending: object<FromPanelOf<'goToSending'>>({ type: oneOf('goToSending'), number: count }),
  runToArrival: object<FromPanelOf<'runToArrival'>>({ type: oneOf('runToArrival'), number: count }),
  goToCause: object<FromPanelOf<'goToCause'>>({ type: oneOf('goToCause'), number: count }),
  showCauses: object<FromPanelOf<'showCauses'>>({ type: oneOf('showCauses'), number: count }),
  export: object<FromPanelOf<'export'>>({ type: oneOf('export') }),
  openInWireshark: object<FromPanelOf<'openInWireshark'>>({
    type: oneOf('openInWireshark'),
    number: optional(count),
    filter: string,
  }),
  copy: object<FromPanelOf<'copy'>>({ type: oneOf('copy'), text: string, what: string }),
  run: object<FromPanelOf<'run'>>({ type: oneOf('run'), command: oneOf(...START_COMMANDS) }),
  problem: object<FromPanelOf<'problem'>>({ type: oneOf('problem'), message: string }),
});
