// The protocol between the extension and the adapter beyond the Debug Adapter Protocol: custom requests and
// events. Types only; both import this file, and neither imports the other.
//
// A failed request is answered with `success: false` and a readable `message`, which tells what was wrong and
// what to do ("no such packet: 812 (412 captured so far)").

import type { PictureData, PictureId } from './pictures/data.ts';
import type { SequenceArguments, SequenceResponse } from './sequence/data.ts';
import type { Happening } from './sequence/happening.ts';

export type * from './pictures/data.ts';
export type * from './sequence/data.ts';

// ---------------------------------------------------------------------------------------------------------------------
// Trees

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
  /** A value that `sockscope/setTreeValue` can change. */
  | 'settable'
  /** A node that refers to captured packets; `packetNumber` or `packetFilter` tells which. */
  | 'packet'
  /** A node whose `value` is worth copying. */
  | 'copyable'
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

/** `sockscope/breakOnSocket`: stop at every state transition of one `socket` node. */
export interface BreakOnSocketArguments {
  id: string;
  enabled: boolean;
}
export interface BreakOnSocketResponse {
  enabled: boolean;
}

// ---------------------------------------------------------------------------------------------------------------------
// Packets

/** Seen from the device that captured it. On a loopback wire a frame is sent and, if it is not lost, received. */
export type PacketDirection = 'out' | 'in';

/** The fate of a frame. */
export type PacketFate = 'lost' | 'dropped' | 'delivered' | 'in flight';

export interface PacketRow {
  /** Counts from 1. */
  number: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  direction: PacketDirection;
  source: string;
  destination: string;
  protocol: string;
  /** Bytes on the wire. */
  length: number;
  /** Wireshark's wording. */
  info: string;
  fate?: PacketFate;
  /** Why it was dropped: a kernel drop reason, or the wire's effect. */
  reason?: string;
  /** The user has marked it. */
  marked?: boolean;
  comment?: string;
  /** Relative times count from it. */
  isReference?: boolean;
  /** By filter name: the values of the fields that were asked for, as text. */
  values?: Record<string, string>;
}

