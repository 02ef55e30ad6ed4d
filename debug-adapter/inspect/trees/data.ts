/** The data of the trees in the Debug side bar, and what is done with their nodes. Types only. */

/** The three trees in the Debug side bar. */
export type TreeView = 'sockets' | 'interfaces' | 'kernel';

/** Actions on a tree node; the extension's context menus depend on these. */
export type TreeContext =
  /**
   * A socket: its transitions can stop the machine (`sockscope/breakOnSocket`), and its packets can be shown.
   */
  | 'socket'
  /** A socket whose transitions stop the machine. */
  | 'watched'
  /** A listener: the Queues picture can show its queues. */
  | 'listener'
  /** A value that `sockscope/setTreeValue` can change. */
  | 'settable'
  /** A field at whose accesses the machine can stop (`sockscope/watchField`). */
  | 'watchable'
  /** A value of which it is noted why it changes (`sockscope/why`). */
  | 'told'
  /** A node that refers to captured packets; `packetNumber` or `packetFilter` tells which. */
  | 'packet'
  /** A frame that `sockscope/changeFrame` can change: by its `packetNumber`, or by its `descriptor`. */
  | 'frame'
  /** A frame that is in its receiver's ring: it cannot be late any more. */
  | 'arrived'
  /** A node whose `value` is worth copying. */
  | 'copyable'
  /** A packet buffer: its checksums can be computed again (`sockscope/updateChecksums`). */
  | 'buffer'
  /** A node with bytes; `memory` is their reference, as for a `buffer`. */
  | 'bytes'
  /** A node that leads to source: `location` says where. */
  | 'link';

/** A place in a source file. `path` is absolute; lines and columns count from 1. */
export interface CodeLocation {
  path: string;
  line: number;
  column?: number;
}

export interface TreeItem {
  /** Stable across stops and unique in its view, e.g. `sock:12/tcp_sock/snd_nxt`. */
  id: string;
  label: string;
  /** The full name, if the label is only a part of it. */
  name?: string;
  /** Displayed dimmed after the label. */
  description?: string;
  /** Plain text; for a struct field its doc. */
  tooltip?: string;
  /** A codicon's name without `codicon-`. */
  icon?: string;
  collapsible: 'none' | 'collapsed' | 'expanded';
  /** The value differs from what it was at the previous stop. */
  changed?: boolean;
  context: TreeContext[];
  /** The value as text, for copying and editing. */
  value?: string;
  location?: CodeLocation;
  /** For a node with the context `packet`: the filter that selects its packets in the Packets panel. */
  packetFilter?: string;
  /** For a node with the context `packet` that refers to one captured packet: its number. */
  packetNumber?: number;
  /** For a `frame` that is to be sent: its place in a TX ring. */
  descriptor?: { link: string; descriptor: number };
  /** The memory reference of its bytes. */
  memory?: string;
  /** The id of the stack frame in which the node's value was read. */
  frame?: number;
}

/** `sockscope/tree`: the children of `parent`, or the roots of a view. Works stopped and running. */
export interface TreeArguments {
  view: TreeView;
  parent?: string;
}
export interface TreeResponse {
  items: TreeItem[];
}

/** `sockscope/setTreeValue`: change the value of a `settable` node. Returns the changed node. */
export interface SetTreeValueArguments {
  id: string;
  /** The text typed by the user: a number, a flag expression, a state's name. */
  value: string;
}
export interface SetTreeValueResponse {
  item?: TreeItem;
}

/** `sockscope/updateChecksums`: compute the checksums of a packet buffer again. */
export interface UpdateChecksumsArguments {
  memoryReference: string;
}
export interface UpdateChecksumsResponse {
  /** Each with what it was, and what it is now. */
  checksums: { of: string; before: number; now: number }[];
}

/** `sockscope/breakOnSocket`: stop at every state transition of one `socket` node. */
export interface BreakOnSocketArguments {
  id: string;
  enabled: boolean;
}
export interface BreakOnSocketResponse {
  enabled: boolean;
}
