/**
 * The messages between the extension and its webviews. Both sides import this file and parse received
 * messages with `parseToPanel` / `parseFromPanel`, which reject anything not listed here with a `ShapeError`.
 */
import type { PacketField, PacketLayer, PacketRow } from '../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string, union, type Shape } from './shape.ts';

export type { PacketFate, PacketField, PacketLayer, PacketRow } from '../debug-adapter/protocol.ts';

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
    }
  /** The answer to `getRows`. */
  | {
      type: 'rows';
      id: number;
      /**
       * The number of packets captured; without a filter it exceeds `matching` when old ones were discarded.
       */
      total: number;
      matching: number;
      rows: PacketRow[];
      /** Number of the packet that is being processed at this stop. */
      current?: number;
    }
  /** The answer to `getPacket`. */
  | { type: 'packet'; id: number; number: number; bytes: string; layers: PacketLayer[] }
  /** The failure of either request. `position` tells where in the filter the error is. */
  | { type: 'failed'; id: number; message: string; position?: { start: number; end: number } }
  /** Show this packet: select it and scroll to it (removing a filter that hides it). */
  | { type: 'reveal'; number: number }
  /** Put this text into the filter box and apply it ("show this socket's packets"). */
  | { type: 'setFilter'; filter: string };

/** What the Packets panel sends to the extension. */
export type FromPanel =
  /** The panel has loaded and expects a `changed`. */
  | { type: 'ready' }
  /** Rows `from` to `from + count - 1`, counted from 0 among those that match the filter. */
  | { type: 'getRows'; id: number; from: number; count: number; filter?: string }
  | { type: 'getPacket'; id: number; number: number }
  /** Open the code that sent or received the packet. */
  | { type: 'goToCode'; number: number; which: 'sent' | 'received' }
  /** Save all packets as pcapng; the extension asks for the file. */
  | { type: 'export' }
  /** Put this text on the clipboard; `what` names it for the status bar: `packet 12`. */
  | { type: 'copy'; text: string; what: string }
  /** A command offered by the empty panel. */
  | { type: 'run'; command: 'startDebugging' | 'newScenario' }
  /** An error inside the panel, for the extension's log. */
  | { type: 'problem'; message: string };

/** The messages of one kind: `ToPanelOf<'rows'>`. */
export type ToPanelOf<T extends ToPanel['type']> = Extract<ToPanel, { type: T }>;
export type FromPanelOf<T extends FromPanel['type']> = Extract<FromPanel, { type: T }>;

const packetRow: Shape<PacketRow> = object<PacketRow>({
  number: count,
  time: string,
  direction: oneOf('out', 'in'),
  source: string,
  destination: string,
  protocol: string,
  length: count,
  info: string,
  fate: optional(oneOf('lost', 'dropped', 'delivered', 'in flight')),
  reason: optional(string),
  marked: optional(boolean),
});

const packetField: Shape<PacketField> = object<PacketField>({
  name: string,
  value: string,
  offset: count,
  length: count,
  children: optional(array<PacketField>((value, path) => packetField(value, path))),
});

const packetLayer: Shape<PacketLayer> = object<PacketLayer>({
  name: string,
  summary: string,
  offset: count,
  length: count,
  fields: array(packetField),
});

/** @throws ShapeError naming what is wrong with a message that the panel received */
export const parseToPanel = union<ToPanel>('a message to the Packets panel', {
  changed: object<ToPanelOf<'changed'>>({
    type: oneOf('changed'),
    session: optional(string),
    total: count,
    running: boolean,
    current: optional(count),
    ended: optional(string),
  }),
  rows: object<ToPanelOf<'rows'>>({
    type: oneOf('rows'),
    id: count,
    total: count,
    matching: count,
    rows: array(packetRow),
    current: optional(count),
  }),
  packet: object<ToPanelOf<'packet'>>({
    type: oneOf('packet'),
    id: count,
    number: count,
    bytes: string,
    layers: array(packetLayer),
  }),
  failed: object<ToPanelOf<'failed'>>({
    type: oneOf('failed'),
    id: count,
    message: string,
    position: optional(object<{ start: number; end: number }>({ start: count, end: count })),
  }),
  reveal: object<ToPanelOf<'reveal'>>({ type: oneOf('reveal'), number: count }),
  setFilter: object<ToPanelOf<'setFilter'>>({ type: oneOf('setFilter'), filter: string }),
});

/** @throws ShapeError naming what is wrong with a message that the extension received */
export const parseFromPanel = union<FromPanel>('a message from the Packets panel', {
  ready: object<FromPanelOf<'ready'>>({ type: oneOf('ready') }),
  getRows: object<FromPanelOf<'getRows'>>({
    type: oneOf('getRows'),
    id: count,
    from: count,
    count,
    filter: optional(string),
  }),
  getPacket: object<FromPanelOf<'getPacket'>>({ type: oneOf('getPacket'), id: count, number: count }),
  goToCode: object<FromPanelOf<'goToCode'>>({
    type: oneOf('goToCode'),
    number: count,
    which: oneOf('sent', 'received'),
  }),
  export: object<FromPanelOf<'export'>>({ type: oneOf('export') }),
  copy: object<FromPanelOf<'copy'>>({ type: oneOf('copy'), text: string, what: string }),
  run: object<FromPanelOf<'run'>>({ type: oneOf('run'), command: oneOf('startDebugging', 'newScenario') }),
  problem: object<FromPanelOf<'problem'>>({ type: oneOf('problem'), message: string }),
});