/** What the column "Time" shows: since boot, since the reference or first packet, since the one before. */
export const TIME_FORMATS = ['virtual', 'relative', 'delta', 'deltaDisplayed'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

export interface SortOrder {
  /** A column of `PacketRow`, or a field's filter name. */
  by: string;
  descending: boolean;
}

/** Which packets a list shows, in which order. */
export interface PacketList {
  filter?: string;
  /** The order of capture if omitted. */
  sort?: SortOrder;
  /** With `sort`: packets with higher numbers are left out, so that the list does not change while it is read. */
  upTo?: number;
}

/** `sockscope/packets`: a window of the list. `from` is an index into the packets that match the filter. */
export interface PacketsArguments extends PacketList {
  from: number;
  count: number;
  /** Fields whose values the rows have, by filter name. */
  fields?: string[];
  /** `virtual` if omitted. */
  time?: TimeFormat;
  /** A packet's number: the answer says where it is in the list. */
  locate?: number;
}
export interface PacketsResponse {
  /** The filter does not parse; `rows` is empty. `start` and `end` are positions in its text. */
  invalidFilter?: { message: string; start?: number; end?: number };
  /** The number of packets captured so far. */
  total: number;
  /** The number of packets that match the filter. */
  matching: number;
  rows: PacketRow[];
  /** Sorting takes longer than one answer: ask again. Then `rows` is empty. */
  sorting?: { done: number; of: number };
  /** Where the packet is that `locate` asked for; -1 if it is not in the list. */
  located?: number;
  /** Number of the packet that is being processed at this stop. */
  current?: number;
  /** Index of `current` among the packets that match the filter, if it matches. */
  currentIndex?: number;
}

/** `sockscope/packet`: one packet, decoded. */
export interface PacketArguments {
  number: number;
}
export interface PacketField {
  name: string;
  value: string;
  /** Its filter name: `tcp.srcport`. */
  field?: string;
  /** The number of the packet that it leads to. */
  frame?: number;
  /** Offset of its bytes from the start of the frame. */
  offset: number;
  length: number;
  children?: PacketField[];
}
export interface PacketLayer {
  name: string;
  summary: string;
  offset: number;
  length: number;
  fields: PacketField[];
}
export interface PacketResponse {
  number: number;
  /** The whole frame, base64. */
  bytes: string;
  layers: PacketLayer[];
}

/** `sockscope/filterCompletions`: what can stand at a place in a filter. */
export interface FilterCompletionsArguments {
  filter: string;
  /** Characters before the cursor. */
  cursor: number;
}
export interface FilterCompletion {
  text: string;
  kind: 'field' | 'protocol' | 'operator' | 'value' | 'function';
  /** `Source Port`; for a value what it stands for. */
  title: string;
}
export interface FilterCompletionsResponse {
  /** The characters from `start` up to `end` are replaced. */
  start: number;
  end: number;
  items: FilterCompletion[];
  /** There are more; typing on finds them. */
  isIncomplete: boolean;
}

/** How a new filter goes together with the one that is there: Wireshark's "Apply as Filter". */
export type ApplyAs =
  'selected' | 'not selected' | 'and selected' | 'or selected' | 'and not selected' | 'or not selected';

/** `sockscope/filterFor`: a filter made from what is seen in a packet. */
export interface FilterForArguments {
  number: number;
  /** The value of a field, all of its TCP connection or UDP flow, or all between its two ends. */
  what: 'field' | 'stream' | 'conversation';
  /** The field's filter name: `tcp.srcport`. For a conversation the layer whose ends count, the innermost if omitted. */
  field?: string;
  /** Which of the field's values in this packet; 0 if omitted. */
  occurrence?: number;
  /** `selected` if omitted. */
  how?: ApplyAs;
  /** The filter that is there. */
  filter?: string;
}
export interface FilterForResponse {
  filter: string;
}

/** `sockscope/packetCode`: the code that sent or received a packet. */
export interface PacketCodeArguments {
  number: number;
  which: 'sent' | 'received';
}
export interface PacketCodeFrame {
  name: string;
  location?: CodeLocation;
}
export interface PacketCodeResponse {
  /** Where to go; absent if the packet has no code on that side (for example, it was never received). */
  location?: CodeLocation;
  /** Innermost first. */
  stack?: PacketCodeFrame[];
  /** Index of the frame to show first: the innermost one of the packet's own protocol. */
  opening?: number;
}

/**
 * `sockscope/annotatePacket`: mark a packet, comment it (an empty text removes the comment), or let relative times
 * count from it. What is omitted stays.
 */
export interface AnnotatePacketArguments {
  number: number;
  marked?: boolean;
  comment?: string;
  isReference?: boolean;
}

/** `sockscope/findPacket`: the next packet of a list that has something. */
export interface FindPacketArguments extends PacketList {
  /** A display filter; a text in the row or in the bytes, whatever letters are capital; bytes in hexadecimal. */
  what: 'filter' | 'row' | 'text' | 'hex';
  text: string;
  /** Index in the list to begin at; it goes on at the other end. */
  from: number;
  backwards?: boolean;
}
export interface FindPacketResponse {
  /** What is searched for is wrong. `start` and `end` are positions in its text. */
  invalid?: { message: string; start?: number; end?: number };
  /** The packet's number and its index in the list. */
  found?: { number: number; index: number };
  /** The time of one answer is over: go on from this index. */
  goOnFrom?: number;
}

/** `sockscope/exportPackets`: write the capture as pcapng. */
export interface ExportPacketsArguments {
  path: string;
}
export interface ExportPacketsResponse {
  packets: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Pictures

/** `sockscope/picture`: what one of the pictures shows. Works stopped and running. */
export interface PictureArguments {
  picture: PictureId;
}
export interface PictureResponse {
  data: PictureData;
}

// ---------------------------------------------------------------------------------------------------------------------
// Where to stop

/** A kind of event at which the machine can stop. */
export interface StopKind {
  label: string;
  description: string;
  /** Examples of a condition. */
  placeholder: string;
  /** Whether it is among the exception filters that the adapter announces. */
  isListed: boolean;
}

/**
 * Conditions by kind, as in `{ "transition": "SYN_RECV -> ESTABLISHED", "packetDropped": "" }`; an empty
 * condition always matches.
 */
export type BreakOn = Record<string, string>;

/** `sockscope/breakOn`: what to stop at besides the exception filters. Replaces the previous choice. */
export interface BreakOnArguments {
  breakOn: BreakOn;
}
export interface BreakOnResponse {
  /** By kind: why it is not armed. */
  problems: Record<string, string>;
}

// ---------------------------------------------------------------------------------------------------------------------
// What stays when the machine is gone

export interface RecordedFrame {
  number: number;
  /** Virtual nanoseconds. */
  timeNs: number;
  direction: PacketDirection;
  interface: string;
  /** Bytes on the wire. */
  length: number;
  /** base64. For a large capture only the headers. */
  bytes: string;
  fate?: PacketFate;
  reason?: string;
  isMarked?: boolean;
  comment?: string;
  isReference?: boolean;
}
/** The newest packets of a capture. */
export interface CaptureRecord {
  /** The number of packets captured. */
  total: number;
  frames: RecordedFrame[];
}

/** The code of the newest packets; each stack is included once. */
export interface CodeRecord {
  stacks: PacketCodeFrame[][];
  /** By packet: an index into `stacks`, and the frame to show first. */
  packets: { number: number; sent?: CodeReference; received?: CodeReference }[];
}
export interface CodeReference {
  stack: number;
  opening: number;
}

/** A tree node with its children, as far as recorded. */
export interface RecordedItem {
  item: TreeItem;
  children?: RecordedItem[];
}
export interface TreesRecord {
  /** The time of the trees: virtual seconds, nine digits after the point. */
  time: string;
  /** If the trees are those of the last stop, its reason; otherwise they are those of the end. */
  stop?: string;
  views: Record<TreeView, RecordedItem[]>;
  /** The pictures of the same moment. */
  pictures: PictureData[];
}

/** Body of the event `sockscope/record`: sent before `terminated` to a client that launched with `record`. */
export interface RunRecord {
  /** Virtual seconds at the end, nine digits after the point. */
  time: string;
  packets: CaptureRecord;
  code: CodeRecord;
  /** The newest of what happened, for the sequence diagram; `missing`: how much there was before. */
  happenings: readonly Happening[];
  missing: number;
  /** Omitted if the machine could no longer answer. */
  trees?: TreesRecord;
}

// ---------------------------------------------------------------------------------------------------------------------
// All of them

/**
 * The target of `sockscope/runTo`: the driver's transmit function, or out of the kernel to the program's next
 * line.
 */
export const RUN_TO = ['driver', 'program'] as const;
export interface RunToArguments {
  to: (typeof RUN_TO)[number];
  /** The thread that must reach the program. */
  threadId: number;
}

/** Every custom request: its name, its arguments and its response. */
export interface SockscopeRequests {
  'sockscope/tree': { arguments: TreeArguments; response: TreeResponse };
  'sockscope/setTreeValue': { arguments: SetTreeValueArguments; response: SetTreeValueResponse };
  'sockscope/breakOnSocket': { arguments: BreakOnSocketArguments; response: BreakOnSocketResponse };
  'sockscope/runTo': { arguments: RunToArguments; response: Record<string, never> };
  'sockscope/breakOn': { arguments: BreakOnArguments; response: BreakOnResponse };
  'sockscope/picture': { arguments: PictureArguments; response: PictureResponse };
  'sockscope/packets': { arguments: PacketsArguments; response: PacketsResponse };
  'sockscope/packet': { arguments: PacketArguments; response: PacketResponse };
  'sockscope/filterCompletions': {
    arguments: FilterCompletionsArguments;
    response: FilterCompletionsResponse;
  };
  'sockscope/filterFor': { arguments: FilterForArguments; response: FilterForResponse };
  'sockscope/packetCode': { arguments: PacketCodeArguments; response: PacketCodeResponse };
  'sockscope/annotatePacket': { arguments: AnnotatePacketArguments; response: Record<string, never> };
  'sockscope/findPacket': { arguments: FindPacketArguments; response: FindPacketResponse };
  'sockscope/exportPackets': { arguments: ExportPacketsArguments; response: ExportPacketsResponse };
  'sockscope/sequence': { arguments: SequenceArguments; response: SequenceResponse };
}

/** Body of the event `sockscope/changed`: at most five a second while running, and one on each stop. */
export interface ChangedEvent {
  /** Packets captured so far. */
  packets: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  /** Number of the event at which it is stopped. */
  event?: number;
  /** Number of the packet that is being processed at this stop. */
  current?: number;
}

/** Body of the event `sockscope/notStarted`: the programs cannot be loaded, or a port cannot be forwarded. */
export interface NotStartedEvent {
  /** What was wrong, where, and what to do; it is in the output, too. */
  message: string;
}

/** Every custom event and its body. */
export interface SockscopeEvents {
  'sockscope/changed': ChangedEvent;
  'sockscope/record': RunRecord;
  'sockscope/notStarted': NotStartedEvent;
}

// ---------------------------------------------------------------------------------------------------------------------
// Launching

/** The virtual NIC and the wire behind it. */
export interface NicConfiguration {
  /** Bytes; 65536 like Linux's lo, or 1500 as on Ethernet. */
  mtu?: number;
  /** Descriptors in each ring; a power of two. */
  ringSize?: number;
  /** One-way, e.g. `10us`, `40ms`; a plain number is microseconds. */
  latency?: string | number;
  /** e.g. `1Gbit`, `10Mbit`; a plain number is bits per second; 0 is unlimited. */
  bandwidth?: string | number;
  /** Probabilities, 0 to 1. */
  loss?: number;
  reorder?: number;
  duplicate?: number;
  corrupt?: number;
}

/** A program of a launch. */
export interface ProgramConfiguration {
  /** A scenario or a Node program: a TypeScript or JavaScript file. */
  program: string;
  /** The name of its process; by default the file's. */
  name?: string;
  /** A Node program's arguments, from `process.argv[2]`. */
  args?: string[];
  env?: Record<string, string | number>;
  /** Its working directory. */
  cwd?: string;
}

/** The attributes of a `sockscope` launch configuration besides DAP's own. */
export interface LaunchConfiguration extends Partial<ProgramConfiguration> {
  /** Programs that run together; instead of `program`. */
  programs?: (ProgramConfiguration | string)[];
  /** IPv4 addresses by name, for Node programs. */
  hosts?: Record<string, string>;
  stopOnEntry?: boolean;
  /** Seed of the machine's random numbers. */
  seed?: number;
  /** By Linux's names, e.g. `net.ipv4.tcp_syn_retries`. */
  sysctl?: Record<string, number | string>;
  nic?: NicConfiguration;
  /** Write the capture to this pcapng file. */
  pcap?: string;
  /** Files not to step into: globs. */
  skipFiles?: string[];
  /** Heap limit of the machine and its programs, in MB. */
  maxHeap?: number;
  /** What to stop at besides the exception filters. */
  breakOn?: BreakOn;
  /** Send the event `sockscope/record` when the run ends. */
  record?: boolean;
}
